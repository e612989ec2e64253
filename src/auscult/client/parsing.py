"""Reading of rows in which anything may be absent or null."""

from datetime import UTC, datetime
from typing import Any, cast


def first(*values: Any) -> Any:  # noqa: ANN401  (whatever a row may hold)
    """The first of them that is not None."""
    return next((value for value in values if value is not None), None)


def known(**values: Any) -> dict[str, Any]:  # noqa: ANN401  (whatever a row may hold)
    """Return those of these values that are known."""
    return {name: value for name, value in values.items() if value is not None}


def inner(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object under a name, or the first of several; empty where there is none."""
    found: object = row.get(name)
    if isinstance(found, list):
        found = next(iter(cast("list[object]", found)), None)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def instant(text: str) -> datetime:
    """An instant as the wire writes it; without a zone it is UTC. Raises ``ValueError``."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
