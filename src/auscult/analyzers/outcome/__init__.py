"""Analyzers of how a conversation ended: resolution, escalation, churn risk, summary."""
