"""Rows that several reports share."""
