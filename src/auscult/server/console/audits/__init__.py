"""Pages of audits: the visitor's own, the desk, plans and auditors."""
