"""Analyzers of what a conversation was about."""
