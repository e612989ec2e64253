"""SHELF: tables of one's own, whose columns are guessed or named."""
