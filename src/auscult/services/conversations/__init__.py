"""Conversations as people look for them: the newest first, by what was said and decided."""
