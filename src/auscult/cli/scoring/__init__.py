"""Commands that load and score conversations."""
