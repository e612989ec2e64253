"""Exports and webhooks."""
