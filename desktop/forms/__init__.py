"""Forms on the screen: one page of a filling session at a time, as native widgets."""
