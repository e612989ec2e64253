"""Pages of administration: each a tab, for visitors with the permission that opens it."""
