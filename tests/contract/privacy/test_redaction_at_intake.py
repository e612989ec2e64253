"""Redaction at intake on both databases: whatever brings a conversation, nothing unredacted is stored."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from auscult.domain.contact import Contact, Destination, Segment
from auscult.domain.conversation import Agent, Conversation, Customer, Turn
from auscult.domain.errors import NotFoundError, SettingsError
from auscult.domain.privacy.settings import PrivacySettings
from auscult.services.privacy.log import verify
from auscult.services.privacy.originals import read_unredacted
from auscult.services.privacy.settings import change_settings
from auscult.storage import Store
from auscult.storage.core.tables.base import METADATA
from auscult.storage.store import AppStore
from tests.contract.storing import OTHER, put
from tests.waiting import existing

CARD = "4539148803436467"
GROUPS = "4539 1488 0343 6467"
SAID = "four five three nine one four double eight oh three four three six four six seven"
TRACES = (CARD, GROUPS, "4539 1488", "0343 6467", "one four double eight", "Lovelace", "ada@example.com")


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app that masks."""
    change_settings(app, "cli:test", {"redaction": "mask"})
    return app


def planted(name: str, **changes: Any) -> Conversation:
    """A conversation with a card in every field where one can be."""
    turns = (
        Turn("m1", "agent", "what is your card number", start_ms=0, end_ms=900),
        Turn("m2", "customer", "4539 1488", start_ms=1000, end_ms=1900),
        Turn("m3", "agent", "go on"),
        Turn("m4", "customer", "0343 6467 and my e-mail is ada@example.com"),
        Turn("m5", "customer", f"or {SAID}, my name is Ada Lovelace"),
    )
    answered = Segment(agent_id="a-1", name="Robert", notes=(f"paid with {GROUPS}",))
    contact = Contact(
        customer_info={"card": int(CARD), "full_name": "Ada Lovelace"},
        destinations=(Destination(responding_agent=answered),),
    )
    made: dict[str, Any] = {
        "id": name,
        "channel": "voice",
        "started_at": datetime(2026, 3, 23, 10, tzinfo=UTC),
        "turns": turns,
        "customer": Customer(id="u-1", name=f"Ada Lovelace {CARD}"),
        "agents": (Agent(id="a-1", name="Robert", email="robert@example.com"),),
        "custom_fields": {"payment": GROUPS, "order": "4539148803436467 order", "plan": "gold"},
        "contact": contact,
    }
    return Conversation(**made | changes)


def stored(store: Store) -> Iterator[bytes]:
    """Every value of every table, as bytes."""
    with store._database.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)):
                for value in row:
                    yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_nothing_unredacted_is_stored(store: Store, app: AppStore) -> None:
    """Digits, words, split turns, names, custom fields and contact details: no trace of any is in the database."""
    put(app, planted("c-1"))
    values = list(stored(store))
    for trace in TRACES:
        assert not [value for value in values if trace.encode() in value], trace
    after = existing(app.conversations.get("c-1")).conversation
    assert [turn.text for turn in after.turns] == [
        "what is your card number",
        "[card 1]",
        "go on",
        "[card 1] and my e-mail is [email 1]",
        "or [card 1], my name is [name 1]",
    ]
    assert after.customer is not None
    assert after.customer.id == "u-1"
    assert after.custom_fields["payment"] == "[card 1]"
    assert after.custom_fields["plan"] == "gold"
    assert after.agents[0] == Agent(id="a-1", name="Robert", email="robert@example.com")
    assert after.contact is not None
    assert after.contact.customer_info == {"card": "[card 1]", "full_name": "[name 1]"}


def test_the_same_again_is_unchanged(app: AppStore) -> None:
    """Redaction is a function of the conversation: what comes again has the same digest."""
    put(app, planted("c-1"))
    assert app.conversations.accept([planted("c-1")]).unchanged == 1


def test_spans_are_kept_and_originals_only_with_tokens(store: Store, app: AppStore) -> None:
    """Both modes keep kinds and spans; the token mode keeps originals too, encrypted."""
    put(app, planted("c-1"))
    masked = existing(app.privacy.redaction("c-1"))
    assert masked.originals == {}
    assert [(span.kind, span.start_ms, span.end_ms) for span in masked.spans["m2"]] == [("card", 1000, 1900)]
    change_settings(app, "cli:test", {"redaction": "token"})
    put(app, planted("c-2"))
    assert existing(app.privacy.redaction("c-2")).originals["[email 1]"] == "ada@example.com"
    assert not [value for value in stored(store) if b"ada@example.com" in value]
    app.conversations.erase("c-2")
    assert app.privacy.redaction("c-2") is None
    actions = [entry.action for entry in app.log.entries()]
    assert actions == ["privacy.changed", "privacy.changed", "conversation.erased"]
    assert verify(store) == []


def test_settings_hold_for_one_app_and_from_then_on(store: Store, app: AppStore) -> None:
    """What came before stays as it is, and so does another app; switched off again, nothing is redacted."""
    store.ensure(OTHER)
    other = store.within(OTHER)
    put(other, planted("c-1"))
    assert other.privacy.settings() == PrivacySettings()
    change_settings(app, "cli:test", {"redaction": "off"})
    put(app, planted("c-3"))
    for each, name in ((other, "c-1"), (app, "c-3")):
        assert existing(each.conversations.get(name)).conversation == planted(name)


def test_an_unknown_redactor_is_refused(app: AppStore) -> None:
    """Settings that could not be followed are not stored."""
    with pytest.raises(SettingsError, match="unknown redactor 'x'; available: builtin, presidio"):
        change_settings(app, "cli:test", {"redactor": "x"})
    assert app.privacy.settings().redactor == "builtin"


def test_originals_are_read_on_record(app: AppStore) -> None:
    """With tokens a conversation reads as it came, after the look was recorded; with masks there is nothing to read."""
    put(app, planted("c-1"))
    with pytest.raises(NotFoundError, match="only redaction 'token' keeps them"):
        read_unredacted(app, "user:ann@example.com", "c-1")
    change_settings(app, "cli:test", {"redaction": "token"})
    put(app, planted("c-2"))
    turns = read_unredacted(app, "user:ann@example.com", "c-2").turns
    assert turns[3].text == "4539 1488 and my e-mail is ada@example.com"
    looks = list(app.log.entries(action="conversation.read_unredacted"))
    assert [(look.principal, look.target) for look in looks] == [("user:ann@example.com", "conversation:c-2")]
    with pytest.raises(NotFoundError, match="unknown conversation"):
        read_unredacted(app, "user:ann@example.com", "c-9")
