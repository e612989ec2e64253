"""Paths of probes and metrics."""

OPEN_PATHS = frozenset({"/healthz", "/livez", "/readyz", "/metrics"})
"""Paths that hold nothing of any account."""
