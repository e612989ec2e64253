"""Names that filters offer: those of all conversations, as they are written."""
