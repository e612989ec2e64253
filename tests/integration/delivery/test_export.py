"""``auscult export``: whole reports into files, day by day; cut off at any moment, it goes on."""

import json
import subprocess
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from msgspec.structs import replace

from auscult.domain.assist.assistance import Assist
from auscult.domain.conversation import Conversation
from auscult.domain.errors import RequestError
from auscult.reports import REPORTS
from auscult.services.delivery.day_files import STATE
from auscult.services.delivery.export import Export, TableExport
from auscult.services.privacy.log import SYSTEM
from auscult.services.scoring.intake.times import change_times
from auscult.storage import Store, migrate
from auscult.storage.delivery.export_folders import LocalFolder
from auscult.storage.store import AppStore
from auscult.tables import TABLES
from tests.golden.storing import TENANT, process
from tests.integration.program import AUSCULT, auscult, environment

pytestmark = pytest.mark.night

WHERE = ("--account", "acc-1", "--org", "org-1", "--app", "st-1")
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


@pytest.mark.landing
@pytest.mark.parametrize("report", REPORTS)
def test_each_report_is_exported_whole(store: Store, tmp_path: Path, report: str) -> None:
    """Partitioned by day, every row in the file of the day it starts on, none twice."""
    store.ensure(TENANT)
    process(store, _conversations(1_500))
    export = Export(store.within(TENANT), REPORTS[report], TABLES["parquet"], LocalFolder(tmp_path))
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
    export = Export(store.within(TENANT), REPORTS["rawdata"], TABLES["ndjson"], LocalFolder(tmp_path))
    until = SINCE + timedelta(days=DAYS)
    assert all(day.is_new for day in export.days(SINCE, until))
    assert not any(day.is_new for day in export.days(SINCE, until))
    new = Conversation(id="c-new", channel="chat", direction="inbound", started_at=SINCE + timedelta(days=4, hours=1))
    process(store, [new])
    (tmp_path / STATE / "rawdata" / "2026-03-08.json").unlink()
    assert [day.path[-22:-12] for day in export.days(SINCE, until) if day.is_new] == ["2026-03-05", "2026-03-08"]
    assert all(day.is_new for day in export.days(SINCE, until, is_forced=True))
    part = SINCE + timedelta(hours=5)
    assert [day.rows for day in export.days(part, part + timedelta(hours=2))] == [1]


def test_a_day_whose_rows_are_gone_has_no_file(store: Store, tmp_path: Path) -> None:
    """What was erased does not stay in a file from before."""
    store.ensure(TENANT)
    process(store, _conversations(DAYS))
    app = store.within(TENANT)
    export = Export(app, REPORTS["rawdata"], TABLES["ndjson"], LocalFolder(tmp_path))
    until = SINCE + timedelta(days=DAYS)
    assert len(list(export.days(SINCE, until))) == DAYS
    app.conversations.erase("c-4")
    assert len(list(export.days(SINCE, until))) == DAYS - 1
    assert not (tmp_path / "rawdata" / "date=2026-03-05").exists()


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
    assert json.loads((tmp_path / "out" / STATE / "scorereporting" / "2026-03-02.json").read_text())["rows"] == lines[1]


def test_what_cannot_be_exported_is_refused(tmp_path: Path) -> None:
    """A report or kind of file that there is not, dates the wrong way round, an app nobody knows."""
    migrate(f"sqlite:///{tmp_path / 'test.db'}")
    for words, said in (
        (("scores", "--since", "2026-03-01", "--until", "2026-03-02"), "unknown table or report 'scores'"),
        (("rawdata", "--since", "2026-03-01", "--until", "2026-03-02", "--format", "xls"), "unknown format 'xls'"),
        (("rawdata", "--since", "2026-03-02", "--until", "2026-03-01"), "--until is not after --since"),
        (("rawdata",), "the report rawdata needs --since and --until"),
        (("rawdata", "--since", "2026-03-01", "--until", "2026-03-02"), "there is no app st-1"),
    ):
        refused = auscult(tmp_path, "export", *words, "--app", "st-1", "--out", "out")
        assert (refused.status, said in refused.err) == (1, True), refused.err
    assert not (tmp_path / "out").exists()


EXAMPLES = Path(__file__).parents[3] / "examples" / "conversations"


def test_sql_over_the_tables_gives_the_numbers_of_the_store(tmp_path: Path) -> None:
    """Every table of real conversations, in every format: counts, scores and verdicts equal those that were stored."""
    (tmp_path / "form.yaml").write_text(auscult(tmp_path, "forms", "show", "ef-starter-voice").out)
    assert auscult(tmp_path, "forms", "apply", "form.yaml", *WHERE).status == 0
    loaded = auscult(tmp_path, "load", str(EXAMPLES / "bank_calls.ndjson"), *WHERE, "--json").last
    for kind in ("parquet", "ndjson", "csv"):
        for table in ("conversations", "verdicts", "evidence", "insights", "audits"):
            exported = auscult(tmp_path, "export", table, "--app", "st-1", "--out", kind, "--format", kind)
            assert exported.status == 0, exported.err
        asked = (
            "select count(*) as n, sum(case when status = 'evaluated' then 1 else 0 end) as scored, "
            "avg(score) as mean, max(started_at) - min(started_at) >= interval 0 second as is_time from conversations"
        )
        (found,) = auscult(tmp_path, "sql", asked, "--from", kind, "--json").lines
        assert (found["n"], found["scored"], found["is_time"]) == (loaded["accepted"], loaded["scored"], True)
        pairs = (
            "select count(*) as n from verdicts v join conversations c using (conversation_id) "
            "where v.evidence_count <> (select count(*) from evidence e where e.conversation_id = v.conversation_id "
            "and e.metric_id = v.metric_id and e.kind = 'evidence')"
        )
        assert auscult(tmp_path, "sql", pairs, "--from", kind, "--json").lines == [{"n": 0}]
        agents = auscult(tmp_path, "sql", "select * from agents order by agent_id", "--from", kind, "--json").lines
        assert sum(agent["conversations"] for agent in agents) == loaded["accepted"]
        if kind == "parquet":
            check_against_the_report(tmp_path, kind, agents)
    refused = auscult(tmp_path, "sql", "select * from scores", "--from", "parquet")
    assert (refused.status, "available tables: conversations, evidence" in refused.err) == (1, True), refused.err


def check_against_the_report(folder: Path, kind: str, agents: list[dict[str, Any]]) -> None:
    """Compare answers of SQL with the rows of the raw-data report: scores, answers to metrics, means of agents."""
    words = ("--app", "st-1", "--since", "2000-01-01", "--until", "2100-01-01", "--out", "report", "--format", "ndjson")
    assert auscult(folder, "export", "rawdata", *words).status == 0
    files = sorted((folder / "report" / "rawdata").glob("*/rows.ndjson"))
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    scores = auscult(folder, "sql", "select conversation_id, score from conversations", "--from", kind, "--json").lines
    reported = {row["conversationId"]: row["koreEvalutionScore"] for row in rows}
    assert {each["conversation_id"]: each["score"] for each in scores} == reported
    counted = "select metric_id, qualification, count(*) as n from verdicts group by all"
    answers = Counter(
        (metric["Metric ID"], metric["Qualification"]) for row in rows for metric in row.get("Metrics", ())
    )
    asked = auscult(folder, "sql", counted, "--from", kind, "--json").lines
    assert {(each["metric_id"], each["qualification"]): each["n"] for each in asked} == answers
    of_agent: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        for agent in row["Agents"]:
            of_agent[agent["Agent ID"]] += [row["koreEvalutionScore"]] if row["koreEvalutionScore"] is not None else []
    means = {agent["agent_id"]: agent["mean_score"] for agent in agents}
    assert means == {agent: pytest.approx(sum(each) / len(each)) if each else None for agent, each in of_agent.items()}


def test_a_changed_conversation_rewrites_its_day(store: Store, tmp_path: Path) -> None:
    """Though it has as many rows as before: the mark of a day covers every evaluation. No other day is written."""
    store.ensure(TENANT)
    process(store, _conversations(DAYS))
    export = TableExport(store.within(TENANT), "conversations", TABLES["ndjson"], LocalFolder(tmp_path))
    assert [(day.rows, day.is_new) for day in export.days()] == [(2, True), *[(1, True)] * (DAYS - 1)]
    (changed,) = [each for each in _conversations(DAYS) if each.id == "c-4"]
    process(store, [replace(changed, custom_id="crm-4")])
    assert ["date=2026-03-05" in day.path for day in export.days() if day.is_new] == [True]
    assert not any(day.is_new for day in export.days())
    manifest = json.loads((tmp_path / STATE / "conversations" / "manifest.json").read_text())
    assert (len(manifest["days"]), manifest["days"]["2026-03-05"]["rows"]) == (DAYS, 1)


def test_a_day_is_of_the_time_zone_that_the_app_names(store: Store, app: AppStore, tmp_path: Path) -> None:
    """Also the 23 hours of a day in March; the files of UTC days are gone, so that no row is there twice."""
    march = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
    process(store, [replace(one, id=f"{one.id}-m") for one in _conversations(4 * DAYS, march)[:16]])
    export = TableExport(app, "conversations", TABLES["ndjson"], LocalFolder(tmp_path))
    assert sum(day.rows for day in export.days()) == 16
    change_times(app, SYSTEM, {"timezone": "Europe/Berlin"})
    written = {Path(day.path).parent.name: day.rows for day in export.days()}
    assert written == {
        "date=2026-03-28": 1,
        "date=2026-03-29": 3,
        "date=2026-03-30": 4,
        "date=2026-03-31": 4,
        "date=2026-04-01": 4,
    }
    assert {path.parent.name for path in tmp_path.glob("conversations/*/rows.ndjson")} == set(written)
    assert not any(day.is_new for day in export.days())
    change_times(app, SYSTEM, {"timezone": "Asia/Tokyo"})
    export_of_two_days = list(export.days(SINCE + timedelta(days=28), SINCE + timedelta(days=30)))
    assert {path.parent.name for path in tmp_path.glob("conversations/*/rows.ndjson")} == {
        Path(day.path).parent.name for day in export_of_two_days if day.rows
    }
    with pytest.raises(RequestError, match="a name like Europe/Berlin"):
        change_times(app, SYSTEM, {"timezone": "Europe/Bonn"})


def test_a_late_audit_rewrites_its_day(tmp_path: Path) -> None:
    """Without being asked to; nobody who is not assigned has a row."""
    (tmp_path / "form.yaml").write_text(auscult(tmp_path, "forms", "show", "ef-starter-voice").out)
    auscult(tmp_path, "forms", "apply", "form.yaml", *WHERE)
    auscult(tmp_path, "load", EXAMPLES / "bank_calls.ndjson", *WHERE)
    words = ("export", "audits", "--app", "st-1", "--out", "out", "--format", "ndjson", "--json")
    assert auscult(tmp_path, *words).lines == []
    chosen = json.loads((EXAMPLES / "bank_calls.ndjson").read_text().splitlines()[0])["id"]
    assert auscult(tmp_path, "audits", "assign", chosen, "--app", "st-1", "--auditor", "Ann").status == 0
    (day,) = auscult(tmp_path, *words).lines
    assert (day["rows"], day["is_new"]) == (1, True)
