"""Connectors: applied, listed, checked, run by a worker, paused; and the items that each run read and refused."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct, structs

from auscult.domain.connectors.run import Order, Refusal, Run, Standing
from auscult.domain.operations.records import made_from
from auscult.server.problems import RefusedDocumentError
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Caller, Ground, Rights, Services, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import Instant, Limit, Version, path_id, query
from auscult.server.rest.request import Takes
from auscult.services.connectors import documents
from auscult.services.connectors.checking import Check
from auscult.services.connectors.connecting import Connectors
from auscult.storage.store import AppStore

Name = Annotated[str, path_id("The connector.", "genesys-eu")]


class ConnectorBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connector's document, YAML or JSON as text, and its secrets. Without ``secrets`` the stored ones stay."""

    document: Annotated[str, Meta(max_length=1 << 20)]
    secrets: dict[str, Annotated[str, Meta(max_length=1 << 16)]] | None = None


class BackfillBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Items written from ``since`` and before ``until``, with keys that begin with ``prefix``.

    ``again`` includes those read before. ``dry_run``: read, map and count them, and store nothing but the run.
    """

    since: Instant | None = None
    until: Instant | None = None
    prefix: Annotated[str, Meta(max_length=1000)] = ""
    again: bool = False
    dry_run: bool = False


class AppliedConnector(Struct, frozen=True, kw_only=True):
    """The version in force."""

    name: str
    version: int
    published_at: datetime


ConnectorList = Annotated[Items[Standing], Called("ConnectorList", "Connectors, by name.")]


class ShownConnector(Standing, frozen=True, kw_only=True):
    """A connector: its document, the size of its manifest, and conversations by value that its mapping table lacks."""

    document: str
    items: int
    unknown: dict[str, int]


RunList = Annotated[Items[Run], Called(f"{__name__}.RunList", "Runs, the newest first.")]


RefusalList = Annotated[Items[Refusal], Called("RefusalList", "Items that are refused at present, the newest first.")]


_AT = "2026-03-23T10:15:00Z"
_COUNTS = {
    "listed": 120,
    "known": 100,
    "left_out": 0,
    "read": 20,
    "postponed": 0,
    "bytes": 81_920,
    "new": 19,
    "changed": 0,
    "unchanged": 0,
    "refused": 1,
    "audits": 0,
    "replaced": 0,
}
_ORDER = {
    "kind": "schedule",
    "since": None,
    "until": None,
    "prefix": "",
    "is_repeated": False,
    "by": "",
    "is_dry": False,
}
_RUN: dict[str, Any] = {
    "number": 7,
    "connector": "genesys-eu",
    "version": 2,
    "order": _ORDER,
    "state": "done",
    "started_at": _AT,
    "ended_at": _AT,
    "counts": _COUNTS,
    "notes": ["queue retention-2 is new: 12 today"],
    "postponed": [],
    "error": "",
}
_STANDING: dict[str, Any] = {
    "name": "genesys-eu",
    "version": 2,
    "is_paused": False,
    "next_at": "2026-03-23T10:30:00Z",
    "ordered": None,
    "secrets": ["access_key_id", "secret_access_key"],
    "last": _RUN,
}
_DOCUMENT = "name: genesys-eu\nplace: s3://exports/eu\nformat: native\nevery: 15m\n"
_REFUSAL = {
    "key": "day=23/call-9.json",
    "where": "line 1",
    "reason": "JSON is malformed: it ends too early",
    "run": 7,
    "at": _AT,
}
_ROW: dict[str, Any] = {
    "key": "day=23/call-8.json",
    "where": "call-8",
    "reason": "",
    "id": "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11",
    "channel": "voice",
    "started_at": _AT,
    "queue": "billing",
    "agent": "a-1",
    "turns": 41,
}
example(_RUN)(Run)
example(_STANDING)(Standing)
example({**_STANDING, "document": _DOCUMENT, "items": 120, "unknown": {"queue:q-77": 3}})(ShownConnector)
example(_REFUSAL)(Refusal)
example({"name": "genesys-eu", "version": 2, "published_at": _AT})(AppliedConnector)
example(
    {
        "name": "genesys-eu",
        "access": "ok",
        "path": "ok",
        "format": "ok",
        "mapped": [_ROW],
        "refused": [],
        "unknown": [],
        "postponed": [],
        "counts": _COUNTS,
    }
)(Check)
READS, WRITES = reading("connectors", reach="app"), writing("connectors")
PAUSED = {409: "The connector is paused."}
Work = Use[Connectors]


def work(app: App, rights: Rights, server: Basis) -> Connectors:
    """Return the connectors of the app as the caller changes them."""
    return connecting(app, server, rights.label)


@operation.post(
    "/connectors",
    may=WRITES,
    summary="Apply a connector",
    refuses={422: "The document cannot be used, names a place that the API may not read, or needs its secrets again."},
    takes=Takes("The document and its secrets.", {"document": _DOCUMENT, "secrets": {"access_key_id": "AKIA…"}}),
)
def apply_connector(data: JSONBody[ConnectorBody], app: App, work: Work) -> AppliedConnector:
    """Store a connector, or a new version of it. Secrets are encrypted, and never returned.

    They go to no other user, server or account than they were given for: a document that changes it brings them again.
    """
    document = data.document.encode()
    found = documents.check_connector(document, app.tenant.app_id)
    if found.connector is None:
        raise RefusedDocumentError("connector", found.problems)
    stored = work.apply(document, data.secrets)
    return AppliedConnector(name=stored.name, version=stored.version, published_at=stored.published_at)


@operation.get(
    "/connectors",
    may=READS,
    summary="List connectors",
    command="connectors list",
    columns=("name", "version", "is_paused", "next_at", "last.started_at", "last.state"),
)
def list_connectors(app: App) -> ConnectorList:
    """List connectors, each with its last run and the time of its next one."""
    return Items(items=tuple(app.connectors.listing()))


@operation.get("/connectors/{name}", may=READS, summary="A connector", command="connectors show", prints="document")
def get_connector(name: Name, app: App, work: Work, version: Version = None) -> ShownConnector:
    """Return the state of a connector and its document as applied, in the newest or another version."""
    stored = work.definition(name, version)
    return ShownConnector(
        **structs.asdict(app.connectors.get(name)),
        document=stored.document.decode(),
        items=app.connectors.items(name),
        unknown=app.connectors.unknown(name),
    )


@operation.delete("/connectors/{name}", may=WRITES, summary="Remove a connector", command="connectors remove")
def remove_connector(name: Name, work: Work) -> None:
    """Remove a connector and its secrets. Its conversations and its manifest stay: applied again, it reads nothing twice."""
    work.remove(name)


@operation.post("/connectors/{name}/check", may=WRITES, summary="Try a connector")
def check_connector(name: Name, work: Work) -> Check:
    """Check access, path and format, and map the first ten conversations. Nothing is stored."""
    return work.check(name)


@operation.post(
    "/connectors/{name}/run",
    may=WRITES,
    status=202,
    summary="Run a connector",
    refuses=PAUSED,
    example={"ordered": {**_ORDER, "kind": "manual"}},
)
def run_connector(name: Name, work: Work, caller: Caller) -> Standing:
    """Read new items now. List the runs of the connector to follow the progress."""
    return work.order(name, Order(kind="manual", by=caller.name))


@operation.post(
    "/connectors/{name}/backfill",
    may=WRITES,
    status=202,
    summary="Read a range of older items",
    refuses=PAUSED,
    example={"ordered": {**_ORDER, "kind": "backfill"}},
    takes=Takes("The range.", {"since": "2025-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}),
)
def backfill_connector(name: Name, data: JSONBody[BackfillBody], work: Work, caller: Caller) -> Standing:
    """Read items by the time at which they were written, regardless of `since` in the document."""
    order = made_from(Order, data, kind="backfill", is_repeated=data.again, by=caller.name, is_dry=data.dry_run)
    return work.order(name, order)


@operation.post("/connectors/{name}/pause", may=WRITES, summary="Pause a connector", command="connectors pause")
def pause_connector(name: Name, work: Work) -> None:
    """Pause a connector: no run begins, and a run in progress ends after the group that it is storing."""
    work.pause(name, is_paused=True)


@operation.post("/connectors/{name}/resume", may=WRITES, summary="Resume a connector", command="connectors resume")
def resume_connector(name: Name, work: Work) -> None:
    """Resume a connector: the next run continues where the last one ended."""
    work.pause(name, is_paused=False)


@operation.get(
    "/connectors/{name}/runs",
    may=READS,
    summary="Runs of a connector",
    command="connectors log",
    columns=("number", "started_at", "order.kind", "state", "counts.new", "counts.refused", "notes", "error"),
)
def list_connector_runs(name: Name, app: App, limit: Limit = 100) -> RunList:
    """List the last runs with their counts, the notes of the drift watch, and the error that ended a run early."""
    return Items(items=tuple(app.connectors.runs(name, limit)))


@operation.get(
    "/connectors/{name}/refusals",
    may=READS,
    summary="Refusals of a connector",
    command="connectors refused",
    columns=("key", "where", "reason"),
)
def list_connector_refusals(
    name: Name,
    app: App,
    limit: Limit = 100,
    run: Annotated[int | None, query("Only of this run.", ge=1, le=2**53)] = None,
) -> RefusalList:
    """List the items refused at present; reading an item again replaces its refusals."""
    return Items(items=tuple(app.connectors.refusals(name, limit, run)))


def connecting(app: AppStore, server: Ground | Services, by: str) -> Connectors:
    """Return the connectors of an app, with the limits on documents applied over the API; ``by`` is who asks."""
    settings = server.settings
    folders = settings.connector_folders
    return Connectors(app, settings.limits, server.now, settings.networks, folders=folders, by=by)


ROUTER = operation.router(__name__, work=work)
