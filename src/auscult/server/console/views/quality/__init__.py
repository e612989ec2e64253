"""Views of quality: the overview, metrics, agents and insights."""
