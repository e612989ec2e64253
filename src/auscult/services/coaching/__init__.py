"""ROOM: coaching: items with evidence, examples of others, new colleagues, before and after."""
