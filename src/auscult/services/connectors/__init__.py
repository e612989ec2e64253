"""Connectors: documents checked, places read on schedule, everything with its effect once."""
