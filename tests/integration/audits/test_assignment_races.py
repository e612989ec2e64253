"""Eight processes that ask for the next item at once: none comes twice, and no rater has both opinions."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from auscult.domain.audits.draw import DrawnItem, KeptDraw
from auscult.domain.audits.plan import Frame, Plan, PlanDocument, Quota
from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.core.tables.audits import assignments
from tests.contract.storing import STARTED, TENANT, conversation, put
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.night

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 4, 1, tzinfo=UTC)
PROCESSES, CONVERSATIONS, OPINIONS = 8, 250, 4
RATERS = 5

CLAIMER = """
import sys
from tests.integration.audits.test_assignment_races import claim_all
claim_all(sys.argv[1], sys.argv[2])
"""


def claim_all(url: str, rater: str) -> None:
    """Ask for the next item until there is none, and print what was handed out."""
    store = open_store(url, new_secret_key())
    queue = store.within(TENANT).queue
    found: list[str] = []
    while claimed := queue.claim(rater, AT, frozenset({"pl-1"}), with_unplanned=False):
        found.append(claimed)
    print(msgspec.json.encode(found).decode())  # noqa: T201  the parent reads it
    store.close()


def drawn(store: Store) -> None:
    """Store a plan without auditors, with a draw of 250 conversations, each for four raters."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    put(app, *(conversation(f"c-{n:04}", after=timedelta(minutes=n)) for n in range(CONVERSATIONS)))
    frame = Frame(since=STARTED, until=STARTED + timedelta(days=30))
    document = PlanDocument(name="All", form_id="ef-1", frame=frame, quota=Quota(percent=100))
    plan = Plan(plan_id="pl-1", version=1, document=document, created_at=AT, created_by="mia")
    assert app.plans.add(plan)
    items = [
        DrawnItem(
            conversation_id=f"c-{n:04}",
            agent_id="",
            stratum="",
            u=n / 1000,
            probability=1,
            has_second=True,
            more=(None, None),
        )
        for n in range(CONVERSATIONS)
    ]
    record = KeptDraw(
        draw_id="dr-1",
        plan_id="pl-1",
        plan_version=1,
        since=frame.since,
        until=frame.until,
        watermark=10**9,
        frame_count=CONVERSATIONS,
        frame_digest="00",
        strata=(),
        drawn_at=AT,
        drawn_by="mia",
    )
    app.plans.add_draw(record, items, None)


def test_eight_processes_never_get_an_item_twice(store: Store, database_url: str) -> None:
    """1,000 items are each handed out once, and each conversation to four different raters."""
    drawn(store)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    processes = [
        subprocess.Popen(  # noqa: S603  our own
            [sys.executable, "-c", CLAIMER, database_url, f"r-{n % RATERS}@example.com"],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )
        for n in range(PROCESSES)
    ]
    found = [msgspec.json.decode(each.communicate(timeout=PATIENCE_S)[0], type=list[str]) for each in processes]
    assert all(each.returncode == 0 for each in processes)
    handed_out = Counter(item for some in found for item in some)
    assert set(handed_out.values()) == {1}
    assert len(handed_out) == OPINIONS * CONVERSATIONS
    with store._database.reading() as connection:
        query = sa.select(assignments.c.conversation, assignments.c.rater, assignments.c.state)
        rows = connection.execute(query).all()
    assert len({(row.conversation, row.rater) for row in rows}) == OPINIONS * CONVERSATIONS
    assert {row.state for row in rows} == {"begun"}
