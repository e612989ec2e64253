"""A labelled set to which no rule is fitted: secrets, and what looks like them."""
