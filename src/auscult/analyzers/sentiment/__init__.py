"""Analyzers of how customer and agent sound."""
