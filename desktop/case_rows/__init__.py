"""A short list of cases, one line each, used on several screens."""
