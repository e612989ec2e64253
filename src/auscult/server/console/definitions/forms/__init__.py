"""Pages of forms: the list, a new one, the editor with its builder, and publishing."""
