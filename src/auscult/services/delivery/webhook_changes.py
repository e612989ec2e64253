"""The webhooks of an app: added, removed and enabled, each in the access log."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from auscult.domain.change import (
    USUAL_KINDS,
    ChangeKind,
    Webhook,
    WebhookFormat,
    new_webhook_id,
    new_webhook_secret,
)
from auscult.domain.delivery.addresses import Networks, is_here, without_login
from auscult.domain.delivery.chat_messages import check_template
from auscult.domain.errors import RequestError, about, coded
from auscult.domain.people.principal import Principal
from auscult.domain.stated import stated
from auscult.outgoing.dialling import check_address
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore

_LONGEST_URL = 2_000


class NewWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook to make. Without ``kinds`` it receives every kind but `notified`. It receives changes from now on.

    ``format`` ``slack`` or ``teams`` posts messages into a channel. ``template`` is their text, with ``{score}``,
    ``{link}`` and the other fields of docs/how-to/follow-changes.md for the values of the change.
    """

    url: Annotated[str, stated(maxLength=_LONGEST_URL, pattern="^https?://"), Meta(description="The address.")]
    kinds: Annotated[tuple[ChangeKind, ...], Meta(description="Only this kind of change.")] = USUAL_KINDS
    format: Annotated[WebhookFormat, Meta(description="Signed messages, or those of a channel.")] = "standard"
    template: Annotated[str, Meta(description="The text of messages into a channel.")] = ""


class Webhooks:
    """Changes of the webhooks of an app by a principal."""

    def __init__(self, app: AppStore, by: Principal, now: Callable[[], datetime], networks: Networks) -> None:
        """Change webhooks as ``by``; they may lie in ``networks``."""
        self._app = app
        self._by = by
        self._now = now
        self._networks = networks

    def add(self, given: NewWebhook) -> Webhook:
        """Add a webhook that receives changes from now on.

        Raises ``AddressRefusedError``, ``RequestError`` ``webhook.bad_url``, ``webhook.bad_template``.
        """
        check_template(given.format, given.template)
        now = self._now()
        webhook = Webhook(
            id=new_webhook_id(),
            url=checked_url(given.url, self._networks),
            secret=new_webhook_secret(),
            kinds=frozenset(given.kinds),
            position=self._app.feed.last(),
            created_at=now.replace(microsecond=now.microsecond // 1000 * 1000),  # as it is stored
            format=given.format,
            template=given.template,
        )
        self._app.webhooks.add(webhook)
        self._record("webhook.added", webhook.id, url=webhook.url)
        return webhook

    def remove(self, webhook_id: str) -> None:
        """Remove a webhook with its log. Raises ``NotFoundError``."""
        self._app.webhooks.remove(webhook_id)
        self._record("webhook.removed", webhook_id)

    def enable(self, webhook_id: str) -> None:
        """Retry a webhook at once. Raises ``NotFoundError``."""
        self._app.webhooks.enable(webhook_id)
        self._record("webhook.enabled", webhook_id)

    def _record(self, action: str, webhook_id: str, **details: str) -> None:
        record(self._app, self._by.label, action, f"webhook:{webhook_id}", **details)


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
        message = coded("leave out name and password; messages are signed")
        raise RequestError(about("url", message), code="webhook.bad_url", field="url")
    if not is_good or len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable():
        raise RequestError(
            about("url", coded("give an https address (http only to this host), of 2,000 characters at most.")),
            code="webhook.bad_url",
            field="url",
            value=url[:_LONGEST_URL],
        )
    return url
