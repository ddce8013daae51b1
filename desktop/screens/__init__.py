"""One folder per screen: what it knows (model), how it is laid out (view), how rows are painted (delegate)."""
