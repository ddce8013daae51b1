"""The language of XLSForm's formulas: text -> tokens -> tree -> closures over a session's own tree."""
