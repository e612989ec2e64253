"""Conversations put right: another queue, another agent, scored again, left out of figures; each a fact with its undo."""
