"""Commands for scheduled reports and alerts."""
