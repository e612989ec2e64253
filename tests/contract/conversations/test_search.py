"""Searches in what was said, alike on every database."""

from contextlib import closing

import pytest
import sqlalchemy as sa

from auscult.domain.conversation import Agent, Turn
from auscult.domain.errors import RequestError
from auscult.domain.said.search import parse
from auscult.services.conversations.latest import Sought, count, latest
from auscult.storage import open_store
from auscult.storage.conversations import said
from auscult.storage.store import AppStore
from tests.contract.conversations.test_latest import put
from tests.contract.storing import TENANT, conversation
from tests.data_files import data_of, tuples_of
from tests.databases import KEY, Content

SAID = tuples_of(__file__, "said")
BOTH = ("YES", "YES")
ENDLESS = sa.literal_column(
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n) > 0"
)
"""A condition that takes minutes."""


def put_said(url: str) -> None:
    """Put four conversations into a migrated database."""
    with closing(open_store(url, KEY)) as store:
        store.ensure(TENANT)
        for name, turns in SAID.items():
            said = tuple(Turn(f"m{n}", who, text) for n, (who, text) in enumerate(turns))  # type: ignore[arg-type]
            put(store.within(TENANT), [(conversation(name, turns=said, agents=(Agent(id=f"a-{name}"),)), BOTH)])


@pytest.fixture
def content() -> Content:
    """Four conversations in the database of each test."""
    return Content("said", put_said)


def found(app: AppStore, text: str, **sought: object) -> str:
    """The conversations that a search finds, in order of their names; their number agrees."""
    wanted = Sought(said=parse(text), **sought)  # type: ignore[arg-type]
    page = latest(app, wanted)
    assert page.total == count(app, wanted) == len(page.items)
    return "".join(sorted(each.id for each in page.items))


@pytest.mark.parametrize(("text", "expected"), data_of(__file__, "search"))
def test_search(app: AppStore, text: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, phrases, beginnings, what must not be said, by whom; case, accents and apostrophes make no difference.

    Texts are read with the same result as their index.
    """
    assert found(app, text) == expected
    monkeypatch.setattr(said, "_is_common", lambda *_: True)
    assert found(app, text) == expected


def test_search_among_filters(app: AppStore) -> None:
    """A search holds together with every other filter, and pages like the list."""
    assert found(app, "lost", agents=("a-b",)) == "b"
    assert found(app, "lost", outcomes=("failed",)) == ""
    first = latest(app, Sought(said=parse("card OR lost")), limit=1)
    assert first.items == ()
    first = latest(app, Sought(said=parse("lost")), limit=1)
    assert (len(first.items), first.total) == (1, 2)
    second = latest(app, Sought(said=parse("lost")), before=first.next, limit=1)
    assert second.next is None
    assert {first.items[0].id, second.items[0].id} == {"a", "b"}


def test_search_after_changes(app: AppStore) -> None:
    """A revision is found by its new words alone, and an erased conversation by none."""
    long = "x" * 3_000
    put(app, [(conversation("a", turns=(Turn("m1", "customer", f"all is well now {long}"),)), BOTH)])
    assert found(app, "credit") == found(app, long + "x") == ""
    assert found(app, "well") == "a"
    assert app.conversations.erase("a")
    assert found(app, "well") == ""
    assert found(app, "lost") == "b"


def test_search_without_words() -> None:
    """A search that wants nothing is refused, and so is one of too many terms."""
    for text in ("", "  ", "-refund", '""', "!?", " ".join(["word"] * 21)):
        with pytest.raises(RequestError):
            parse(text)


def test_a_search_that_takes_too_long_ends(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sentence at the words; the next one is answered as ever."""
    with monkeypatch.context() as patched:
        patched.setattr(said, "LONGEST_MS", 1)
        patched.setattr(said, "_matches", lambda _dialect, _words: ENDLESS)
        with pytest.raises(RequestError, match="takes longer") as refused:
            count(app, Sought(said=parse("card")))
        assert refused.value.field == "q"
    assert found(app, "card") == "ac"


def test_of_many_matches_the_newest_are_walked(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same order, with the same pages, as few that are gathered."""
    for order in ("started_at", "-started_at", "score"):
        sought = Sought(said=parse("can*"), order=order)
        few = [each.id for each in latest(app, sought).items]
        monkeypatch.setattr(said, "MOST_COUNTED", 1)
        first = latest(app, sought, limit=1)
        second = latest(app, sought, before=first.next, limit=1)
        assert [each.id for each in (*first.items, *second.items)] == few
        assert first.total == 2
        monkeypatch.undo()
