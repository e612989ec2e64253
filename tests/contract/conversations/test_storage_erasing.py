"""Erasing a conversation, reading one whole, and filtering by status, over both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditMovedError, assign
from auscult.domain.scoring.stored import RenderedRows
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import OTHER, conversation, names, of_pending, put
from tests.waiting import existing


def later(rendered: RenderedRows) -> RenderedRows:
    """The same, decided an hour later."""
    decided = replace(rendered.evaluation, evaluated_at=rendered.evaluation.evaluated_at + timedelta(hours=1))
    return replace(rendered, evaluation=decided)


def test_what_is_erased_is_gone(store: Store, app: AppStore) -> None:
    """Row, evaluation and counts go; the others stay, another app's of the same id too."""
    store.ensure(OTHER)
    other = store.within(OTHER)
    for each in (app, other):
        put(each, conversation("c-1", custom_fields={"plan": "mine"}), conversation("c-2"))
    assert app.conversations.erase("c-1") is True
    assert app.conversations.get("c-1") is None
    assert names(app) == ["c-2/1/scorereporting"]
    assert names(app, custom_fields=(("plan", "mine"),)) == []
    assert len(names(other)) == 2
    assert store.recount() == []
    assert app.conversations.erase("c-1") is False
    assert app.conversations.erase("a\0b") is False


def test_one_that_waits_is_erased(store: Store, app: AppStore) -> None:
    """A batch that is under way records what is left of it, and nothing of what is gone."""
    batch = app.conversations.accept([conversation("c-1"), conversation("c-2")]).batch_id or ""
    waiting = app.conversations.pending(batch)
    app.conversations.erase("c-1")
    assert [each.conversation.id for each in app.conversations.pending(batch)] == ["c-2"]
    app.conversations.record(batch, [of_pending(each) for each in waiting])
    assert names(app) == ["c-2/1/scorereporting"]
    assert store.recount() == []


def test_one_that_came_again_is_not_taken_for_the_old(store: Store, app: AppStore) -> None:
    """What was evaluated, or rendered, of the erased one is not written over the new one of the same id."""
    batch = app.conversations.accept([conversation("c-1")]).batch_id or ""
    (old,) = (of_pending(each) for each in app.conversations.pending(batch))
    app.conversations.erase("c-1")
    anew = app.conversations.accept([conversation("c-1", language="de")]).batch_id or ""
    app.conversations.record(batch, [old])
    assert names(app) == []
    (new,) = (later(of_pending(each)) for each in app.conversations.pending(anew))
    app.conversations.record(anew, [new])
    app.conversations.replace_rows([replace(old, rows={"scorereporting": b"old"})])
    assert names(app) == ["c-1/1/scorereporting"]
    change = existing(assign(None, old.evaluation, "Ada", "Lead", datetime(2026, 3, 24, tzinfo=UTC)))
    with pytest.raises(AuditMovedError):
        app.audits.save(change, replace(old, audit=change.audit, rows={"scorereporting": b"old"}))
    app.conversations.replace_rows([replace(new, rows={"scorereporting": b"new"})])
    assert names(app) == ["new"]
    assert store.recount() == []


def test_the_reason_of_a_failed_batch_goes_too(store: Store, app: AppStore) -> None:
    """It may quote the conversation."""
    batch = app.conversations.accept([conversation("c-1")]).batch_id or ""
    app.conversations.record(batch, [], failure="1 could not be processed: c-1: ValueError: secret")
    found = existing(app.conversations.get("c-1"))
    assert (found.is_current, found.has_failed) == (False, True)
    app.conversations.erase("c-1")
    failed = existing(store.batches.get(batch))
    assert "secret" not in (failed.reason or "")


def test_one_conversation_whole(app: AppStore) -> None:
    """Every evaluation, the newest first, and where it stands."""
    put(app, conversation("c-1"))
    put(app, conversation("c-1", language="nl"))
    app.conversations.accept([conversation("c-1", language="de")])
    found = existing(app.conversations.get("c-1"))
    assert (found.conversation.language, found.revision, found.is_current, found.has_failed) == ("de", 3, False, False)
    assert [each.revision for each in found.evaluations] == [2, 1]
    assert {each.conversation_id for each in found.evaluations} == {"c-1"}
    assert (found.audit, found.trail) == (None, ())


def test_by_status(app: AppStore) -> None:
    """Only what is named, whatever else is listed or not."""
    put(app, conversation("c-1"), status="evaluated")
    put(app, conversation("c-2"), status="below_threshold")
    put(app, conversation("c-3"), status="duration_unavailable")
    assert names(app, statuses=("below_threshold",)) == ["c-2/1/scorereporting"]
    both = names(app, statuses=("below_threshold", "evaluated"), include_below_threshold=True)
    assert both == ["c-1/1/scorereporting", "c-2/1/scorereporting"]


def test_every_version_of_a_form(app: AppStore) -> None:
    """The newest first."""
    for document in (b"one", b"two", b"three"):
        app.forms.publish("ef-1", document)
    assert [each.document for each in app.forms.versions("ef-1")] == [b"three", b"two", b"one"]
    assert app.forms.versions("ef-2") == app.forms.versions("a\0b") == []
    assert app.forms.get("a\0b") is None
    assert app.forms.get("ef-1", 2**40) is None
