"""Reasons of the machine's in German, made of codes: parts of each kind, lists, markup; in English as they are."""

import pytest
from markupsafe import Markup

from auscult.domain.errors import Coded, coded, from_store, joined, to_store
from auscult.language import speaking
from auscult.metrics._finding.language import Span, scope_in_words
from auscult.server.console.frame.reasons import in_words

NOT_FOUND = coded("not found in {place}", place=scope_in_words("agent", Span("first", "ms", 2_500)))
SAYS = coded("says '{words}'", words="<b> & {place}")
STEPS = joined(", ", [coded("step '{name}'", name="a"), coded("step '{name}' of '{stage}'", name="b, c", stage="d")])


@pytest.mark.parametrize(
    ("reason", "german"),
    [
        (NOT_FOUND, "nicht gefunden (durchsucht: die ersten 2,5 Sekunden des Agenten)"),
        (
            coded(
                "{before}; nearest: {whys}",
                before=coded("there was no wait"),
                whys=joined(coded(" and "), [SAYS, SAYS]),
            ),
            "Es gab keine Wartezeit; am nächsten: sagt „<b> & {place}“ und sagt „<b> & {place}“",
        ),
        (coded("not done: {steps}", steps=STEPS), "nicht erledigt: Schritt „a“, Schritt „b, c“ von „d“"),
        (coded("{name} at {ms} ms", name=coded("hold"), ms=63_500), "Warteschleife bei 1:03"),
        (coded("{language} is not supported", language="Japanese"), "Japanisch wird nicht unterstützt"),
        (
            coded("the language '{language}' is not supported", language="it"),
            "Die Sprache Italienisch wird nicht unterstützt",
        ),
        (coded("ruled out, because {because}", because="there was no wait"), "ausgeschlossen: there was no wait"),
    ],
)
def test_german(reason: Coded, german: str) -> None:
    """Numbers, times and languages are the reader's, texts are translated, and words stay; stored or not."""
    with speaking("de"):
        assert in_words(reason).unescape() == german
        assert in_words(from_store(to_store(reason))).unescape() == german


def test_markup() -> None:
    """Words of customers are escaped, once, in every language."""
    assert in_words(SAYS) == Markup("says &#39;&lt;b&gt; &amp; {place}&#39;")
    with speaking("de"):
        assert in_words(SAYS) == Markup("sagt „&lt;b&gt; &amp; {place}“")


def test_without_a_code() -> None:
    """A reason that an earlier version stored is in English, and marked so unless others may have written it."""
    with speaking("de"):
        assert in_words("not found in <b>") == '<span lang="en">not found in &lt;b&gt;</span>'
        assert in_words("es regnete", may_be_of_others=True) == "es regnete"
        assert in_words("there is no hold") == "Es gibt keine Warteschleife"
        assert in_words("") == ""
