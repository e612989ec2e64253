"""Reviews of submitted audits: opened, re-opened, and what they changed."""
