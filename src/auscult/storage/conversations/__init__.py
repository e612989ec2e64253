"""Conversations with their evaluations."""
