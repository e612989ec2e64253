"""Pages of scorecards and taxonomies, and what every editor of a document shares."""
