"""How much a form may ask of the machine. A form is untrusted input (DESIGN section 8)."""

from __future__ import annotations

PACKED_BYTES_MAX = 10 * 1024 * 1024
UNPACKED_BYTES_MAX = 100 * 1024 * 1024
COMPRESSION_RATIO_MAX = 100
RATIO_CHECK_BYTES_MIN = 1024 * 1024
"""Parts smaller than this unpacked are not held to the ratio: tiny files of blanks compress beyond any bound
harmlessly."""
PARTS_MAX = 200
SHEET_ROWS_MAX = 10_000
CHOICE_ROWS_MAX = 60_000
"""Rows of the sheets that only list choices: all communes of a country are one sheet."""
SHEET_COLUMNS_MAX = 500
SHEETS_MAX = 100
CELLS_MAX = 1_000_000
"""Cells that hold something, in the sheets that a form uses."""
CELL_CHARS_MAX = 32_767
"""What a spreadsheet program itself allows in one cell."""
XFORM_BYTES_MAX = 20 * 1024 * 1024
MEDIA_BYTES_MAX = 50 * 1024 * 1024

NODES_MAX = 20_000
NODE_DEPTH_MAX = 40
EXPRESSION_CHARS_MAX = 20_000
EXPRESSION_DEPTH_MAX = 100
ROWS_MAX = 1_000
"""Rows of one repeat, whether added by a person or asked for by ``jr:count``."""
NODES_LIVE_MAX = 200_000
STEPS_PER_FORMULA_MAX = 2_000_000
"""What one formula may take, in steps as :mod:`forms.expressions.budget` counts them: about half a microsecond each,
so about a second. 50,000 choices looked through without an index take 230,000; twelve levels of predicates over three
rows 5,000,000."""
STEPS_PER_ACT_MAX = 6_000_000
"""What everything that follows from one answer, one added row, the loading or one look at the form may take, about
three seconds. Loading 300 rows of 20 questions, each with a relevance and a constraint, takes 97,000, showing them all
11,000, an answer in them 3,600; where each of 300 rows looks through all rows for its double, an answer takes 630,000.
"""
ROUNDS_FREE = 5
"""How often formulas that need each other go round before it is asked how many values they have: as many rounds settle
every chain, one more round means a circle."""

PATTERN_CHARS_MAX = 2_000
PATTERN_STATES_MAX = 5_000
PATTERN_STATES_PER_FORM_MAX = 100_000
"""Of the patterns that one form keeps made, 400 bytes each; what is beyond is made, and counted, at every use."""
PATTERN_STEPS_MAX = 200_000
"""What one text against one pattern may take; it counts as steps of the formula. A pattern of everyday use on an answer
takes a few hundred."""
ANSWER_CHARS_MAX = 100_000

WORKER_MEMORY_BYTES = 512 * 1024 * 1024
