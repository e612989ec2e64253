"""Many synthetic rows of a report, made of the largest row of its golden sample, spread over ninety days."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.directory import NO_ALIASES
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.intake.read import read_file
from auscult.services.scoring.render import render
from auscult.storage.access.apps import Apps, lock_app
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.pages.dimension_keys import cell_of
from auscult.storage.pages.row_index import RowIndexEntry, file_rows

GOLDEN = Path(__file__).parent.parent / "tests" / "golden"
TENANT = Tenant(account_id="acc-bench", org_id="o-bench", app_id="st-bench")
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90
QUEUES = 20
BATCH = 5_000


def sample_row(report: str) -> tuple[bytes, bytes]:
    """The largest row of a report's golden sample, as it is stored, and the conversation id that stands in it."""
    forms = [read_form(path.read_bytes()) for path in sorted(GOLDEN.glob(f"{report}.*.yaml"))]
    found = read_file(GOLDEN / f"{report}.conversations.ndjson", TENANT.app_id, Limits())
    conversations = [each for each in found if isinstance(each, Conversation)]
    pending = [PendingConversation(conversation=each, revision=1) for each in conversations]
    judged = bootstrap.evaluator(read_settings({})).evaluate(pending, forms, datetime.now(UTC))
    rows = [
        (len(row), row, each.id.encode())
        for each, (evaluation, insights) in zip(conversations, judged, strict=True)
        if (
            row := render(
                TENANT,
                EvaluatedConversation(conversation=each, evaluation=evaluation, insights=insights),
                REPORTS,
                NO_ALIASES,
            ).rows.get(report)
        )
        and each.id.encode() in row
    ]
    _, row, conversation_id = max(rows)
    return row, conversation_id


def filings(report: str, rows: int) -> Iterator[list[RowIndexEntry]]:
    """Rows in the order in which they would come in; ids are as long as the sample's, for a row may hold offsets."""
    body, shown = sample_row(report)
    chance, step = random.Random(1), timedelta(days=DAYS) / rows  # noqa: S311  (spread, not secrecy)
    for start in range(0, rows, BATCH):
        group: list[RowIndexEntry] = []
        for number in range(start, min(rows, start + BATCH)):
            conversation = Conversation(
                id=f"{number:0{len(shown)}}",
                channel=chance.choice(("voice", "chat")),
                direction=chance.choice(("inbound", "inbound", "outbound")),
                started_at=FIRST + number * step,
            )
            cell = cell_of(conversation, "evaluated" if number % 20 else "below_threshold")
            queue = ("queue", f"qu-{number % QUEUES}")
            row = body.replace(shown, conversation.id.encode())
            started_at = ms_of(conversation.started_at)
            group.append(RowIndexEntry(conversation.id, started_at, cell, (queue,), {report: row}, None))
        yield group


def fill(url: str, report: str, rows: int) -> float:
    """Write the rows straight into the report's listing; how many seconds that took."""
    database = Database(url)
    app = Apps(database).key(TENANT)
    began = time.perf_counter()
    for group in filings(report, rows):
        with database.writing() as connection:
            lock_app(connection, app)
            file_rows(connection, database.dialect, app, group)
    database.vacuum()  # as a load does
    took = time.perf_counter() - began
    database.close()
    return took
