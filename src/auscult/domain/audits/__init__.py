"""Audits, and agreement between raters."""
