"""Recordings: the sound of a conversation, as values."""
