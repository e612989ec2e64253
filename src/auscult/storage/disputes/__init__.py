"""ROOM: reviews of audits by agents, and disputes."""
