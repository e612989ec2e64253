"""Privacy: settings, retention, holds, erasure, originals, steps for two people, and the access log."""
