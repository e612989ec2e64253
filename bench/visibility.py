"""The cost of the grant predicate: pages for a principal who sees a part, against pages for one who sees everything.

Rows are synthetic and written straight into the listing. Pages of both kinds are read in turn, in one process, so that
whatever else goes on slows down both alike. Both show the same rows, the one by filters and the other by grants; only
in the last case, a filter by agent and a grant on a queue, fewer rows are seen with the grant.
Figures are medians: of pages one after the other, and of the first page after each of many changes of the data, when
rows have to be counted again.

    python -m bench.visibility [--rows 100000] [--database URL] [--rounds 200]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from auscult.domain.conversation import Agent, Conversation, Queue
from auscult.domain.people.directory import Membership, Team
from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.domain.record import RecordQuery, RowKey
from auscult.domain.tenancy import Tenant
from auscult.storage import migrate, new_secret_key, open_store
from auscult.storage.access.apps import Apps, lock_app
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.pages.dimension_keys import cell_of
from auscult.storage.pages.row_index import RowIndexEntry, file_rows
from auscult.storage.people.parties import raise_versions, write_parties
from auscult.storage.store import AppStore

TENANT = Tenant(account_id="acc-bench", org_id="o-bench", app_id="st-bench")
REPORT = "scorereporting"
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS, QUEUES, BATCH = 90, 20, 5_000
LIMIT, TEAM = 100, 10
Filters = dict[str, Any]
"""Fields of a query."""
BODY = b'{"conversationId":"%s","score":80,"padding":"' + b"x" * 1_500 + b'"}'


def _facets(conversation: Conversation) -> tuple[tuple[str, str], ...]:
    agent, queue = conversation.agents[0].id, conversation.queues[0].id or ""
    return ("agent", agent), ("agent_name", agent), ("queue", queue)


def fill(url: str, rows: int) -> None:
    """Write rows of conversations, each in one of twenty queues."""
    database = Database(url)
    app, step = Apps(database).key(TENANT), timedelta(days=DAYS) / rows
    for start in range(0, rows, BATCH):
        made = [
            Conversation(
                id=f"c-{number:08}",
                channel="voice",
                started_at=FIRST + number * step,
                queues=(Queue(f"q-{number % QUEUES}"),),
                agents=(Agent(f"a-{number % 97}"),),
            )
            for number in range(start, min(rows, start + BATCH))
        ]
        entries = [
            RowIndexEntry(
                each.id,
                ms_of(each.started_at),
                cell_of(each, "evaluated"),
                _facets(each),
                {REPORT: BODY % each.id.encode()},
                None,
            )
            for each in made
        ]
        with database.writing() as connection:
            lock_app(connection, app)
            file_rows(connection, database.dialect, app, entries)
            write_parties(connection, database.dialect, app, made)
    database.vacuum()
    database.close()


class Case(NamedTuple):
    """Rows that are asked for twice: by one who sees everything, and by one who sees what ``visibility`` shows."""

    name: str
    plain: Filters
    granted: Filters
    visibility: Visibility


def cases() -> list[Case]:
    """Return what is compared."""
    found: list[Case] = []
    for n in (1, 5, QUEUES):
        named = tuple(f"q-{number}" for number in range(n))
        seen, one = Visibility(queues=frozenset(named)), named[:1]
        found.append(Case(f"{n} queues granted", {"queues": named}, {}, seen))
        found.append(Case(f"{n} queues granted, one filtered", {"queues": one}, {"queues": one}, seen))
        found.append(Case(f"{n} queues granted, all filtered", {"queues": named}, {"queues": named}, seen))
    agents = tuple(f"a-{number}" for number in range(TEAM))
    team = Visibility(teams=frozenset({"t-1"}))
    found.append(Case(f"a team of {TEAM} granted", {"agents": agents}, {}, team))
    found.append(Case(f"a team of {TEAM} granted, one filtered", {"agents": agents[:1]}, {"agents": agents[:1]}, team))
    crossed: Filters = {"agents": agents[:1]}
    both, queue = {"agents": agents[:1], "queues": ("q-0",)}, Visibility(queues=frozenset({"q-0"}))
    found.append(Case("a queue granted, it and an agent filtered", both, both, queue))
    found.append(Case("a queue granted, an agent filtered, same rows", both, crossed, queue))
    found.append(Case("a queue granted, an agent filtered", crossed, crossed, queue))
    return found


def pages(
    app: AppStore, visibility: Visibility, filters: Filters, clock: Callable[[], float]
) -> Callable[[bool], float]:
    """Return a function that reads the next page, or the first one again, and returns its seconds."""
    after: RowKey | None = None
    seen = app if visibility.is_everything else app.seen_by(visibility)

    def read(is_first: bool) -> float:  # noqa: FBT001  (called by position, in turn)
        nonlocal after
        asked = RecordQuery(
            report=REPORT,
            app_ids=(TENANT.app_id,),
            since_ms=ms_of(FIRST),
            until_ms=ms_of(FIRST + timedelta(days=DAYS)),
            limit=LIMIT,
            after=None if is_first else after,
            **filters,
        )
        began = clock()
        page = seen.conversations.page(asked)
        took = clock() - began
        after = page.last if page.more else None
        return took

    return read


def compare(app: AppStore, case: Case, rounds: int, clock: Callable[[], float], change: Callable[[], None]) -> None:
    """Print the medians of a case and their ratios."""
    plain, granted = pages(app, EVERYTHING, case.plain, clock), pages(app, case.visibility, case.granted, clock)
    on = [(plain(False), granted(False)) for _ in range(rounds)]  # noqa: FBT003
    first: list[tuple[float, float]] = []
    for _ in range(max(3, rounds // 4)):
        found: list[float] = []
        for read in (plain, granted):
            change()
            found.append(read(True))  # noqa: FBT003
        first.append((found[0], found[1]))
    cells: list[str] = []
    for times in (on, first):
        without, with_ = (statistics.median(each) * 1000 for each in zip(*times, strict=True))
        cells.append(f"{without:7.2f} {with_:7.2f} {with_ / without:6.2f}")
    print(f"{case.name:46} {'   '.join(cells)}", flush=True)


def main() -> None:
    """Print a line for each case: any page, and the first after a change, without grants and with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'bench.db'}"
        migrate(url)
        store = open_store(url, new_secret_key())
        store.ensure(TENANT)
        fill(url, given.rows)
        app, database = store.within(TENANT), Database(url)
        app.people.directory.put_teams([Team(team_id="t-1", name="One")])
        stays = [Membership(kind="team", group_id="t-1", agent_id=f"a-{number}") for number in range(TEAM)]
        app.people.directory.add_memberships(stays)
        number = Apps(database).key(TENANT)

        def change() -> None:
            with database.writing() as connection:
                raise_versions(connection, number)

        clock = time.perf_counter if given.database else time.process_time  # the work is PostgreSQL's, or our own
        print(f"{'ms a page':46} {'without, with, ratio':22}   the first after a change")
        for case in cases():
            compare(app, case, given.rounds, clock, change)
        database.close()
        store.close()


if __name__ == "__main__":
    main()
