"""ROOM: coaching items, and consent to share conversations."""
