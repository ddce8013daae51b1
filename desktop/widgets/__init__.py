"""The small pieces that every screen is made of."""
