"""Limits of accounts and apps, set by the operator, and what of them is used."""
