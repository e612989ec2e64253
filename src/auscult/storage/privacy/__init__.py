"""Privacy: the access log and its seals."""
