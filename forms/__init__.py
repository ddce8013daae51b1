"""XLSForm -> form -> a filling session: values in, values out; no Qt, no network, no clock of its own.

From bytes to screens, each layer using only those before it:

- ``reader``, ``grids``, ``odsreading``: what a file is, its limits, the cells of its sheets.
- ``mending``, ``repairs``: the cells are made such that the converter takes them, and every change is listed.
- ``compile``, ``compile_worker``, ``conversions``: conversion in a bounded process, kept by content.
- ``xmlreading``, ``instances``, ``texts``, ``choicesources``, ``body``, ``building``, ``refusals``, ``definition``:
  the XForm document becomes a frozen definition (``schema``, ``tables``) or is refused with every reason.
- ``expressions``, ``values``, ``dates``, ``datatypes``: formulas as closures, and what their values mean.
- ``graph``: what must be recomputed when, in which order.
- ``tree``, ``growing``, ``engine``, ``choices``, ``presentation``, ``session``: one filling; ``views`` go out.
"""
