"""Where this computer stands with the central service."""
