"""The builder of taxonomies."""
