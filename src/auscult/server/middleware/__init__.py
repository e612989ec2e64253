"""Layers around every route: security headers, limits for unknown callers, and HEAD."""
