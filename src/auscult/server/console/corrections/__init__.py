"""Corrections on the page of a conversation."""
