"""SHELF: files that hold files: ZIP and tar, read member by member."""
