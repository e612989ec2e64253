"""SHELF: what AI agents leave behind: messages of chat completions, and spans of traces."""
