"""Answers of judges, and the slots that limit concurrent calls."""
