"""Apps, clients, keys and rate limits."""
