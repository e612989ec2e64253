"""Connections, tables, dialect differences and migrations."""
