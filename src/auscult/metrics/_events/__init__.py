"""Etiquette around an event: a hold, a transfer."""
