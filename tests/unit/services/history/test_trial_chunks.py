"""Trials of a form as durable work, on both databases: what they show, what a judge is asked, and what replaces what."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from auscult.domain.errors import NotFoundError
from auscult.services.definitions.forms.reading import read_form
from auscult.services.history.chunks import ChunkProcessing
from auscult.services.history.trial_chunks import Trying
from auscult.services.history.trials import (
    TrialOrder,
    TrialState,
    begin_trial,
    latest_trial,
    side_of,
    stop_trial,
    view_trial,
)
from auscult.services.scoring.evaluate import Evaluator
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.integration.working import FORM, TENANT
from tests.unit.services.history.test_backtest_chunks import EVALUATOR, JUDGED, Judge, app, content, judge, with_judge
from tests.unit.services.history.test_rescore_chunks import TWO
from tests.waiting import existing

__all__ = ["TENANT", "app", "judge"]

NOW = datetime(2026, 3, 24, tzinfo=UTC)
NAMES = tuple(f"c-{n:02}" for n in (11, 9, 7, 5, 3, 1, 0))
"""The newest first."""
ME = "dana@example.com"


def order(app: AppStore, document: bytes = TWO, **more: Any) -> TrialOrder:
    """Return the order of a trial on seven of twelve conversations, against the form in force."""
    given = {"conversations": app.backfills.numbers(NAMES), "before": FORM.decode(), "version": 1} | more
    return TrialOrder(form_id="ef-1", document=document.decode(), **given)


def work(store: Store, evaluator: Evaluator = EVALUATOR, limit: int = 100) -> Sequence[str]:
    """Do the chunks that wait, as a worker would; return their ids."""
    processing = ChunkProcessing(store, {"trial": Trying(evaluator, lambda: NOW)}, lambda: NOW)
    chunks = store.work.next("chunk", limit)
    for chunk_id in chunks:
        written = existing(processing.process(chunk_id))
        processing.record(processing.ask_judge(written) if written.must_ask else written)
    return chunks


def begin(app: AppStore, viewer: str, wanted: TrialOrder) -> TrialState:
    """Begin a trial of a person."""
    return begin_trial(app, viewer, read_form(FORM), wanted)


def tried(store: Store, app: AppStore, wanted: TrialOrder, evaluator: Evaluator = EVALUATOR) -> TrialState:
    """Return a trial that was done."""
    begun = begin(app, ME, wanted)
    work(store, evaluator)
    return view_trial(app, "ef-1", begun.id)


def answers(found: TrialState, metric_id: str) -> list[str]:
    """Return the answers to a question, in the order of the conversations."""
    return [each.answered for line in found.tried for each in line.after.verdicts if each.metric_id == metric_id]


def test_it_shows_verdicts_before_and_after_the_newest_first(store: Store, app: AppStore) -> None:
    """In two parts; before is what the conversations were given, and nothing of them changes."""
    begun = begin(app, ME, order(app))
    assert (begun.state, begun.total, begun.looked, begun.tried) == ("running", 7, 0, ())
    assert len(work(store, limit=1)) == 1
    half = view_trial(app, "ef-1", begun.id)
    assert (half.state, half.looked, len(half.tried)) == ("running", 5, 5)
    work(store)
    whole = view_trial(app, "ef-1", begun.id)
    assert (whole.state, whole.looked) == ("done", 7)
    assert [each.conversation_id for each in whole.tried] == list(NAMES)
    stored = app.conversations.recorded(NAMES)
    assert [each.before for each in whole.tried] == [side_of(stored[name].evaluation) for name in NAMES]
    assert {each.name for each in whole.tried[0].after.verdicts} == {"Greeting", "Thanks"}
    before = content(store)
    begin(app, ME, order(app))
    work(store)
    begin(app, ME, order(app))
    work(store)
    own = {"backfills", "backfill_chunks", "backfill_mentions", "batches"}
    after = content(store)
    assert {name for name in before if before[name] != after[name]} <= own
    assert {name: len(rows) for name, rows in before.items()} == {name: len(rows) for name, rows in after.items()}


def test_without_a_form_in_force_there_is_nothing_before(store: Store, app: AppStore) -> None:
    """And a form from a day to come is tried on what was before it."""
    found = tried(store, app, order(app, TWO + b"valid_from: 2031-01-01\n", before="", version=0))
    assert {each.before for each in found.tried} == {None}
    assert {each.after.status for each in found.tried} == {"evaluated"}


def test_no_judge_is_asked_until_somebody_says_so(store: Store, app: AppStore, judge: Judge) -> None:
    """Missing answers and their cost are counted first. The judge is then asked for those alone, and later trials reuse them."""
    evaluator = with_judge(judge)
    alone = tried(store, app, order(app, JUDGED), evaluator)
    assert judge.asked == 0
    assert answers(alone, "em-greeting").count("open") == alone.unasked["Greeting"] > 0
    assert alone.part.most.calls == alone.unasked["Greeting"]
    asked = tried(store, app, order(app, JUDGED, may_ask=True), evaluator)
    assert judge.asked == alone.unasked["Greeting"]
    assert (asked.state, asked.unasked, set(answers(asked, "em-greeting"))) == ("done", {}, {"yes"})
    again = tried(store, app, order(app, JUDGED.replace(b"pass_score: 50", b"pass_score: 60")), evaluator)
    assert judge.asked == alone.unasked["Greeting"]
    assert (again.unasked, set(answers(again, "em-greeting"))) == ({}, {"yes"})


def test_a_judge_that_is_away_is_waited_for(store: Store, app: AppStore, judge: Judge) -> None:
    """The trial goes on when it is back; nothing is lost."""
    judge.is_away = True
    begun = begin(app, ME, order(app, JUDGED, may_ask=True))
    work(store, with_judge(judge))
    waiting = view_trial(app, "ef-1", begun.id)
    assert (waiting.state, waiting.reason) == ("running", "away")
    judge.is_away = False
    store.work.resume(due_at=datetime(2031, 1, 1, tzinfo=UTC))
    work(store, with_judge(judge))
    found = view_trial(app, "ef-1", begun.id)
    assert (found.state, len(found.tried)) == ("done", 7)


def test_the_next_trial_of_a_person_replaces_theirs_alone(store: Store, app: AppStore) -> None:
    """Also while a worker has it in hand, which then writes nothing; a stopped one keeps what it has."""
    first, other = begin(app, ME, order(app)), begin(app, "lee@example.com", order(app))
    processing = ChunkProcessing(store, {"trial": Trying(EVALUATOR, lambda: NOW)}, lambda: NOW)
    in_hand = existing(processing.process(f"{first.id}-1"))
    second = begin(app, ME, order(app, FORM))
    processing.record(in_hand)
    with pytest.raises(NotFoundError, match="there is no trial"):
        view_trial(app, "ef-1", first.id)
    work(store, limit=1)
    stopped = stop_trial(app, "ef-1", other.id)
    assert (stopped.state, stopped.looked) == ("cancelled", 5)
    work(store)
    assert view_trial(app, "ef-1", other.id) == stopped
    kept = existing(latest_trial(app, ME, "ef-1"))
    assert (kept.id, kept.state, kept.order.document) == (second.id, "done", FORM.decode())
    assert latest_trial(app, ME, "ef-2") is None
    with pytest.raises(NotFoundError):
        view_trial(app, "ef-2", second.id)


def test_what_is_erased_is_no_longer_in_it(store: Store, app: AppStore) -> None:
    """Before it is tried and afterwards."""
    begun = begin(app, ME, order(app))
    assert app.conversations.erase(NAMES[0])
    work(store)
    found = view_trial(app, "ef-1", begun.id)
    assert [each.conversation_id for each in found.tried] == list(NAMES[1:])
    assert app.conversations.erase(NAMES[1])
    assert [each.conversation_id for each in view_trial(app, "ef-1", begun.id).tried] == list(NAMES[2:])
    backfill = existing(app.backfills.get(begun.id))
    stored = b"".join((backfill.order, *app.backfills.results(begun.id)))
    assert [name for name in NAMES if name.encode() in stored] == list(NAMES[2:])
    assert store.recount() == []
