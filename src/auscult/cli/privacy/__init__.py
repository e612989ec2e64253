"""Commands about privacy: what apps redact, and the access log."""
