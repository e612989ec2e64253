"""Comparison of the rows of reports with what is stored: each is rendered again, and must come out as it is filed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import msgspec

from auscult.domain.tenancy import Tenant
from auscult.reports import _wires
from auscult.services.scoring.render import Reports, render
from auscult.storage.store import Store
from auscult.storage.upkeep.altered import MOST_SHOWN
from auscult.storage.upkeep.verify import Difference

GROUP = 500
_NAMED = 3
"""Keys that are named of one row, at most."""

Rows = Mapping[str, bytes]


def rows_that_differ(store: Store, reports: Reports) -> list[Difference]:
    """Return the rows of every app that differ from what they are rendered from, at most 10,000 of an app.

    Rows that an earlier version rendered are left out: workers render them again.
    """
    return [
        each
        for tenant in store.tenants()
        if not store.is_outdated(tenant)
        for each in islice(_of_app(store, tenant, reports), MOST_SHOWN)
    ]


def _of_app(store: Store, tenant: Tenant, reports: Reports) -> Iterator[Difference]:
    after = ""
    while filed := store.filed(tenant, after, GROUP):
        for name in _suspected(store, tenant, reports, filed):
            # Read again: it may have been audited or scored again between the two readings.
            yield from _compared(store, tenant, reports, name)
        after = max(filed)


def _suspected(store: Store, tenant: Tenant, reports: Reports, filed: Mapping[str, Rows]) -> list[str]:
    """Return the conversations whose rows may differ."""
    try:
        app = store.within(tenant)
        cases, aliases = app.conversations.recorded(list(filed)), app.aliases.in_force()
        return [
            name
            for name, rows in filed.items()
            if name not in cases or render(tenant, cases[name], reports, aliases).rows != rows
        ]
    except Exception:  # noqa: BLE001  (what was written by hand may break anything; each is tried alone)
        return list(filed)


def _compared(store: Store, tenant: Tenant, reports: Reports, name: str) -> Iterator[Difference]:
    try:
        app = store.within(tenant)
        case, aliases = app.conversations.recorded([name]).get(name), app.aliases.in_force()
        expected: Rows = {} if case is None else render(tenant, case, reports, aliases).rows
    except Exception as error:  # noqa: BLE001  (what was written by hand may break anything)
        yield Difference(f"what is stored of {name}", "readable", f"{type(error).__name__}: {error}")
        return
    found = store.filed(tenant, name, 1, is_itself=True).get(name, {})
    for report in sorted(expected.keys() | found.keys()):
        if expected.get(report) != found.get(report):
            differing = list(islice(_differing(expected.get(report), found.get(report)), _NAMED))
            yield Difference(
                f"row of {name} in {report}",
                "; ".join(one for one, _ in differing),
                "; ".join(one for _, one in differing),
            )


def _differing(expected: bytes | None, found: bytes | None) -> Iterator[tuple[str, str]]:
    """Yield what two rows have at the keys at which they differ."""
    if expected is None or found is None:
        yield "none" if expected is None else "a row", "none" if found is None else "a row"
        return
    try:
        read = msgspec.json.decode(_wires.whole(found))
    except (msgspec.DecodeError, ValueError) as error:
        yield "a row", f"no JSON: {error}"
        return
    places = list(_walk(msgspec.json.decode(_wires.whole(expected)), read, ""))
    yield from places or [("the same, in other bytes", "other bytes")]


def _walk(expected: Any, found: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  (any part of JSON)
    if isinstance(expected, dict) and isinstance(found, dict):
        known, given = cast("Mapping[str, Any]", expected), cast("Mapping[str, Any]", found)
        for key in dict.fromkeys((*known, *given)):
            yield from _walk(known.get(key), given.get(key), f"{path}.{key}" if path else key)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):  # pyright: ignore[reportUnknownArgumentType]
        pairs = zip(cast("Sequence[Any]", expected), cast("Sequence[Any]", found), strict=True)
        for at, (one, other) in enumerate(pairs):
            yield from _walk(one, other, f"{path}[{at}]")
    elif expected != found:
        yield tuple(f"{path} {msgspec.json.encode(each).decode()[:80]}" for each in (expected, found))  # type: ignore[misc]
