"""A form that is tried on one conversation, in its editor."""
