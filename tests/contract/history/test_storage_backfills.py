"""What every store must do, tried on both databases: backfills over conversations that are stored already."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditMovedError, assign, rescored
from auscult.domain.evaluation import Evaluation, Status
from auscult.domain.history.backfills import Backfill, BackfillScope, Rescored
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import FORM, OTHER, REPORT, STARTED, conversation, names, put, query
from tests.waiting import existing

SECOND = replace(FORM, version=2, pass_score=Decimal(90))
EVERYTHING = BackfillScope()
LATER = datetime(2026, 4, 1, tzinfo=UTC)


def put_some(app: AppStore, count: int, status: Status = "evaluated") -> list[str]:
    """Conversations a minute after each other, by id."""
    ids = [f"c-{at:03}" for at in range(count)]
    put(app, *(conversation(name, timedelta(minutes=at)) for at, name in enumerate(ids)), status=status)
    return ids


def begin(app: AppStore, size: int = 3, scope: BackfillScope = EVERYTHING, claim: str | None = None) -> Backfill:
    """A backfill over these."""
    return app.backfills.begin("rescore", b"{}", app.backfills.ranges(scope, size), claim=claim)


def decided(case: EvaluatedConversation, at: datetime = LATER, score: int = 55) -> Evaluation:
    """The same conversation under the second version of the form."""
    return replace(
        case.evaluation, form=SECOND, status="evaluated", score=Decimal(score), passed=False, evaluated_at=at
    )


def rescoring(case: EvaluatedConversation, at: datetime = LATER, backfill_id: str = "sw-1") -> Rescored:
    """What a re-score makes of a conversation."""
    evaluation = decided(case, at)
    name = case.conversation.id
    return Rescored(
        case=case,
        rendered=RenderedRows(
            conversation=case.conversation,
            evaluation=evaluation,
            rows={REPORT: f"{name}/again".encode()},
            audit=case.audit,
        ),
        entry=rescored(case.evaluation, evaluation, backfill_id, "Ada"),
        stays_filed=case.evaluation.status == evaluation.status,
    )


def record(app: AppStore, chunk_id: str, some: Sequence[Rescored]) -> bool:
    """Write them; the result says of how many nothing was written."""
    return app.backfills.record(chunk_id, some, lambda passed_over: str(passed_over).encode())


def read_chunk(store: Store, app: AppStore, chunk_id: str) -> list[Rescored]:
    """The conversations of a chunk that is to be done, decided again."""
    chunk = existing(store.backfills.get(chunk_id))
    return [rescoring(case) for case in app.backfills.cases(chunk.range)]


def do(store: Store, app: AppStore, chunk_id: str, at: datetime = LATER) -> bool:
    """Do a chunk, as a worker would."""
    chunk = store.backfills.get(chunk_id)
    if chunk is None:
        return False
    cases = app.backfills.cases(chunk.range)
    return record(app, chunk_id, [rescoring(case, at, chunk.backfill.backfill_id) for case in cases])


def finish(store: Store, app: AppStore, at: datetime = LATER) -> None:
    """Do whatever waits."""
    while some := store.work.next("chunk", 100):
        for chunk_id in some:
            assert do(store, app, chunk_id, at)


class TestCutting:
    """History in ranges."""

    @settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(size=st.integers(1, 9), since=st.integers(0, 12), until=st.integers(0, 12), sample=st.integers(1, 12))
    def test_ranges_partition_the_scope(self, app: AppStore, size: int, since: int, until: int, sample: int) -> None:
        """Each conversation of the scope is in exactly one; a sample is so many of them, and the same each time."""
        ids = [f"c-{at:03}" for at in range(12)]
        put_some(app, 12)
        start_ms = int(STARTED.timestamp() * 1000)
        scope = BackfillScope(since_ms=start_ms + since * 60_000, until_ms=start_ms + until * 60_000)
        ranges = app.backfills.ranges(scope, size)
        found = [case.conversation.id for chunk_range in ranges for case in app.backfills.cases(chunk_range)]
        assert found == ids[since:until]
        assert [chunk_range.size for chunk_range in ranges] == [
            len(found[at : at + size]) for at in range(0, len(found), size)
        ]
        drawn, again = (
            [
                case.conversation.id
                for chunk_range in app.backfills.ranges(replace(scope, sample=sample), size)
                for case in app.backfills.cases(chunk_range)
            ]
            for _ in range(2)
        )
        assert drawn == again
        assert len(drawn) == min(sample, len(found))
        assert set(drawn) <= set(found)

    def test_long_ones_lie_in_short_stretches(self, app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """However many there may be, a chunk_range holds no more than fits into memory."""
        monkeypatch.setattr("auscult.storage.history.backfills.MOST_BYTES", 5000)
        turn = conversation("c").turns[0]
        texts = {"c-1": 2000, "c-2": 2000, "c-3": 9000, "c-4": 10}
        put(
            app,
            *(
                conversation(name, timedelta(minutes=at), turns=(replace(turn, text="x" * length),))
                for at, (name, length) in enumerate(texts.items())
            ),
        )
        assert [chunk_range.size for chunk_range in app.backfills.ranges(EVERYTHING, 100)] == [2, 1, 1]

    def test_what_waits_is_left_out(self, app: AppStore) -> None:
        """A conversation whose present revision is not recorded is none of a backfill's business."""
        put_some(app, 2)
        app.conversations.accept([conversation("c-001", language="de"), conversation("c-new")])
        (chunk_range,) = app.backfills.ranges(EVERYTHING, 10)
        (case,) = app.backfills.cases(chunk_range)
        assert (case.conversation.id, case.is_current) == ("c-000", True)

    def test_apps_do_not_see_each_others(self, app: AppStore, store: Store) -> None:
        """Rule 16."""
        store.ensure(OTHER)
        other = store.within(OTHER)
        put_some(app, 3)
        (chunk_range,) = app.backfills.ranges(EVERYTHING, 10)
        backfill = begin(app)
        assert (other.backfills.ranges(EVERYTHING, 10), other.backfills.cases(chunk_range)) == ([], [])
        assert (other.backfills.get(backfill.backfill_id), other.backfills.listing("rescore")) == (None, [])
        assert (other.backfills.cancel(backfill.backfill_id), other.backfills.resume(backfill.backfill_id)) == (
            None,
            None,
        )
        assert not other.backfills.forget(backfill.backfill_id)
        (chunk_id,) = store.work.next("chunk", 100)
        assert not record(other, chunk_id, [])
        assert app.backfills.get(backfill.backfill_id) == backfill


class TestRescoring:
    """A new evaluation beside the old one (rule 7)."""

    def test_from_beginning_to_end(self, store: Store, app: AppStore) -> None:
        """Every conversation once: a new evaluation, a line of the trail, new rows; the old evaluation stays."""
        ids = put_some(app, 7)
        backfill = begin(app)
        assert (backfill.state, backfill.total, backfill.looked, backfill.order) == ("running", 7, 0, b"{}")
        finish(store, app)
        ended = existing(app.backfills.get(backfill.backfill_id))
        assert (ended.state, ended.looked, ended.ended_at is not None) == ("done", 7, True)
        assert app.backfills.results(backfill.backfill_id) == [b"0", b"0", b"0"]
        assert app.backfills.listing("rescore") == [ended]
        assert app.backfills.listing("backtest") == []
        assert names(app) == [f"{name}/again" for name in ids]
        for name in ids:
            detail = existing(app.conversations.get(name))
            assert [(one.form.version, one.score) for one in detail.evaluations if one.form] == [(2, 55), (1, -7)]
            (line,) = detail.trail
            assert (line.action, line.by, line.auditor) == ("rescored", "Ada", None)
            assert line.rescored is not None
            assert (line.rescored.before.form_version, line.rescored.after.form_version) == (1, 2)
            assert line.rescored.backfill_id == backfill.backfill_id
        assert store.recount() == []

    def test_one_that_had_no_form(self, store: Store, app: AppStore) -> None:
        """It is evaluated now: its status, rows, facets and counts follow."""
        put_some(app, 3, "not_evaluated")
        begin(app)
        finish(store, app)
        assert app.conversations.statuses(["c-000", "c-001"]) == {"c-000": "evaluated", "c-001": "evaluated"}
        page = app.conversations.page(query(statuses=("evaluated",)))
        assert (page.total, len(page.rows)) == (3, 3)
        assert app.conversations.page(query(statuses=("not_evaluated",))).total == 0
        assert store.recount() == []

    def test_a_chunk_is_done_once(self, store: Store, app: AppStore) -> None:
        """Whoever comes second writes nothing, and neither does the same worker again."""
        put_some(app, 3)
        begin(app)
        (chunk_id,) = store.work.next("chunk", 100)
        some = read_chunk(store, app, chunk_id)
        assert [record(app, chunk_id, some) for _ in range(2)] == [True, False]
        assert store.backfills.get(chunk_id) is None
        detail = existing(app.conversations.get("c-000"))
        assert (len(detail.evaluations), len(detail.trail)) == (2, 1)

    def test_the_same_version_once_more(self, store: Store, app: AppStore) -> None:
        """Each re-score keeps its own evaluation, also of a version that decided before; the newest is shown."""
        put_some(app, 1)
        for at in range(3):
            begin(app)
            finish(store, app, LATER + timedelta(hours=at))
        detail = existing(app.conversations.get("c-000"))
        assert [one.evaluated_at for one in detail.evaluations[:3]] == [LATER + timedelta(hours=at) for at in (2, 1, 0)]
        assert len(detail.evaluations) == 4

    @pytest.mark.parametrize("moved", ["revised", "recorded", "rescored", "erased", "erased and loaded again"])
    def test_what_moved_meanwhile_is_passed_over(self, store: Store, app: AppStore, moved: str) -> None:
        """Between reading and writing, on one of two conversations: only the other is written, and both are counted."""
        put_some(app, 2)
        backfill = begin(app)
        (chunk_id,) = store.work.next("chunk", 100)
        some = read_chunk(store, app, chunk_id)
        if moved == "revised":
            app.conversations.accept([conversation("c-000", language="de")])
        if moved == "recorded":
            put(app, conversation("c-000", language="de"))
        if moved == "rescored":
            other = begin(app, scope=BackfillScope(until_ms=int(STARTED.timestamp() * 1000) + 1))
            assert do(store, app, f"{other.backfill_id}-1", LATER - timedelta(days=1))
        if moved.startswith("erased"):
            app.conversations.erase("c-000")
        if moved.endswith("again"):
            put(app, conversation("c-000"))
            with store._database.writing() as connection:  # type: ignore[attr-defined]
                connection.exec_driver_sql(
                    "UPDATE evaluations SET evaluated_at = 1 WHERE evaluation = (SELECT max(evaluation) FROM evaluations)"
                )
        assert record(app, chunk_id, some)
        assert app.backfills.results(backfill.backfill_id) == [b"1"]
        assert "c-001/again" in names(app)
        first = app.conversations.get("c-000")
        assert first is None or all(one.evaluated_at != LATER for one in first.evaluations)
        assert store.recount() == []

    def test_an_audit_that_went_on_meanwhile(self, store: Store, app: AppStore) -> None:
        """Rows never go back to an audit as it was: nothing is written, and whoever renders them again is heard."""
        put_some(app, 2)
        begin(app)
        (chunk_id,) = store.work.next("chunk", 100)
        some = read_chunk(store, app, chunk_id)
        case = existing(app.audits.case("c-000"))
        change = existing(assign(None, case.evaluation, "Ada", "Grace", LATER))
        app.audits.save(
            change,
            RenderedRows(conversation=case.conversation, evaluation=case.evaluation, rows={}, audit=change.audit),
        )
        with pytest.raises(AuditMovedError):
            record(app, chunk_id, some)
        assert store.backfills.get(chunk_id) is not None
        assert do(store, app, chunk_id)

    def test_an_audit_of_what_was_rescored_meanwhile(self, store: Store, app: AppStore) -> None:
        """An audit belongs to the evaluation it was made on: what was filled in before a re-score is not saved after."""
        put_some(app, 1)
        case = existing(app.audits.case("c-000"))
        change = existing(assign(None, case.evaluation, "Ada", "Grace", LATER))
        begin(app)
        finish(store, app)
        rendered = RenderedRows(
            conversation=case.conversation, evaluation=case.evaluation, rows={REPORT: b"old"}, audit=change.audit
        )
        with pytest.raises(AuditMovedError):
            app.audits.save(change, rendered)
        assert names(app) == ["c-000/again"]
        again = existing(app.audits.case("c-000"))
        assert again.evaluation.form is not None
        assert again.evaluation.form.version == 2
        app.audits.save(change, replace(rendered, evaluation=again.evaluation))
        assert [line.action for line in app.audits.trail("c-000")] == ["rescored", "assigned"]

    def test_a_rebuild_that_began_before(self, store: Store, app: AppStore) -> None:
        """Rows of the old evaluation do not come back."""
        put_some(app, 1)
        (case,) = app.conversations.rerender("", 10)
        begin(app)
        finish(store, app)
        app.conversations.replace_rows(
            [RenderedRows(conversation=case.conversation, evaluation=case.evaluation, rows={REPORT: b"old"})]
        )
        assert names(app) == ["c-000/again"]
        (now,) = app.conversations.rerender("", 10)
        assert now.evaluation.score == 55
