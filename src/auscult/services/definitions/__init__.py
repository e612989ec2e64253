"""Documents that users write: forms, taxonomies, scorecards, lookup tables."""
