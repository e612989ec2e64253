"""Conversations that come in more than once, on both databases: legs, redacted copies, and others of the same id."""

from datetime import timedelta
from itertools import permutations
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation, Leg, Queue, Turn
from auscult.domain.privacy.settings import PrivacySettings
from auscult.storage import Store
from auscult.storage.conversations.earlier import gathered
from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import evaluations, said
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation, put
from tests.waiting import PATIENCE_S, existing

CARD = "my card is 4539 1488 0343 6467"
LEGS = (("a1", 2), ("b2", 61), ("c3", 120))


def leg(name: str, begin_s: int, *, starts: bool = False, words: str = CARD) -> Conversation:
    """A leg of two turns with its own agent and queue; with ``starts``, the times of its file count from its own start."""
    own = begin_s if starts else 0
    begin = (begin_s - own) * 1000
    return conversation(
        "c-1",
        after=timedelta(seconds=own),
        custom_id="cv-41",
        turns=(
            Turn(f"{name}:1", "agent", f"hello from {name}", f"u-{name}", begin, begin + 900),
            Turn(f"{name}:2", "customer", f"{words} {name}", None, begin + 1000, begin + 1900),
        ),
        agents=(Agent(f"u-{name}"),),
        queues=(Queue(f"q-{name}"),),
        legs=(Leg(name, (f"q-{name}",), (f"u-{name}",)),),
    )


def words(app: AppStore) -> list[str]:
    """What is stored of the conversation, a turn each."""
    return [turn.text for turn in of(app).turns]


def of(app: AppStore) -> Conversation:
    """The conversation as it is stored."""
    return existing(app.conversations.get("c-1")).conversation


@pytest.mark.parametrize(("redaction", "starts"), [("off", False), ("off", True), ("token", False)])
def test_legs_are_one_conversation_in_any_order(app: AppStore, redaction: Any, starts: bool) -> None:
    """One call each, as by loads days apart, or one for all: every turn of every leg, in order of time; twice the same."""
    app.privacy.change(PrivacySettings(redaction=redaction))
    legs = [leg(name, at, starts=starts) for name, at in LEGS]
    seen: list[Conversation] = []
    for number, order in enumerate(permutations(legs)):
        calls = ([[one] for one in order], [list(order)], [order[:2], order[2:]])[number % 3]
        for call in calls:
            app.conversations.accept(call)
        for call in calls:
            again = app.conversations.accept(call)
            assert (again.new, again.changed, again.unchanged, again.replaced) == (0, 0, 1, ())
        seen.append(of(app))
        app.conversations.erase("c-1")
    whole = seen[0]
    assert [turn.id for turn in whole.turns] == [f"{name}:{number}" for name, _ in LEGS for number in (1, 2)]
    begin = 2 if starts else 0
    assert [turn.start_ms for turn in whole.turns[::2]] == [(at - begin) * 1000 for _, at in LEGS]
    assert [each.id for each in whole.agents] == ["u-a1", "u-b2", "u-c3"]
    assert [each.id for each in whole.queues] == ["q-a1", "q-b2", "q-c3"]
    assert all("4539" not in turn.text for turn in whole.turns) == (redaction != "off")
    if redaction == "off":
        assert seen == [whole] * len(seen)
    ids = [turn.id for turn in whole.turns]
    assert [[turn.id for turn in one.turns] for one in seen] == [ids] * len(seen)


def test_numbers_of_two_legs_are_told_apart(app: AppStore) -> None:
    """A second leg's placeholder is not that of another value of the first."""
    app.privacy.change(PrivacySettings(redaction="token"))
    app.conversations.accept([leg("a1", 2, words="call me on 0151 23456789")])
    app.conversations.accept([leg("b2", 61, words="call me on 0151 98765432 today or on 0151 23456789 tomorrow")])
    kept = existing(app.privacy.redaction("c-1"))
    of_first, of_second = ({mark for mark in kept.originals if mark in words(app)[at]} for at in (1, 3))
    assert len(of_first) == 1
    assert len(of_second) == 2
    assert of_first < of_second


def test_a_leg_that_comes_again_replaces_itself(app: AppStore) -> None:
    """Another transcript of the same leg; the other leg stays, and one of the same load is named."""
    first = app.conversations.accept([leg("a1", 2), leg("b2", 61)])
    assert first.replaced == ()
    again = app.conversations.accept([leg("a1", 2, words="better words")], since=first.batch)
    assert (again.changed, again.replaced) == (1, ("cv-41",))
    assert words(app)[1::2] == ["better words a1", f"{CARD} b2"]


def test_a_leg_of_an_earlier_version_stays_until_it_comes_again(app: AppStore) -> None:
    """It has no name, and its turns are m1 and m2; an export of what has legs is known by the ids of its turns."""
    a1, b2 = leg("a1", 2), leg("b2", 61)
    old = replace(a1, legs=(), turns=tuple(replace(turn, id=f"m{at}") for at, turn in enumerate(a1.turns, 1)))
    app.conversations.accept([old])
    for _ in range(2):
        app.conversations.accept([b2])
        assert [turn.id for turn in of(app).turns] == ["m1", "m2", "b2:1", "b2:2"]
    app.conversations.accept([a1])
    whole = of(app)
    assert whole == gathered([a1, b2]).conversations["c-1"]
    app.conversations.accept([replace(whole, legs=())])
    app.conversations.accept([b2])
    assert [turn.id for turn in of(app).turns] == ["a1:1", "a1:2", "b2:1", "b2:2"]
    app.conversations.accept([old])
    app.conversations.accept([a1])
    assert of(app) == a1


def test_two_legs_at_the_same_moment_are_both_stored(store: Store, app: AppStore) -> None:
    """Neither writes over the other."""
    legs = [leg(f"l{number}", number) for number in range(8)]
    threads = [Thread(target=store.within(TENANT).conversations.accept, args=([one],)) for one in legs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(words(app)) == 16
    assert [each.id for each in of(app).legs] == sorted(f"l{number}" for number in range(8))


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("is_together", [True, False])
def test_a_redacted_copy_is_what_is_stored(app: AppStore, is_first: bool, is_together: bool) -> None:
    """Whichever comes first, together or in two loads, and however often; of one load it is named."""
    original, redacted = (
        conversation("c-1", custom_id="k-1", turns=(Turn("m1", "customer", said, start_ms=0),), edition=edition)
        for said, edition in ((CARD, "original"), ("my card is [PII]", "redacted"))
    )
    order = [redacted, original] if is_first else [original, redacted]
    calls = [order] if is_together else [[one] for one in order]
    since = None
    replaced: list[str] = []
    for call in calls:
        accepted = app.conversations.accept(call, since=since)
        since = accepted.batch if since is None else since
        replaced += accepted.replaced
    assert replaced == ["k-1"]
    assert words(app) == ["my card is [PII]"]
    for call in calls[::-1]:
        again = app.conversations.accept(call)
        assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    assert words(app) == ["my card is [PII]"]
    app.conversations.accept([conversation("c-1", custom_id="k-1", turns=())])
    assert words(app) == []


def test_nothing_quotes_an_original_that_its_redacted_copy_replaced(
    store: Store, app: AppStore, database_url: str
) -> None:
    """Evaluations and insights of the revision before are as those of conversations whose words were erased."""
    put(
        app,
        conversation("c-1", turns=(Turn("m1", "agent", f"hello {CARD}", start_ms=0, end_ms=900),), edition="original"),
    )
    redacted = conversation("c-1", turns=(Turn("m1", "agent", "my card is [PII]", start_ms=0),), edition="redacted")
    database = Database(database_url)
    with database.reading() as connection:
        assert any(b"hello" in bytes(body) for body in connection.scalars(sa.select(evaluations.c.body)))
    assert app.conversations.accept([redacted]).changed == 1
    with database.reading() as connection:
        assert not any(b"hello" in bytes(body) for body in connection.scalars(sa.select(evaluations.c.body)))
        assert connection.scalars(sa.select(said.c.agent)).all() == []
    database.close()
    assert store.altered() == []


def test_others_of_one_id_in_a_load_are_named(app: AppStore) -> None:
    """In one call or in several of one load; what an earlier load brought is a change, and the same again is none."""
    one, other = (conversation("c-1", turns=(Turn("m1", "agent", text),)) for text in ("one", "other"))
    first = app.conversations.accept([one, conversation("c-2"), other])
    assert (first.new, first.replaced) == (2, ("c-1",))
    assert app.conversations.accept([one]).replaced == ()
    second = app.conversations.accept([other])
    assert app.conversations.accept([one], since=second.batch).replaced == ("c-1",)
    assert app.conversations.accept([one], since=second.batch).replaced == ()
    assert gathered([one, one]).replaced == ()
