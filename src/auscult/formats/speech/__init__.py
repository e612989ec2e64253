"""SHELF: recognisers of speech, and what players of recordings show: one call a file."""
