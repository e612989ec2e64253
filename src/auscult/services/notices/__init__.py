"""Notices to people of what is assigned, late, disputed, decided, answered or mentions them."""
