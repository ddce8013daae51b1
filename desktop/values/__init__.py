"""One field of a case or citizen outside its form: its label, its value in words, its editor."""
