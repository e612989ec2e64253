"""Explanations on the pages of a conversation, a metric and the overview."""
