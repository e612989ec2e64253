"""Audits by people, their agreement with the machine, and threshold tuning."""
