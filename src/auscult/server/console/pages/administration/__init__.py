"""Pages of administration: each a tab, for those whose permissions open it."""
