"""The examples of a form in its editor."""
