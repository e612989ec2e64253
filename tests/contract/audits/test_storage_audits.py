"""What every store must do with audits, tried on both databases: rows in step, a trail that only grows, no lost step."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.exc import DBAPIError

from auscult.domain.audits.audit import Audit, AuditAnswer, AuditChange, AuditMovedError, Sheet, assign, draft, submit
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.storage import Store
from auscult.storage.core.tables.audits import audit_trail
from auscult.storage.store import AppStore
from tests.contract.storing import (
    OTHER,
    STARTED,
    conversation,
    names,
    of_pending,
    put,
    rendered,
)
from tests.waiting import existing


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with two conversations."""
    put(app, conversation("c-1"), conversation("c-2"))
    return app


def case(app: AppStore, name: str = "c-1") -> EvaluatedConversation:
    """A conversation as an auditor has it before them."""
    return existing(app.audits.case(name))


def showing(one: EvaluatedConversation, audit: Audit | None) -> RenderedRows:
    """A conversation rendered with its audit."""
    plain = rendered(one.conversation, one.evaluation.revision)
    state = f"{audit.state} {audit.auditor}" if audit else "nobody"
    return replace(plain, audit=audit, rows={name: row + b"/" + state.encode() for name, row in plain.rows.items()})


def assigning(one: EvaluatedConversation, auditor: str = "Jane") -> AuditChange:
    """A case on its way to an auditor."""
    return existing(assign(one.audit, one.evaluation, auditor, "Max", STARTED))


def drafting(one: EvaluatedConversation, answer: str = "YES") -> AuditChange:
    """A case with an answer to its first metric."""
    answers = (AuditAnswer(metric_id="em-1", answer=answer),)  # type: ignore[arg-type]
    return existing(draft(one.audit, one.evaluation, Sheet(answers=answers), STARTED))


def submitting(one: EvaluatedConversation) -> AuditChange:
    """A case that is done with."""
    answers = (AuditAnswer(metric_id="em-1", answer="YES"), AuditAnswer(metric_id="em-2", answer="NA", comment="n/a"))
    return existing(submit(one.audit, one.evaluation, Sheet(answers=answers, comment="fine"), "Jane", STARTED))


def save(app: AppStore, change: AuditChange) -> Audit:
    """Write a change together with its row."""
    one = case(app, change.audit.conversation_id)
    app.audits.save(change, showing(one, change.audit) if change.entry else None)
    return change.audit


class TestSteps:
    """An audit from nothing to its end."""

    def test_every_step_comes_back_and_is_shown(self, store: Store, app: AppStore) -> None:
        """Rule 28: the rows show each step at once, all but drafts; the trail tells the same."""
        assert case(app).audit is None
        first = assigning(case(app))
        save(app, first)
        assert case(app).audit == first.audit
        assert names(app) == ["c-1/1/scorereporting/assigned Jane", "c-2/1/scorereporting"]
        second = drafting(case(app))
        save(app, second)
        assert case(app).audit == second.audit
        third = submitting(case(app))
        save(app, third)
        assert case(app).audit == third.audit
        assert names(app) == ["c-1/1/scorereporting/audited Jane", "c-2/1/scorereporting"]
        assert app.audits.trail("c-1") == [first.entry, third.entry]
        assert app.audits.trail("c-2") == []
        assert store.recount() == []

    def test_evaluations_are_not_touched(self, app: AppStore) -> None:
        """Rule 8: an audit never changes the machine's score."""
        before = case(app).evaluation
        save(app, assigning(case(app)))
        save(app, submitting(case(app)))
        assert case(app).evaluation == before

    def test_what_is_unknown_or_not_evaluated_has_no_case(self, app: AppStore) -> None:
        """Nor has a name that no database can hold."""
        app.conversations.accept([conversation("c-3")])
        assert [app.audits.case(name) for name in ("c-3", "c-4", "nul\0", "\ud800")] == [None] * 4
        assert app.audits.trail("nul\0") == []


class TestMoved:
    """Nobody writes over what somebody else wrote meanwhile."""

    def test_of_two_steps_from_one_state_the_second_is_refused(self, app: AppStore) -> None:
        """Also where the first was a draft; nothing of the refused one is written."""
        one = case(app)
        save(app, assigning(one))
        with pytest.raises(AuditMovedError):
            save(app, assigning(one, "Ali"))
        one = case(app)
        save(app, drafting(one, "NO"))
        with pytest.raises(AuditMovedError):
            save(app, submitting(one))
        audit = existing(case(app).audit)
        assert (audit.auditor, audit.state, audit.draft.answers[0].answer) == ("Jane", "assigned", "NO")
        assert len(app.audits.trail("c-1")) == 1
        assert names(app)[0] == "c-1/1/scorereporting/assigned Jane"

    def test_a_batch_that_was_rendered_before_is_refused(self, app: AppStore) -> None:
        """A new revision was evaluated while its audit went on: nothing is recorded until it is rendered anew."""
        accepted = app.conversations.accept([conversation("c-1", language="nl"), conversation("c-3")])
        batch = accepted.batch_id or ""
        waiting = app.conversations.pending(batch)
        assert [pending.audit for pending in waiting] == [None, None]
        change = assigning(case(app))
        app.audits.save(change)
        with pytest.raises(AuditMovedError):
            app.conversations.record(batch, [of_pending(each) for each in waiting])
        assert app.conversations.statuses(["c-3"]) == {}
        waiting = app.conversations.pending(batch)
        assert [pending.audit for pending in waiting] == [change.audit, None]
        app.conversations.record(batch, [replace(of_pending(each), audit=each.audit) for each in waiting])
        assert app.conversations.statuses(["c-1", "c-3"]) == {"c-1": "evaluated", "c-3": "evaluated"}

    def test_rows_that_were_rendered_before_are_passed_over(self, app: AppStore) -> None:
        """A rebuild does not bring back an audit's state of before."""
        before = app.conversations.rerender("", 10)
        save(app, assigning(case(app)))
        app.conversations.replace_rows([showing(one, one.audit) for one in before])
        assert names(app) == ["c-1/1/scorereporting/assigned Jane", "c-2/1/scorereporting/nobody"]
        again = app.conversations.rerender("", 10)
        assert [one.audit and one.audit.auditor for one in again] == ["Jane", None]
        app.conversations.replace_rows([showing(one, one.audit) for one in again])
        assert names(app)[0] == "c-1/1/scorereporting/assigned Jane"


class TestRevisions:
    """A conversation that changes while it is audited."""

    def test_while_a_revision_waits_no_row_is_written(self, app: AppStore) -> None:
        """What the rows show of it was rendered from a text that is gone; the new one's are about to be written."""
        app.conversations.accept([conversation("c-1", language="nl")])
        one = case(app)
        assert (one.is_current, one.conversation.language, one.evaluation.revision) == (False, "nl", 1)
        change = assigning(one)
        with pytest.raises(AuditMovedError):
            app.audits.save(change, showing(one, change.audit))
        app.audits.save(change)
        assert names(app)[0] == "c-1/1/scorereporting"

    def test_rows_are_asked_for_once_it_is_recorded(self, app: AppStore) -> None:
        """A step that was taken while the revision waited, and is written after it was recorded, is refused."""
        accepted = app.conversations.accept([conversation("c-1", language="nl")])
        change = assigning(case(app))
        waiting = app.conversations.pending(accepted.batch_id or "")
        app.conversations.record(accepted.batch_id or "", [of_pending(each) for each in waiting])
        with pytest.raises(AuditMovedError):
            app.audits.save(change)

    def test_rows_of_an_older_revision_are_refused(self, app: AppStore) -> None:
        """They would show what is no longer so."""
        one = case(app)
        put(app, conversation("c-1", language="nl"))
        change = assigning(one)
        with pytest.raises(AuditMovedError):
            app.audits.save(change, showing(one, change.audit))
        assert names(app)[0] == "c-1/2/scorereporting"

    def test_an_audit_outlives_the_revision_it_was_made_of(self, app: AppStore) -> None:
        """A person's work is not lost to a late transcript; the result says what it was made of."""
        save(app, assigning(case(app)))
        save(app, submitting(case(app)))
        accepted = app.conversations.accept([conversation("c-1", after=timedelta(hours=1))])
        waiting = app.conversations.pending(accepted.batch_id or "")
        app.conversations.record(
            accepted.batch_id or "", [replace(of_pending(each), audit=each.audit) for each in waiting]
        )
        one = case(app)
        assert one.audit is not None
        assert one.audit.result is not None
        assert (one.audit.result.revision, one.evaluation.revision) == (1, 2)


class TestListing:
    """Audits, by conversation id."""

    def test_by_state_and_auditor(self, app: AppStore) -> None:
        """In pages."""
        put(app, conversation("c-3"))
        for name, auditor in (("c-2", "Jane"), ("c-1", "Jane"), ("c-3", "Ali")):
            save(app, assigning(case(app, name), auditor))
        save(app, submitting(case(app, "c-2")))

        def listed(**only: object) -> list[str]:
            return [audit.conversation_id for audit in app.audits.listing(**only)]  # type: ignore[arg-type]

        assert listed() == ["c-1", "c-2", "c-3"]
        assert listed(state="assigned") == ["c-1", "c-3"]
        assert listed(state="audited") == ["c-2"]
        assert listed(auditor="Ali") == ["c-3"]
        assert listed(auditor="nul\0") == listed(state="not_assigned") == []
        assert (listed(limit=2), listed(after_id="c-2", limit=2)) == (["c-1", "c-2"], ["c-3"])
        assert {name: audit.auditor for name, audit in app.audits.of(["c-1", "c-3", "c-9"]).items()} == {
            "c-1": "Jane",
            "c-3": "Ali",
        }

    def test_nothing_of_another_app_is_seen(self, store: Store, app: AppStore) -> None:
        """Rule 16: conversations of one id in two apps have each their own audit."""
        store.ensure(OTHER)
        other = store.within(OTHER)
        put(other, conversation("c-1"))
        save(app, assigning(case(app)))
        assert case(other).audit is None
        assert other.audits.listing() == other.audits.trail("c-1") == []
        assert other.audits.of(["c-1"]) == {}
        put(other, conversation("c-9"))
        assert app.audits.case("c-9") is None


class TestAudited:
    """Submitted audits, beside what they are about."""

    @pytest.fixture
    def submitted(self, app: AppStore) -> AppStore:
        """Audits of c-1 (Jane) and of c-2 (Ali, an hour later) are submitted, that of c-3 is not."""
        put(app, conversation("c-2", after=timedelta(hours=1)), conversation("c-3"))
        for name, auditor in (("c-1", "Jane"), ("c-2", "Ali"), ("c-3", "Ali")):
            save(app, assigning(case(app, name), auditor))
        save(app, submitting(case(app, "c-1")))
        save(app, submitting(case(app, "c-2")))
        return app

    def test_each_with_the_evaluation_that_the_auditor_saw(self, submitted: AppStore) -> None:
        """Rule 7: a later revision and its evaluation change nothing of what was audited."""
        before = case(submitted)
        accepted = submitted.conversations.accept([conversation("c-1", language="nl")])
        waiting = submitted.conversations.pending(accepted.batch_id or "")
        done = [replace(of_pending(each), audit=each.audit) for each in waiting]
        submitted.conversations.record(accepted.batch_id or "", done)
        first, second = submitted.audits.audited()
        assert (first.conversation.language, first.revision) == ("nl", 2)
        assert (first.audit, first.evaluation) == (before.audit, before.evaluation)
        assert second.evaluation is not None
        assert (second.revision, second.evaluation.revision) == (2, 2)

    def test_by_start_and_auditor_in_pages(self, submitted: AppStore) -> None:
        """``since`` is part of the range, ``until`` is not."""

        def found(**only: object) -> list[str]:
            return [each.audit.conversation_id for each in submitted.audits.audited(**only)]  # type: ignore[arg-type]

        hour = STARTED + timedelta(hours=1)
        assert found() == ["c-1", "c-2"]
        assert (found(since=hour), found(until=hour), found(since=STARTED, until=STARTED)) == (["c-2"], ["c-1"], [])
        assert (found(auditor="Ali"), found(auditor="nul\0"), found(after_id="nul\0")) == (["c-2"], [], [])
        assert (found(limit=1), found(after_id="c-1", limit=1)) == (["c-1"], ["c-2"])

    def test_nothing_of_another_app_is_seen(self, store: Store, submitted: AppStore) -> None:
        """Rule 16."""
        store.ensure(OTHER)
        assert store.within(OTHER).audits.audited() == []
        assert len(submitted.audits.audited()) == 2


def test_the_database_refuses_to_change_the_trail(store: Store, app: AppStore) -> None:
    """Rule 28: append-only, whoever asks."""
    save(app, assigning(case(app)))
    with pytest.raises(DBAPIError, match="never changed"), store._database.writing() as connection:
        connection.execute(sa.update(audit_trail).values(action="forged"))
    assert [entry.action for entry in app.audits.trail("c-1")] == ["assigned"]
