"""Pages of conversations: the list, and one of them."""
