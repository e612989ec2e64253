"""The page of targets of notices."""
