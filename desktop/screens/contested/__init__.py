"""Fields with two unseen, different values."""
