"""The pages of fits."""
