"""Scheduled reports, and alerts when something happens."""
