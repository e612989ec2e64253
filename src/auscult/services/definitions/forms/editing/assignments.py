"""Conversations that a form document gives up: its assignments without those of another form."""

from collections.abc import Iterable
from typing import Any

from auscult.domain.form import Assignment
from auscult.services.definitions.forms.editing.changes import Change, Put, Remove, changed
from auscult.services.definitions.forms.editing.questions import mappings, value_of

_BOTH = frozenset(("inbound", "outbound"))
_KEY = "assignments"


def without(document: bytes, others: Iterable[Assignment]) -> bytes:
    """Return a form document that is for none of the conversations of ``others``.

    An assignment goes, or keeps the direction that the others leave. Raises ``RequestError`` where the document cannot
    be changed without rewriting other parts.
    """
    value = value_of(document)
    is_any = not isinstance(value, dict) or value.get(_KEY) is None
    own: list[dict[str, Any]] = [{}] if is_any else mappings(value, _KEY)
    theirs = tuple(others)
    kept = [_left(each, theirs) for each in own]
    if not any(kept):
        return changed(document, Put((_KEY,), []))
    if is_any:
        return changed(document, Put((_KEY,), [{"queue": "*", "direction": kept[0]}]))
    changes: list[Change] = []
    for at in reversed(range(len(own))):
        if kept[at] is None:
            changes.append(Remove((_KEY, at)))
        elif kept[at] != own[at].get("direction", "both"):
            changes.append(Put((_KEY, at, "direction"), kept[at]))
    return changed(document, *changes)


def _left(assignment: dict[str, Any], others: Iterable[Assignment]) -> str | None:
    """Return the direction that an assignment keeps, None where it keeps none."""
    wanted = _directions(assignment.get("direction", "both"))
    for other in others:
        if other.queue == assignment.get("queue", "*"):
            wanted -= _directions(other.direction)
    return "both" if wanted == _BOTH else next(iter(wanted), None)


def _directions(direction: str) -> frozenset[str]:
    return _BOTH if direction == "both" else frozenset((direction,))
