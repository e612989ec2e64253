"""Language of searches in forms, and the search that executes it."""
