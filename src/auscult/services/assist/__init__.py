"""Assistance of agents during live conversations."""
