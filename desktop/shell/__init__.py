"""The frame around every screen of an unlocked window: rail, search, pages, strip."""
