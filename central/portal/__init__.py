"""The citizens' page: where a case stands, by its tracking code."""
