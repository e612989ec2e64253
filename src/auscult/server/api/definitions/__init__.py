"""Definitions by users: forms and their drafts, scorecards, taxonomies, and the schemas of documents."""
