"""Authentication of people: cookies, personal tokens, and identity providers."""
