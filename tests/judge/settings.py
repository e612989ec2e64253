"""Limits of the real model."""

CONTEXT = 8192
PATIENCE_S = 900
