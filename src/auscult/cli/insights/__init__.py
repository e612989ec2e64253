"""Commands for insights."""
