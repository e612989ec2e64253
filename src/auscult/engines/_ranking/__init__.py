"""Order of a few passages within a deadline: the wait for it, and the client of a cross-encoder."""
