"""The vendor's side of the server: the five reports, the hook of agent assist and recordings, and who may read them."""
