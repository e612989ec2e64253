"""Dialogue acts: what is read from a turn, and the fitted weights."""
