"""Recordings: sound accepted, linked to and removed."""
