"""Playbooks followed live: what is recognised message by message is what the metrics judge in the end."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.assist.live import Ended, Event, Message, Moved, Participant
from auscult.domain.assist.live_projection import Live, fold
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.definitions.playbook import DialogTask, PlannedStage, PlannedStep, Playbook, Sign
from auscult.domain.form import Assignment, Form, Metric
from auscult.domain.probe import Similarity
from auscult.domain.scoring.stored import PendingConversation
from auscult.domain.tenancy import Tenant
from auscult.engines.wordllama import WordLlama
from auscult.metrics import METRICS
from auscult.metrics.by_dialog import Settings as DialogSettings
from auscult.metrics.by_playbook import NamedStep
from auscult.metrics.by_playbook import Settings as PlaybookSettings
from auscult.services.assist.playbook_progress import follow
from auscult.services.assist.step_detection import Tracker, untracked
from auscult.services.scoring.evaluate import Evaluator
from tests.data_files import data_of, tuples_of

TENANT = Tenant(account_id="a-1", org_id="o-1", app_id="st-1")
START = datetime(2026, 6, 7, 3, 5, tzinfo=UTC)
TRACKER = Tracker({Similarity: WordLlama()})
LINES = tuples_of(__file__, "lines")


def step(name: str, *phrases: str, required: bool = False, similar: tuple[str, ...] = ()) -> PlannedStep:
    """A step."""
    return PlannedStep(id=name, name=name.title(), when=Sign(phrases=phrases, similar=similar), is_required=required)


REFUND = Playbook(
    id="refund",
    name="Refund",
    opens=Sign(speaker="customer", phrases=("refund",)),
    stages=(
        PlannedStage(id="opening", steps=(step("greet", "hello"), step("verify", "account number", required=True))),
        PlannedStage(id="resolution", steps=(step("start", similar=("I have started the refund for you",)),)),
    ),
)
CARE = Playbook(id="care", stages=(PlannedStage(id="end", steps=(step("greet", "hello"), step("offer", "else"))),))
LOOKUP = DialogTask(id="lookup", name="Look up account", when=Sign(phrases=("look up your account",)))
CHOSEN = AssistSettings(playbooks=(REFUND, CARE), dialogs=(LOOKUP,))


def metric(name: str, settings: Any) -> Metric:
    """A metric with these settings."""
    kind = "by_playbook" if isinstance(settings, PlaybookSettings) else "by_dialog"
    return Metric(id=name, name=name, type=kind, weight=Decimal(10), settings=settings)


def form(*settings: Any) -> Form:
    """A form of chats, with a metric for each of these."""
    metrics = tuple(metric(f"em-{index}", one) for index, one in enumerate(settings))
    return Form(id="ef-1", name="F", channel="chat", metrics=metrics, assignments=(Assignment(),))


def said(*lines: tuple[str, str]) -> list[Event]:
    """Messages, a second apart."""
    return [
        Message(
            id=f"message:m{index}",
            at=START + timedelta(seconds=index),
            received_at=START,
            message_id=f"m{index}",
            author=author,  # type: ignore[arg-type]
            text=text,
        )
        for index, (author, text) in enumerate(lines)
    ]


def looked_at(events: list[Event], chosen: AssistSettings = CHOSEN) -> list[Event]:
    """The events, and what is recognised in what was not looked at yet."""
    live = fold(TENANT, "c-1", events)
    now = START + timedelta(minutes=len(events))
    left = untracked(live, chosen)
    return [*events, *TRACKER.track(live, chosen, left, now)] if left else events


def live_of(*lines: tuple[str, str], chosen: AssistSettings = CHOSEN) -> Live:
    """How a conversation stands that was looked at once."""
    return fold(TENANT, "c-1", looked_at(said(*lines), chosen))


playbook_settings = st.builds(
    PlaybookSettings,
    playbook=st.sampled_from(["refund", "REFUND", "care", "other"]),
    min_adherence=st.sampled_from([None, Decimal(30), Decimal(50), Decimal(100)]),
    steps=st.lists(st.builds(NamedStep, step=st.sampled_from(["verify", "greet", "none"])), max_size=2).map(tuple),
    when_not_run=st.sampled_from(["na", "no"]),
)
dialog_settings = st.builds(DialogSettings, dialog=st.sampled_from(["lookup", "look up account", "other"]))


@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=8),
    st.lists(playbook_settings | dialog_settings, min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_what_is_followed_live_is_what_is_judged(
    lines: list[tuple[str, str]], settings: list[Any], chance: random.Random
) -> None:
    """In whatever order and groups messages come in, the last state and the metrics' verdicts agree."""
    arriving = said(*lines)
    chance.shuffle(arriving)
    events: list[Event] = []
    while arriving:
        size = chance.randint(1, len(arriving))
        events, arriving = looked_at(events + arriving[:size]), arriving[size:]
    events.append(Ended(id="ended:1", at=START + timedelta(hours=1), received_at=START))
    chance.shuffle(events)
    live, at_once = fold(TENANT, "c-1", events), live_of(*lines)
    assert untracked(live, CHOSEN) == []
    assert live.assist.playbooks == at_once.assist.playbooks
    assert live.assist.dialogs == at_once.assist.dialogs
    asked = form(*settings)
    evaluator = Evaluator(METRICS, {}, judge_ineligible=True)
    (judged,) = evaluator.evaluate([PendingConversation(conversation=live.conversation, revision=1)], [asked], START)
    assert [(one.id, one.qualification, one.reason, one.evidence) for one in follow(live, [asked]).metrics] == [
        (one.metric.id, one.verdict.qualification, one.verdict.reason, one.verdict.evidence)
        for one in judged.evaluation.results
    ]


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8))
def test_more_is_only_ever_done(lines: list[tuple[str, str]]) -> None:
    """What is done stays done, at the message that did it first; hints are about what is missing."""
    done: dict[tuple[str, str, str], str | None] = {}
    events: list[Event] = []
    for message in said(*lines):
        events = looked_at([*events, message])
        followed = follow(fold(TENANT, "c-1", events), [])
        now = {
            (book.id, stage.id, one.id): one.message_id
            for book in followed.playbooks
            for stage in book.stages
            for one in stage.steps
            if one.is_done
        }
        assert done.items() <= now.items()
        done = now
        assert all((hint.playbook_id, hint.stage_id, hint.step_id) not in now for hint in followed.hints)
        for book in followed.playbooks:
            steps = [one.is_done for stage in book.stages for one in stage.steps]
            assert book.adherence == pytest.approx(100 * sum(steps) / len(steps), abs=0.01)


def test_a_step_out_of_order_gives_a_hint() -> None:
    """Verification before resolution; the hint goes once it is done, late as it may be."""
    asked = form(PlaybookSettings(playbook="refund", min_adherence=Decimal(80)))
    followed = follow(live_of(LINES[0], LINES[1], LINES[4]), [asked])
    refund = followed.playbooks[0]
    assert (refund.adherence, refund.min_adherence) == (66.67, 80.0)
    assert [(stage.id, stage.status) for stage in refund.stages] == [("opening", "begun"), ("resolution", "done")]
    assert [(one.id, one.message_id) for stage in refund.stages for one in stage.steps] == [
        ("greet", "m1"),
        ("verify", None),
        ("start", "m2"),
    ]
    (hint,) = followed.hints
    assert hint.text == "'Verify' of 'opening' is missing, and comes before 'Start', which is done"
    assert [one.qualification for one in followed.metrics] == ["NO"]
    later = follow(live_of(LINES[0], LINES[1], LINES[4], LINES[2]), [asked])
    assert later.hints == ()
    assert [(one.qualification, one.evidence[1].turn_id) for one in later.metrics] == [("YES", "m3")]


def test_what_a_form_asks_for_is_required() -> None:
    """A step that is named in a metric, and every step where all of it must be done."""
    talk = live_of(LINES[5])  # the offer, without a greeting
    assert follow(talk, []).hints == ()
    for settings in (
        PlaybookSettings(playbook="care", steps=(NamedStep(step="Greet", stage="end"),)),
        PlaybookSettings(playbook="care", min_adherence=Decimal(100)),
    ):
        assert [hint.step_id for hint in follow(talk, [form(settings)]).hints] == ["greet"]
    assert follow(talk, [form(PlaybookSettings(playbook="care", min_adherence=Decimal(50)))]).hints == ()


def test_the_form_is_the_one_for_the_queue() -> None:
    """Forms are chosen as for scoring: after a transfer it is the next queue's."""
    here, there = form(PlaybookSettings(playbook="care", min_adherence=Decimal(50))), form()
    there = msgspec.structs.replace(there, id="ef-2", assignments=(Assignment(queue="q-2"),))
    events = looked_at(said(LINES[1]))
    assert follow(fold(TENANT, "c-1", events), [here, there]).form_id == "ef-1"
    who = Participant(id="a-1", queue_id="q-2")
    move = Moved(id="moved:1", at=START, received_at=START, transfer="first", is_entry=True, participant=who)
    assert follow(fold(TENANT, "c-1", [*events, move]), [here, there]).form_id == "ef-2"


def test_a_playbook_opens_when_it_is_called_for() -> None:
    """One that opens on words is not run before; one without is from the beginning, and steps said before count."""
    assert [book.id for book in follow(live_of(LINES[2]), []).playbooks] == ["care"]
    refund = follow(live_of(LINES[2], LINES[0]), []).playbooks[0]
    assert (refund.id, refund.opened_at) == ("refund", START + timedelta(seconds=1))
    assert refund.stages[0].steps[1].message_id == "m0"


def test_what_was_begun_with_holds() -> None:
    """An app that changes its playbooks changes them for conversations that begin later."""
    events = looked_at(said(LINES[1]))
    fewer = AssistSettings(playbooks=(CARE,))
    more = looked_at([*events, *said(LINES[1], LINES[0])[1:]], fewer)
    assert [book.id for book in follow(fold(TENANT, "c-1", more), []).playbooks] == ["refund", "care"]


def test_nothing_to_follow_is_not_told() -> None:
    """An app without playbooks tells nothing of them, so that the metric says NA; one without dialog tasks likewise."""
    plain = live_of(*LINES, chosen=AssistSettings())
    assert (plain.assist.playbooks, plain.assist.dialogs, plain.plan) == (None, None, None)
    assert follow(plain, []).playbooks == ()
    some = live_of(*LINES, chosen=AssistSettings(dialogs=(LOOKUP,)))
    assert (some.assist.playbooks, [run.id for run in some.assist.dialogs or ()]) == (None, ["lookup"])


@pytest.mark.parametrize(("document", "wrong"), data_of(__file__, "settings_that_cannot_be_meant_are_refused"))
def test_settings_that_cannot_be_meant_are_refused(document: str, wrong: str) -> None:
    """What nothing could show, and two of one id."""
    with pytest.raises(msgspec.ValidationError, match=wrong):
        msgspec.json.decode(document, type=AssistSettings)
    encoded = msgspec.json.encode(CHOSEN)
    assert msgspec.json.decode(encoded, type=AssistSettings) == CHOSEN
