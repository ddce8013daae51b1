"""One case: its form, what was said about it, its receipt, its history."""
