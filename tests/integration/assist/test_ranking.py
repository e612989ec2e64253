"""Suggestions in the order of a judge over HTTP: in time, too late, and within the limits of an app."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.limits import Limits, Owner
from auscult.services.assist.knowledge import Library, Search, add_document
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.integration.assist.scripted_ranker import ScriptedRanker
from tests.integration.assist.test_knowledge_search import NEW, OTHERS, QUESTION
from tests.integration.working import TENANT
from tests.scripted_judge import Scripted, scripted_judge
from tests.waiting import wait_until


@pytest.fixture
def judge() -> Iterator[ScriptedRanker]:
    """A judge on a real port."""
    with scripted_judge(ScriptedRanker()) as found:
        assert isinstance(found, ScriptedRanker)
        yield found


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app that knows something."""
    add_document(app, "new.md", NEW, "en")
    add_document(app, "others.md", OTHERS, "en")
    return app


@pytest.fixture
def library(judge: ScriptedRanker, store: Store, app: AppStore) -> Iterator[Library]:
    """What searches with that judge, once its client is loaded."""
    given = {"AUSCULT_JUDGE_URL": judge.url, "AUSCULT_JUDGE_MODEL": "m-1", "AUSCULT_JUDGE_RANKING_MS": "2000"}
    with closing(bootstrap.assistant(read_settings(given), store)) as assistant:
        wait_until(lambda: "ordered by" in search(assistant.library, app).engine)
        yield assistant.library


def search(library: Library, app: AppStore) -> Search:
    """What is found for the question."""
    return library.search(app, "en", QUESTION, 3)


def test_the_judge_orders_the_three(judge: ScriptedRanker, library: Library, app: AppStore, store: Store) -> None:
    """Its first is the first, and sure only where the search found it first; what it took counts for the app."""
    judge.reply = [1, 2, 3]
    same = search(library, app)
    assert (same.suggestions[0].is_sure, same.fit) == (True, (same.suggestions[0].found,))
    judge.reply = [3, 1, 2]
    other = search(library, app)
    ids = [each.found.passage.id for each in same.suggestions]
    assert [each.found.passage.id for each in other.suggestions] == [ids[2], ids[0], ids[1]]
    assert [each.passage.id for each in other.found] == [ids[2], ids[0], ids[1]]
    assert (other.fit, other.is_offered) == ((), True)
    assert not any(each.is_sure for each in other.suggestions)
    use = store.limits.uses(datetime.now(UTC))[TENANT.app_id]
    assert use.judge_calls == len(judge.told)
    assert use.judge_tokens == 210 * len(judge.told)


def test_what_is_late_changes_nothing(judge: ScriptedRanker, library: Library, app: AppStore) -> None:
    """The suggestions are those of the search, a little after the deadline."""
    judge.always = Scripted(delay_s=10.0)
    began = time.monotonic()
    found = search(library, app)
    assert time.monotonic() - began < 10.0
    assert "ordered by" not in found.engine
    assert found.suggestions[0].is_sure


def test_the_limit_of_an_account_holds(judge: ScriptedRanker, app: AppStore, store: Store) -> None:
    """Above it nothing is sent, and suggestions are those of the search."""
    store.limits.save(Owner(TENANT.account_id), Limits(judge_tokens=10))
    given = {"AUSCULT_JUDGE_URL": judge.url, "AUSCULT_JUDGE_MODEL": "m-1"}
    with closing(bootstrap.assistant(read_settings(given), store)) as assistant:
        for _ in range(2):
            assert search(assistant.library, app).suggestions[0].is_sure
    assert judge.told == []


def test_no_order_is_asked_for_where_nothing_is_offered(judge: ScriptedRanker, library: Library, app: AppStore) -> None:
    """Nor where the operator gives it no time."""
    told = len(judge.told)
    assert not library.search(app, "en", "thank you, bye", 3).is_offered
    given = {"AUSCULT_JUDGE_URL": judge.url, "AUSCULT_JUDGE_MODEL": "m-1", "AUSCULT_JUDGE_RANKING_MS": "0"}
    assert search(bootstrap.assistant(read_settings(given)).library, app).is_offered
    assert len(judge.told) == told
