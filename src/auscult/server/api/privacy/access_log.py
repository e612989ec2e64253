"""``/api/v1/log``: the access log of an app. Reading it is recorded, too."""

from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.domain.privacy.log import Entry
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.parameters import Limit, query
from auscult.services.privacy.log import record_reading

After = Annotated[int, query("Only entries after this number.", ge=0, le=2**53)]
_TEXT = {"max_length": 300}


class LogEntry(Struct, frozen=True, kw_only=True):
    """An entry of the access log. ``target`` and ``details`` are null once erased; hashes are in hexadecimal."""

    entry: int
    at: datetime
    principal: str
    action: str
    target: str | None
    details: dict[str, Any] | None
    content_hash: str
    entry_hash: str


class LogPage(Struct, frozen=True, kw_only=True):
    """Entries by number. ``next_after`` is null after the last."""

    items: tuple[LogEntry, ...]
    next_after: int | None


_ENTRY: dict[str, Any] = {
    "entry": 4711,
    "at": "2026-03-23T10:00:00Z",
    "principal": "user:ann@example.com",
    "action": "conversation.read_unredacted",
    "target": "conversation:c-1",
    "details": {},
    "content_hash": "9f86d081",
    "entry_hash": "5d41402a",
}
example({"items": [_ENTRY], "next_after": None})(LogPage)


@operation.get("/log", may=reading("log", reach="app"), summary="Access log", is_slow=True)
def read_log(
    app: App,
    rights: Rights,
    server: Server,
    after: After = 0,
    action: Annotated[str | None, query("Only this action.", schema_extra=_TEXT)] = None,
    principal: Annotated[str | None, query("Only this principal.", schema_extra=_TEXT)] = None,
    target: Annotated[str | None, query("Only entries about this target.", schema_extra=_TEXT)] = None,
    limit: Limit = 100,
) -> LogPage:
    """Return actions in the app, oldest first, and those of users of its account outside any app, such as signing in.

    The reading is recorded, as `log.read`, before anything is returned.
    """
    asked = {"action": action, "principal": principal, "target": target}
    equal = {name: value for name, value in asked.items() if value is not None}
    record_reading(app, rights.label, after=after, only=equal)
    people = frozenset(f"user:{user.email}" for user in server.store.people.users.listing(app.tenant.account_id))
    found = list(islice(app.log.entries(after, people, **equal), limit + 1))
    more = found[limit - 1].number if len(found) > limit else None
    return LogPage(items=tuple(_view(each) for each in found[:limit]), next_after=more)


def _view(entry: Entry) -> LogEntry:
    return made_from(
        LogEntry,
        entry,
        entry=entry.number,
        at=datetime.fromtimestamp(entry.at / 1000, UTC),
        details=None if entry.details is None else msgspec.json.decode(entry.details, type=dict[str, Any]),
        content_hash=entry.content_hash.hex(),
        entry_hash=entry.entry_hash.hex(),
    )


ROUTER = operation.router(__name__)
