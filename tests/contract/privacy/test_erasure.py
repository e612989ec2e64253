"""Retention, holds and erasure on both databases: listed, run, on record; a hold wins; no seal breaks."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from auscult.domain.assist.live import Arrival, Message
from auscult.domain.coaching.item import Clip, Coaching, Note
from auscult.domain.conversation import Agent, Conversation, Customer, Queue, Turn
from auscult.domain.directory import NO_ALIASES
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.domain.privacy.erasure_list import Missing
from auscult.domain.privacy.retention import Facts, Item
from auscult.domain.recordings.words import Word
from auscult.reports import REPORTS
from auscult.services.assist.live import LiveConversation
from auscult.services.privacy.erasure import Erasing
from auscult.services.privacy.holds import lift_hold, place_hold
from auscult.services.privacy.log import record, verify
from auscult.services.privacy.settings import change_settings
from auscult.services.recordings.removal import erase_recordings
from auscult.services.scoring.render import render
from auscult.storage import Store, migrate, new_secret_key, open_store
from auscult.storage.conversations.erasing import AppErasure
from auscult.storage.store import AppStore
from tests.contract.privacy.test_retention_kinds import recording
from tests.contract.storing import STARTED, TENANT, conversation, put
from tests.waiting import existing

NOW = STARTED + timedelta(days=40)


def old(name: str, days: int, queue: str = "qu-1", customer: str = "u-1") -> Conversation:
    """A conversation that started so many days before ``NOW``."""
    return conversation(
        name,
        timedelta(days=40 - days),
        customer=Customer(id=customer),
        agents=(Agent(id="a-1"),),
        queues=(Queue(id=queue),),
    )


def erasing(app: AppStore) -> Erasing:
    """What erases, at ``NOW``."""
    return Erasing(app, lambda: NOW, partial(render, TENANT, reports=REPORTS, aliases=NO_ALIASES))


def ids(items: Sequence[Item]) -> list[str]:
    """The conversations that would go; held ones left out."""
    return [item.conversation_id for item in items if item.held_by is None]


def test_conversations_that_cannot_be_due_are_not_read(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers look hourly: younger ones than the shortest rule cost nothing. One that is due to the instant is listed."""
    put(app, old("c-1", 31), old("c-2", 30), old("c-3", 29), old("c-4", 8, "qu-2"), old("c-5", 6, "qu-2"))
    read: list[str] = []
    found = AppErasure.started_by

    def reading(erasure: AppErasure, latest: datetime) -> Iterator[tuple[Facts, bool]]:
        for facts, is_audited in found(erasure, latest):
            read.append(facts.conversation_id)
            yield facts, is_audited

    monkeypatch.setattr(AppErasure, "started_by", reading)
    app.retention.set_rule("*", 30)
    assert (ids(erasing(app).due()), read) == (["c-1", "c-2"], ["c-1", "c-2"])
    read.clear()
    app.retention.set_rule("qu-2", 7)
    assert (ids(erasing(app).due()), read) == (["c-1", "c-2", "c-4"], ["c-1", "c-2", "c-3", "c-4"])


def test_retention_by_queue_is_previewed_run_and_on_record(store: Store, app: AppStore) -> None:
    """A queue's rule counts before that of all others; the receipt counts what went, and the log is whole."""
    put(app, old("c-1", 31), old("c-2", 8, "qu-2"), old("c-3", 3, "qu-2"), old("c-4", 20))
    assert erasing(app).due() == []
    app.retention.set_rule("*", 30)
    app.retention.set_rule("qu-2", 7)
    assert ids(erasing(app).due()) == ["c-1", "c-2"]
    assert app.conversations.get("c-1") is not None
    receipt = erasing(app).run("retention", erasing(app).due())
    assert (receipt.erased, receipt.held, receipt.finished_at is not None) == (2, 0, True)
    assert app.conversations.get("c-1") is None
    assert app.conversations.get("c-4") is not None
    assert erasing(app).due() == []
    assert app.retention.receipt(receipt.id) == receipt
    assert store.recount(TENANT) == []
    assert verify(store) == []
    app.retention.set_rule("qu-2", None)
    assert [rule.queue for rule in app.retention.rules()] == ["*"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("conversation", "c-1"), ("customer", "u-1"), ("agent", "a-1"), ("period", "2026-03-20/2026-03-31")],
)
def test_a_hold_wins_over_everything(app: AppStore, kind: str, value: str) -> None:
    """Neither retention nor an erasure by customer nor one by id takes what is on hold; lifted, it goes."""
    put(app, old("c-1", 35))
    app.retention.set_rule("*", 30)
    hold = place_hold(app, "user:ann@example.com", kind, value, "a lawsuit")
    assert [item.held_by for item in erasing(app).due()] == [hold]
    receipt = erasing(app).run("erasure", erasing(app).of_customer("customer", "u-1"))
    assert (receipt.erased, receipt.held) == (0, 1)
    with pytest.raises(ConflictError, match=f"on legal hold {hold}; lift"):
        app.conversations.erase("c-1")
    lift_hold(app, "user:ann@example.com", hold, "settled")
    with pytest.raises(NotFoundError):
        lift_hold(app, "user:ann@example.com", hold, "again")
    assert erasing(app).run("retention", erasing(app).due()).erased == 1
    assert [entry.action for entry in app.log.entries()] == ["hold.placed", "hold.lifted", "conversation.erased"]


@pytest.mark.parametrize(("kind", "value"), [("agent", "a-1"), ("period", "2026-03-20/2026-03-31")])
def test_a_hold_protects_a_conversation_that_goes_on(app: AppStore, kind: str, value: str) -> None:
    """It is not stored yet: its events name agent and start. What another hold is on may go."""
    said = Message(id="", at=STARTED, received_at=STARTED, message_id="", author="agent", text="hello", agent_id="a-1")
    LiveConversation(app, "c-1", lambda: STARTED).receive([Arrival(event=said, is_timed=True)])
    hold = place_hold(app, "cli:test", kind, value, "a lawsuit")
    with pytest.raises(ConflictError, match=f"on legal hold {hold}; lift"):
        app.conversations.erase("c-1")
    lift_hold(app, "cli:test", hold, "settled")
    place_hold(app, "cli:test", "agent", "a-2", "a lawsuit")
    assert app.conversations.erase("c-1")


def test_a_period_that_is_none_is_refused(app: AppStore) -> None:
    """A period has two days, the first not after the last."""
    for value in ("2026-03-20", "2026-03-20/x", "2026-04-01/2026-03-01"):
        with pytest.raises(RequestError, match="give two days"):
            place_hold(app, "user:ann@example.com", "period", value, "?")


def test_a_hold_on_a_conversation_that_is_not_there_is_refused(app: AppStore) -> None:
    """A wrong id would keep nothing; a customer may come later."""
    put(app, old("c-1", 35))
    with pytest.raises(NotFoundError, match="no conversation c-2 in this app"):
        place_hold(app, "user:ann@example.com", "conversation", "c-2", "a lawsuit")
    assert app.retention.holds() == []
    assert place_hold(app, "user:ann@example.com", "customer", "u-later", "a lawsuit")


def test_a_hold_that_is_placed_while_a_run_works_is_respected(app: AppStore) -> None:
    """The list was made before the hold; the erasure sees it all the same."""
    put(app, old("c-1", 35), old("c-2", 35))
    app.retention.set_rule("*", 30)
    due = erasing(app).due()
    place_hold(app, "user:ann@example.com", "conversation", "c-2", "a lawsuit")
    receipt = erasing(app).run("retention", due)
    assert (receipt.erased, receipt.held) == (1, 1)
    assert app.conversations.get("c-2") is not None


def test_a_customer_is_found_by_id_phone_and_email(app: AppStore) -> None:
    """By what the documents hold; and where an app keeps tokens, by the originals."""
    said = (Turn("m1", "customer", "call 202-555-0143 or write to Ada@example.com"),)
    put(app, conversation("c-1", customer=Customer(id="u-7"), turns=said), conversation("c-2"))
    change_settings(app, "cli:test", {"redaction": "token"})
    put(app, conversation("c-3", timedelta(hours=1), turns=said))
    assert ids(erasing(app).of_customer("customer", "u-7")) == ["c-1"]
    assert ids(erasing(app).of_customer("phone", "+1 (202) 555 0143")) == ["c-1", "c-3"]
    assert ids(erasing(app).of_customer("email", "ada@EXAMPLE.com")) == ["c-1", "c-3"]
    with pytest.raises(RequestError, match="at least 7 digits"):
        erasing(app).of_customer("phone", "143")
    receipt = erasing(app).run("erasure", erasing(app).of_customer("email", "ada@example.com"), "user:ann@example.com")
    assert (receipt.erased, receipt.principal) == (2, "user:ann@example.com")
    assert app.conversations.get("c-2") is not None


def test_another_customer_with_a_similar_address_is_not_erased(app: AppStore) -> None:
    """Neither one whose address holds this one, nor everybody who says a word of it."""
    put(
        app,
        conversation("c-1", turns=(Turn("m1", "customer", "first\nada@example.com"),)),
        conversation("c-2", turns=(Turn("m1", "customer", "it is nada@example.com"),)),
        conversation("c-3", turns=(Turn("m1", "customer", "it is ada@example.com.au"),)),
    )
    assert ids(erasing(app).of_customer("email", "ada@example.com")) == ["c-1"]
    with pytest.raises(RequestError, match="name@host"):
        erasing(app).of_customer("email", "ada")


def test_coaching_loses_the_words_about_an_erased_customer(app: AppStore) -> None:
    """Goal, plan and remarks may name them: they go, and the certificate counts each item once."""
    put(app, old("c-1", 3), old("c-2", 2), old("c-9", 1, customer="u-9"))
    base = {"coach": "sam", "created_at": NOW, "form_id": "ef-1", "metric_ids": ("em-1",)}
    remark = Note(by="sam", side="coach", at=NOW, text="Zofia rang again")
    told = Coaching(
        coaching_id="co-1",
        agent_id="a-1",
        goal="Apologise to Zofia Kowalska",
        plan="Zofia waits for it",
        clips=(Clip(conversation_id="c-1", note="Zofia"), Clip(conversation_id="c-2"), Clip(conversation_id="c-9")),
        **base,
    )
    other = Coaching(coaching_id="co-2", agent_id="a-2", goal="Greet", clips=(Clip(conversation_id="c-9"),), **base)
    app.coaching.save([told, other])
    app.coaching.save([replace(told, notes=(remark,), changes=2)])
    receipt = erasing(app).run("erasure", erasing(app).of_customer("customer", "u-1"))
    assert (receipt.erased, receipt.coachings) == (2, 1)
    assert app.retention.receipt(receipt.id) == receipt
    left = existing(app.coaching.get("co-1"))
    assert b"Zofia" not in msgspec.json.encode(left)
    assert (left.metric_ids, [each.conversation_id for each in left.clips]) == (("em-1",), [None, None, "c-9"])
    assert app.coaching.get("co-2") == other
    assert erasing(app).run("erasure", erasing(app).of_customer("customer", "u-9")).coachings == 1


def test_an_erasure_empties_the_log_and_breaks_no_seal(store: Store, app: AppStore) -> None:
    """Entries about the conversation lose target and details; the log stays whole, sealed ranges too."""
    put(app, conversation("c-1"))
    record(app, "user:ann@example.com", "conversation.read_unredacted", "conversation:c-1", turn="m1")
    assert store.log.seal() is not None
    assert app.conversations.erase("c-1")
    entries = list(store.log.entries())
    assert [(entry.action, entry.target, entry.details is None) for entry in entries] == [
        ("conversation.read_unredacted", None, True),
        ("conversation.erased", None, False),
        ("log.erased", None, False),
    ]
    assert all("c-1" not in (entry.details or "") for entry in entries)
    assert store.log.seal() is not None
    assert verify(store) == []


def test_what_was_erased_is_erased_again_after_a_restore(app: AppStore) -> None:
    """The keyed hashes of erasures find what a backup brings back, and nothing else."""
    put(app, conversation("c-1"), conversation("c-2"))
    app.conversations.erase("c-1")
    (done,) = app.retention.erased()
    assert erasing(app).again(Missing((done,), ())) is None
    put(app, conversation("c-1"))
    assert existing(erasing(app).again(Missing((done._replace(at=done.at + 1),), ()))).erased == 1
    assert app.conversations.get("c-2") is not None


def test_two_runs_at_once_erase_each_conversation_once(app: AppStore) -> None:
    """Their receipts add up to what was there."""
    put(app, *(old(f"c-{number}", 35) for number in range(12)))
    app.retention.set_rule("*", 30)
    receipts: list[int] = []

    def run() -> None:
        receipts.append(erasing(app).run("retention", erasing(app).due()).erased)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(receipts) == 12
    assert erasing(app).due() == []


def test_what_is_erased_is_gone_from_the_file(sqlite_url: str) -> None:
    """On SQLite neither free pages nor the log of writes hold a word of it, nor of a recording alone."""
    migrate(sqlite_url)
    store = open_store(sqlite_url, new_secret_key())
    store.ensure(TENANT)
    app = store.within(TENANT)
    put(app, conversation("c-spoken"))
    app.recordings.add(recording("re-1", "c-spoken"))
    store.transcriptions.supply("re-1", "script", (Word(channel=0, text="peculiar " * 500, start_ms=0, end_ms=900),))
    assert erase_recordings(app, "c-spoken", "cli:test") == 1
    put(
        app, *(conversation(f"c-{n}", turns=(Turn("m1", "customer", "a very peculiar word " * 50),)) for n in range(20))
    )
    for number in range(20):
        app.conversations.erase(f"c-{number}")
    store.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    for part in file.parent.glob(f"{file.name}*"):
        assert b"peculiar" not in part.read_bytes(), part
