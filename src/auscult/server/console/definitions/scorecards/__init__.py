"""The builder of scorecards."""
