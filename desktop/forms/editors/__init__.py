"""One small editor per kind of answer; each speaks stored text and knows nothing of saving."""
