"""Keys of a workspace: the slots that wrap its data key, the device's own secret, the rule for passphrases."""
