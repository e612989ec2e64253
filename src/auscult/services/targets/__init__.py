"""Targets of notices beyond e-mail: Slack, Teams and others through Apprise, of a person or of the app."""
