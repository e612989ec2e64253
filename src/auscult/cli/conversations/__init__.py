"""Commands that read stored conversations."""
