"""kill -9 in the middle of draws, items, submissions, declines, self-reviews and bookmarks: each is done or not."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.bookmark import Bookmark, BookmarkKind
from auscult.domain.audits.plan import PlanAuditor, Quota
from auscult.domain.errors import ConflictError
from auscult.reports import REPORTS
from auscult.services.audits.desk import Desk
from auscult.services.audits.plans import Planning
from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.audits.queue import QueueQuery
from tests.unit.services.audits.drawing import ANN, BOB, TENANT, plan, scored, talk
from tests.waiting import now, wait_until

pytestmark = pytest.mark.night

ROOT = Path(__file__).parents[3]
KILLS, DRAWN, CONVERSATIONS = 4, 6, 40

AUDITOR = """
import sys
from tests.integration.audits.test_audits_kill import audit
audit(sys.argv[1])
"""


def audit(url: str) -> None:
    """Draw plan after plan, and audit what is drawn, until killed."""
    app = open_store(url, new_secret_key()).within(TENANT)
    planning, desk = Planning(app, REPORTS, now), Desk(app, REPORTS, now)
    answers = [AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="NO")]
    auditors = (PlanAuditor(user=ANN, share=50), PlanAuditor(user=BOB, share=50))
    while True:
        document = plan(auditors=auditors, quota=Quota(count=DRAWN), second_share=0.5, seed=None)
        made = planning.create(document, "mia")
        planning.draw(made.plan_id, "mia")
        for rater in (ANN, BOB):
            while item := desk.next_item(rater, made.plan_id):
                number = int(item.case.conversation.id.removeprefix("c-"))
                kind: BookmarkKind = random.choice(("good", "bad"))
                mark = Bookmark(conversation_id=item.case.conversation.id, by=rater, kind=kind, note=kind, at=now())
                app.bookmarks.put(mark)
                review_oneself(desk, number, answers)
                if random.random() < 0.3:
                    desk.decline(item.assignment.assignment_id, rater, code="no_sound")
                    continue
                desk.draft(item.assignment.assignment_id, rater, answers[:1])
                desk.submit(item.assignment.assignment_id, rater, answers)


def review_oneself(desk: Desk, number: int, answers: list[AuditAnswer]) -> None:
    """Have the agent of a conversation review it, unless they have."""
    with suppress(ConflictError):
        own = desk.review_oneself(f"c-{number:04}", f"agent-{number % 3}@example.com", [f"a-{number % 3}"])
        desk.submit(own.assignment.assignment_id, own.assignment.rater or "", answers)


@pytest.mark.landing
def test_no_step_is_lost_or_doubled(store: Store, database_url: str) -> None:
    """After every kill: whole draws, audits that agree with their assignments, one line of the trail a submission."""
    app = scored(store, (talk(number) for number in range(CONVERSATIONS)))
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    chance = random.Random()
    for _ in range(KILLS):
        with subprocess.Popen(  # noqa: S603  our own
            [sys.executable, "-c", AUDITOR, database_url], cwd=ROOT, env=environment
        ) as process:
            before = len(app.plans.listing(limit=1000))
            wait_until(lambda before=before: len(app.plans.listing(limit=1000)) > before)
            time.sleep(chance.uniform(0, 0.6))
            process.send_signal(signal.SIGKILL)
    planning = Planning(app, REPORTS, now)
    plans = app.plans.listing(limit=1000)
    assert len(plans) >= KILLS
    submitted: Counter[str] = Counter()
    for made in plans:
        planning.draw(made.plan_id, "mia")
        items = [one for draw in app.plans.draws(made.plan_id) for one in app.queue.of_draw(draw.draw_id)]
        proper = [one.assignment for one in items if one.assignment.role == "audit"]
        declined = [one for one in proper if one.state == "declined"]
        assert len(proper) == DRAWN + len(declined), "each is replaced once"
        assert sorted(one.replaces for one in proper if one.replaces) == sorted(one.assignment_id for one in declined)
        assert all(one.reason_code == "no_sound" and one.ended_at for one in declined)
        for one in items:
            is_submitted = one.audit is not None and one.audit.result is not None
            assert (one.assignment.state == "submitted") == is_submitted
            assert one.assignment.state in {"assigned", "begun", "declined"} or one.audit is not None
            submitted[one.assignment.conversation_id or ""] += is_submitted
    for one in app.queue.listing(QueueQuery(limit=10_000)):
        if one.assignment.role == "self":
            assert (one.assignment.state == "submitted") == (one.audit is not None and one.audit.result is not None)
            submitted[one.assignment.conversation_id or ""] += one.assignment.state == "submitted"
    assert all(one.note == one.kind for one in app.bookmarks.listing(limit=1000))
    shown = app.audits.of([f"c-{number:04}" for number in range(CONVERSATIONS)])
    assert not any(one.auditor.startswith("agent-") for one in shown.values()), "a self-review is never shown"
    for conversation_id, count in submitted.items():
        trail = [entry.action for entry in app.audits.trail(conversation_id)]
        assert trail.count("submitted") == count
    assert store.recount() == []
