"""What every store must do, tried on both databases: tenants, conversations, batches, workers."""

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from auscult.domain.contact import Contact
from auscult.domain.conversation import Customer, Queue
from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.insight import Insights
from auscult.domain.tenancy import Tenant
from auscult.storage import Store
from auscult.storage.core.database import Database
from auscult.storage.core.tables.base import workers
from auscult.storage.core.tables.pages import report_rows
from auscult.storage.store import AppStore
from auscult.storage.work.workers import LATELY_MS
from tests.contract.storing import (
    FORM,
    OTHER,
    REPORT,
    TENANT,
    accept,
    conversation,
    evaluation,
    names,
    of_pending,
    put,
    query,
    rendered,
)
from tests.waiting import existing

MANY = 150
"""So many go into PostgreSQL in bulk, whichever table it is."""


class TestTenants:
    """The tenant is in the door."""

    def test_an_app_is_created_once(self, store: Store) -> None:
        """Doing it twice leaves what doing it once leaves."""
        assert store.tenants() == []
        store.ensure(TENANT)
        store.ensure(TENANT)
        assert store.tenants() == [TENANT]
        assert store.tenant("st-1") == TENANT
        assert store.tenant("st-2") is None

    def test_an_app_belongs_to_one_account_and_org(self, store: Store) -> None:
        """Rule 16: account, org and app belong together."""
        store.ensure(TENANT)
        for elsewhere in (
            Tenant(account_id="ac-2", org_id="o-1", app_id="st-1"),
            Tenant(account_id="ac-1", org_id="o-2", app_id="st-1"),
        ):
            with pytest.raises(ConflictError, check=lambda error: error.reason == "app.conflict"):
                store.ensure(elsewhere)
            with pytest.raises(NotFoundError):
                store.within(elsewhere)

    def test_there_is_no_door_to_an_unknown_app(self, store: Store) -> None:
        """An app must be created before it is entered."""
        with pytest.raises(NotFoundError):
            store.within(TENANT)

    @pytest.mark.parametrize("nobody", ["", "a\0b", "\ud800", "x" * 100_000])
    def test_what_nobody_can_be_called_is_unknown(self, store: Store, nobody: str) -> None:
        """Rule 17: no name that comes in over the wire makes the database fail."""
        assert store.tenant(nobody) is None
        assert store.clients.find(nobody) is None
        with pytest.raises(NotFoundError):
            store.within(Tenant(account_id=nobody, org_id=nobody, app_id=nobody))

    def test_nothing_of_another_app_is_seen(self, store: Store, app: AppStore) -> None:
        """Rule 16: two apps with conversations of the same ids see each their own, and cannot touch the other's."""
        store.ensure(OTHER)
        other = store.within(OTHER)
        put(app, conversation("c-1", customer=Customer(name="mine")), status="below_threshold")
        batch = accept(other, conversation("c-1"), conversation("c-2"))
        other.forms.publish("ef-1", b"theirs")

        assert app.conversations.pending(batch) == []
        assert app.conversations.statuses(["c-1", "c-2"]) == {"c-1": "below_threshold"}
        assert other.conversations.statuses(["c-1", "c-2"]) == {}
        with pytest.raises(NotFoundError):
            app.conversations.record(batch, [rendered(conversation("c-2"))])
        assert app.forms.in_force() == []
        assert app.forms.get("ef-1") is None
        assert [each.conversation.id for each in app.conversations.rerender("", 10)] == ["c-1"]
        assert other.conversations.rerender("", 10) == []
        assert names(app, include_below_threshold=True) == ["c-1/1/scorereporting"]
        assert names(other) == []
        assert [each.revision for each in other.conversations.pending(batch)] == [1, 1]
        with pytest.raises(NotFoundError):
            app.conversations.page(query(OTHER.app_id))


class TestAccept:
    """Accepted means committed."""

    def test_what_is_accepted_waits_in_its_batch(self, store: Store, app: AppStore) -> None:
        """Documents come back equal, and the batch is on the work list."""
        documents = [
            conversation(
                "c-1",
                after=timedelta(microseconds=123_456),
                queues=(Queue("qu-1", "Support"),),
                custom_fields={"b": "2", "a": "1"},
                contact=Contact(session_id="s", meta_info={"n": [1, {"x": None}]}),
            ),
            conversation("c-0", channel="chat", turns=()),
        ]
        accepted = app.conversations.accept(documents)
        assert (accepted.new, accepted.changed, accepted.unchanged) == (2, 0, 0)
        assert accepted.batch_id is not None
        waiting = app.conversations.pending(accepted.batch_id)
        assert sorted((each.conversation for each in waiting), key=lambda each: each.id, reverse=True) == documents
        assert {each.revision for each in waiting} == {1}
        (batch,) = store.batches.waiting()
        assert (batch.batch_id, batch.tenant, batch.size, batch.state) == (accepted.batch_id, TENANT, 2, "accepted")
        assert store.batches.get(accepted.batch_id) == batch

    def test_the_same_again_is_unchanged(self, store: Store, app: AppStore) -> None:
        """Loading a file twice adds nothing, also before it is processed; the order of keys is no content."""
        first = conversation("c-1", custom_fields={"a": "1", "b": "2"})
        batch = accept(app, first)
        again = app.conversations.accept([conversation("c-1", custom_fields={"b": "2", "a": "1"})])
        assert (again.batch_id, again.new, again.changed, again.unchanged) == (None, 0, 0, 1)
        app.conversations.record(batch, [rendered(first)])
        again = app.conversations.accept([first])
        assert (again.batch_id, again.new, again.changed, again.unchanged) == (None, 0, 0, 1)
        assert store.batches.waiting() == []

    def test_other_content_is_a_new_revision(self, app: AppStore) -> None:
        """It is processed again; until then its status is not known and its old row stays."""
        put(app, conversation("c-1"), conversation("c-2"))
        changed = conversation("c-1", language="nl")
        accepted = app.conversations.accept([changed, conversation("c-2")])
        assert (accepted.new, accepted.changed, accepted.unchanged) == (0, 1, 1)
        assert accepted.batch_id is not None
        (waiting,) = app.conversations.pending(accepted.batch_id)
        assert (waiting.conversation, waiting.revision) == (changed, 2)
        assert app.conversations.statuses(["c-1", "c-2"]) == {"c-2": "evaluated"}
        assert names(app) == ["c-1/1/scorereporting", "c-2/1/scorereporting"]

    def test_an_id_that_stands_twice_counts_once(self, app: AppStore) -> None:
        """The last wins."""
        accepted = app.conversations.accept([conversation("c-1"), conversation("c-1", language="nl")])
        assert accepted.new == 1
        assert accepted.batch_id is not None
        (waiting,) = app.conversations.pending(accepted.batch_id)
        assert waiting.conversation.language == "nl"

    def test_a_change_moves_from_one_waiting_batch_to_the_next(self, app: AppStore) -> None:
        """Only the newest revision is processed, once."""
        first = accept(app, conversation("c-1"), conversation("c-2"))
        second = accept(app, conversation("c-1", language="nl"))
        assert [each.conversation.id for each in app.conversations.pending(first)] == ["c-2"]
        assert [each.revision for each in app.conversations.pending(second)] == [2]

    def test_what_a_failed_batch_left_joins_the_next(self, store: Store, app: AppStore) -> None:
        """Loading again what could not be processed tries it again, at the same revision."""
        first = accept(app, conversation("c-1"), conversation("c-2"))
        app.conversations.record(first, [rendered(conversation("c-2"))], failure="c-1: no")
        assert existing(store.batches.get(first)).state == "failed"
        accepted = app.conversations.accept([conversation("c-1"), conversation("c-2")])
        assert (accepted.new, accepted.changed, accepted.unchanged) == (0, 0, 2)
        assert accepted.batch_id is not None
        (waiting,) = app.conversations.pending(accepted.batch_id)
        assert (waiting.conversation.id, waiting.revision) == ("c-1", 1)

    def test_nothing_is_nothing(self, store: Store, app: AppStore) -> None:
        """No conversations make no batch."""
        assert app.conversations.accept([]).batch_id is None
        assert store.batches.waiting() == []

    @pytest.mark.landing
    def test_more_than_one_question_can_hold(self, app: AppStore) -> None:
        """Ids are asked for in pieces."""
        many = [conversation(f"c-{n:04}") for n in range(2_500)]
        batch = accept(app, *many)
        again = app.conversations.accept(many)
        assert again.unchanged == len(many)
        app.conversations.record(batch, [rendered(each) for each in many])
        assert len(app.conversations.statuses([each.id for each in many])) == len(many)


class TestRecord:
    """Evaluations, rows, facets, tallies and the end of the batch, in one transaction."""

    def test_what_is_recorded_is_readable(self, store: Store, app: AppStore) -> None:
        """The batch is done, the status known, the row there."""
        batch = accept(app, conversation("c-1"), conversation("c-2"))
        app.conversations.record(
            batch, [rendered(conversation("c-1")), rendered(conversation("c-2"), status="duration_unavailable")]
        )
        assert app.conversations.pending(batch) == []
        assert app.conversations.statuses(["c-1", "c-2", "c-3"]) == {
            "c-1": "evaluated",
            "c-2": "duration_unavailable",
        }
        assert names(app) == ["c-1/1/scorereporting"]
        assert store.batches.waiting() == []
        assert store.recount() == []

    def test_twice_is_once(self, store: Store, app: AppStore) -> None:
        """What was recorded for a revision is left as it was."""
        batch = accept(app, conversation("c-1"))
        app.conversations.record(batch, [rendered(conversation("c-1"))])
        app.conversations.record(batch, [rendered(conversation("c-1"), status="below_threshold")])
        assert app.conversations.statuses(["c-1"]) == {"c-1": "evaluated"}
        page = app.conversations.page(query())
        assert (page.rows, page.total) == ((b"c-1/1/scorereporting",), 1)
        assert store.recount() == []

    @pytest.mark.landing
    def test_many_at_once(self, store: Store, app: AppStore) -> None:
        """What is written in bulk meets what is there: tallies of the same hours add up, insights stay as they were."""
        queues = (Queue("qu-1", "Queue"),)
        for half in ("a", "b"):
            put(app, *(conversation(f"c-{n}-{half}", timedelta(hours=n), queues=queues) for n in range(MANY)))
        assert app.conversations.page(query(queues=("qu-1",))).total == 2 * MANY
        assert store.recount() == []
        for language in ("en", "de"):
            cases = app.conversations.rerender("", 2 * MANY)
            found = Insights(language=language)
            again = [msgspec.structs.replace(rendered(each.conversation), insights=found) for each in cases]
            app.conversations.replace_rows(again)
        assert all(each.insights == Insights(language="en") for each in app.conversations.rerender("", 2 * MANY))
        assert store.recount() == []

    def test_an_older_revision_is_passed_over(self, store: Store, app: AppStore) -> None:
        """A batch that comes late does not overwrite what is newer, and does not count as the newer's recording."""
        first = accept(app, conversation("c-1"))
        second = accept(app, conversation("c-1", language="nl"))
        app.conversations.record(first, [rendered(conversation("c-1"))])
        assert app.conversations.statuses(["c-1"]) == {}
        assert names(app) == []
        app.conversations.record(second, [rendered(conversation("c-1", language="nl"), revision=2)])
        app.conversations.record(first, [rendered(conversation("c-1"))])
        assert names(app) == ["c-1/2/scorereporting"]
        assert store.recount() == []

    def test_a_new_revision_takes_the_place_of_the_old(self, store: Store, app: AppStore) -> None:
        """Rows, facets and tallies move with start, queue and status; a report that lists it no longer has no row."""
        reports = ("scorereporting", "calldetails")
        old = conversation("c-1", queues=(Queue("qu-1", "Old"),), custom_fields={"plan": "tin"})
        new = conversation("c-1", after=timedelta(days=400), queues=(Queue("qu-2", "New"),), channel="chat")
        app.conversations.record(accept(app, old), [rendered(old, reports=reports)])
        assert names(app, queues=("old",), report="calldetails") == ["c-1/1/calldetails"]
        app.conversations.record(accept(app, new), [rendered(new, revision=2)])
        assert names(app, report="calldetails") == []
        assert names(app, queues=("old",)) == names(app, channels=("voice",)) == []
        assert names(app, custom_fields=(("plan", "tin"),)) == []
        assert names(app, queues=("qu-2",), channels=("chat",)) == ["c-1/2/scorereporting"]
        assert app.conversations.page(query()).total == 1
        assert store.recount() == []

    def test_the_batch_must_be_the_apps(self, app: AppStore) -> None:
        """Nothing is recorded for a batch that is not there."""
        accept(app, conversation("c-1"))
        with pytest.raises(NotFoundError, check=lambda error: error.reason == "batch.unknown"):
            app.conversations.record("b-nobody", [rendered(conversation("c-1"))])
        assert names(app) == []

    def test_part_of_a_batch_may_fail(self, store: Store, app: AppStore) -> None:
        """What could be processed is readable; the batch says that it failed."""
        batch = accept(app, conversation("c-1"), conversation("c-2"))
        app.conversations.record(batch, [rendered(conversation("c-1"))], failure="c-2: broken")
        assert existing(store.batches.get(batch)).state == "failed"
        assert names(app) == ["c-1/1/scorereporting"]
        assert store.recount() == []

    def test_rows_lie_as_they_are_read(self, app: AppStore, database_url: str) -> None:
        """Rows that are recorded together are numbered, and so stored, in the order of a page."""
        documents = [conversation(f"c-{n}", after=timedelta(minutes=n * 7 % 10)) for n in range(10)]
        app.conversations.record(accept(app, *documents), [rendered(each) for each in documents])
        database = Database(database_url)
        with database.reading() as connection:
            query_ = sa.select(report_rows.c.conversation_id).order_by(report_rows.c.row)
            found = [f"{each}/1/{REPORT}" for each in connection.scalars(query_)]
        database.close()
        assert found == names(app)


class TestRerender:
    """Rows are disposable."""

    def test_evaluations_come_back_as_they_were_decided(self, app: AppStore) -> None:
        """Rule 7: with the form as it stood, exact numbers, evidence; with every status."""
        statuses = ("evaluated", "below_threshold", "duration_unavailable", "not_evaluated")
        for name, status in zip(("c-1", "c-2", "c-3", "c-4"), statuses, strict=True):
            put(app, conversation(name), status=status)
        found = app.conversations.rerender("", 10)
        assert [one.conversation for one in found] == [conversation(name) for name in ("c-1", "c-2", "c-3", "c-4")]
        for one, status in zip(found, statuses, strict=True):
            assert one.evaluation == evaluation(
                one.conversation, status=status, form=None if status == "not_evaluated" else FORM
            )

    def test_it_goes_on_after_an_id(self, app: AppStore) -> None:
        """Ids sort by code point on both databases."""
        ids = ["C-1", "c-1", "c-10", "c-2", "c-_", "c-é", "c-\U0001f600"]
        put(app, *(conversation(name) for name in reversed(ids)))
        assert [one.conversation.id for one in app.conversations.rerender("", 100)] == ids
        assert [one.conversation.id for one in app.conversations.rerender("c-10", 2)] == ["c-2", "c-_"]

    def test_the_newest_revision_is_rendered(self, app: AppStore) -> None:
        """What waits to be recorded is left out: its rows are about to be written anyway."""
        put(app, conversation("c-1"))
        put(app, conversation("c-1", language="nl"))
        (one,) = app.conversations.rerender("", 10)
        assert (one.conversation.language, one.evaluation.revision) == ("nl", 2)
        accept(app, conversation("c-1", language="de"))
        assert app.conversations.rerender("", 10) == []

    def test_rows_are_replaced(self, store: Store, app: AppStore) -> None:
        """Other bytes and other reports; what was revised meanwhile is passed over."""
        put(app, conversation("c-1"), conversation("c-2"))
        stale = [rendered(one.conversation, reports=("rawdata",)) for one in app.conversations.rerender("", 10)]
        put(app, conversation("c-2", language="nl"))
        app.conversations.replace_rows(stale)
        app.conversations.replace_rows(stale)
        assert names(app, report="rawdata") == ["c-1/1/rawdata"]
        assert names(app) == ["c-2/2/scorereporting"]
        assert store.recount() == []


class TestBatches:
    """The work list."""

    def test_the_oldest_comes_first(self, store: Store, app: AppStore) -> None:
        """And no more than asked for."""
        batches = [accept(app, conversation(f"c-{n}")) for n in range(3)]
        assert [each.batch_id for each in store.batches.waiting()] == batches
        assert [each.batch_id for each in store.batches.waiting(limit=2)] == batches[:2]
        assert store.batches.get("b-nobody") is None

    def test_starts_are_counted(self, store: Store, app: AppStore) -> None:
        """A batch that never ends can be told from one that was never begun."""
        batch = accept(app, conversation("c-1"))
        assert [store.work.begin(batch) for _ in range(3)] == [1, 2, 3]
        with pytest.raises(NotFoundError):
            store.work.begin("b-nobody")

    def test_a_failed_batch_is_off_the_list(self, store: Store, app: AppStore) -> None:
        """Its conversations stay, and may still be recorded; what is done stays done."""
        batch = accept(app, conversation("c-1"))
        store.work.fail(batch, "no engine")
        assert store.batches.waiting() == []
        (waiting,) = app.conversations.pending(batch)
        app.conversations.record(batch, [of_pending(waiting)])
        store.work.fail(batch, "too late")
        assert existing(store.batches.get(batch)).state == "done"


class TestWorkers:
    """Whose beats go on is alive."""

    def test_beats_are_counted_until_a_worker_leaves(self, store: Store) -> None:
        """Leaving twice is no error."""
        for worker in ("w-1", "w-2", "w-1"):
            store.workers.beat(worker)
        assert store.workers.beats() == {"w-1": 2, "w-2": 1}
        store.workers.leave("w-1")
        store.workers.leave("w-1")
        assert store.workers.beats() == {"w-2": 1}

    def test_those_of_a_host_have_beaten_lately(self, store: Store) -> None:
        """Hosts are compared by their whole names, including names with a wildcard of SQL."""
        store.workers.beat("pod_1:7:-:1")
        found = {host: store.workers.beats_lately(host) for host in ("pod_1", "pod-1", "pod_", "pod_11")}
        assert found == {"pod_1": True, "pod-1": False, "pod_": False, "pod_11": False}
        with store._database.writing() as connection:
            connection.execute(sa.update(workers).values(beat_at=workers.c.beat_at - LATELY_MS))
        assert not store.workers.beats_lately("pod_1")
