"""Values of documents that users write."""
