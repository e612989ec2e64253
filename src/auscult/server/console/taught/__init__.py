"""The pages on which people teach questions of a form by ticking turns."""
