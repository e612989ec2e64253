"""Audits and their trail."""
