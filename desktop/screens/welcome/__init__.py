"""The first screen of a computer: enrolling it and choosing the passphrase."""
