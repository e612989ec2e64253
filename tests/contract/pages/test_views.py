"""Views of the database: on both databases their rows equal those of the exported tables."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.absences import NewAbsence
from auscult.domain.ai_agents.context import Call
from auscult.domain.comments import NewComment, NewThread
from auscult.domain.conversation import Agent, Conversation, Queue, Turn
from auscult.domain.corrections import NewCorrection
from auscult.domain.errors import sent
from auscult.domain.form_examples import NewExample
from auscult.domain.people.principal import operator
from auscult.domain.pinned import NewCollection, NewPin
from auscult.formats import Limits, Rejected
from auscult.reports import REPORTS
from auscult.services.absences import Absences
from auscult.services.audits.workflow import Auditing
from auscult.services.comments import Commenting
from auscult.services.corrections import Correcting
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.forms.reading import read_form, starter_documents
from auscult.services.delivery.export import TableExport
from auscult.services.delivery.tables import KINDS
from auscult.services.form_examples import FormExamples
from auscult.services.people.users import Users
from auscult.services.pinned import Collecting
from auscult.services.scoring.intake.read import read_file
from auscult.storage import Store, migrate, new_secret_key, open_store
from auscult.storage.core.database import Database
from auscult.storage.core.views import VIEWS
from auscult.storage.delivery.export_folders import LocalFolder
from auscult.storage.notices import NoticeQuery
from auscult.storage.store import AppStore
from auscult.tables import TABLES
from tests.golden.storing import TENANT, conversations, process, publish
from tests.integration.program import auscult

AWAY = NewAbsence(since=date(2026, 6, 1), until=date(2026, 6, 12), note="Private", person="ann@example.com")
EXAMPLES = Path(__file__).parents[3] / "examples" / "conversations"
AT = datetime(2026, 3, 23, 12, 30, tzinfo=UTC)
KEYS = ("conversation_id", "metric_id", "kind", "position", "collection_id")


def odd() -> Iterator[Conversation]:
    """Conversations in which something is missing: times, an end, names; one with microseconds."""
    at = datetime(2026, 3, 25, 8, 0, 0, 123_456, tzinfo=UTC)
    yield Conversation(id="c-odd-1", channel="chat", started_at=at, turns=(Turn("t-1", "agent", "hello"),))
    turns = (Turn("t-1", "agent", "good day", start_ms=500), Turn("t-2", "customer", "bye", start_ms=90_000))
    yield Conversation(
        id="c-odd-2", channel="chat", started_at=at, turns=turns, agents=(Agent("a-1"), Agent("a-2", "B"))
    )
    end = at + timedelta(seconds=70, microseconds=400)
    calls = (
        Call("c1", "refund", "ai-nia", "m1", 5, 9, {"amount": 89.5, "to": {"a": [1, "ü"]}}, ["R-1", None], ok=True),
        Call("c2", "look", result="found", ok=False),
        Call("c3", "look"),
    )
    yield Conversation(
        id="c-odd-3", channel="voice", started_at=at, ended_at=end, queues=(Queue("q-1"),), turns=turns, calls=calls
    )


@pytest.fixture
def filled(database_url: str) -> Iterator[Store]:
    """Golden conversations with audits, and calls that every engine and analyzer of the starter form has judged."""
    migrate(database_url)
    with closing(open_store(database_url, new_secret_key())) as store:
        publish(
            store, *(f"rawdata.{name}.yaml" for name in ("voice-inbound", "voice-outbound", "chat-inbound", "public"))
        )
        golden = conversations("rawdata")
        process(store, golden)
        app = store.within(TENANT)
        ann = Users(store, operator()).add("ann@example.com", "Ann", TENANT.account_id, "correct horse battery")
        Absences(app.absences, app, lambda: AT, operator()).add(AWAY)
        auditing = Auditing(app, REPORTS, lambda: AT)
        for each in (golden[0], golden[2]):
            auditing.assign(each.id, "Jane")
            auditing.submit(each.id, as_machine=True)
        auditing.assign(golden[3].id, "Max")
        auditing.assign(golden[3].id, ann.email)
        app.notices.mark_read(NoticeQuery(ann.email), AT)
        auditing.assign(golden[1].id, ann.email)
        talk = Commenting(app, lambda: datetime(2026, 5, 4, 9, tzinfo=UTC), operator())
        thread = talk.open(golden[0].id, NewThread(text="Listen, @nobody.", turn_id=golden[0].turns[0].id))
        talk.reply(thread.thread_id, NewComment(text="Yes."))
        talk.resolve(talk.open(golden[1].id, NewThread(text="Done.", audience="agent")).thread_id)
        kept = FormExamples(app, lambda: AT, operator())
        inbound = in_force(app.forms)["ef-golden-voice-inbound"]
        for wanted in ("YES", "NO"):
            turn = golden[0].turns[0].id if wanted == "NO" else None
            metric_id = inbound.metrics[0].id
            kept.keep(
                inbound, NewExample(metric_id=metric_id, wanted=wanted, conversation_id=golden[0].id, turn_id=turn)
            )
        right = Correcting(app, REPORTS, lambda: AT, operator())
        right.add(golden[1].id, NewCorrection(kind="excluded", reason="a test"))
        right.undo(right.add(golden[2].id, NewCorrection(kind="excluded", reason="another one")).correction_id)
        collecting = Collecting(store, TENANT, lambda: AT, operator())
        for audience in ("colleagues", "agents"):
            made = collecting.create(NewCollection(name=f"For {audience}", audience=audience))
            for each in golden[:2]:
                collecting.pin(
                    made.collection_id, NewPin(conversation_id=each.id, turn_id=each.turns[0].id, note="Well said.")
                )
        pin = collecting.pin(made.collection_id, NewPin(conversation_id=golden[2].id, turn_id=golden[2].turns[0].id))
        collecting.unpin(made.collection_id, pin.pin_id)
        for document in starter_documents().values():
            app.forms.publish(read_form(document).id, document)
        calls = [
            one for one in read_file(EXAMPLES / "bank_calls.ndjson", "", Limits()) if not isinstance(one, Rejected)
        ]
        process(store, [*calls[:6], *odd()], bootstrap.evaluator(Settings()))
        yield store


def exported(store: Store, name: str) -> list[dict[str, Any]]:
    """Rows of an exported table, as NDJSON has them."""
    app = store.within(TENANT)
    found = app.timeline.evaluated(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    encode = msgspec.json.Encoder(decimal_format="number", enc_hook=sent).encode
    return [msgspec.json.decode(encode(row)) for row in KINDS[name].rows(app, found)]


def selected(url: str, view: str) -> list[dict[str, Any]]:
    """Rows of a view."""
    database = Database(url)
    try:
        with database.reading() as connection:
            return [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {view}")).mappings()]  # noqa: S608
    finally:
        database.close()


def plain(row: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a row as both write it: instants to the millisecond, lists as lists, booleans as booleans."""
    readers: dict[str, Callable[[Any], Any]] = {"boolean": bool, "array": _list, "number": lambda each: round(each, 9)}
    found: dict[str, Any] = {}
    for name, schema in columns.items():
        read = _instant if schema.get("format") == "date-time" else readers.get(schema["type"], lambda each: each)
        read = msgspec.json.decode if name in {"arguments", "result"} else read
        found[name] = None if row[name] is None else read(row[name])
    return found


def _instant(value: str | datetime) -> int:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _list(value: str | list[str]) -> list[str]:
    return msgspec.json.decode(value) if isinstance(value, str) else list(value)


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in KEYS)


NOT_IN_VIEWS = {"ai_agent_ids", "ai_versions"}
"""Columns of exported conversations that the views of 0.3.0 do not have; they stay as they are."""


def test_views_have_the_rows_of_the_exports(filled: Store, database_url: str) -> None:
    """Every column of every row, and an app's id before them; agents add up."""
    for name, kind in KINDS.items():
        rows = selected(database_url, f"v_{name}")
        assert {row.pop("app_id") for row in rows} == {TENANT.app_id}
        columns = {column: type_ for column, type_ in kind.columns.items() if column not in NOT_IN_VIEWS}
        assert list(rows[0]) == list(columns)
        wanted = sorted((plain(row, columns) for row in exported(filled, name)), key=_key)
        assert sorted((plain(row, columns) for row in rows), key=_key) == wanted
    check_agents(filled, database_url)


@pytest.mark.night
def test_every_table_is_exported_and_answered_by_sql(filled: Store, tmp_path: Path) -> None:
    """Each has files and rows, and SQL counts as many; a second run writes nothing."""
    app, rows = filled.within(TENANT), dict[str, int]()
    for name in KINDS:
        export = TableExport(app, name, TABLES["parquet"], LocalFolder(tmp_path))
        rows[name] = sum(day.rows for day in export.days())
        assert rows[name] == len(exported(filled, name)) > 0, name
        assert not [day for day in export.days() if day.is_new], name
    counted = " union all ".join(f"select '{name}' as name, count(*) as n from {name}" for name in KINDS)  # noqa: S608  (names)
    found = auscult(tmp_path, "sql", counted, "--from", str(tmp_path), "--json").lines
    assert {each["name"]: each["n"] for each in found} == rows


def test_collections_move_between_days_as_they_are_made_and_removed(filled: Store, tmp_path: Path) -> None:
    """A collection without a moment has a row; a day that loses its last one loses its file."""
    app, later = filled.within(TENANT), AT + timedelta(days=40)
    collecting = Collecting(filled, TENANT, lambda: later, operator())
    made = collecting.create(NewCollection(name="Empty"))
    files = tmp_path / "collections"
    assert written(app, tmp_path) == {f"{AT:%Y-%m-%d}": 2, f"{later:%Y-%m-%d}": 1}
    assert len(list(files.glob("date=*/rows.ndjson"))) == 2
    collecting.change(made.collection_id, NewCollection(name="Renamed"))
    assert written(app, tmp_path) == {f"{AT:%Y-%m-%d}": 2, f"{later:%Y-%m-%d}": 1}
    assert b"Renamed" in (files / f"date={later:%Y-%m-%d}" / "rows.ndjson").read_bytes()
    collecting.remove(made.collection_id)
    assert written(app, tmp_path) == {f"{AT:%Y-%m-%d}": 2}
    assert len(list(files.glob("date=*/rows.ndjson"))) == 1


def written(app: AppStore, folder: Path) -> dict[str, int]:
    """Export the collections; the rows of each day."""
    export = TableExport(app, "collections", TABLES["ndjson"], LocalFolder(folder))
    return {Path(day.path).parent.name.removeprefix("date="): day.rows for day in export.days()}


def check_agents(filled: Store, database_url: str) -> None:
    """Compare ``v_agents`` with the sums of the rows of conversations."""
    scores: dict[str, list[int | None]] = defaultdict(list)
    for row in exported(filled, "conversations"):
        for agent in row["agent_ids"]:
            scores[agent].append(row["score"])
    found = {row["agent_id"]: row for row in selected(database_url, "v_agents")}
    assert {agent: row["conversations"] for agent, row in found.items()} == {a: len(all_) for a, all_ in scores.items()}
    for agent, row in found.items():
        scored = [score for score in scores[agent] if score is not None]
        assert row["scored"] == len(scored)
        assert row["mean_score"] == (pytest.approx(sum(scored) / len(scored)) if scored else None)
    assert found["a-2"]["agent_name"] == "B"


def test_absences_are_a_view(filled: Store, database_url: str) -> None:
    """With their days, and without the note."""
    (row,) = selected(database_url, "v_absences")
    del filled
    assert (row["app_id"], row["person"]) == (TENANT.app_id, "ann@example.com")
    assert (row["since"], row["until"], row["made_by"]) == ("2026-06-01", "2026-06-12", "operator")
    assert "note" not in row


def test_every_view_is_documented() -> None:
    """docs/reference/tables.md names each."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "tables.md").read_text(encoding="utf-8")
    assert [view for view in VIEWS if f"`{view}`" not in page] == []
