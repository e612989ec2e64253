"""Commands for agent assist."""
