"""Pages on quality: the overview, metrics, agents and insights."""
