"""Marks that open pages in addition to permissions: being an agent, and a permission in the whole app."""

OWN_RESULTS = "own results"
"""Opens the pages of an agent's own results: for visitors who are an agent."""


def whole_app(permission: str) -> str:
    """Return the mark that opens a page for a permission in the whole app."""
    return f"{permission} in the whole app"
