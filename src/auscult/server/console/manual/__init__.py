"""The documentation in the console."""
