"""Dates of birth by what is said around them, without a word for a birth."""
