"""The second reader: a small encoder fitted to dialogue acts, and what it adds to the heads."""
