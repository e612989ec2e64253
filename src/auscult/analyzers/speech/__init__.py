"""Analyzers of how people spoke, and in which language."""
