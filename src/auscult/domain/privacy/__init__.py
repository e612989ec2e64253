"""Privacy: the log of who did what, spans of personal data and their placeholders."""
