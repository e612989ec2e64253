"""Redaction of what is stored, on both databases: nothing that a stricter policy masks is left, and all else stays."""

from datetime import UTC, datetime
from functools import partial

import msgspec
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from auscult import bootstrap
from auscult.bootstrap.application import chunk_processing
from auscult.config import read_settings
from auscult.domain.ai_agents.context import AiContext, Call
from auscult.domain.assist.assistance import Feedback
from auscult.domain.comments import NewThread
from auscult.domain.conversation import Conversation
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.domain.form_examples import Example
from auscult.domain.people.principal import operator
from auscult.domain.privacy.faults import NewFault
from auscult.domain.privacy.redaction import unnumbered
from auscult.domain.recordings.words import Word
from auscult.reports import REPORTS
from auscult.services.comments import Commenting
from auscult.services.history import redactions
from auscult.services.history.redactions import Certificate
from auscult.services.privacy import faults
from auscult.services.privacy.holds import lift_hold, place_hold
from auscult.services.privacy.log import draft, verify
from auscult.services.privacy.originals import read_unredacted
from auscult.services.privacy.settings import change_settings
from auscult.services.scoring.comparing import rows_that_differ
from auscult.services.scoring.process import Processing
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.privacy.test_erasing_together import coaching
from tests.contract.privacy.test_live_redaction import Talk, holds
from tests.contract.privacy.test_redaction_at_intake import GROUPS, TRACES, planted
from tests.contract.privacy.test_retention_kinds import recording
from tests.contract.storing import TENANT
from tests.data_files import data_of
from tests.waiting import existing

FORM = data_of(__file__, "form").encode()
TYPED = "202-555-0143"
"""A number that an agent typed, and that is in no turn."""
ENDED = datetime(2026, 3, 23, 10, 5, tzinfo=UTC)
JUDGE = bootstrap.evaluator(read_settings({}))
VIEWER = operator(TENANT.account_id)


@pytest.fixture
def app(store: Store, app: AppStore) -> AppStore:
    """An app that masks nothing, with two conversations that are scored, and all that people and machines made of the first."""
    app.forms.publish("ef-1", FORM)
    said = planted("c-2").turns[:1]
    plain = replace(planted("c-2"), turns=said, customer=None, contact=None, custom_fields={}, ended_at=ENDED)
    put(store, app, talk("c-1"), plain)
    commenting = Commenting(app, lambda: datetime.now(UTC), VIEWER)
    for name, who in (("c-1", "Ada Lovelace"), ("c-2", "She")):
        commenting.open(name, NewThread(text=f"{who} paid with {GROUPS}"))
    words = tuple(
        Word(channel=0, text=each, start_ms=300 * at, end_ms=300 * at + 250)
        for at, each in enumerate(f"my name is Ada Lovelace and my card is {GROUPS}".split())
    )
    pasted = Example(
        example_id="ex-1",
        form_id="ef-1",
        metric_id="em-1",
        wanted="yes",
        transcript=f"customer: {GROUPS}",
        by="ann",
        at=ENDED,
    )
    app.form_examples.add(pasted, draft(app, "cli:test", "form.example_kept", "form:ef-1"))
    app.recordings.add(recording("re-1", "c-1"))
    store.transcriptions.supply("re-1", "script", words)
    live = Talk(app, "c-3")
    for author, text in (("agent", "your card number"), ("customer", f"it is {GROUPS}, ada@example.com")):
        live.say(author, text)  # type: ignore[arg-type]
    live.end()
    going_on = Talk(app, "c-4")
    going_on.say("customer", f"my card is {GROUPS}")
    for each in (live, going_on):
        each.live.rate("widget", None, Feedback(value="like", comment=f"found nothing for {TYPED}"))
    score(store)
    app.coaching.save([replace(coaching("co-1", "c-1", "c-3"), goal=f"Ada Lovelace paid with {GROUPS}")])
    return app


def talk(name: str) -> Conversation:
    """A conversation with a card in the calls and the instructions of its AI agent, too."""
    calls = (Call("k1", "pay", arguments={"card": GROUPS, "ada@example.com": 1}, result={"full_name": "Ada Lovelace"}),)
    return replace(
        planted(name), ended_at=ENDED, ai=AiContext(instructions=f"Ada Lovelace pays with card {GROUPS}."), calls=calls
    )


def put(store: Store, app: AppStore, *conversations: Conversation) -> None:
    """Accept and score these."""
    app.conversations.accept(conversations)
    score(store)


def score(store: Store) -> None:
    """Score what waits."""
    work = Processing(store, JUDGE, REPORTS, lambda: datetime.now(UTC))
    for priority in ("live", "backfill"):
        for batch_id in store.work.next(priority, 100):  # type: ignore[arg-type]
            work.record(existing(work.evaluate(batch_id)))


def masked(store: Store, app: AppStore, limit: int = 100) -> Certificate:
    """Mask what is stored, or begin to, and return the certificate."""
    begun = redactions.begin(app, "cli:test")
    work_on(store, limit)
    return redactions.view(app, begun.id)


def work_on(store: Store, limit: int = 100) -> None:
    """Process chunks as a worker does."""
    chunks = chunk_processing(store, JUDGE)
    for chunk_id in store.work.next("chunk", limit):
        chunks.record(existing(chunks.process(chunk_id)))


def agrees(store: Store) -> None:
    """Nothing differs that ``verify`` and ``verify --log`` compare."""
    assert [*store.recount(TENANT), *store.altered(), *rows_that_differ(store, REPORTS)] == []
    assert verify(store) == []


def test_nothing_masked_is_left_and_scores_stay(store: Store, app: AppStore) -> None:
    """Words, calls, instructions, quotations, findings, comments, recordings, live messages, searches; a second run changes nothing."""
    assert holds(store, *TRACES, TYPED) == [*TRACES, TYPED]
    before = existing(app.conversations.get("c-1"))
    change_settings(app, "cli:test", {"redaction": "mask"})
    done = masked(store, app)
    assert (done.state, done.total, done.looked, done.changed, done.held) == ("done", 3, 3, 2, 0)
    assert done.redaction == "mask"
    assert done.placeholders["card"] > 10
    assert holds(store, *TRACES, TYPED) == []
    agrees(store)
    after = existing(app.conversations.get("c-1"))
    assert (before.revision, after.revision) == (1, 2)
    (was,), (now,) = before.evaluations, after.evaluations
    assert (now.score, now.revision, now.evaluated_at) == (was.score, 2, was.evaluated_at)
    assert "my e-mail is [email 1]" in now.results[0].verdict.evidence[-1].text
    assert after.conversation.calls is not None
    assert after.conversation.calls[0].arguments == {"card": "[card 1]", "[email 1]": 1}
    of_both = {each.comments[0].text for each in app.comments.of_conversations(["c-1", "c-2"])}
    assert of_both == {"[name 1] paid with [card 1]", "She paid with [card 1]"}
    words = existing(store.transcriptions.get("re-1"))
    assert unnumbered(" ".join(each.text for each in words.words)) == "my name is [name] and my card is [card]"
    task = existing(store.recording_tasks.get("re-1", "redacted"))
    silences = msgspec.json.decode(task.result or b"")
    assert [(each["kind"], each["start_ms"]) for each in silences] == [("name", 650), ("card", 2450)]
    assert [each.action for each in app.log.entries()][-2:] == ["redaction.begun", "redaction.done"]
    going_on = Talk(app, "c-4")
    going_on.said = 1
    assert going_on.say("agent", "thank you") == ["my card is [card 1]", "thank you"]
    assert masked(store, app).changed == 0


def test_tokens_go_where_the_policy_masks_and_numbers_where_it_drops(store: Store, app: AppStore) -> None:
    """Originals are removed, and placeholders of a dropped kind lose number and hash; spans still point at them."""
    change_settings(app, "cli:test", {"redaction": "token", "kinds": {"name": "keep"}})
    masked(store, app)
    assert read_unredacted(app, "user:ann@example.com", "c-1").turns[1].text == "4539 1488"
    change_settings(app, "cli:test", {"redaction": "mask", "kinds": {"name": None, "card": "drop"}})
    assert masked(store, app).changed == 2
    assert holds(store, *TRACES, "[card 1]") == []
    kept, found = app.privacy.redaction("c-1"), app.conversations.get("c-1")
    assert kept is not None
    assert found is not None
    assert kept.originals == {}
    assert not [mark for mark in found.conversation.masks if "card" in mark]
    text = {turn.id: turn.text for turn in found.conversation.turns}
    assert text["m5"] == "or [card], my name is [name 1]"
    assert [text["m5"][each.start : each.end] for each in kept.spans["m5"]] == ["[card]", "[name 1]"]
    said = planted("c-1").turns[4].text
    assert [said[each.original_start : each.original_end] for each in kept.spans["m5"]][1] == "Ada Lovelace"
    agrees(store)


def test_a_hold_keeps_a_conversation_and_what_waits_goes_first(store: Store, app: AppStore) -> None:
    """It is counted, and masked once the hold is lifted; a conversation that is to be scored is waited for."""
    change_settings(app, "cli:test", {"redaction": "mask"})
    number = place_hold(app, "cli:test", "conversation", "c-1", "case 7")
    assert (masked(store, app).held, holds(store, "Lovelace")) == (1, ["Lovelace"])
    lift_hold(app, "cli:test", number, "over")
    app.conversations.accept([replace(planted("c-2"), language="de")])
    begun = redactions.begin(app, "cli:test")
    with pytest.raises(ConflictError, match="under way"):
        redactions.begin(app, "cli:test")
    work_on(store)
    assert redactions.view(app, begun.id).reason == "conversations to be scored first: 1"
    assert redactions.cancel(app, begun.id).state == "cancelled"
    score(store)
    redactions.resume(app, begun.id)
    work_on(store)
    assert redactions.view(app, begun.id).state == "done"
    assert holds(store, *TRACES) == []
    agrees(store)


def test_words_of_earlier_revisions_go_from_their_verdicts(store: Store, app: AppStore) -> None:
    """A later delivery was masked as it came; what was decided of the one before it still quoted it."""
    change_settings(app, "cli:test", {"redaction": "mask"})
    put(store, app, talk("c-1"))
    assert "Lovelace" in holds(store, "Lovelace")
    masked(store, app)
    detail = existing(app.conversations.get("c-1"))
    assert [detail.revision, detail.evaluations[-1].revision] == [detail.evaluations[0].revision, 1]
    assert holds(store, "ada@example.com", "Ada Lovelace") == []
    agrees(store)


def test_a_mask_is_explained_and_what_is_wrong_with_it_is_kept_without_the_value(store: Store, app: AppStore) -> None:
    """The form of a card, the words before a name, what was asked; an example goes with its conversation."""
    change_settings(app, "cli:test", {"redaction": "mask"})
    masked(store, app)
    report = partial(faults.report, app, lambda: datetime.now(UTC), VIEWER, "c-1")
    found = {(each.turn_id, each.kind): each for each in faults.masks(app, "c-1")}
    assert {each.by for each in found.values()} == {"builtin"}
    assert "form" in {each.sign for each in found["m2", "card"].reasons}
    name = {each.sign: each.text for each in found["m5", "name"].reasons}
    assert name["words"].endswith("my name is")
    assert name["known"] == "customer"
    place = found["m4", "email"].place
    kept = report(NewFault(turn_id="m4", place=place, wrong="missed", kind="account", words="and"))
    assert (kept.was, kept.kind, kept.before) == ("email", "account", "go on")
    assert kept.text == "[card] [account] my e-mail is [email]"
    assert kept.text[kept.place :] == "[email]"
    assert [each.fault for each in app.mask_faults.listing()] == [kept]
    assert [*app.log.entries()][-1].action == "redaction.reported"
    for wrong in (
        NewFault(turn_id="m4", place=place, wrong="other_kind"),
        NewFault(turn_id="m4", place=place, wrong="missed", kind="card", words="never said"),
    ):
        with pytest.raises(RequestError):
            report(wrong)
    with pytest.raises(NotFoundError):
        report(NewFault(turn_id="m4", place=place + 1, wrong="not_personal"))
    with pytest.raises(NotFoundError):
        report(NewFault(turn_id="m9", place=0, wrong="not_personal"))
    app.conversations.erase("c-1")
    assert app.mask_faults.listing() == []


def test_a_result_that_was_changed_by_hand_stays_visible(store: Store, app: AppStore) -> None:
    """Sealing anew does not hide it."""
    with store._database.writing() as connection:
        connection.execute(sa.text("UPDATE evaluations SET score = 1"))
    change_settings(app, "cli:test", {"redaction": "mask"})
    masked(store, app)
    assert len(store.altered()) == 3
