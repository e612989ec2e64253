"""Paths of probes and metrics."""

OPEN_PATHS = frozenset({"/healthz", "/livez", "/readyz", "/metrics"})
"""Paths without data of any account."""
