"""SUBJECT: the days on which people are away, and what is open with them, offered to others."""
