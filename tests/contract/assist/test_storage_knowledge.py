"""What every store must do with what apps know, tried on both databases."""

import pytest

from auscult.domain.assist.knowledge import Content, Piece
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import OTHER


def add(app: AppStore, source: str, *texts: str, language: str = "en") -> bool:
    """Add a document; whether that changed anything."""
    pieces = [Piece(("H",), text) for text in texts]
    digest = "\n".join(texts).encode()
    content = Content(format="markdown", digest=digest, pieces=tuple(pieces))
    document, is_new = app.knowledge.add(source, language, content)
    assert (document.source, document.language, document.passages) == (source, language, len(texts))
    return is_new


def texts(app: AppStore, version: int | None = None, language: str = "en") -> list[str]:
    """The texts of a base."""
    return [passage.text for passage in app.knowledge.base(language, version).passages]


def test_each_change_is_a_version_and_each_version_is_kept(app: AppStore) -> None:
    """Versioned. What a suggestion quoted can be looked up as it was."""
    assert app.knowledge.base("en").version == 0
    assert add(app, "b.md", "one", "two")
    assert add(app, "a.md", "three")
    assert not add(app, "b.md", "one", "two")
    assert add(app, "b.md", "one", "new")
    removed = app.knowledge.remove("a.md", "en")
    assert removed is not None
    assert app.knowledge.remove("a.md", "en") is None
    assert app.knowledge.versions() == {"en": 4}
    assert [texts(app, version) for version in range(5)] == [
        [],
        ["one", "two"],
        ["three", "one", "two"],
        ["three", "one", "new"],
        ["one", "new"],
    ]
    assert texts(app) == ["one", "new"]
    assert add(app, "a.md", "three")
    assert app.knowledge.base("en").version == 5


def test_a_passage_keeps_its_id(app: AppStore) -> None:
    """As long as its document is not changed; and says where it stands."""
    add(app, "a.md", "one", "two")
    before = app.knowledge.base("en").passages
    add(app, "b.md", "three")
    assert app.knowledge.base("en").passages[:2] == before
    assert [(passage.source, passage.title) for passage in before] == [("a.md", "H"), ("a.md", "H")]
    assert app.knowledge.passages("a.md", "en") == list(before)
    add(app, "a.md", "one", "changed")
    assert not {passage.id for passage in app.knowledge.passages("a.md", "en")} & {passage.id for passage in before}


def test_languages_are_bases_of_their_own(app: AppStore) -> None:
    """The same name may stand in each."""
    add(app, "a.md", "one")
    add(app, "a.md", "eins", language="de")
    assert (texts(app), texts(app, language="de"), texts(app, language="fr")) == (["one"], ["eins"], [])
    assert [(each.language, each.source) for each in app.knowledge.documents()] == [("de", "a.md"), ("en", "a.md")]
    assert [each.language for each in app.knowledge.documents("de")] == ["de"]
    app.knowledge.remove("a.md", "de")
    assert (texts(app), app.knowledge.versions()) == (["one"], {"de": 2, "en": 1})


def test_the_tenant_is_in_the_door(store: Store, app: AppStore) -> None:
    """Another app knows nothing of it, and takes nothing away."""
    store.ensure(OTHER)
    other = store.within(OTHER)
    add(app, "a.md", "one")
    assert other.knowledge.documents() == []
    assert other.knowledge.base("en").passages == ()
    assert other.knowledge.passages("a.md", "en") == []
    assert other.knowledge.remove("a.md", "en") is None
    add(other, "a.md", "two")
    assert (texts(app), texts(other)) == (["one"], ["two"])


@pytest.mark.parametrize("odd", ["a\0", "\ud800"])
def test_names_that_no_database_can_hold_are_unknown(app: AppStore, odd: str) -> None:
    """To look for one is no error."""
    assert app.knowledge.remove(odd, "en") is None
    assert app.knowledge.passages(odd, "en") == []
