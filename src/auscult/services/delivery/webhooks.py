"""Delivery of an app's changes to webhooks: each in order, each at least once, signed."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from auscult.domain.change import CHANGE_KINDS, Change, Delivery, Webhook, signature
from auscult.domain.delivery.chat_messages import FIELDS, message
from auscult.domain.delivery.webhook_work import Due, Sender, Standing
from auscult.domain.evaluation import WORDS
from auscult.domain.operations.records import made_from
from auscult.domain.tenancy import Tenant
from auscult.storage.store import Store

LEASE_MS = 120_000
OF_AN_APP = 2
"""Webhooks of one app that are sent to at the same time: slow endpoints of one leave room for all others."""
AT_A_TIME = 1_000
TURN = timedelta(seconds=10)
"""So many changes are looked at, and so long is sent, before other webhooks have their turn."""

PAUSES_S = (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""After each try that failed; after the last of them the webhook is disabled, and keeps its position in the feed."""

GONE = 410
"""What an endpoint answers that wants to hear no more, by Standard Webhooks."""


class ChangeMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Message about one change. Fields of the conversation are null where it was erased."""

    type: str
    timestamp: datetime
    data: "ChangeData"


class ChangeData(msgspec.Struct, frozen=True, kw_only=True):
    """Conversation and its status at the time of the change, also where the message is sent later."""

    conversation_id: str
    app_id: str
    change: int
    status: str | None = None
    score: int | None = None
    passed: bool | None = None
    fatal_errors: int | None = None
    form_id: str | None = None
    form_version: int | None = None
    audit_score: int | None = None


class WebhookDispatch:
    """Sends what is due, a webhook at a time. Threads may share it: an app has a few of them at most."""

    def __init__(self, store: Store, sender: Sender, now: Callable[[], datetime], public_url: str = "") -> None:
        """Send with ``sender``; ``now`` gives the aware UTC time. Links in messages begin with ``public_url``."""
        self._public_url = public_url.rstrip("/")
        self._store = store
        self._work = store.webhook_work
        self._sender = sender
        self._now = now
        self._lock = threading.Lock()
        self._in_hand: Counter[str] = Counter()

    def run_once(self) -> bool:
        """Send some changes to one webhook that is due; return whether there was one."""
        due = self.claim()
        if due is None:
            return False
        self.deliver(due)
        return True

    def claim(self) -> Due | None:
        """Claim a webhook that is due, of an app below its share of concurrent work; ``deliver`` must follow."""
        with self._lock:
            busy = frozenset(app_id for app_id, count in self._in_hand.items() if count >= OF_AN_APP)
            due = self._work.claim(LEASE_MS, busy)
            if due is not None:
                self._in_hand[due.tenant.app_id] += 1
            return due

    def deliver(self, due: Due) -> None:
        """Send some changes to a webhook that was claimed."""
        try:
            self._deliver(due)
        finally:
            with self._lock:
                self._in_hand[due.tenant.app_id] -= 1
                if not self._in_hand[due.tenant.app_id]:
                    del self._in_hand[due.tenant.app_id]

    def close(self) -> None:
        """Cut off what is being sent. It counts as no try, and is due at once."""
        self._sender.close()

    def _deliver(self, due: Due) -> None:
        position, end = due.webhook.position, self._now() + TURN
        for change in self._store.within(due.tenant).feed.after(position, AT_A_TIME, CHANGE_KINDS):
            if change.kind in due.webhook.kinds and not self._send(due, change):
                return
            position = change.number
            if self._now() >= end:
                break
        self._work.keep(due, Standing(position, pause_ms=0))

    def _send(self, due: Due, change: Change) -> bool:
        """Send one change; return False where it was not accepted. The webhook then waits, or is disabled."""
        webhook, at = due.webhook, self._now()
        body = msgspec.json.encode(self._said(webhook, self._message(due.tenant, change)))
        headers = headers_of(webhook, due.tenant, change, at, body)
        status, error = self._sender.send(webhook.url, headers, body)
        delivery = made_from(Delivery, change, at=at, status=status, error=error)
        if delivery.is_done:
            self._work.keep(due, Standing(change.number, LEASE_MS), delivery)
            return True
        if self._sender.is_closed:
            self._work.keep(due, Standing(change.number - 1, 0, webhook.failures))
            return False
        failures = webhook.failures + 1
        is_last = failures > len(PAUSES_S) or status == GONE
        pause_ms = 0 if is_last else PAUSES_S[failures - 1] * 1000
        self._work.keep(due, Standing(change.number - 1, pause_ms, failures, is_last), delivery)
        return False

    def _said(self, webhook: Webhook, change: ChangeMessage) -> ChangeMessage | dict[str, Any]:
        """Return a change as the webhook's receiver reads it."""
        if webhook.format == "standard":
            return change
        data = change.data
        known = {name: "" if value is None else str(value) for name, value in msgspec.structs.asdict(data).items()}
        has_page = self._public_url and change.type != "conversation.erased"
        values = dict.fromkeys(FIELDS, "") | {name: value for name, value in known.items() if name in FIELDS}
        values |= {
            "kind": change.type.removeprefix("conversation.").replace("_", " "),
            "at": f"{change.timestamp:%Y-%m-%d %H:%M} UTC",
            "result": WORDS[data.passed] if data.score is not None else "",
            "link": f"{self._public_url}/console/conversations/{quote(data.conversation_id)}" if has_page else "",
        }
        return message(webhook.format, webhook.template, values)

    def _message(self, tenant: Tenant, change: Change) -> ChangeMessage:
        data = ChangeData(conversation_id=change.conversation_id, app_id=tenant.app_id, change=change.number)
        found = self._store.within(tenant).conversations.get(change.conversation_id)
        if found is not None and found.evaluations and change.kind != "erased":
            behind = change.at + timedelta(milliseconds=1)  # its time is cut to ms
            evaluation, audit_score = found.scored_before(behind)
            data = msgspec.structs.replace(
                data,
                status=evaluation.status,
                score=None if evaluation.score is None else int(evaluation.score),
                passed=evaluation.passed,
                fatal_errors=evaluation.fatal_errors,
                form_id=evaluation.form.id if evaluation.form else None,
                form_version=evaluation.form.version if evaluation.form else None,
                audit_score=None if audit_score is None else int(audit_score),
            )
        return ChangeMessage(type=f"conversation.{change.kind}", timestamp=change.at, data=data)


def headers_of(webhook: Webhook, tenant: Tenant, change: Change, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks. The id is the same at every try, so that the receiver can deduplicate."""
    # A header has no letters beyond ASCII, an app's name may.
    message_id, seconds = f"{quote(tenant.app_id)}.{change.number}", int(at.timestamp())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(webhook.secret, message_id, seconds, body),
    }
