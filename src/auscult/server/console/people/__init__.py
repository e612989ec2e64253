"""Pages of people: signing in, the account, users, roles and clients."""
