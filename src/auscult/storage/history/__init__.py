"""Backfills over stored conversations and their chunks."""
