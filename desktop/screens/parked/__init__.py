"""Acts that wait for a decision."""
