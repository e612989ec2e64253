"""From bytes to accepted conversations: reading, decompression, grouping, admission."""
