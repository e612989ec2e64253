"""Values that are said, and what they are compared with."""
