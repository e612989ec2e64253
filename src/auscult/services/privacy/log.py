"""The access log: who signed in, saw an unredacted text, played, exported, changed or erased what, and read the log."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import msgspec

from auscult.domain.privacy.log import Draft, Entry, Fault, Head, Reach, check
from auscult.storage.privacy.log import ENTRIES, PRUNED, AccessLog

SYSTEM = "system"
"""The principal of what no person and no client asked for: schedules."""


class HasLog(Protocol):
    """A store, or one app of it: entries of the latter name the app."""

    @property
    def log(self) -> AccessLog:
        """The log."""
        ...


def record(store: HasLog, principal: str, action: str, target: str | None = None, **details: Any) -> Entry:  # noqa: ANN401
    """Append an entry, and return it once it is committed.

    ``principal``: ``user:ann@example.com``, ``client:cs-…`` or ``system``. ``action``: a noun and a verb as in
    permissions, ``conversation.read_unredacted``, ``session.opened``, ``grant.added``. ``target``: a kind and an id,
    ``conversation:c-1``. ``details``: JSON values; no secrets and no words of a conversation.
    Where the entry must be there exactly when a change is, let storage call ``append_entry`` in its transaction.
    """
    return store.log.append(principal, action, target, **details)


def draft(store: HasLog, principal: str, action: str, target: str | None = None, **details: Any) -> Draft:  # noqa: ANN401
    """Return the entry for ``append_entry``, in a transaction of storage's own."""
    return Draft.of(principal, action, target, details, store.log.app_id)


def record_export(app: HasLog, by: str, target: str, **details: Any) -> None:  # noqa: ANN401
    """Record that a principal exports data, before it goes: an export may be cut off."""
    record(app, by, "data.exported", target, **details)


def record_reading(app: HasLog, by: str, **asked: Any) -> None:  # noqa: ANN401
    """Record that a principal reads the log, and what of it was asked for."""
    record(app, by, "log.read", None, **asked)


def verify_for(store: HasLog, app: HasLog, by: str) -> list[Fault]:
    """Return every sign of tampering, and record in an app that a principal looked for them."""
    faults = verify(store)
    record(app, by, "log.verified", None, faults=len(faults))
    return faults


def verify(store: HasLog, heads: Sequence[Head] = ()) -> list[Fault]:
    """Return every sign of tampering, none where the log is whole. ``heads`` are those kept in a second place."""
    log = store.log
    seals = log.seals()  # before the counter, and the counter before the entries: all of them grow meanwhile
    reach = Reach(last=log.count(ENTRIES), pruned=log.count(PRUNED))
    entries = (entry for entry in log.entries() if entry.number <= reach.last)
    gone = [
        Fault(f"the trigger {name} is missing, changed or switched off: changes are not refused")
        for name in log.missing_triggers()
    ]
    return [*gone, *check(entries, seals, reach, heads=heads, secret=log.secret_key)]


def export(store: HasLog, by: str, after: int, **only: str) -> Iterator[bytes]:
    """Record that a principal exports entries after this number, and yield them as ``exported`` does."""
    record(store, by, "log.exported", None, after=after, only=only)
    yield from exported(store.log.entries(after, frozenset(), **only))


def exported(entries: Iterator[Entry]) -> Iterator[bytes]:
    """Yield entries as JSON lines, for a SIEM: hashes in hexadecimal, instants in ms since the epoch."""
    for entry in entries:
        line: dict[str, Any] = {
            "entry": entry.number,
            "at": entry.at,
            "app": entry.app_id,
            "principal": entry.principal,
            "action": entry.action,
            "target": entry.target,
            "details": None if entry.details is None else msgspec.Raw(entry.details.encode()),
            "content_hash": entry.content_hash.hex(),
            "entry_hash": entry.entry_hash.hex(),
        }
        yield msgspec.json.encode(line) + b"\n"
