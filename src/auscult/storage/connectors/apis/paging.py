"""Listings of APIs page by page, begun again where a page token is accepted no more; and fields of their answers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from auscult.domain.connectors.place import Found, ItemError, PlaceError
from auscult.storage.connectors.apis.asking import Answer, RejectedError

BEGUN_AGAIN = 3
"""Times in a row that a listing may begin again without anything new."""

_EXPIRED = frozenset({400, 404, 410, 422})


class Page(NamedTuple):
    """One page of a listing. ``next`` leads to the next one, "" after the last."""

    found: list[Found]
    next: str


def listed(first: Callable[[], Page], following: Callable[[str], Page]) -> Iterator[Found]:
    """Yield every item of a listing once for each of its states, in order. Raises ``PlaceError``.

    A token of a page can expire while the page before it is read: the listing then begins again, and what was yielded
    already is passed over.
    """
    seen: set[int] = set()
    token, in_vain = "", 0
    while True:
        try:
            page = following(token) if token else first()
        except RejectedError as error:
            if not token or error.status not in _EXPIRED or in_vain == BEGUN_AGAIN:
                raise
            token, in_vain = "", in_vain + 1
            continue
        for each in page.found:
            mark = hash((each.key, each.etag))
            if mark not in seen:
                seen.add(mark)
                in_vain = 0
                yield each
        if not page.next:
            return
        if page.next == token:
            raise PlaceError("the API names the same page again as the next one", field="place")
        token = page.next


def objects(answer: Answer, name: str) -> list[Answer]:
    """Return a list of objects in an answer. Raises ``PlaceError``."""
    found: Any = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in cast("list[Any]", found)):
        raise PlaceError("the API's answer has no list of {name}", name=name, field="place")
    return cast("list[Answer]", found)


def optional(answer: Answer, name: str) -> list[Answer]:
    """Return a list of objects in an answer, which may be absent. Raises ``PlaceError``."""
    return [] if answer.get(name) is None else objects(answer, name)


def moment(record: Answer, name: str) -> datetime | None:
    """Return a time in a record, None where there is none."""
    given = record.get(name)
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def unchanged(record: Answer, name: str, found: Found) -> None:
    """Raise ``ItemError`` where a record is not what was listed any more."""
    if str(record.get(name)) != found.etag:
        raise ItemError("it was changed since it was listed")
