"""Clients, which may use the API, and webhooks, which receive changes."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from auscult.domain.change import CHANGE_KINDS, ChangeKind, Delivery, Webhook
from auscult.domain.delivery.addresses import without_login
from auscult.domain.tenancy import Client, Wire
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.reader import Reader
from auscult.server.console.people.rights import RightGroup, scope_in_words

_FORMATS = {"standard": "", "slack": later("Messages in Slack"), "teams": later("Messages in Teams")}


KINDS: Mapping[ChangeKind, str] = {
    "created": later("New"),
    "revised": later("Revised"),
    "rescored": later("Scored again"),
    "assigned": later("Audit assigned"),
    "audited": later("Audited"),
    "released": later("Audit released to the agent"),
    "agent_accepted": later("Accepted by the agent"),
    "acceptance_undone": later("Acceptance undone by the agent"),
    "disputed": later("Disputed by the agent"),
    "dispute_decided": later("Dispute decided"),
    "commented": later("Commented on"),
    "corrected": later("Put right"),
    "sides_doubted": later("Sides unknown or in doubt"),
    "pinned": later("Pinned"),
    "exemplified": later("Kept as an example of a form or a taxonomy"),
    "notified": later("Notices sent to people"),
    "erased": later("Erased"),
}
"""Kinds of changes, in words."""


class ClientRow(Struct, frozen=True, kw_only=True):
    """One client. ``revoke`` is the address that revokes it, ``set_wire`` that of its wire; empty once it is revoked."""

    client_id: str
    apps: str
    scopes: tuple[str, ...]
    since: str
    wire: Wire
    is_revoked: bool
    revoke: str
    set_wire: str


class SecretView(Struct, frozen=True, kw_only=True):
    """A secret that is shown once, with the name and id of its owner."""

    name: str
    id: str
    secret: str


class ClientsView(Struct, frozen=True, kw_only=True):
    """The clients, the form that adds one, and the secret of the one that was just added."""

    rows: tuple[ClientRow, ...]
    scopes: tuple[RightGroup, ...]
    made: SecretView | None
    note: str
    problem: str


class WebhookRow(Struct, frozen=True, kw_only=True):
    """One webhook. ``format`` is empty for the usual format."""

    id: str
    url: str
    format: str
    href: str
    kinds: str
    waiting: str
    state: str
    tag: str
    remove: str
    enable: str


class WebhooksView(Struct, frozen=True, kw_only=True):
    """The webhooks, the form that adds one, and the secret of the one that was just added.

    ``fields`` are the fields that a template can name; ``usual`` is the wording without a template. ``given`` and ``chosen`` are as in ``UsersView``.
    """

    rows: tuple[WebhookRow, ...]
    kinds: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
    usual: str
    may_manage: bool
    made: SecretView | None
    note: str
    problem: str
    given: Mapping[str, str]
    chosen: Sequence[str]


class DeliveryRow(Struct, frozen=True, kw_only=True):
    """One attempt to deliver one change."""

    when: str
    at: str
    change: str
    kind: str
    conversation: str
    href: str
    answer: str
    is_done: bool


class WebhookView(Struct, frozen=True, kw_only=True):
    """One webhook with its deliveries."""

    row: WebhookRow
    deliveries: tuple[DeliveryRow, ...]


def client_row(client: Client, app_id: str, reader: Reader, path: str) -> ClientRow:
    """Show one client."""
    others = len(client.app_ids - {app_id})
    address = f"{path}/{client.client_id}" if client.revoked_at is None else ""
    return ClientRow(
        client_id=client.client_id,
        apps=_("this app") if not others else _("this app and {n} more").format(n=others),
        scopes=tuple(scope_in_words(each) for each in sorted(client.scopes)),
        since=reader.day(client.created_at)
        if client.revoked_at is None
        else _("Revoked {day}").format(day=reader.day(client.revoked_at)),
        wire=client.wire,
        is_revoked=client.revoked_at is not None,
        revoke=address and f"{address}/revoke",
        set_wire=address and f"{address}/wire",
    )


def webhook_row(webhook: Webhook, last: int, reader: Reader, path: str) -> WebhookRow:
    """Show one webhook. ``last`` is the number of the last change."""
    waiting = max(0, last - webhook.position)
    if webhook.is_disabled:
        state, tag = _("Disabled"), "late"
    elif webhook.failures:
        n = webhook.failures
        state, tag = ngettext("Failed {n} time, tried again", "Failed {n} times, tried again", n).format(n=n), "due"
    else:
        state, tag = _("Works"), "done"
    return WebhookRow(
        id=webhook.id,
        url=without_login(webhook.url),
        format=_(_FORMATS[webhook.format]),
        href=f"{path}/{webhook.id}",
        kinds=", ".join(_(KINDS[kind]) for kind in CHANGE_KINDS if kind in webhook.kinds),
        waiting=reader.number(waiting),
        state=state,
        tag=tag,
        remove=f"{path}/{webhook.id}/remove",
        enable=f"{path}/{webhook.id}/enable" if webhook.is_disabled or webhook.failures else "",
    )


def webhook_view(row: WebhookRow, tries: Iterable[Delivery], reader: Reader, base: str) -> WebhookView:
    """Show one webhook with its last deliveries."""
    return WebhookView(row=row, deliveries=tuple(_delivery(each, reader, base) for each in tries))


def _delivery(each: Delivery, reader: Reader, base: str) -> DeliveryRow:
    return DeliveryRow(
        when=f"{reader.lately(each.at)}",
        at=each.at.isoformat(),
        change=reader.number(each.number),
        kind=_(KINDS[each.kind]),
        conversation=each.conversation_id,
        href="" if each.kind == "erased" else f"{base}/conversations/{each.conversation_id}",
        answer=str(each.status) if each.status is not None else (each.error or _("No answer")),
        is_done=each.is_done,
    )
