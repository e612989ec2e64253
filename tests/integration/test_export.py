"""``auscult export``: whole reports into files, day by day; cut off at any moment, it goes on."""

import json
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet
import pytest

from auscult.domain.assist import Assist
from auscult.domain.conversation import Conversation
from auscult.pipeline.export import DONE, Export
from auscult.reports import REPORTS
from auscult.storage import Store, migrate
from auscult.tables import TABLES
from tests.golden.storing import TENANT, process
from tests.integration.program import AUSCULT, auscult, environment

pytestmark = pytest.mark.slow

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 12


def _conversations(count: int, at: datetime = SINCE) -> list[Conversation]:
    """Spread over the days; the first of a day starts at midnight, the last in its last half second."""
    step = timedelta(days=DAYS) / count
    early = [
        Conversation(id=f"c-{n}", channel="chat", direction="inbound", started_at=at + n * step, assist=Assist())
        for n in range(count)
    ]
    late = datetime(2026, 3, 1, 23, 59, 59, 600_000, tzinfo=UTC)
    return [*early, Conversation(id="c-late", channel="voice", direction="inbound", started_at=late, assist=Assist())]


@pytest.mark.parametrize("report", REPORTS)
def test_each_report_is_exported_whole(store: Store, tmp_path: Path, report: str) -> None:
    """Issue 6, item 4: partitioned by day, every row in the file of the day it starts on, none twice."""
    store.ensure(TENANT)
    process(store, _conversations(1_500))
    export = Export(store.within(TENANT), REPORTS[report], TABLES["parquet"], tmp_path)
    days = list(export.days(SINCE, SINCE + timedelta(days=DAYS + 3)))
    assert len(days) == DAYS
    assert sum(day.rows for day in days) == 1_501
    for n, day in enumerate(days):
        table = pyarrow.parquet.read_table(day.path)
        assert f"{report}/date=2026-03-{n + 1:02}/rows.parquet" in day.path
        assert table.num_rows == day.rows == 125 + (n == 0)
    assert pyarrow.parquet.read_table(tmp_path / report, partitioning="hive").num_rows == 1_501


def test_a_day_is_written_again_where_it_changed(store: Store, tmp_path: Path) -> None:
    """What is finished is passed over; what has other rows than it had, or was cut off, is written."""
    store.ensure(TENANT)
    process(store, _conversations(48))
    export = Export(store.within(TENANT), REPORTS["rawdata"], TABLES["ndjson"], tmp_path)
    until = SINCE + timedelta(days=DAYS)
    assert all(day.is_new for day in export.days(SINCE, until))
    assert not any(day.is_new for day in export.days(SINCE, until))
    new = Conversation(id="c-new", channel="chat", direction="inbound", started_at=SINCE + timedelta(days=4, hours=1))
    process(store, [new])
    (tmp_path / "rawdata" / "date=2026-03-08" / DONE).unlink()
    assert [day.path[-22:-12] for day in export.days(SINCE, until) if day.is_new] == ["2026-03-05", "2026-03-08"]
    assert all(day.is_new for day in export.days(SINCE, until, is_anew=True))
    part = SINCE + timedelta(hours=5)
    assert [day.rows for day in export.days(part, part + timedelta(hours=2))] == [1]


def test_a_day_whose_rows_are_gone_has_no_file(store: Store, tmp_path: Path) -> None:
    """What was erased does not stay in a file from before."""
    store.ensure(TENANT)
    process(store, _conversations(DAYS))
    app = store.within(TENANT)
    export = Export(app, REPORTS["rawdata"], TABLES["ndjson"], tmp_path)
    until = SINCE + timedelta(days=DAYS)
    assert len(list(export.days(SINCE, until))) == DAYS
    app.conversations.erase("c-4")
    assert len(list(export.days(SINCE, until))) == DAYS - 1
    assert list((tmp_path / "rawdata" / "date=2026-03-05").iterdir()) == []


def test_a_killed_export_goes_on(store: Store, database_url: str, tmp_path: Path) -> None:
    """Killed in the middle, it leaves whole files only; the same command ends with what one run would have given."""
    store.ensure(TENANT)
    process(store, _conversations(2_400))
    words = [
        *("export", "scorereporting", "--app", TENANT.app_id, "--since", "2026-03-01", "--until", "2026-03-13"),
        *("--out", "out", "--format", "csv", "--database", database_url, "--json"),
    ]
    with subprocess.Popen([AUSCULT, *words], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE) as killed:  # noqa: S603
        assert killed.stdout is not None
        killed.stdout.readline()
        time.sleep(0.005)
        killed.kill()
    folder = tmp_path / "out" / "scorereporting"
    assert 1 <= len(list(folder.glob("*/rows.csv"))) <= DAYS
    again = auscult(tmp_path, *words)
    assert again.status == 0, again.err
    assert sum(line["rows"] for line in again.lines) == 2_401
    lines = [file.read_text().count("\n") - 1 for file in sorted(folder.glob("*/rows.csv"))]
    assert (sum(lines), list(folder.glob("*/*.part"))) == (2_401, [])
    assert json.loads((folder / "date=2026-03-02" / DONE).read_text())["rows"] == lines[1]


def test_what_cannot_be_exported_is_refused(tmp_path: Path) -> None:
    """A report or kind of file that there is not, dates the wrong way round, an app nobody knows."""
    migrate(f"sqlite:///{tmp_path / 'test.db'}")
    for words, said in (
        (("scores", "--since", "2026-03-01", "--until", "2026-03-02"), "there is no scores"),
        (("rawdata", "--since", "2026-03-01", "--until", "2026-03-02", "--format", "xls"), "there is no xls"),
        (("rawdata", "--since", "2026-03-02", "--until", "2026-03-01"), "--until is not after --since"),
        (("rawdata", "--since", "2026-03-01", "--until", "2026-03-02"), "there is no app st-1"),
    ):
        refused = auscult(tmp_path, "export", *words, "--app", "st-1", "--out", "out")
        assert (refused.status, said in refused.err) == (1, True), refused.err
    assert not (tmp_path / "out").exists()
