"""Precision and recall of a redactor on labelled utterances."""
