"""Comments on the page of a conversation."""
