"""A large base is searched by words until a model has read it, and a restart reads nothing again."""

from pathlib import Path
from threading import Thread

import pytest

from auscult.engines.hybrid import SENTENCES_REVISION, Hybrid
from auscult.services.assist.knowledge import Library, add_document, remove_document
from auscult.storage.store import AppStore
from tests.sentence_reader import WORDS, Reader
from tests.waiting import wait_until

ROWS = "".join(f"How does thing {number} work?,Press the button {number} on the left side.\n" for number in range(60))
DOCUMENT = f"question,answer\n{ROWS}".encode()
QUESTION = "how does thing 7 work"
READ = f"reader 1/{SENTENCES_REVISION}"
"""End of the version of an index that a model has read."""


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app that knows sixty answers."""
    add_document(app, "things.csv", DOCUMENT, "en")
    return app


def engine(library: Library, app: AppStore) -> str:
    """Return what searches."""
    return library.search(app, "en", QUESTION, 3).engine


def test_words_search_until_the_model_has_read(app: AppStore) -> None:
    """Nobody waits for minutes, and what is recorded names what searched."""
    reader = Reader()
    reader.may_read.clear()
    hybrid = Hybrid(WORDS, reader)
    library = Library(hybrid)
    assert engine(library, app) == hybrid.version
    reader.may_read.set()
    wait_until(lambda: engine(library, app) == f"{hybrid.version} and {READ}")
    assert library.search(app, "en", QUESTION, 3).found[0].passage.title.startswith("How does thing 7 ")


def test_without_a_model_nothing_is_read(app: AppStore) -> None:
    """The search, its scores and its name are those of words alone."""
    reader = Reader()
    reader.may_read.clear()
    words, waiting = Library(Hybrid(WORDS)), Library(Hybrid(WORDS, reader))
    assert words.search(app, "en", QUESTION, 3) == waiting.search(app, "en", QUESTION, 3)
    reader.may_read.set()
    waiting.close()


def test_a_restart_reads_nothing_again(app: AppStore, tmp_path: Path) -> None:
    """Vectors are on disk: the model is used from the first question on."""
    first, second = Reader(), Reader()
    library = Library(Hybrid(WORDS, first, tmp_path))
    wait_until(lambda: engine(library, app).endswith(READ))
    assert engine(Library(Hybrid(WORDS, second, tmp_path)), app).endswith(READ)
    assert not {text for text in second.texts if "button" in text}


def test_a_changed_base_is_searched_as_it_is_now(app: AppStore) -> None:
    """A removed document is not suggested because a model still reads what was there before."""
    reader = Reader()
    reader.may_read.clear()
    library = Library(Hybrid(WORDS, reader))
    assert library.search(app, "en", QUESTION, 3).found
    add_document(app, "other.csv", b"question,answer\nHow do I pay?,By card.\n", "en")
    remove_document(app, "things.csv", "en")
    reader.may_read.set()
    wait_until(lambda: engine(library, app).endswith(READ))
    assert {each.passage.source for each in library.search(app, "en", QUESTION, 9).found} == {"other.csv"}


def test_closing_stops_the_reading(app: AppStore) -> None:
    """What it has read so far is all that it reads."""
    reader = Reader()
    reader.may_read.clear()
    library = Library(Hybrid(WORDS, reader))
    before = engine(library, app)
    closing = Thread(target=library.close)
    closing.start()
    wait_until(lambda: library.is_closed)
    reader.may_read.set()
    closing.join()
    assert engine(library, app) == before
    assert len(reader.texts) < 60
