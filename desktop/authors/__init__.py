"""The authors' bench: a form tried out in a window of its own, without a workspace; nothing is kept or sent."""
