"""Vectors of texts: comparison, cache, regression."""
