"""Form documents: reading, checks, drafts, publishing, differences."""
