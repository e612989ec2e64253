"""Monitoring: probes for supervisors, metrics for Prometheus, and a log line for every refused request."""
