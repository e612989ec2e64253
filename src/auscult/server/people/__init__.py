"""How people come in: cookies, personal tokens, and identity providers."""
