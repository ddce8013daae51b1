"""Citizens: search first, create only then; and one citizen's record."""
