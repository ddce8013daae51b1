"""Choosing the procedure of a new case."""
