"""Verification, repair and copies of a store."""
