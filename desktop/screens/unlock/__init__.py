"""The locked screen: nothing personal on it."""
