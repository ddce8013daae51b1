"""The program's version: one for all front doors. ``pyproject.toml`` says the same, and a test holds them together."""

VERSION = "0.1.0"
