"""Changes to a form document that touch only the lines they are about: comments, order, quotes and blank lines stay."""
