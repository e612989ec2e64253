"""ROOM: what follows an audit: release, the agent's answer, disputes and their decisions."""
