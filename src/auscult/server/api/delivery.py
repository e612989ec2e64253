"""Changes of an app, with which a copy elsewhere stays up to date; and the webhooks that receive them."""

from datetime import datetime
from typing import Annotated

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.change import CHANGE_KINDS, USUAL_KINDS, Change, ChangeKind, Webhook, WebhookFormat
from auscult.domain.delivery.addresses import without_login
from auscult.domain.errors import RequestError
from auscult.domain.operations.records import made_from
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import Cursor, Limit, path_id, repeated
from auscult.services.delivery.webhook_changes import NewWebhook, Webhooks

WebhookId = Annotated[str, path_id("The webhook's id.", "wh-5f1c9a7b3e2d4c60")]


class ChangePage(Struct, frozen=True, kw_only=True):
    """A page of changes. ``next_cursor`` is always set and can be used at any time. ``more``: another page is ready."""

    items: tuple[Change, ...]
    next_cursor: str
    more: bool


class ShownWebhook(Struct, frozen=True, kw_only=True):
    """A webhook. ``secret`` is shown only in the answer to its creation. ``waiting``: changes to send or skip."""

    id: str
    url: str
    kinds: tuple[ChangeKind, ...]
    format: WebhookFormat
    template: str
    created_at: datetime
    failures: int
    is_disabled: bool
    waiting: int
    secret: str | None = None


ShownWebhooks = Annotated[Items[ShownWebhook], Called("ShownWebhooks", "All webhooks of the app, by id.")]


class ShownDelivery(Struct, frozen=True, kw_only=True):
    """One attempt to deliver a change to a webhook: the status of the answer, or the error if there was none."""

    change: int
    conversation_id: str
    kind: ChangeKind
    at: datetime
    status: int | None
    error: str | None
    is_done: bool


ShownDeliveries = Annotated[
    Items[ShownDelivery], Called("ShownDeliveries", "The last attempts of a webhook, the newest first.")
]


_AT = "2026-03-23T10:20:05.120Z"
_URL = "http://127.0.0.1:9000/auscult"
_CHANGE = {"number": 4711, "conversation_id": "c-1", "kind": "created", "at": _AT}
example({"items": [_CHANGE], "next_cursor": "WzQ3MTFd", "more": False})(ChangePage)
example({"url": _URL, "kinds": ["created", "rescored", "audited"]})(NewWebhook)
example(
    {
        "id": "wh-5f1c9a7b3e2d4c60",
        "url": _URL,
        "kinds": ["created", "rescored", "audited"],
        "format": "standard",
        "template": "",
        "created_at": _AT,
        "failures": 0,
        "is_disabled": False,
        "waiting": 0,
        "secret": None,
    }
)(ShownWebhook)
example(
    {
        "change": 4711,
        "conversation_id": "c-1",
        "kind": "created",
        "at": _AT,
        "status": 204,
        "error": None,
        "is_done": True,
    }
)(ShownDelivery)
READS, WRITES = reading("webhooks"), writing("webhooks")
Changing = Use[Webhooks]


def changing(app: App, rights: Rights, server: Basis) -> Webhooks:
    """Return the webhooks of the app as the caller changes them."""
    return Webhooks(app, rights, server.now, server.settings.networks)


@operation.get("/changes", may=reading("conversations"), summary="Changes since a cursor")
def list_changes(
    app: App,
    cursor: Cursor = None,
    kinds: Annotated[
        tuple[ChangeKind, ...], repeated("Only this kind of change. Without it: every kind but `notified`.")
    ] = (),
    limit: Limit = 100,
) -> ChangePage:
    """Return the changes: conversations created, revised, re-scored, assigned, audited, reviewed, discussed or erased.

    The review of an audit by its agent is released, agent_accepted, acceptance_undone, disputed or dispute_decided. Each
    change is in the feed once, in the order in which it was committed. Begin without a cursor, keep `next_cursor`, and send it
    with the next request at any time: no change is returned twice, and none that is committed later precedes it.
    Read the present state with `GET /api/v1/conversations/{id}`. Of an erased conversation only the erasure is in
    the feed.
    """
    (after,) = read_cursor(cursor, tuple[int]) or (0,)
    found = app.feed.after(after, limit + 1, kinds or USUAL_KINDS)
    if not found and after > app.feed.last():
        raise RequestError(
            "cursor: it is ahead of all that changed here, so it is of another database, or of this one before it was "
            "restored; begin without a cursor.",
            code="cursor.ahead",
            field="cursor",
        )
    items = tuple(found[:limit])
    last = items[-1].number if items else after
    return ChangePage(items=items, next_cursor=write_cursor(last), more=len(found) > limit)


@operation.post(
    "/webhooks",
    may=WRITES,
    status=201,
    summary="Create a webhook",
    refuses={422: "The address is in a network that the operator has not opened."},
    example={"secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQgYXQgYWxs"},
    command="webhooks add",
    arguments=("url",),
)
def add_webhook(data: JSONBody[NewWebhook], webhooks: Changing) -> ShownWebhook:
    """Send each change of these kinds to the address from now on.

    Messages are sent by POST and signed by Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`,
    `webhook-signature`), in order and at least once; a retry has the same `webhook-id`. Any answer but 2xx is
    retried after 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; then, or at once after 410, the webhook is
    disabled and keeps its place. The secret is shown once.
    """
    webhook = webhooks.add(data)
    return _shown_webhook(webhook, webhook.position, secret=webhook.secret)


@operation.get(
    "/webhooks",
    may=READS,
    summary="List webhooks",
    command="webhooks list",
    columns=("id", "url", "kinds", "waiting", "failures", "is_disabled"),
)
def list_webhooks(app: App) -> ShownWebhooks:
    """List all webhooks of the app with their states."""
    last = app.feed.last()
    items = tuple(_shown_webhook(each, last) for each in app.webhooks.listing())
    return Items(items=items)


@operation.delete("/webhooks/{webhook_id}", may=WRITES, summary="Remove a webhook", command="webhooks remove")
def remove_webhook(webhook_id: WebhookId, webhooks: Changing) -> None:
    """Remove a webhook and its log; nothing is sent to it any more."""
    webhooks.remove(webhook_id)


@operation.post("/webhooks/{webhook_id}/enable", may=WRITES, summary="Try a webhook again", command="webhooks enable")
def enable_webhook(webhook_id: WebhookId, webhooks: Changing) -> None:
    """Enable a webhook; it continues at once from the change where it stopped."""
    webhooks.enable(webhook_id)


@operation.get(
    "/webhooks/{webhook_id}/deliveries",
    may=READS,
    summary="Delivery attempts of a webhook",
    command="webhooks deliveries",
    columns=("at", "change", "conversation_id", "kind", "status", "error"),
)
def list_deliveries(webhook_id: WebhookId, app: App, limit: Limit = 100) -> ShownDeliveries:
    """List attempts, the newest first; the last thousand are kept."""
    tries = app.webhooks.deliveries(webhook_id, limit)
    items = tuple(made_from(ShownDelivery, each, change=each.number) for each in tries)
    return Items(items=items)


def _shown_webhook(webhook: Webhook, last: int, secret: str | None = None) -> ShownWebhook:
    return made_from(
        ShownWebhook,
        webhook,
        url=without_login(webhook.url),
        kinds=tuple(kind for kind in CHANGE_KINDS if kind in webhook.kinds),
        waiting=max(0, last - webhook.position),
        secret=secret,
    )


ROUTER = operation.router(__name__, webhooks=changing)
