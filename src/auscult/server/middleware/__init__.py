"""Layers around every route: request ids, security headers, limits for unknown callers, and HEAD."""
