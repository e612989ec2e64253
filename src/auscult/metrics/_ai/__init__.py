"""Statements of AI agents, checked against what they called, what they were given and what they said before."""
