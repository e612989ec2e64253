"""Redaction of live conversations: message by message, held back at their ends, whole at the end."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.domain.assist.live import Arrival, Author, Ended, Message
from auscult.domain.assist.live_log import RestingState
from auscult.domain.privacy.redaction import Mode
from auscult.services.assist.live import LiveConversation
from auscult.services.privacy.settings import change_settings
from auscult.storage import Store, open_store
from auscult.storage.core.tables.base import METADATA
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT
from tests.databases import KEY
from tests.waiting import existing

NOW = datetime(2026, 3, 23, 10, tzinfo=UTC)
CARD = "4539148803436467"


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app that masks."""
    change_settings(app, "cli:test", {"redaction": "mask"})
    return app


class Talk:
    """A live conversation, message by message."""

    def __init__(self, app: AppStore, name: str = "c-1") -> None:
        """Nothing is said yet."""
        self.live = LiveConversation(app, name, lambda: NOW)
        self.said = 0

    def say(self, author: Author, text: str) -> list[str]:
        """Say something, and return how all messages read then."""
        self.said += 1
        at = NOW + timedelta(seconds=self.said)
        message = Message(id="", at=at, received_at=at, message_id="", author=author, text=text)
        self.live.receive([Arrival(event=message, is_timed=True)])
        return [turn.text for turn in self.live.state().conversation.turns]

    def end(self) -> bool:
        """End it, and hand it on as the assistant does."""
        at = NOW + timedelta(seconds=self.said + 1)
        self.live.receive([Arrival(event=Ended(id="", at=at, received_at=at), is_timed=True)])
        log, state = self.live.known(), self.live.state()
        left = RestingState(events=len(log.events), due_at=None, is_ended=True)
        return self.live.app.conversations.accept_ended(state.conversation, left)


def holds(store: Store, *traces: str) -> list[str]:
    """The traces that are anywhere in the database."""
    with store._database.reading() as connection:
        rows = [row for table in METADATA.sorted_tables for row in connection.execute(sa.select(table))]
    values = [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in rows for v in row]
    return [trace for trace in traces if any(trace.encode() in value for value in values)]


def test_a_number_that_may_go_on_is_held_back_until_it_is_settled(store: Store, app: AppStore) -> None:
    """Its first part is masked until the second comes; then both are the card."""
    talk = Talk(app)
    held = ("sure it is [number]", "sure it is [card 1]", "sure it is [account 1]")
    talk.say("agent", "how may I help")
    assert talk.say("customer", "sure it is 4539 1488")[-1] in held
    assert talk.say("agent", "go on")[-2] in held
    assert talk.say("customer", "0343 6467 thanks")[1::2] == ["sure it is [card 1]", "[card 1] thanks"]
    assert holds(store, "4539 1488", "0343 6467", CARD) == []


def test_the_same_message_again_is_no_other_text_because_it_was_redacted(store: Store, app: AppStore) -> None:
    """What came is compared with what came; nothing of the other text is kept, and once it is over nothing is noted."""
    card = f"my card is {CARD}"

    def say(talk: Talk, text: str) -> list[str]:
        message = Message(id="", at=NOW, received_at=NOW, message_id="m-1", author="customer", text=text)
        talk.live.receive([Arrival(event=message, key="m-1")])
        return list(talk.live.state().reworded)

    first, second = Talk(app), Talk(app, "c-2")
    assert [say(first, card), say(first, card), say(second, card)] == [[], [], []]
    assert say(first, "my card is 4000 0000 0000 0002, sorry Wilhelmina") == ["m-1"]
    assert holds(store, CARD, "Wilhelmina") == []
    assert second.end()
    assert [turn.text for turn in second.live.state().conversation.turns] == ["my card is [card 1]"]
    assert say(second, card) == []


def test_other_processes_notice_what_was_masked_later(database_url: str, app: AppStore) -> None:
    """Also one that had read no further than a message behind it, which did not change."""
    talk, other = Talk(app), open_store(database_url, KEY)
    seen = other.within(TENANT).live
    talk.say("customer", "it is 4821")
    talk.say("agent", "go on")
    seen.log("c-1")
    talk.say("customer", "that is the pin of my card, my pin is 4821")
    assert "4821" not in repr(app.live.log("c-1").events)
    assert seen.log("c-1").events == app.live.log("c-1").events
    other.close()


def test_a_number_that_was_nothing_comes_back(app: AppStore) -> None:
    """An order number is held back too, and reads as it is once the customer goes on with something else."""
    talk = Talk(app)
    assert talk.say("customer", "my order is 88412290") == ["my order is [number]"]
    assert talk.say("agent", "thank you") == ["my order is [number]", "thank you"]
    assert talk.say("customer", "when does it come")[0] == "my order is 88412290"


@pytest.mark.parametrize("mode", ["mask", "token"])
def test_at_the_end_nothing_but_the_redacted_talk_is_left(store: Store, app: AppStore, mode: Mode) -> None:
    """The conversation that is kept is redacted as a whole; encrypted texts are gone, originals stay with tokens."""
    change_settings(app, "cli:test", {"redaction": mode})
    talk = Talk(app)
    talk.say("agent", "hello my name is robert, who am i speaking with")
    talk.say("customer", "it is Grace Hopper")
    talk.say("customer", f"my card is {CARD}")
    talk.say("agent", "thank you grace")
    assert talk.end()
    detail = existing(app.conversations.get("c-1"))
    assert [turn.text for turn in detail.conversation.turns] == [
        "hello my name is [name 1], who am i speaking with",
        "it is [name 2]",
        "my card is [card 1]",
        "thank you [name 2]",
    ]
    assert holds(store, CARD, "Hopper", '"sealed"') == []
    kept = existing(app.privacy.redaction("c-1"))
    assert kept.originals.get("[card 1]") == (CARD if mode == "token" else None)


_NUMBERS = iter(range(10**9))


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(cuts=st.lists(st.integers(4, 12), min_size=1, max_size=2, unique=True))
def test_however_a_card_is_split_no_part_of_four_digits_shows(app: AppStore, cuts: list[int]) -> None:
    """At no moment does a message show four digits of a card that is split where the groups allow it."""
    bounds = [0, *sorted(cut // 4 * 4 for cut in set(cuts)), 16]
    parts = [CARD[start:end] for start, end in pairwise(bounds) if start < end]
    talk = Talk(app, f"c-split-{next(_NUMBERS)}")
    talk.say("agent", "the card number please")
    for part in parts:
        texts = talk.say("customer", part)
        assert not any(part in text for text in texts)
    assert set(texts[1:]) == {"[card 1]"}


def test_what_an_agent_types_is_redacted(store: Store, app: AppStore) -> None:
    """A query of the knowledge base is redacted before it is kept or read by a judge."""
    assert app.privacy.text(f"refund for card {CARD}") == "refund for card [card 1]"
    assert holds(store, CARD) == []
