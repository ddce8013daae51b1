"""The HTTP API: thin handlers that authorise, act and answer."""
