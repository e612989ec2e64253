"""Reasons of the machine's in German: templates with slots, plurals, lists and quotations; in English as stored."""

import pytest
from markupsafe import Markup

from auscult.language import speaking
from auscult.server.console.frame.reasons import PLACE, REASON, WHY, in_words, is_known
from tests.data_files import data_of

AGENT = "Beiträge des Agenten"


def read(stored: str, group: str = REASON) -> str:
    """Return a reason as a German reader sees it."""
    with speaking("de"):
        return in_words(stored, group).unescape()


@pytest.mark.parametrize(
    ("words", "german"),
    [
        *data_of(__file__, "places"),
        ("the agent's turns", AGENT),
        ("the agent's turns after the trigger", f"{AGENT} nach dem Auslöser"),
        ("the agent's turns in en", f"{AGENT} (Sprache: Englisch)"),
        (
            "the agent's turns after the trigger when inbound in de",
            f"{AGENT} nach dem Auslöser (nur eingehend) (Sprache: Deutsch)",
        ),
        (
            "the agent's turns or the customer's turns after the trigger",
            f"{AGENT} oder Beiträge des Kunden nach dem Auslöser",
        ),
        ("the agent's turns; nearest: judged: kind words", f"{AGENT}; am nächsten: laut Sprachmodell: kind words"),
    ],
)
def test_places(words: str, german: str) -> None:
    """A search scope is a text of its own, also within a reason."""
    assert read(words, PLACE) == german
    assert read(f"not found in {words}") in (
        f"nicht gefunden (durchsucht: {german})",
        f"nicht gefunden (durchsucht: {AGENT}){german.removeprefix(AGENT)}",
    )


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        *data_of(__file__, "slots"),
        (
            "no times are known of the agent's turns, and the agent's first 60 seconds were asked for",
            f"Für {AGENT} sind keine Zeiten bekannt; verlangt ist: die ersten 60 Sekunden des Agenten",
        ),
    ],
)
def test_slots(stored: str, german: str) -> None:
    """Phrases and numbers of a slot are translated, values and names are not."""
    assert read(stored) == german


@pytest.mark.parametrize(("stored", "german"), data_of(__file__, "one_and_many"))
def test_one_and_many(stored: str, german: str) -> None:
    """The engine writes one form; German has two."""
    assert read(stored) == german


@pytest.mark.parametrize(("stored", "german"), data_of(__file__, "quotations"))
def test_quotations(stored: str, german: str) -> None:
    """Quoted words stay as they were said, whatever characters they have; several whys are read one by one."""
    assert read(stored, WHY) == german


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        *data_of(__file__, "lists"),
        (
            "not found in the agent's turns, and excused, because the customer wanted nothing",
            f"nicht gefunden (durchsucht: {AGENT}), aber entschuldigt: the customer wanted nothing",
        ),
    ],
)
def test_lists(stored: str, german: str) -> None:
    """Reasons of several parts, instances and turns are read one by one; what joins them may also be in a quotation."""
    assert read(stored) == german


def test_markup() -> None:
    """Words of customers are escaped, once."""
    with speaking("de"):
        assert in_words("says '<b>&'", WHY) == Markup("sagt „&lt;b&gt;&amp;“")


def test_without_a_template() -> None:
    """What no template fits is shown as it is stored, marked as English unless others may have written it."""
    with speaking("de"):
        assert in_words("it <rained>") == '<span lang="en">it &lt;rained&gt;</span>'
        assert in_words("es regnete", may_be_of_others=True) == "es regnete"
        assert in_words("no usable answer: it rained") == 'keine brauchbare Antwort: <span lang="en">it rained</span>'
        assert in_words("not found in the pub") == '<span lang="en">not found in the pub</span>'
        assert in_words("") == ""
        assert not is_known("it rained")


def test_in_english_as_stored() -> None:
    """An English reader sees the stored bytes."""
    assert in_words("says '<b>&'", WHY) == Markup("says &#39;&lt;b&gt;&amp;&#39;")
    assert in_words("the agent never speaks") == "the agent never speaks"


def test_template_without_translation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language whose catalogue lacks a template shows the whole reason in English."""
    lacks = "{whose} first {n} turns"
    monkeypatch.setattr(
        "auscult.server.console.frame.reasons.matching.translation_of",
        lambda text: None if text == lacks else f"xx {text}",
    )
    with speaking("de"):
        assert in_words("not found in the agent's turns") == Markup("xx not found in xx xx the agent&#39;s turns")
        assert in_words("not found in the agent's first 2 turns").startswith('<span lang="en">not found in')
