"""Recordings: their rows in the database, and their bytes in a folder."""
