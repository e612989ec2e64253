"""Commands for self-reviews and disputes."""
