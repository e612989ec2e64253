"""The background threads of a worker, one a file."""
