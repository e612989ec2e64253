"""``/api/v1/retention``: retention periods of conversations and their parts, and the runs that erase expired ones."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.privacy.retention import EVERY_QUEUE, Item, Kept, Receipt, Rule
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Ground, Rights, Server, Services
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id
from auscult.services.privacy.erasure import Erasing
from auscult.services.privacy.rules import change_rule
from auscult.services.recordings.removal import remove_due
from auscult.services.scoring.render import renderer
from auscult.storage.store import AppStore

RunId = Annotated[str, path_id("The run's id.", "er-0c4d7a52-8a0e-4b5e-9a55-1f5f6ad0a0b4")]
_READS = Scopes("log:read", "log:write", permission="retention.manage", reach="app")
_WRITES = writing("log", "retention.manage")


RuleList = Annotated[Items[Rule], Called("RuleList", "Rules, by queue and kind.")]


@example({"queue": "q-cards", "kind": "recording", "days": 90})
class RuleBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule to set; null days remove it. ``queue`` is an id, ``*`` means all others."""

    days: Annotated[int, Meta(ge=1, le=36_500)] | None
    queue: Annotated[str, Meta(min_length=1, max_length=300)] = EVERY_QUEUE
    kind: Kept = "conversation"


class ItemList(Struct, frozen=True, kw_only=True):
    """Items that a run would erase now. ``erasable`` counts those that no hold keeps."""

    items: tuple[Item, ...]
    erasable: int
    held: int


RunList = Annotated[Items[str], Called(f"{__name__}.RunList", "Ids of runs, the newest first.")]


RULE: dict[str, Any] = {"queue": "*", "kind": "conversation", "days": 365}
ITEM: dict[str, Any] = {
    "conversation_id": "c-1",
    "kind": "conversation",
    "started_at": "2025-03-23T10:00:00Z",
    "is_audited": False,
    "held_by": None,
}
RECEIPT: dict[str, Any] = {
    "id": "er-0c4d7a52-8a0e-4b5e-9a55-1f5f6ad0a0b4",
    "kind": "retention",
    "app_id": "st-shop",
    "principal": "user:ann@example.com",
    "started_at": "2026-03-23T10:00:00Z",
    "finished_at": "2026-03-23T10:00:01Z",
    "erased": 12,
    "audits": 1,
    "coachings": 1,
    "examples": 0,
    "pins": 0,
    "held": 0,
    "parts": {"recording": 30},
    "webhook_deliveries": 2,
    "exports": 1,
    "left": {
        "exports": [{"at": "2026-03-01T08:00:00Z", "principal": "cli:ann", "what": "table:conversations"}],
        "webhooks": {"https://crm.example.com/auscult": 2},
    },
}
example(RECEIPT)(Receipt)
example(RULE)(Rule)
example({"items": [ITEM], "erasable": 1, "held": 0})(ItemList)
example(RECEIPT["id"])(str)


@operation.get("/retention/rules", may=_READS, summary="Rules of retention", command="retention show")
def list_retention_rules(app: App) -> RuleList:
    """List the retention periods of conversations and their parts."""
    return Items(items=tuple(app.retention.rules()))


@operation.put("/retention/rules", may=_WRITES, is_slow=False)
def set_retention_rule(data: JSONBody[RuleBody], app: App, rights: Rights) -> RuleList:
    """Set a rule of retention. How long conversations of a queue are kept, or parts of them alone.

    Parts are transcripts, recordings and results. Workers erase expired items hourly: preview them first.
    """
    change_rule(app, rights.label, data.queue, data.kind, data.days)
    return Items(items=tuple(app.retention.rules()))


@operation.get("/retention/preview", may=_READS, is_slow=True, command="retention preview")
def preview_retention(app: App, server: Basis) -> ItemList:
    """Preview retention. What a run would erase now, and what a hold keeps; nothing is erased."""
    return item_list(erasing(app, server).due())


@operation.post("/retention/runs", may=_WRITES, status=201)
def run_retention(app: App, rights: Rights, server: Server) -> Receipt:
    """Run retention. Expired items are erased now; the answer is the receipt. Items on legal hold stay."""
    work = erasing(app, server)
    receipt = work.run("retention", work.due(), rights.label)
    remove_due(server.store.recordings, server.recordings)
    return receipt


@operation.get("/retention/runs", may=_READS, summary="Runs of retention and erasure")
def list_erasure_runs(app: App) -> RunList:
    """List runs of retention and erasures of customers, the newest first."""
    return Items(items=tuple(app.retention.runs()))


@operation.get("/retention/runs/{run_id}", may=_READS, summary="Receipt of a run")
def get_erasure_run(run_id: RunId, app: App) -> Receipt:
    """Return the receipt of a run, from the records of its transactions."""
    return app.retention.receipt(run_id)


def erasing(app: AppStore, server: Ground | Services) -> Erasing:
    """Return the service that erases in an app."""
    return Erasing(app, server.now, renderer(app, server.reports))


def item_list(items: list[Item]) -> ItemList:
    """Return items with their counts."""
    held = sum(item.held_by is not None for item in items)
    return ItemList(items=tuple(items), erasable=len(items) - held, held=held)


ROUTER = operation.router(__name__)
