"""The encrypted store of one workspace."""
