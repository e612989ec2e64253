"""Paths of probes and metrics."""

OPEN_PATHS = frozenset({"/healthz", "/livez", "/readyz", "/metrics", "/metrics/accounts"})
"""Paths that need no caller; figures of accounts need the operator's token."""
