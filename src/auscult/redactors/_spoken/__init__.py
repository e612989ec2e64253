"""Numbers as people say them in other languages than English."""
