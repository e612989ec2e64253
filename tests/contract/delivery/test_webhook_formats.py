"""Messages of webhooks in channels of Slack and Teams: delivered in order, tried again, over both databases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from auscult.domain.change import Webhook, WebhookFormat, new_webhook_id, new_webhook_secret
from auscult.domain.delivery.addresses import OPERATOR
from auscult.services.delivery.webhooks import WebhookDispatch
from auscult.storage import Store
from auscult.storage.core.tables.delivery import webhooks
from auscult.storage.store import AppStore
from auscult.workers.webhook_sender import HttpSender
from tests.contract.storing import conversation, put
from tests.http_servers import QuietHandler, listening

NOW = datetime(2026, 3, 23, 10, tzinfo=UTC)
PUBLIC = "https://quality.example.com"


@pytest.fixture
def sender() -> Iterator[HttpSender]:
    """The real one."""
    sender = HttpSender(OPERATOR)
    yield sender
    sender.close()


@contextmanager
def channel() -> Iterator[tuple[str, list[Any], list[int]]]:
    """Address of a channel; the messages that were posted to it, and what to answer next instead of 200."""
    posted: list[Any] = []
    answers: list[int] = []

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = answers.pop(0) if answers else 200
            if status == 200:
                posted.append(json.loads(body))
            self.reply(status, b"ok")

    with listening(Handler) as address:
        yield f"{address}/services/T1/B1/x", posted, answers


def hook(url: str, webhook_format: WebhookFormat, template: str = "") -> Webhook:
    """A webhook of everything that is created or erased."""
    return Webhook(
        id=new_webhook_id(),
        url=url,
        secret=new_webhook_secret(),
        kinds=frozenset({"created", "erased"}),
        position=0,
        created_at=NOW,
        format=webhook_format,
        template=template,
    )


def deliver(store: Store, sender: HttpSender) -> None:
    """Send everything that is due, hours later where a try failed."""
    with store._database.writing() as connection:
        connection.execute(sa.update(webhooks).values(due_at=0))
    dispatch = WebhookDispatch(store, sender, lambda: datetime.now(UTC) + timedelta(days=1), PUBLIC)
    while dispatch.run_once():
        pass


def test_messages_in_slack(store: Store, app: AppStore, sender: HttpSender) -> None:
    """Each change is one message in its template's words; one that failed comes again, and after it the next."""
    with channel() as (url, posted, answers):
        made = hook(url, "slack", "{conversation_id} was {kind}: {status}, {link}")
        app.webhooks.add(made)
        assert app.webhooks.listing()[0].template == made.template
        put(app, conversation("c-1"), conversation("c-2"))
        app.conversations.erase("c-2")
        answers.append(500)
        deliver(store, sender)
        assert posted == []
        deliver(store, sender)
    assert [each["text"] for each in posted] == [
        f"c-1 was created: evaluated, {PUBLIC}/console/conversations/c-1",
        "c-2 was erased: -,",
    ]
    assert [each.status for each in app.webhooks.deliveries(made.id, 10)] == [200, 200, 500]


def test_messages_in_teams(store: Store, app: AppStore, sender: HttpSender) -> None:
    """A card with the usual wording where there is no template."""
    with channel() as (url, posted, _):
        app.webhooks.add(hook(url, "teams"))
        put(app, conversation("c-1"))
        deliver(store, sender)
    (card,) = posted
    (block,) = card["attachments"][0]["content"]["body"]
    assert block["text"].startswith("Conversation c-1: created. Score ")
    assert block["text"].endswith(f"{PUBLIC}/console/conversations/c-1")
