"""Asking systems that are not ours, over HTTP: only those that the operator allows, and only as far as allowed."""
