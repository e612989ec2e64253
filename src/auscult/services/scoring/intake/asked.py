"""Values that a user gives for what files do not say, read alike from options, queries and forms."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from auscult.domain.conversation import Speaker
from auscult.domain.errors import RequestError
from auscult.domain.people.timezones import check_timezone
from auscult.formats import FORMATS, READERS, Given
from auscult.formats.tables._described import NAMES

SIDES = ("agent", "customer", "bot", "system", "unknown")
NAMED: tuple[str, ...] = (
    *("format", "agent", "queue", "channel", "language", "started_at", "time_zone", "date_order", "decimal"),
)
"""Values that are given once; ``columns`` and ``sides`` are pairs, as ``text=Message``, or ``text=`` for no column."""
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "channel": ("voice", "chat"),
    "date_order": ("day", "month"),
    "decimal": ("comma", "point"),
}


def given_of(values: Mapping[str, str | None], columns: Iterable[str] = (), sides: Iterable[str] = ()) -> Given:
    """Return what is given by name.

    Raises ``RequestError`` ``format.unknown``, ``load.invalid``, ``timezone.unknown`` with the field.
    """
    found: dict[str, Any] = {name: value for name in NAMED if (value := values.get(name))}
    for name, known in _CHOICES.items():
        if name in found and found[name] not in known:
            raise _invalid(name, found[name], f"choose one of: {', '.join(known)}")
    if (shape := found.get("format")) is not None and shape not in READERS and shape not in FORMATS:
        known = ", ".join((*FORMATS, *READERS))
        raise RequestError(
            "unknown format {shape!r}; choose one of: {known}",
            shape=shape,
            known=known,
            code="format.unknown",
            field="format",
        )
    if "started_at" in found:
        found["started_at"] = _instant(found["started_at"])
    if "time_zone" in found:
        check_timezone(found["time_zone"], "time_zone")
    else:
        found["is_zone_of_app"] = True
    by_column = _pairs("columns", columns)
    for what in by_column:
        if what not in NAMES:
            raise _invalid("columns", what, f"choose one of: {', '.join(NAMES)}")
    by_label = _pairs("sides", sides)
    for side in by_label.values():
        if side not in SIDES:
            raise _invalid("sides", side, f"choose one of: {', '.join(SIDES)}")
    return Given(**found, columns=by_column, sides=cast("dict[str, Speaker]", by_label))


def _pairs(field: str, given: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in given:
        name, mark, value = pair.rpartition("=") if field == "sides" else pair.partition("=")
        if not mark or not name.strip() or (field == "sides" and not value.strip()):
            example = "Speaker 1=agent" if field == "sides" else "text=Message"
            raise _invalid(field, pair, f"give a pair, as {example!r}")
        pairs[name.strip()] = value.strip()
    return pairs


def _instant(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written.strip())
    except ValueError as error:
        raise _invalid("started_at", written, "give a time as 2026-10-14T15:34 or 2026-10-14T15:34:00Z") from error


def _invalid(field: str, value: str, should_be: str) -> RequestError:
    return RequestError(
        "{field} is {text!r}; {should_be}",
        text=value[:80],
        should_be=should_be,
        code="load.invalid",
        field=field,
    )
