"""SHELF: exports of chats, which are parted where nobody writes for long, and plain transcripts."""
