"""The documentation as the server serves it, without internet: pages, their headings, and a search in them."""
