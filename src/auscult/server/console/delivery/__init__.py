"""Pages of what leaves: exports and webhooks."""
