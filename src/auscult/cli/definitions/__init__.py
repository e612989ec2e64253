"""Commands for forms, taxonomies, scorecards and lookup tables."""
