"""Disputes: reviews opened with an audit, and the use cases of reviews for one viewer."""
