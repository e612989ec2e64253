"""My results: an agent's audits, and self-reviews."""
