"""Putting a form in force: its versions and their days, what it scores, and what uses it."""
