"""The vendor's side of the server: the five reports, the hook of agent assist and recordings, with access to them."""
