"""Commands for audits, agreement and tuning."""
