"""Audits, plans, assignments, estimates, and the agreement of the machine with people."""
