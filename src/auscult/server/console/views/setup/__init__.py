"""Views of setup: forms, their editor, and back-tests."""
