"""People: signing in, users and their grants, who may do what, and the directory."""
