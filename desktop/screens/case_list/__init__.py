"""All cases of this computer."""
