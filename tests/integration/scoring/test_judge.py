"""Judging with a model, from a form to a score: paid once, waited for without losing anything, limits kept."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.config import Settings, read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation
from auscult.domain.probe import Judgement
from auscult.storage import Store
from auscult.storage.core.tables.judge import judge_calls
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.integration.program import AUSCULT, TENANT, Result, environment, write
from tests.integration.program import auscult as run
from tests.integration.working import TENANT as OWNER
from tests.integration.working import conversation, working
from tests.scripted_judge import Scripted, ScriptedJudge, scripted_judge
from tests.waiting import PATIENCE_S, wait_for, wait_until

pytestmark = pytest.mark.night

FORM = data_of(__file__, "form").encode()
DECIDED = "hello there"
"""What an agent says so that words decide everything."""

JUDGED = "good morning, sorry for the wait"
AWAY = Scripted(status=429, headers=(("Retry-After", "600"),))


@pytest.fixture
def judge() -> Iterator[ScriptedJudge]:
    """A server."""
    with scripted_judge() as server:
        yield server


def settings_of(judge: ScriptedJudge, url: str, folder: Path, **more: str) -> Settings:
    """Settings with a judge."""
    chosen = {f"AUSCULT_JUDGE_{name}": value for name, value in told(judge, **more).items()}
    return read_settings({"AUSCULT_DATABASE_URL": url, "AUSCULT_STATE_DIR": str(folder), **chosen})


def told(judge: ScriptedJudge, **more: str) -> dict[str, str]:
    """A judge's settings, by the rest of their names."""
    return {"URL": judge.url, "MODEL": "m-1", "RETRIES": "0", "SUMMARIES": "none", **more}


def ready(store: Store, *chats: Conversation) -> AppStore:
    """An app with the form in force and these chats accepted, in one batch."""
    store.ensure(OWNER)
    app = store.within(OWNER)
    app.forms.publish("ef-judged", FORM)
    app.conversations.accept(chats)
    return app


def evaluation(app: AppStore, name: str) -> Evaluation:
    """The evaluation of a conversation."""
    detail = app.conversations.get(name)
    assert detail
    return detail.evaluations[0]


@pytest.mark.landing
def test_a_judged_score_has_its_evidence(judge: ScriptedJudge, store: Store, database_url: str, tmp_path: Path) -> None:
    """One call a conversation, none where words decide; verdicts name turn, words, reason, engine; the cost is kept."""
    app = ready(store, *(conversation(f"c-{n}", JUDGED) for n in range(5)), conversation("c-plain", DECIDED))
    settings = settings_of(judge, database_url, tmp_path, PRICE_IN="1", PRICE_OUT="2", SUMMARIES="along")
    batch = store.batches.waiting()[0].batch_id
    with working(store, database_url, bootstrap.evaluator(settings, spending=store.spending)):
        wait_until(lambda: len(app.conversations.statuses([*(f"c-{n}" for n in range(5)), "c-plain"])) == 6)
    assert len(judge.requests) == 5
    assert {one.asked for one in judge.requests} == {("q1", "q2", "q3")}
    detail = app.conversations.get("c-3")
    assert detail
    assert detail.insights
    assert detail.insights.summary
    assert detail.insights.summary.text == "They talked."
    found = evaluation(app, "c-3")
    assert (found.score, found.passed, found.engines) == (100, True, ("judge 1 m-1",))
    greeting, sorry = (result.verdict.evidence[0] for result in found.results)
    assert (greeting.turn_id, greeting.text, greeting.why) == ("m1", JUDGED, "judged: morning was said")
    assert sorry.turn_id == "m1"
    assert evaluation(app, "c-plain").engines == ()
    used = app.answers.usage(batch)
    assert used.calls == 5
    assert used.cost == used.tokens_in * 1_000 + used.tokens_out * 2_000
    assert used.tokens_cached > 0


def test_what_the_judge_cannot_answer_waits_and_holds_nobody_up(
    judge: ScriptedJudge, store: Store, database_url: str, tmp_path: Path
) -> None:
    """The others of its batch are scored at once; it says why it is not; and it is scored when the judge is back."""
    judge.always = Scripted(status=429, headers=(("Retry-After", "1"),), body=b"{}")
    app = ready(store, conversation("c-judged", JUDGED), conversation("c-plain", DECIDED))
    batch_id = store.batches.waiting()[0].batch_id
    settings = settings_of(judge, database_url, tmp_path)
    with working(store, database_url, bootstrap.evaluator(settings, spending=store.spending)):
        waiting = wait_for(lambda: app.conversations.get("c-judged"), lambda one: one.wait and one.wait.reason)
        assert waiting.wait.reason == "the judge is asked too often (status 429: {})"
        assert waiting.evaluations == ()
        assert app.conversations.statuses(["c-judged", "c-plain"]) == {"c-plain": "evaluated"}
        judge.always = None
        wait_until(lambda: "c-judged" in app.conversations.statuses(["c-judged"]))
    done = store.batches.get(batch_id)
    assert done
    assert (done.state, done.reason) == ("done", None)
    assert evaluation(app, "c-judged").score == 100


def test_a_failed_answer_is_no_na(judge: ScriptedJudge, store: Store, database_url: str, tmp_path: Path) -> None:
    """Nobody has answered: "-", with what was wrong; it weighs nothing, and an auditor has to answer it."""
    for _ in range(2):
        judge.script.append(
            Scripted(edit=lambda answers: answers[max(answers)].update(evidence=[{"turn": 9, "quote": ""}]))
        )
    app = ready(store, conversation("c-1", JUDGED))
    settings = settings_of(judge, database_url, tmp_path)
    with working(store, database_url, bootstrap.evaluator(settings, spending=store.spending)):
        wait_until(lambda: bool(app.conversations.statuses(["c-1"])))
    found = evaluation(app, "c-1")
    greeting, sorry = (result.verdict for result in found.results)
    assert (greeting.qualification, sorry.qualification, found.score) == ("YES", "-", 100)
    assert sorry.reason == "no usable answer: it points at turn 9, and the turns are 1 to 2"
    assert [len(one.asked) for one in judge.requests] == [2, 1]


@pytest.mark.landing
def test_answers_are_used_again(judge: ScriptedJudge, store: Store, database_url: str, tmp_path: Path) -> None:
    """A changed talk is asked about; when it is as before, and only weights changed, nobody is; a new statement is alone."""
    app = ready(store)
    form = FORM.decode()

    def changed(old: str, new: str) -> None:
        nonlocal form
        form = form.replace(old, new)

    def scored(name: str, said: str) -> None:
        app.forms.publish("ef-judged", form.encode())
        app.conversations.accept([conversation(name, said)])
        judging = bootstrap.evaluator(settings_of(judge, database_url, tmp_path), spending=store.spending)
        with working(store, database_url, judging):
            wait_until(lambda: not store.batches.waiting())

    scored("c-1", JUDGED)
    assert len(judge.requests) == 1
    changed("weight: 40", "weight: 30")
    changed("weight: 60", "weight: 70")
    scored("c-1", f"{JUDGED}!")
    assert len(judge.requests) == 2
    scored("c-1", JUDGED)
    assert len(judge.requests) == 2
    assert evaluation(app, "c-1").revision == 3
    changed("says sorry", "says wait")
    scored("c-1", f"{JUDGED}!")
    (asked,) = judge.requests[2:]
    assert [one["statement"] for one in asked.questions.values()] == ["Somebody says wait."]


@contextmanager
def worker(folder: Path, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process, killed at the end if it still runs."""
    with subprocess.Popen(  # noqa: S603  (our own program)
        [str(AUSCULT), "worker"], cwd=folder, env=settings, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def calls(store: Store) -> int:
    """How many calls are kept."""
    with store._database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(judge_calls)).scalar_one()


def test_a_killed_worker_does_not_pay_twice(
    judge: ScriptedJudge, store: Store, database_url: str, tmp_path: Path
) -> None:
    """Only what was under way when it was killed is asked again, and everything is scored once."""
    names = [f"c-{n}" for n in range(12)]
    app = ready(store, *(conversation(name, f"{JUDGED}, this is {name}") for name in names))
    judge.always = Scripted(delay_s=0.2)
    chosen = {f"AUSCULT_JUDGE_{name}": value for name, value in told(judge, CONCURRENCY="2").items()}
    settings = environment(AUSCULT_DATABASE_URL=database_url, AUSCULT_STATE_DIR=str(tmp_path), **chosen)
    with worker(tmp_path, settings):
        wait_until(lambda: calls(store) >= 4)
    with worker(tmp_path, settings):
        wait_until(lambda: len(app.conversations.statuses(names)) == 12)
    asked = Counter(said for one in judge.requests for _, said in one.turns.values() if said != "thanks")
    assert len(asked) == 12
    assert sum(asked.values()) <= 12 + 2, "what was under way is two calls"
    assert app.answers.usage(_done(store)).calls == 12
    assert store.recount() == []


def _done(store: Store) -> str:
    """The one batch."""
    with store._database.reading() as connection:
        return str(connection.execute(sa.text("SELECT batch_id FROM batches")).scalar_one())


def test_a_worker_ends_although_the_judge_does_not(
    judge: ScriptedJudge, store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    """SIGTERM does not wait for a reply that takes long, and what waits is taken up by the next, at once."""
    app = ready(store, conversation("c-1", JUDGED))
    judge.script.append(Scripted(delay_s=90))
    chosen = {f"AUSCULT_JUDGE_{name}": value for name, value in told(judge).items()}
    settings = environment(AUSCULT_DATABASE_URL=sqlite_url, **chosen)
    with worker(tmp_path, settings) as process:
        wait_until(lambda: len(judge.requests) == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    with worker(tmp_path, settings):
        wait_until(lambda: bool(app.conversations.statuses(["c-1"])))


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The store of the test's database, with the key in its folder."""
    url = request.getfixturevalue("sqlite_url" if "sqlite_url" in request.fixturenames else "database_url")
    with bootstrap.open(read_settings({}, database_url=url, state_dir=str(request.getfixturevalue("tmp_path")))) as app:
        yield app.store


def chat(name: str, said: str) -> dict[str, Any]:
    """The same chat as a document."""
    document: dict[str, Any] = msgspec.to_builtins(conversation(name, said))
    return document


def auscult(folder: Path, judge: ScriptedJudge, *words: str, **more: str) -> Result:
    """A command with a judge."""
    return run(folder, *words, settings={f"AUSCULT_JUDGE_{name}": value for name, value in told(judge, **more).items()})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a form and three chats, two of which need the judge."""
    (tmp_path / "form.yaml").write_bytes(FORM)
    write(tmp_path / "chats.ndjson", chat("c-1", JUDGED), chat("c-2", "good afternoon"), chat("c-3", DECIDED))
    return tmp_path


def test_a_form_that_asks_a_judge_needs_one(folder: Path, judge: ScriptedJudge) -> None:
    """Without one it is right and cannot be published; with one it can; nothing is sent for that."""
    alone = run(folder, "forms", "check", "form.yaml")
    assert (alone.status, alone.out.count("no engine that answers one is configured")) == (0, 2)
    assert run(folder, "forms", "apply", "form.yaml", *TENANT).status == 1
    assert run(folder, "score", "chats.ndjson", "--form", "form.yaml").status == 1
    checked = auscult(folder, judge, "forms", "check", "form.yaml")
    assert (checked.status, "unanswered" in checked.out) == (0, False)
    assert auscult(folder, judge, "forms", "apply", "form.yaml", *TENANT).status == 0
    assert judge.requests == []


def test_load_tells_what_judging_took(folder: Path, judge: ScriptedJudge) -> None:
    """Calls, tokens and price at the end, for people and for programs."""
    prices = {"PRICE_IN": "1000", "PRICE_CACHED": "0", "PRICE_OUT": "2000"}
    assert auscult(folder, judge, "forms", "apply", "form.yaml", *TENANT).status == 0
    loaded = auscult(folder, judge, "load", "chats.ndjson", *TENANT, "--json", **prices)
    assert (loaded.status, loaded.last["scored"], loaded.last["waiting"]) == (0, 3, 0)
    took = loaded.last["judge"]
    assert took["calls"] == 2
    fresh = took["tokens_in"] - took["tokens_cached"]
    assert took["cost"] == pytest.approx((fresh * 1000 + took["tokens_out"] * 2000) / 1_000_000)
    write(folder / "more.ndjson", chat("c-4", JUDGED))
    spoken = auscult(folder, judge, "load", "more.ndjson", *TENANT, **prices)
    assert spoken.out.splitlines()[-1].startswith("the judge took 1 call, ")
    doctor = auscult(folder, judge, "doctor", **prices)
    assert "ok   the judge answers (judge 1 m-1; 1 call, " in doctor.out
    assert "ok   judges used " in doctor.out


def test_load_ends_when_the_judge_is_away(folder: Path, judge: ScriptedJudge) -> None:
    """What can be scored is; the rest is accepted, waits, and says why; a worker scores it when the judge is back."""
    judge.always = AWAY
    assert auscult(folder, judge, "forms", "apply", "form.yaml", *TENANT).status == 0
    loaded = auscult(folder, judge, "load", "chats.ndjson", *TENANT, "--json")
    assert (loaded.status, loaded.last["scored"], loaded.last["waiting"], loaded.last["failed"]) == (1, 1, 2, 0)
    assert "2 wait for the judge" in loaded.err
    doctor = auscult(folder, judge, "doctor")
    assert "are not scored yet: the judge is asked too often (status 429" in doctor.out
    assert "fail the judge is asked too often (status 429" in doctor.out
    judge.always = None
    settings = environment(
        AUSCULT_DATABASE_URL="sqlite:///test.db",
        **{f"AUSCULT_JUDGE_{name}": value for name, value in told(judge).items()},
    )
    with worker(folder, settings), bootstrap.open(read_settings({}, database_url=f"sqlite:///{folder}/test.db")) as app:
        within = app.store.within(OWNER)
        wait_until(lambda: len(within.conversations.statuses(["c-1", "c-2", "c-3"])) == 3)


def test_a_days_limit_is_kept_and_said(folder: Path, judge: ScriptedJudge) -> None:
    """No call beyond it; what is left waits for tomorrow."""
    assert auscult(folder, judge, "forms", "apply", "form.yaml", *TENANT).status == 0
    loaded = auscult(folder, judge, "load", "chats.ndjson", *TENANT, "--json", TOKENS_PER_DAY="1000")
    assert (loaded.status, loaded.last["scored"], loaded.last["waiting"]) == (1, 1, 2)
    assert "not scored yet: the judge's limit of a day is reached (1000 tokens)" in auscult(folder, judge, "doctor").out
    assert [one.questions["q1"]["statement"] for one in judge.requests] == ["The agent says good morning."]


def test_doctor_asks_the_judge_within_the_days_limit_and_is_counted(folder: Path, judge: ScriptedJudge) -> None:
    """Each look at it counts, and where the day's limit is reached, it is not asked."""
    assert auscult(folder, judge, "forms", "apply", "form.yaml", *TENANT).status == 0
    assert "judges used " not in auscult(folder, judge, "doctor", TOKENS_PER_DAY="2000").out
    second = auscult(folder, judge, "doctor", TOKENS_PER_DAY="2000")
    assert "judges used " in second.out
    asked = len(judge.requests)
    third = auscult(folder, judge, "doctor", TOKENS_PER_DAY="400")
    assert "fail the judge's limit of a day is reached (400 tokens)" in third.out
    assert len(judge.requests) == asked


def test_score_asks_the_judge_too(folder: Path, judge: ScriptedJudge) -> None:
    """Without a database: verdicts with evidence, what it took on stderr, and a reason for what cannot be scored."""
    scored = auscult(folder, judge, "score", "chats.ndjson", "--form", "form.yaml", PRICE_IN="1", PRICE_OUT="1")
    assert (scored.status, [line["score"] for line in scored.lines]) == (0, [100, 0, 100])
    assert scored.err.startswith("the judge took 2 calls, ")
    judge.always = AWAY
    away = auscult(folder, judge, "score", "chats.ndjson", "--form", "form.yaml")
    assert (away.status, [line["status"] for line in away.lines]) == (1, ["waiting", "waiting", "evaluated"])
    assert away.lines[0]["reason"].startswith("the judge is asked too often")
    assert "reason" not in away.lines[2]
    assert "error: 2 not scored" in away.err


def test_without_a_judge_nothing_is_answered_by_one() -> None:
    """Nothing goes out of the house that nobody configured; tests/integration/installing/test_offline.py holds the rest."""
    assert Judgement not in bootstrap.evaluator(read_settings({})).answered
