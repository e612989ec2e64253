"""SUBJECT: collections of pinned moments, to listen through."""
