"""Slots at the judge, with two workers of which one is killed: no more calls at once than allowed, and none is lost."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen

import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.storage import Store
from auscult.storage.core.tables.conversations import evaluations
from tests.integration.program import environment
from tests.integration.scoring.test_judge import JUDGED, ready, told, worker
from tests.integration.working import conversation, settings_for
from tests.scripted_judge import Scripted, ScriptedJudge, scripted_judge
from tests.waiting import wait_for, wait_until

pytestmark = pytest.mark.night

NAMES = [f"c-{number}" for number in range(48)]
BATCH = 3
SLOTS = 3


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """The store of the test's database, with its key where the workers find it."""
    with bootstrap.open(settings_for(database_url, tmp_path)) as application:
        yield application.store


def holds(store: Store, process: Popen[bytes]) -> bool:
    """Return whether a worker has a slot at the judge."""
    return str(process.pid) in {holder.split(":")[1] for holder in store.judge_slots.holders()}


def stopped_with_a_slot(store: Store, workers: list[Popen[bytes]]) -> Popen[bytes] | None:
    """One of them that has a slot and cannot give it back any more."""
    for process in workers:
        os.killpg(process.pid, signal.SIGSTOP)
        if holds(store, process):
            return process
        os.killpg(process.pid, signal.SIGCONT)
    return None


def scored(store: Store, judge: ScriptedJudge) -> None:
    """Each conversation has one evaluation; a second time was asked only what was under way at the kill."""
    with store._database.reading() as connection:
        found = connection.scalars(sa.select(evaluations.c.conversation)).all()
    assert len(found) == len(set(found)) == len(NAMES)
    asked = Counter(said for one in judge.requests for _, said in one.turns.values() if said != "thanks")
    assert len(asked) == len(NAMES)
    assert sum(asked.values()) <= len(NAMES) + SLOTS
    assert store.recount() == []


def test_never_more_than_there_are_slots_whoever_is_killed(store: Store, database_url: str, tmp_path: Path) -> None:
    """A limit of all workers together; the slots of one that is killed come back at once."""
    with scripted_judge() as judge, ExitStack() as stack:
        app = ready(store)
        # Two for each of two workers are more than there are. A lease of a hundred minutes does not run out here.
        chosen = told(judge, CONCURRENCY="2", CONCURRENCY_TOTAL=str(SLOTS), TIMEOUT_S="3600")
        settings = environment(
            AUSCULT_DATABASE_URL=database_url,
            AUSCULT_STATE_DIR=str(tmp_path),
            **{f"AUSCULT_JUDGE_{name}": value for name, value in chosen.items()},
        )
        judge.always = Scripted(delay_s=5)
        for start in range(0, len(NAMES), BATCH):
            app.conversations.accept(
                [conversation(name, f"{JUDGED}, this is {name}") for name in NAMES[start : start + BATCH]]
            )
        workers = [stack.enter_context(worker(tmp_path, settings)) for _ in range(2)]
        wait_until(lambda: judge.most_at_once == SLOTS and all(holds(store, each) for each in workers))
        victim: Popen[bytes] = wait_for(lambda: stopped_with_a_slot(store, workers), bool)
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        judge.always = Scripted(delay_s=0.2)
        stack.enter_context(worker(tmp_path, settings))
        wait_until(lambda: not holds(store, victim))
        wait_until(lambda: app.conversations.statuses(NAMES) == dict.fromkeys(NAMES, "evaluated"))
        wait_until(lambda: not store.judge_slots.holders())
        assert judge.most_at_once == SLOTS
        scored(store, judge)
