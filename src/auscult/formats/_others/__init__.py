"""Parts that readers of other programs' files share."""
