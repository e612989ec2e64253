"""Views of administration."""
