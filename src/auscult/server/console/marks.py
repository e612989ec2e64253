"""What opens pages besides permissions: being an agent, and a permission that holds in the whole app."""

OWN_RESULTS = "own results"
"""Opens the pages of an agent's own results: for those who are an agent."""


def whole_app(permission: str) -> str:
    """Return what opens a page that needs a permission in the whole app."""
    return f"{permission} in the whole app"
