"""Coaching: one behaviour to work on, with evidence, a date, and what it changed."""
