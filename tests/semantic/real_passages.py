"""Passages found with a real sentence-transformers model on this machine: ``make test-semantic``."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import Settings, read_settings
from auscult.documents import KINDS
from auscult.documents._passages import passages
from auscult.domain.assist.knowledge import Passage
from auscult.domain.tenancy import Tenant
from auscult.engines.hybrid import Hybrid, HybridIndex, SentenceIndex
from auscult.engines.semantic import Semantic
from auscult.engines.wordllama import WordLlama
from auscult.services.assist.knowledge import add_document
from tests.waiting import wait_until

STORE = Path(__file__).parents[2] / "examples" / "knowledge" / "store"
WORDS, MODEL = WordLlama(), Semantic()
KNOWN = [
    Passage(id=f"{name}.{index}", source=name, heading=piece.heading, text=piece.text)
    for name in ("account_access.md", "manage_account.md")
    for index, piece in enumerate(passages(KINDS["markdown"].read((STORE / name).read_bytes())))
]
PARAPHRASES = [
    ("I have a new cell number, can you update it", "Manage Change Phone", True),
    ("I forgot my password and can't log in", "Recover Password", True),
    ("I can't remember my username", "Recover Username", False),
]
FAQ = b"""question,answer
A price that was lower at another shop,We match the price of a competitor within ten days.
The parcel is late,Wait for two days and then ask for a new one.
Sizes,Our boots run small.
"""
PARAPHRASE = "I saw it cheaper elsewhere"


@pytest.fixture(scope="module")
def words() -> HybridIndex:
    """The guidelines of the example shop about accounts, by words alone."""
    index = Hybrid(WORDS).index(KNOWN, "en")
    assert isinstance(index, HybridIndex)
    return index


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> SentenceIndex:
    """The same, read by the model."""
    index = Hybrid(WORDS, MODEL, tmp_path_factory.mktemp("vectors")).index(KNOWN, "en").completed(lambda: False)
    assert index is not None
    return index


@pytest.mark.parametrize(("question", "heading", "suggested"), PARAPHRASES)
def test_a_paraphrase_that_words_miss_is_found(
    words: HybridIndex, read: SentenceIndex, question: str, heading: str, suggested: bool
) -> None:
    """The right passage is first, and suggested unless another is nearly as near, as the password is to the username."""
    found = read.search(question, 12)
    assert found[0].passage.heading[-1] == heading
    assert (read.likelihood(question, found) >= read.likely) == suggested
    assert words.search(question, 1)[0].passage.heading[-1] != heading


@pytest.mark.parametrize("text", ["HEY HO!", "Crystal Minh", "7916676427", "Perfect. Thanks", "you too bye"])
def test_small_talk_is_unlikely(read: SentenceIndex, text: str) -> None:
    """Nothing is suggested to it."""
    assert read.likelihood(text, read.search(text, 12)) < read.likely


def test_the_version_names_both(words: HybridIndex, read: SentenceIndex) -> None:
    """A suggestion records what found it."""
    assert read.version == f"{words.version} and {MODEL.version}/2"
    assert words.version == Hybrid(WORDS).version


def test_german_is_searched_by_words() -> None:
    """The model was trained on English."""
    index = Hybrid(WORDS, MODEL).index([Passage(id="1", source="s", heading=(), text="die Karte verfällt nie")], "de")
    assert isinstance(index, HybridIndex)
    assert index.is_complete


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of an installation that selects the model."""
    environ = {
        "AUSCULT_EMBEDDINGS": "semantic",
        "AUSCULT_DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}",
        "AUSCULT_STATE_DIR": str(tmp_path / "state"),
    }
    return read_settings(environ)


@pytest.fixture
def application(settings: Settings) -> Iterator[bootstrap.Application]:
    """An installation with one app."""
    with bootstrap.open(settings) as application:
        yield application


def test_the_setting_selects_it_for_suggestions(application: bootstrap.Application, settings: Settings) -> None:
    """A question is answered by the model, and its vectors are in the state folder."""
    tenant = Tenant(account_id="a", org_id="o", app_id="app")
    application.store.ensure(tenant)
    app = application.store.within(tenant)
    add_document(app, "faq.csv", FAQ, "en")
    with closing(bootstrap.assistant(settings)) as assistant:
        library = assistant.library
        wait_until(lambda: MODEL.version in library.search(app, "en", PARAPHRASE, 3).engine)
        (first, *_) = library.search(app, "en", PARAPHRASE, 3).fit
    assert first.passage.title.startswith("A price")
    assert list((Path(settings.state_dir) / "passages").glob("*.npz"))
