"""Privacy: the access log, redaction at intake, retention, holds and erasure."""
