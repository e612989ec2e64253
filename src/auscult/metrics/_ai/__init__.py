"""What AI agents say, read against what they called, what they were given and what they said before."""
