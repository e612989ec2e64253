"""Labelled sets by hands that had not seen the rules: secrets, and what looks like them."""
