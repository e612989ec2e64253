"""One file a change, in one line of history."""
