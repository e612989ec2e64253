"""Views of audits: one's own, the desk, plans and auditors."""
