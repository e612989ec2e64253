"""Figures about many conversations."""
