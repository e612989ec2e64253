from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from auscult.domain.conversation import Conversation
from auscult.domain.probe import Similarity
from auscult.engines.wordllama import WordLlama
from auscult.formats import Limits
from auscult.metrics import METRICS
from auscult.reports import REPORTS
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake import ingest
from auscult.services.scoring.intake.ingest import Intake, Load, conversations_of
from auscult.services.scoring.intake.read import RejectsWriter
from auscult.services.scoring.process import Processing
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.integration.working import FORM, conversation

SHORT = FORM.replace(b"pass_score: 50", b"pass_score: 50\nmin_duration: 5s")


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with one form, for chats of five seconds or more."""
    app.forms.publish("ef-1", SHORT)
    return app


@pytest.fixture
def work(store: Store) -> Callable[[], None]:
    """Processes the oldest batch that waits."""
    evaluator = Evaluator(METRICS, {Similarity: WordLlama()})
    processing = Processing(store, evaluator, REPORTS, lambda: datetime.now(UTC))

    def process() -> None:
        for batch in store.batches.waiting(1):
            finished = processing.evaluate(batch.batch_id)
            assert finished
            processing.record(finished)

    return process


def nothing() -> None:
    """Nobody works."""


def chats(count: int) -> list[Conversation]:
    """So many."""
    return [conversation(f"c-{number}") for number in range(count)]


def test_a_load_is_followed_until_all_is_readable(
    store: Store, app: AppStore, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Group by group; what waits is bounded; counts add up; progress only grows and ends at the whole."""
    monkeypatch.setattr(ingest, "MOST_OPEN", 2)
    monkeypatch.setattr(ingest, "PATIENCE_S", 0)
    read = calls = 0
    ahead: list[int] = []

    def source() -> Iterator[Conversation]:
        nonlocal read
        for one in chats(20):
            read += 1
            done = len(app.conversations.statuses([f"c-{number}" for number in range(20)]))
            ahead.append(read - done)
            yield one

    def slowly() -> None:
        nonlocal calls
        calls += 1
        if calls % 5 == 0:
            work()

    told: list[tuple[int, int | None]] = []
    load = Load(app, store.batches, ensure_worker=slowly, progress=lambda done, total: told.append((done, total)))
    intake = load.ingest(source(), group=3, wait=True)
    assert intake == Intake(accepted=20, scored=20)
    assert 3 * 2 < max(ahead) <= 3 * (2 + 1) + 1
    assert told[-1] == (20, 20)
    assert told == sorted(told, key=lambda pair: pair[0])


def test_every_standing_is_counted_by_its_name(store: Store, app: AppStore, work: Callable[[], None]) -> None:
    """Scored, too short, of unknown duration, without a form."""
    base = conversation("c-1")
    short = msgspec.structs.replace(base, id="c-2", turns=base.turns[:1])
    unknown = msgspec.structs.replace(base, id="c-3", turns=(), ended_at=None)
    foreign = msgspec.structs.replace(base, id="c-4", channel="voice")
    load = Load(app, store.batches, ensure_worker=work, progress=lambda _done, _total: None)
    intake = load.ingest([base, short, unknown, foreign], group=10, wait=True)
    assert intake == Intake(accepted=4, scored=1, below_threshold=1, duration_unavailable=1, not_evaluated=1)


def test_loading_again_adds_nothing(store: Store, app: AppStore, work: Callable[[], None]) -> None:
    """What is stored already is counted as it stands, and said to be unchanged."""
    Load(app, store.batches, ensure_worker=work, progress=lambda *_: None).ingest(chats(5), group=2, wait=True)
    again = Load(app, store.batches, ensure_worker=nothing, progress=lambda *_: None)
    assert again.ingest(chats(5), group=3, wait=True) == Intake(accepted=5, unchanged=5, scored=5)
    assert store.batches.waiting() == []


def test_who_waits_in_an_older_batch_is_waited_for(store: Store, app: AppStore, work: Callable[[], None]) -> None:
    """A load that finds its conversations accepted and not yet processed waits for them too."""
    app.conversations.accept(chats(2))
    load = Load(app, store.batches, ensure_worker=work, progress=lambda *_: None)
    assert load.ingest(chats(3), group=10, wait=True) == Intake(accepted=3, unchanged=2, scored=3)


def test_without_waiting_all_is_accepted_and_nothing_worked(store: Store, app: AppStore) -> None:
    """Committed, in batches that wait; only what was readable before is counted as such."""
    load = Load(app, store.batches, ensure_worker=nothing, progress=lambda *_: None)
    assert load.ingest(chats(5), group=2, wait=False) == Intake(accepted=5)
    assert [batch.size for batch in store.batches.waiting()] == [2, 2, 1]


def test_what_could_not_be_processed_ends_the_wait(store: Store, app: AppStore) -> None:
    """A failed batch is not waited for; its conversations are counted as failed."""

    def give_up() -> None:
        for batch in store.batches.waiting(1):
            store.work.fail(batch.batch_id, "because")

    load = Load(app, store.batches, ensure_worker=give_up, progress=lambda *_: None)
    assert load.ingest(chats(3), group=2, wait=True) == Intake(accepted=3, failed=3)


def test_files_are_read_one_after_the_other_and_bad_lines_put_aside(tmp_path: Path) -> None:
    """Good lines on both sides of a bad one come through; the bad one is written down with its file."""
    first, second = tmp_path / "one.ndjson", tmp_path / "two.ndjson"
    lines = [msgspec.json.encode(one) for one in chats(3)]
    first.write_bytes(lines[0] + b"\nnonsense\n" + lines[1])
    second.write_bytes(lines[2])
    with RejectsWriter(tmp_path / "rejects.ndjson") as rejects:
        found = [one.id for one in conversations_of([first, second], "st-1", Limits(), rejects)]
    assert found == ["c-0", "c-1", "c-2"]
    refused = msgspec.json.decode((tmp_path / "rejects.ndjson").read_bytes())
    assert (refused["file"], refused["line"], refused["source"]) == (str(first), 2, "nonsense")
