"""Parts of every page: the visit and what it posts, the menu, templates, filters, the transcript, verdicts, charts, and reasons in words."""
