"""Preview of a plan over many conversations, and the next item, as ratios to a bare indexed read.

    python -m bench.audits [--rows 100000] [--database URL]

The conversations are a few that were scored, multiplied. The bare read walks the same range of the index of starts.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from auscult.domain.audits.plan import Frame, PlanDocument, Quota
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.tenancy import Tenant
from auscult.metrics import METRICS
from auscult.reports import REPORTS
from auscult.services.audits.plans import Planning
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.process import Processing
from auscult.storage import migrate, new_secret_key, open_store
from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import conversations, evaluations
from auscult.storage.store import AppStore, Store

TENANT = Tenant(account_id="ac-1", org_id="o-1", app_id="st-1")
START, AT = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
BASE, STEP = 1_000, 10_000_000
ITEMS = 50
FORM = b"""
id: ef-1
name: Form
channel: voice
assignments: [{queue: "*", direction: both}]
metrics:
  - {id: em-hello, name: Hello, type: by_question, weight: 60, answer: {any_of: [{phrases: ["hello"]}]}}
  - {id: em-bye, name: Bye, type: by_question, weight: 40, answer: {any_of: [{phrases: ["goodbye"]}]}}
"""


def talk(number: int) -> Conversation:
    """Return a conversation of two turns; every fourth has no greeting."""
    return Conversation(
        id=f"c-{number:05}",
        channel="voice",
        started_at=START + timedelta(minutes=number),
        ended_at=START + timedelta(minutes=number + 1),
        turns=(
            Turn("m1", "agent", "good day" if number % 4 == 0 else "hello", agent_id="a-1", start_ms=0, end_ms=900),
            Turn("m2", "agent", "goodbye", agent_id="a-1", start_ms=900, end_ms=1500),
        ),
    )


def score(store: Store) -> AppStore:
    """Score the few conversations."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    app.forms.publish("ef-1", FORM)
    work = Processing(store, Evaluator(METRICS, {}), REPORTS, lambda: AT)
    finished = work.evaluate(app.conversations.accept([talk(n) for n in range(BASE)]).batch_id or "")
    assert finished is not None
    work.record(finished)
    return app


def multiply(database: Database, times: int) -> None:
    """Copy conversations and evaluations, each a second later than the one before."""
    changed = {"conversation_id": lambda column, k: column.concat(f"-{k}"), "started_at": lambda column, k: column + k}
    for k in range(1, times):
        with database.writing() as connection:
            for table, key in ((conversations, "conversation"), (evaluations, "evaluation")):
                values = [
                    column + k * STEP
                    if column.name in {key, "conversation"}
                    else changed[column.name](column, k * 1000)
                    if column.name in changed
                    else column
                    for column in table.columns
                ]
                rows = sa.select(*values).where(table.c[key] <= STEP)
                connection.execute(sa.insert(table).from_select([column.name for column in table.columns], rows))


def seconds(act: Callable[[], object], runs: int = 3) -> float:
    """Return the median time of an act."""
    found: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def measure(url: str, rows: int) -> None:
    """Fill a database, and print the figures."""
    migrate(url)
    store, database = open_store(url, new_secret_key()), Database(url)
    app = score(store)
    multiply(database, max(rows // BASE, 1))
    store.vacuum()
    frame = Frame(since=START, until=START + timedelta(days=60))
    document = PlanDocument(name="All", form_id="ef-1", frame=frame, quota=Quota(count=ITEMS))
    planning = Planning(app, REPORTS, lambda: AT)
    bare = sa.select(conversations.c.started_at, conversations.c.conversation).order_by(
        conversations.c.app, conversations.c.started_at, conversations.c.conversation
    )

    def read() -> int:
        with database.reading() as connection:
            return len(connection.execute(bare).all())

    n = read()
    indexed, preview = seconds(read), seconds(lambda: planning.preview(document), 1)
    print(f"{n} conversations: bare indexed read {indexed:.3f} s")
    print(f"preview of a plan {preview:.3f} s, {preview / indexed:.1f} times the bare read")
    plan = planning.create(document, "bench")
    planning.draw(plan.plan_id, "bench")
    by_id = (conversations.c.app == 1) & (conversations.c.conversation_id == talk(5).id)
    one = sa.select(conversations.c.conversation).where(by_id)

    def read_one() -> None:
        with database.reading() as connection:
            connection.execute(one).one()

    single = seconds(read_one, ITEMS)
    ids = frozenset({plan.plan_id})
    claim = seconds(lambda: app.queue.claim("r@example.com", AT, ids, with_unplanned=False), ITEMS)
    print(f"next item {1000 * claim:.2f} ms, {claim / single:.1f} times the read of one row by its index")
    database.close()
    store.close()


def main() -> None:
    """Measure on the database that is named, or on a file that is made for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database")
    given = parser.parse_args()
    if given.database:
        measure(given.database, given.rows)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'bench.db'}", given.rows)


if __name__ == "__main__":
    main()
