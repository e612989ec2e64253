"""The list of work for workers."""
