"""kill -9 in the middle of disputes, decisions, ratings, coaching and schedules: each step is done or not."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.coaching.item import Clip
from auscult.domain.people.principal import operator
from auscult.domain.schedules.schedule import Schedule
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.calibration import Calibrating, Wanted
from auscult.services.coaching.coaching import Coach
from auscult.services.coaching.coaching import Wanted as Coached
from auscult.services.disputes.reviewing import Reviewing
from auscult.services.schedules.scheduling import Scheduling
from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.disputes import DisputeQuery
from auscult.storage.store import AppStore
from tests.unit.domain.disputes.viewers import agent_of
from tests.unit.services.audits.drawing import ANN, BOB, TENANT, scored, talk
from tests.waiting import existing, now, wait_until

STEPS = ("yet_to_start", "in_progress", "pending_supervisor_review", "completed")

pytestmark = pytest.mark.night

ROOT = Path(__file__).parents[3]
KILLS, CONVERSATIONS = 4, 200

FLOOR = """
import sys
from tests.integration.disputes.test_disputes_kill import work
work(sys.argv[1])
"""

SENDER = """
import sys
from tests.integration.disputes.test_disputes_kill import send
send(sys.argv[1], sys.argv[2])
"""


def work(url: str) -> None:
    """Audit, dispute, decide, calibrate, coach and report, conversation after conversation, until killed."""
    store = open_store(url, new_secret_key())
    app = store.within(TENANT)
    auditing, calibrating = Auditing(app, REPORTS, now), Calibrating(app, now)
    for number in random.sample(range(CONVERSATIONS), CONVERSATIONS):
        name = f"c-{number:04}"
        case = app.audits.case(name)
        if case is None or case.audit is not None:
            continue
        audit = auditing.assign(name, ANN)
        auditing.submit(name, [AuditAnswer(metric_id="em-hello", answer="NO")], as_machine=True)
        agent = agent_of(f"a-{number % 3}", name="agent@example.com")
        made = Reviewing(app, REPORTS, now, agent).dispute(audit.assignment_id, "em-hello", "No.", "YES")
        reviewer = Reviewing(app, REPORTS, now, operator(BOB))
        reviewer.decide(made.dispute_id, "accept" if number % 2 else "deny", "So.")
        wanted = Wanted(name=name, form_id="ef-1", conversations=(name,), raters=(ANN, BOB))
        session = calibrating.create(wanted, "mia").session_id
        calibrating.activate(session)
        for rater in (ANN, BOB):
            answers = [AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="NO")]
            calibrating.rate(session, 1, rater, answers)
            calibrating.submit(session, rater)
        coach(Coach(app, now), name, f"a-{number % 3}")
        if number % 2:
            report(Scheduling(store, TENANT, now), name)


def coach(coaching: Coach, name: str, agent: str) -> None:
    """Coach an agent on a conversation, from the goal to its completion."""
    (item,) = coaching.create(Coached(agent_ids=(agent,), goal=name, clips=(Clip(conversation_id=name),)), BOB)
    own = frozenset({agent})
    coaching.acknowledge(item.coaching_id, own)
    coaching.finish(item.coaching_id, own, "agent@example.com", "Done.")
    coaching.review(item.coaching_id, frozenset(), BOB, "Well done.", is_done=True)


def report(schedules: Scheduling, name: str) -> None:
    """Schedule a report and an alert, run both, and send what they have made."""
    empty = {"schedule_id": "", "name": name, "created_by": "", "created_at": now(), "days": 366}
    made = schedules.create(Schedule(kind="view", every="demand", webhook_url="https://example.com/h", **empty), "cs-1")
    schedules.run(made)
    schedules.create(Schedule(kind="dispute_due", every="hour", hours=336, **empty), "cs-1")
    schedules.run_due()
    schedules.send(lambda *_: (200, None), None)


def send(url: str, outbox: str) -> None:
    """Send what waits, and be killed between the e-mail and the webhook."""

    def mail(*_: object) -> str:
        Path(outbox).write_text("sent", encoding="utf-8")
        return ""

    def post(*_: object) -> tuple[int, None]:
        os.kill(os.getpid(), signal.SIGKILL)
        return 200, None

    Scheduling(open_store(url, new_secret_key()), TENANT, now).send(post, mail)


def test_an_e_mail_is_not_sent_again_after_a_kill_before_the_webhook(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    """The next sender posts, and has no e-mail to send."""
    app, outbox = scored(store, [talk(1)]), tmp_path / "outbox"
    empty = {"schedule_id": "", "name": "Both", "created_by": "", "created_at": now(), "days": 366}
    both = {"emails": (ANN,), "webhook_url": "https://example.com/h"}
    schedules = Scheduling(store, TENANT, now)
    made = schedules.create(Schedule(kind="view", **both, **empty), "cs-1")
    schedules.run(made)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    order = [sys.executable, "-c", SENDER, database_url, str(outbox)]
    done = subprocess.run(order, cwd=ROOT, env=environment, check=False)  # noqa: S603  (our own)
    assert (done.returncode, outbox.read_text(encoding="utf-8")) == (-signal.SIGKILL, "sent")
    posted: list[str] = []

    def post(url: str, *_: object) -> tuple[int, None]:
        posted.append(url)
        return 200, None

    Scheduling(store, TENANT, lambda: now() + timedelta(hours=1)).send(post, None)
    (run,) = app.schedules.runs(made.schedule_id)
    assert (posted, run.state, run.error) == (["https://example.com/h"], "sent", "")


def test_no_step_is_half_done(store: Store, database_url: str) -> None:
    """A decision and the answer that it makes, its trail, and what reports show always go together."""
    app = scored(store, (talk(number) for number in range(CONVERSATIONS)))
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    chance = random.Random()
    for _ in range(KILLS):
        before = len(app.disputes.disputes(DisputeQuery(limit=1000)))
        with subprocess.Popen(  # noqa: S603  our own
            [sys.executable, "-c", FLOOR, database_url], cwd=ROOT, env=environment
        ) as process:
            wait_until(lambda before=before: len(app.disputes.disputes(DisputeQuery(limit=1000))) > before + 1)
            time.sleep(chance.uniform(0, 0.6))
            process.send_signal(signal.SIGKILL)
    found = list(app.disputes.all(DisputeQuery()))
    assert len(found) >= KILLS
    for each in found:
        conversation_id = each.conversation_id or ""
        case, review = app.audits.case(conversation_id), app.disputes.review(each.assignment_id)
        assert case is not None
        assert case.audit is not None
        assert review is not None
        assert case.audit.answer_to("em-hello") == ("YES" if each.state == "accepted" else "NO")
        status = {"open": "disputed", "accepted": "accepted", "denied": "denied"}[each.state]
        assert existing(review.metric("em-hello")).status == status
        trail = [entry.action for entry in app.audits.trail(conversation_id)]
        assert trail.count("disputed") == 1
        assert trail.count("dispute_decided") == (each.state != "open")
    check_coaching_and_schedules(app)
    for session in app.calibrations.listing(limit=1000):
        assert all(session.sheet(1, each.name) is not None for each in session.raters if each.submitted_at)
    assert store.recount() == []


def check_coaching_and_schedules(app: AppStore) -> None:
    """Every item stands at one step, with the remarks of that step; a run has its file, and is sent or waits."""
    items = app.coaching.listing(None)
    assert items
    for item in items:
        step = STEPS.index(item.state)
        assert item.changes == step + 1
        assert len(item.notes) == max(step - 1, 0)
        assert (item.acknowledged_at is not None, item.completed_at is not None) == (step > 0, step == 3)
    for one in app.schedules.listing():
        runs = app.schedules.runs(one.schedule_id)
        if one.is_alert:
            titles = [each.href for each in runs]
            assert len(titles) == len(set(titles)), "nothing is said twice"
            assert not runs or (one.next_at is not None and one.next_at > one.created_at)
        for each in runs if not one.is_alert else ():
            assert app.schedules.content(one.schedule_id, each.number) is not None
            assert each.state in {"stored", "sent"}
            assert each.rows == CONVERSATIONS
