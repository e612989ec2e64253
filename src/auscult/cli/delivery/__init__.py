"""Commands that move results out."""
