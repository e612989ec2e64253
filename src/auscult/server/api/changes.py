"""Changes: what a copy elsewhere needs to follow an app; and the webhooks that are told of them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from auscult.domain.change import CHANGE_KINDS, Change, ChangeKind, Webhook, new_webhook_id, new_webhook_secret
from auscult.domain.errors import RequestError
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Body, Call, Operation, Parameter, Shown, reading, writing

_LONGEST_URL = 2_000
_MOST_DELIVERIES = 1_000


class ChangePage(Struct, frozen=True, kw_only=True):
    """Some changes. ``next_cursor`` is always there: ask with it again, now or tomorrow. ``more``: whether to ask now."""

    items: tuple[Change, ...]
    next_cursor: str
    more: bool


class NewWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook to make. Without ``kinds`` it is told of all; it begins with what changes from now on."""

    url: str
    kinds: tuple[ChangeKind, ...] = CHANGE_KINDS


class ShownWebhook(Struct, frozen=True, kw_only=True):
    """A webhook. ``secret`` is shown once, when it is made. ``waiting``: changes that it has yet to be told of, or pass."""

    id: str
    url: str
    kinds: tuple[ChangeKind, ...]
    created_at: datetime
    failures: int
    is_disabled: bool
    waiting: int
    secret: str | None = None


class ShownWebhooks(Struct, frozen=True, kw_only=True):
    """All webhooks of the app, by id."""

    items: tuple[ShownWebhook, ...]


class ShownDelivery(Struct, frozen=True, kw_only=True):
    """One try to tell a webhook of one change: the status of the answer, or what went wrong where there was none."""

    change: int
    conversation_id: str
    kind: ChangeKind
    at: datetime
    status: int | None
    error: str | None
    is_done: bool


class ShownDeliveries(Struct, frozen=True, kw_only=True):
    """The last tries of a webhook, the newest first."""

    items: tuple[ShownDelivery, ...]


def changes(call: Call) -> Answer:
    """Read on in the feed."""
    limit = _query.limit(call.query)
    (after,) = _query.read_cursor(call.query, tuple[int]) or (0,)
    found = call.app.feed.after(after, limit + 1)
    if not found and after > call.app.feed.last():
        raise RequestError(
            "cursor: it is ahead of all that changed here, so it is of another database, or of this one before it was "
            "restored; begin without a cursor.",
            code="cursor.ahead",
            field="cursor",
        )
    items = tuple(found[:limit])
    last = items[-1].number if items else after
    page = ChangePage(items=items, next_cursor=_query.write_cursor(last), more=len(found) > limit)
    return Answer(200, _shown.encode(page))


def add(call: Call) -> Answer:
    """Make a webhook."""
    asked = _query.read_body(call.body, NewWebhook)
    now = call.services.now()
    webhook = Webhook(
        id=new_webhook_id(),
        url=checked_url(asked.url),
        secret=new_webhook_secret(),
        kinds=frozenset(asked.kinds),
        position=call.app.feed.last(),
        created_at=now.replace(microsecond=now.microsecond // 1000 * 1000),  # as it is stored
    )
    call.app.webhooks.add(webhook)
    return Answer(201, _shown.encode(_shown_webhook(webhook, webhook.position, secret=webhook.secret)))


def listing(call: Call) -> Answer:
    """List webhooks."""
    last = call.app.feed.last()
    items = tuple(_shown_webhook(each, last) for each in call.app.webhooks.listing())
    return Answer(200, _shown.encode(ShownWebhooks(items=items)))


def remove(call: Call) -> Answer:
    """Forget a webhook."""
    call.app.webhooks.remove(call.path["webhook_id"])
    return Answer(204)


def enable(call: Call) -> Answer:
    """Try a webhook again from where it stands."""
    call.app.webhooks.enable(call.path["webhook_id"])
    return Answer(204)


def deliveries(call: Call) -> Answer:
    """Read the log of a webhook."""
    tries = call.app.webhooks.deliveries(call.path["webhook_id"], _query.limit(call.query))
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
    return Answer(200, _shown.encode(ShownDeliveries(items=items)))


def checked_url(url: str) -> str:
    """See that messages can be sent there without anybody reading along. Raises ``RequestError`` ``webhook.bad_url``."""
    try:
        parts = urlsplit(url)
        is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        is_good = bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_local))
    except ValueError:
        is_good = False
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
        url=webhook.url,
        kinds=tuple(kind for kind in CHANGE_KINDS if kind in webhook.kinds),
        created_at=webhook.created_at,
        failures=webhook.failures,
        is_disabled=webhook.is_disabled,
        waiting=max(0, last - webhook.position),
        secret=secret,
    )


_AT = "2026-03-23T10:20:05.120Z"
_WEBHOOK: dict[str, Any] = {
    "id": "wh-5f1c9a7b3e2d4c60",
    "url": "http://127.0.0.1:9000/auscult",
    "kinds": ["created", "rescored", "audited"],
    "created_at": _AT,
    "failures": 0,
    "is_disabled": False,
    "waiting": 0,
    "secret": None,
}
_PATH = "/api/v1/webhooks"
_UNKNOWN = {404: "There is no such webhook."}

OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/changes",
        name="list_changes",
        summary="What changed",
        text="Every conversation that was created, revised, re-scored, assigned, audited or erased: each change once, in "
        "the order in which it was committed. Begin without a cursor, keep `next_cursor`, and ask with it again "
        "whenever you like: what was read never comes again, and nothing that is committed later comes before it. "
        "Read what the conversation is now with `GET /api/v1/conversations/{id}`. Of an erased conversation only "
        "its erasure is told.",
        scopes=reading("conversations"),
        handle=changes,
        parameters=(
            Parameter("cursor", {"type": "string"}, "The `next_cursor` of the answer before. Default: the beginning."),
            _query.LIMIT,
        ),
        answers={
            200: Shown(
                "Some changes.",
                ChangePage,
                {
                    "items": [{"number": 4711, "conversation_id": "c-1", "kind": "created", "at": _AT}],
                    "next_cursor": "WzQ3MTFd",
                    "more": False,
                },
            )
        },
    ),
    Operation(
        method="GET",
        path=_PATH,
        name="list_webhooks",
        summary="List webhooks",
        text="All of the app, with how each stands.",
        scopes=reading("webhooks"),
        handle=listing,
        answers={200: Shown("The webhooks.", ShownWebhooks, {"items": [_WEBHOOK]})},
    ),
    Operation(
        method="POST",
        path=_PATH,
        name="add_webhook",
        summary="Make a webhook",
        text="From now on each change of these kinds is sent to the address by POST, signed as Standard Webhooks 1.0 has "
        "it (`webhook-id`, `webhook-timestamp`, `webhook-signature`), in order and at least once; a try again has "
        "the same `webhook-id`. What is not answered with 2xx is tried again after 5 s, 1 min, 5 min, 30 min, 2 h, "
        "5 h, 10 h and 10 h; then, or at once after 410, the webhook is disabled and keeps its place. The secret is shown "
        "once.",
        scopes=writing("webhooks"),
        handle=add,
        body=Body("object", NewWebhook, {"url": _WEBHOOK["url"], "kinds": _WEBHOOK["kinds"]}, "Where, and what of."),
        answers={
            201: Shown("It is made.", ShownWebhook, {**_WEBHOOK, "secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQgYXQgYWxs"})
        },
    ),
    Operation(
        method="DELETE",
        path=_PATH + "/{webhook_id}",
        name="remove_webhook",
        summary="Remove a webhook",
        text="Nothing is sent to it any more, and its log goes.",
        scopes=writing("webhooks"),
        handle=remove,
        answers={204: Shown("It is gone.")},
        statuses=_UNKNOWN,
    ),
    Operation(
        method="POST",
        path=_PATH + "/{webhook_id}/enable",
        name="enable_webhook",
        summary="Try a webhook again",
        text="It goes on at once from the change where it stopped.",
        scopes=writing("webhooks"),
        handle=enable,
        answers={204: Shown("It will be tried.")},
        statuses=_UNKNOWN,
    ),
    Operation(
        method="GET",
        path=_PATH + "/{webhook_id}/deliveries",
        name="list_deliveries",
        summary="What became of each try",
        text="The newest first; the last thousand are kept.",
        scopes=reading("webhooks"),
        handle=deliveries,
        parameters=(_query.LIMIT,),
        answers={
            200: Shown(
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
            )
        },
        statuses=_UNKNOWN,
    ),
)
