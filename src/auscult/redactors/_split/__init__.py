"""Numbers that come in parts: what may be between them, and how what is found is put together."""
