"""Changes of an app, with which a copy elsewhere stays up to date; and the webhooks that receive them."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from litestar import Router, delete, get, post
from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.change import (
    CHANGE_KINDS,
    USUAL_KINDS,
    Change,
    ChangeKind,
    Webhook,
    WebhookFormat,
    new_webhook_id,
    new_webhook_secret,
)
from auscult.domain.delivery.addresses import Networks, is_here, without_login
from auscult.domain.delivery.chat_messages import check_template
from auscult.domain.errors import RequestError
from auscult.domain.stated import stated
from auscult.outgoing.dialling import check_address
from auscult.server.rest.context import App, Server
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.parameters import Limit, path_id, query, repeated
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_thread
from auscult.storage.store import AppStore

_LONGEST_URL = 2_000
WebhookId = Annotated[str, path_id("The webhook's id.", "wh-5f1c9a7b3e2d4c60")]


class ChangePage(Struct, frozen=True, kw_only=True):
    """A page of changes. ``next_cursor`` is always set and can be used at any time. ``more``: another page is ready."""

    items: tuple[Change, ...]
    next_cursor: str
    more: bool


class NewWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook to make. Without ``kinds`` it receives every kind but `notified`. It receives changes from now on.

    ``format`` ``slack`` or ``teams`` posts messages into a channel. ``template`` is their text, with ``{score}``,
    ``{link}`` and the other fields of docs/how-to/follow-changes.md for the values of the change.
    """

    url: Annotated[str, stated(maxLength=_LONGEST_URL, pattern="^https?://")]
    kinds: tuple[ChangeKind, ...] = USUAL_KINDS
    format: WebhookFormat = "standard"
    template: str = ""


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


class ShownWebhooks(Struct, frozen=True, kw_only=True):
    """All webhooks of the app, by id."""

    items: tuple[ShownWebhook, ...]


class ShownDelivery(Struct, frozen=True, kw_only=True):
    """One attempt to deliver a change to a webhook: the status of the answer, or the error if there was none."""

    change: int
    conversation_id: str
    kind: ChangeKind
    at: datetime
    status: int | None
    error: str | None
    is_done: bool


class ShownDeliveries(Struct, frozen=True, kw_only=True):
    """The last attempts of a webhook, the newest first."""

    items: tuple[ShownDelivery, ...]


_AT = "2026-03-23T10:20:05.120Z"
_WEBHOOK: dict[str, Any] = {
    "id": "wh-5f1c9a7b3e2d4c60",
    "url": "http://127.0.0.1:9000/auscult",
    "kinds": ["created", "rescored", "audited"],
    "format": "standard",
    "template": "",
    "created_at": _AT,
    "failures": 0,
    "is_disabled": False,
    "waiting": 0,
    "secret": None,
}
_UNKNOWN = refusal("There is no such webhook.")


@get(
    "/changes",
    operation_id="list_changes",
    summary="Changes since a cursor",
    guards=[reading("conversations")],
    responses={
        200: answer(
            "Some changes.",
            ChangePage,
            {
                "items": [{"number": 4711, "conversation_id": "c-1", "kind": "created", "at": _AT}],
                "next_cursor": "WzQ3MTFd",
                "more": False,
            },
        )
    },
)
@in_thread
def changes(
    app: App,
    cursor: Annotated[str | None, query("The `next_cursor` of the answer before. Default: the beginning.")] = None,
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


@post(
    "/webhooks",
    operation_id="add_webhook",
    summary="Create a webhook",
    guards=[writing("webhooks")],
    responses={
        201: answer("It is made.", ShownWebhook, {**_WEBHOOK, "secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQgYXQgYWxs"}),
        422: refusal("The address is in a network that the operator has not opened."),
    },
    takes=Takes("Where, and what of.", {"url": _WEBHOOK["url"], "kinds": _WEBHOOK["kinds"]}),
)
@in_thread
def add(data: JSONBody[NewWebhook], app: App, server: Server) -> ShownWebhook:
    """Send each change of these kinds to the address from now on.

    Messages are sent by POST and signed by Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`,
    `webhook-signature`), in order and at least once; a retry has the same `webhook-id`. Any answer but 2xx is
    retried after 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; then, or at once after 410, the webhook is
    disabled and keeps its place. The secret is shown once.
    """
    webhook = new_webhook(app, data, server.now(), server.settings.networks)
    app.webhooks.add(webhook)
    return _shown_webhook(webhook, webhook.position, secret=webhook.secret)


@get(
    "/webhooks",
    operation_id="list_webhooks",
    summary="List webhooks",
    guards=[reading("webhooks")],
    responses={200: answer("The webhooks.", ShownWebhooks, {"items": [_WEBHOOK]})},
)
@in_thread
def listing(app: App) -> ShownWebhooks:
    """List all webhooks of the app with their states."""
    last = app.feed.last()
    items = tuple(_shown_webhook(each, last) for each in app.webhooks.listing())
    return ShownWebhooks(items=items)


@delete(
    "/webhooks/{webhook_id:str}",
    operation_id="remove_webhook",
    summary="Remove a webhook",
    guards=[writing("webhooks")],
    responses={204: answer("It is gone."), 404: _UNKNOWN},
)
@in_thread
def remove(webhook_id: WebhookId, app: App) -> None:
    """Remove a webhook and its log; nothing is sent to it any more."""
    app.webhooks.remove(webhook_id)


@post(
    "/webhooks/{webhook_id:str}/enable",
    operation_id="enable_webhook",
    summary="Try a webhook again",
    guards=[writing("webhooks")],
    status_code=204,
    responses={204: answer("It will be tried."), 404: _UNKNOWN},
)
@in_thread
def enable(webhook_id: WebhookId, app: App) -> None:
    """Enable a webhook; it continues at once from the change where it stopped."""
    app.webhooks.enable(webhook_id)


@get(
    "/webhooks/{webhook_id:str}/deliveries",
    operation_id="list_deliveries",
    summary="Delivery attempts of a webhook",
    guards=[reading("webhooks")],
    responses={
        200: answer(
            "Tries.",
            ShownDeliveries,
            {
                "items": [
                    {
                        "change": 4711,
                        "conversation_id": "c-1",
                        "kind": "created",
                        "at": _AT,
                        "status": 204,
                        "error": None,
                        "is_done": True,
                    }
                ]
            },
        ),
        404: _UNKNOWN,
    },
)
@in_thread
def deliveries(webhook_id: WebhookId, app: App, limit: Limit = 100) -> ShownDeliveries:
    """List attempts, the newest first; the last thousand are kept."""
    tries = app.webhooks.deliveries(webhook_id, limit)
    items = tuple(
        ShownDelivery(
            change=each.number,
            conversation_id=each.conversation_id,
            kind=each.kind,
            at=each.at,
            status=each.status,
            error=each.error,
            is_done=each.is_done,
        )
        for each in tries
    )
    return ShownDeliveries(items=items)


def new_webhook(app: AppStore, given: NewWebhook, now: datetime, networks: Networks) -> Webhook:
    """Make a webhook from a request body.

    Raises ``AddressRefusedError``, ``RequestError`` ``webhook.bad_url``, ``webhook.bad_template``.
    """
    check_template(given.format, given.template)
    return Webhook(
        id=new_webhook_id(),
        url=checked_url(given.url, networks),
        secret=new_webhook_secret(),
        kinds=frozenset(given.kinds),
        position=app.feed.last(),
        created_at=now.replace(microsecond=now.microsecond // 1000 * 1000),  # as it is stored
        format=given.format,
        template=given.template,
    )


def checked_url(url: str, networks: Networks) -> str:
    """Check that messages to the address are encrypted or stay on this machine, and stay in these networks.

    A name is not resolved here: what it leads to is checked whenever a message is sent.
    Raises ``AddressRefusedError``, ``RequestError`` ``webhook.bad_url``.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_good = bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_here(host)))
        check_address("url", url, networks)
    except ValueError:
        is_good = False
    if is_good and without_login(url) != url:
        raise RequestError("url: leave out name and password; messages are signed", code="webhook.bad_url", field="url")
    if not is_good or len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable():
        raise RequestError(
            "url: give an https address (http only to this host), of 2,000 characters at most.",
            code="webhook.bad_url",
            field="url",
            value=url[:_LONGEST_URL],
        )
    return url


def _shown_webhook(webhook: Webhook, last: int, secret: str | None = None) -> ShownWebhook:
    return ShownWebhook(
        id=webhook.id,
        url=without_login(webhook.url),
        kinds=tuple(kind for kind in CHANGE_KINDS if kind in webhook.kinds),
        format=webhook.format,
        template=webhook.template,
        created_at=webhook.created_at,
        failures=webhook.failures,
        is_disabled=webhook.is_disabled,
        waiting=max(0, last - webhook.position),
        secret=secret,
    )


ROUTER = Router("/", route_handlers=[changes, add, listing, remove, enable, deliveries])
