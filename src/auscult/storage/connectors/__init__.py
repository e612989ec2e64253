"""Connectors: their state and manifest in the database, and the places that they read."""
