"""SHELF: exports of chats, which are parted where no one writes for long, and plain transcripts."""
