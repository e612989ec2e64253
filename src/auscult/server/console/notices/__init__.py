"""The page of a person's notices."""
