"""Suggestions in the order of a cross-encoder: a server process of its own, in both spellings; late, wrong and down."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.errors import SettingsError
from auscult.services.assist.knowledge import Library, Search, add_document
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.integration.assist.rerank_server import KEY, RerankServer, rerank_server
from tests.integration.assist.scripted_ranker import ScriptedRanker
from tests.integration.assist.test_knowledge_search import NEW, OTHERS
from tests.integration.program import auscult
from tests.scripted_judge import scripted_judge

QUESTION = "is return postage free? who has to pay for shoes, opening hours, two weeks, take"
MODEL = {"AUSCULT_RERANKER_MODEL": "bge-reranker"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RerankServer]:
    """A server, until the last test is done."""
    with rerank_server(tmp_path_factory.mktemp("rerank") / "log") as found:
        yield found


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app that knows something."""
    add_document(app, "new.md", NEW, "en")
    add_document(app, "others.md", OTHERS, "en")
    return app


def found_by(app: AppStore, url: str | None, **more: str) -> tuple[Search, list[str], float]:
    """Return what is found with a cross-encoder at an address, its outcomes, and the seconds of the second search."""
    given = {"AUSCULT_RERANKER_MS": "300", **more} | ({"AUSCULT_RERANKER_URL": url} if url else {})
    with closing(bootstrap.assistant(read_settings(given))) as assistant:
        library, outcomes = assistant.library, list[str]()
        search(library, app)  # makes the base ready, and opens a connection
        if library.ranker is not None:
            library.ranker.report = outcomes.append
        began = time.monotonic()
        return search(library, app), outcomes, time.monotonic() - began


def search(library: Library, app: AppStore) -> Search:
    """Return what is found for the question."""
    return library.search(app, "en", QUESTION, 3)


def ids(found: Search) -> list[str]:
    """Return the passages that are offered, in order."""
    return [each.found.passage.id for each in found.suggestions]


@pytest.mark.parametrize("more", [{}, MODEL], ids=["texts", "documents"])
def test_it_orders_the_three(server: RerankServer, app: AppStore, more: dict[str, str]) -> None:
    """The passage with most words of the question comes first; both spellings say the same, with headings."""
    plain, _, _ = found_by(app, None)
    assert plain.suggestions[0].is_sure
    found, outcomes, _ = found_by(app, f"{server.url}/rerank", **more)
    assert outcomes == ["ordered"]
    assert sorted(ids(found)) == sorted(ids(plain))
    assert found.suggestions[0].found.passage.title == "Opening hours > Repairs"
    assert ids(found) != ids(plain)
    assert not any(each.is_sure for each in found.suggestions)  # search and model disagree on the first
    name = "bge-reranker" if more else server.url.removeprefix("http://")
    assert found.engine == f"{plain.engine}, ordered by cross-encoder {name}"
    request = server.asked()[-1]["request"]
    assert request["query"] == QUESTION
    texts = request.pop("documents" if more else "texts")
    assert {*request} == ({"query", "model"} if more else {"query", "truncate"})
    assert "Opening hours > Repairs\nRepairs of shoes take two weeks." in texts


@pytest.mark.parametrize(("path", "outcome"), data_of(__file__, "what_is_wrong_changes_nothing"))
def test_what_is_wrong_changes_nothing(server: RerankServer, app: AppStore, path: str, outcome: str) -> None:
    """The passages stay as they were found, and the reason is counted."""
    plain, _, _ = found_by(app, None)
    found, outcomes, _ = found_by(app, f"{server.url}/{path}/rerank", **MODEL)
    assert (outcomes, found.engine, ids(found)) == ([outcome], plain.engine, ids(plain))


def test_what_is_late_is_left_out(server: RerankServer, app: AppStore) -> None:
    """The search goes on at the deadline of 300 ms, long before the reply."""
    plain, _, _ = found_by(app, None)
    found, outcomes, took_s = found_by(app, f"{server.url}/late/rerank")
    assert (outcomes, found.engine, ids(found)) == (["late"], plain.engine, ids(plain))
    assert 0.3 <= took_s < 1.2


def test_without_a_server_there_is_no_wait(app: AppStore) -> None:
    """A port where nothing listens."""
    found, outcomes, _ = found_by(app, "http://127.0.0.1:9/rerank")
    assert (outcomes, "ordered by" in found.engine) == (["unavailable"], False)


def test_it_goes_before_the_judge(server: RerankServer, app: AppStore) -> None:
    """Where both are configured, the judge is not asked for an order. The key is sent."""
    with scripted_judge(ScriptedRanker()) as judge:
        given = {"AUSCULT_JUDGE_URL": judge.url, "AUSCULT_JUDGE_MODEL": "m-1", "AUSCULT_RERANKER_API_KEY": KEY}
        _, outcomes, _ = found_by(app, f"{server.url}/locked/rerank", **given)
        assert outcomes == ["ordered"]
        assert isinstance(judge, ScriptedRanker)
        assert judge.told == []


def test_half_of_the_settings_is_refused() -> None:
    """A model without an address."""
    with pytest.raises(SettingsError, match="AUSCULT_RERANKER_MODEL needs AUSCULT_RERANKER_URL"):
        read_settings(MODEL)


@pytest.mark.landing
@pytest.mark.parametrize(("path", "said"), data_of(__file__, "doctor_asks_it"))
def test_doctor_asks_it(server: RerankServer, tmp_path: Path, path: str, said: str) -> None:
    """And says what it finds; a key is never shown."""
    settings = {"AUSCULT_PORT": "0", "AUSCULT_RERANKER_URL": f"{server.url}/{path}", **MODEL}
    told = auscult(tmp_path, "doctor", settings=settings | {"AUSCULT_RERANKER_API_KEY": "wrong-key"})
    assert said in told.out
    assert told.status == (1 if said.startswith("fail") else 0)
