"""The wizard of connectors: its page, and the changes that it makes to the document."""
