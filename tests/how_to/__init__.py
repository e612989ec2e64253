"""The how-to pages, run block by block."""
