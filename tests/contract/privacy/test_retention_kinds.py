"""Retention of parts on both databases: words, sound and results go at times of their own, and the rest stays right."""

from datetime import timedelta
from functools import partial

import pytest

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.directory import NO_ALIASES
from auscult.reports import REPORTS
from auscult.services.privacy.erasure import Erasing
from auscult.services.privacy.holds import place_hold
from auscult.services.privacy.log import verify
from auscult.services.privacy.rules import change_rule
from auscult.services.scoring.render import render
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.privacy.test_redaction_at_intake import stored
from tests.contract.storing import STARTED, TENANT, conversation, evaluation, put, recording
from tests.waiting import existing

NOW = STARTED + timedelta(days=40)
WORD = b"peculiar"


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with one conversation."""
    put(app, talk("c-1"))
    return app


def talk(name: str) -> Conversation:
    """A conversation that says a word which is found again."""
    return conversation(name, turns=(Turn("m1", "customer", "a peculiar word", start_ms=0, end_ms=900),))


def erasing(app: AppStore) -> Erasing:
    """What erases, at ``NOW``."""
    return Erasing(app, lambda: NOW, partial(render, TENANT, reports=REPORTS, aliases=NO_ALIASES))


def test_words_go_and_scores_stay(store: Store, app: AppStore) -> None:
    """No word is left in any table; score, verdict, turn and times are, rows agree, and the same document changes nothing."""
    change_rule(app, "cli:test", "*", "transcript", 30)
    assert [(item.conversation_id, item.kind) for item in erasing(app).due()] == [("c-1", "transcript")]
    receipt = erasing(app).run("retention", erasing(app).due())
    assert (receipt.erased, receipt.parts) == (0, {"transcript": 1})
    assert not [value for value in stored(store) if WORD in value]
    detail = existing(app.conversations.get("c-1"))
    assert detail.conversation.turns == (Turn("m1", "customer", "", start_ms=0, end_ms=900),)
    newest = detail.evaluations[0]
    assert (newest.score, newest.status) == (evaluation(talk("c-1")).score, "evaluated")
    assert newest.results[0].verdict.qualification == "YES"
    assert newest.results[0].verdict.evidence[0].text == ""
    assert erasing(app).due() == []
    assert store.recount(TENANT) == []
    assert verify(store) == []
    assert app.conversations.accept([talk("c-1")]).unchanged == 1
    assert app.retention.erased() == []


def test_rows_that_were_rendered_before_bring_no_words_back(store: Store, app: AppStore) -> None:
    """What a worker had read of a conversation is not written once its words are erased."""
    (read,) = app.conversations.rerender("", 10)
    change_rule(app, "cli:test", "*", "transcript", 30)
    erasing(app).run("retention", erasing(app).due())
    app.conversations.replace_rows([render(TENANT, read, REPORTS, NO_ALIASES)])
    assert not [value for value in stored(store) if WORD in value]
    assert verify(store) == []


def test_a_later_revision_brings_words_again(app: AppStore) -> None:
    """A document that changed since is a new revision, with its words, and its retention begins with its start as ever."""
    change_rule(app, "cli:test", "*", "transcript", 30)
    erasing(app).run("retention", erasing(app).due())
    later = conversation("c-1", turns=(Turn("m1", "customer", "another word"),))
    put(app, later)
    assert existing(app.conversations.get("c-1")).conversation.turns[0].text == "another word"
    assert [item.kind for item in erasing(app).due()] == ["transcript"]


def test_results_go_and_words_stay(store: Store, app: AppStore) -> None:
    """Evaluations and rows are gone, nothing scores the conversation by itself again, and everything still agrees."""
    change_rule(app, "cli:test", "*", "result", 30)
    receipt = erasing(app).run("retention", erasing(app).due())
    assert receipt.parts == {"result": 1}
    detail = existing(app.conversations.get("c-1"))
    assert (detail.evaluations, detail.is_current) == ((), True)
    assert detail.conversation == talk("c-1")
    assert erasing(app).due() == []
    assert store.recount(TENANT) == []
    assert app.conversations.accept([talk("c-1")]).unchanged == 1


def test_recordings_go_first(app: AppStore) -> None:
    """The sound is listed no more, its file is due for removal, and the conversation stays as it is."""
    app.recordings.add(recording("rec-1", "c-1"))
    change_rule(app, "cli:test", "*", "recording", 7)
    change_rule(app, "cli:test", "*", "transcript", 60)
    receipt = erasing(app).run("retention", erasing(app).due())
    assert receipt.parts == {"recording": 1}
    assert app.recordings.of("c-1") == []
    assert erasing(app).due() == []
    assert existing(app.conversations.get("c-1")).conversation == talk("c-1")


def test_all_of_it_goes_before_its_parts_and_a_hold_keeps_each(app: AppStore) -> None:
    """Where a conversation is over, its parts are not listed besides; a hold keeps parts too."""
    change_rule(app, "cli:test", "*", "transcript", 30)
    change_rule(app, "cli:test", "*", "result", 30)
    hold = place_hold(app, "cli:test", "conversation", "c-1", "case 7")
    assert [(item.kind, item.held_by) for item in erasing(app).due()] == [("transcript", hold), ("result", hold)]
    receipt = erasing(app).run("retention", erasing(app).due())
    assert (receipt.parts, receipt.held) == ({}, 2)
    change_rule(app, "cli:test", "*", "conversation", 30)
    assert [item.kind for item in erasing(app).due()] == ["conversation"]
