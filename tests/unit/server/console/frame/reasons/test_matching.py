"""Reasons of the machine's in German: templates with slots, plurals, lists and quotations; in English as stored."""

import pytest
from markupsafe import Markup

from auscult.language import speaking
from auscult.server.console.frame.reasons import PLACE, REASON, WHY, in_words, is_known

AGENT = "Beiträge des Agenten"


def read(stored: str, group: str = REASON) -> str:
    """Return a reason as a German reader sees it."""
    with speaking("de"):
        return in_words(stored, group).unescape()


@pytest.mark.parametrize(
    ("words", "german"),
    [
        ("the agent's turns", AGENT),
        ("the agent's first turn", "der erste Beitrag des Agenten"),
        ("the customer's last 3 turns", "die letzten 3 Beiträge des Kunden"),
        ("anybody's first 2.5 seconds", "die ersten 2,5 Sekunden aller"),
        ("the bot's last message", "die letzte Nachricht des Bots"),
        ("the agent's turns after the trigger", f"{AGENT} nach dem Auslöser"),
        ("the agent's turns in en", f"{AGENT} (Sprache: Englisch)"),
        (
            "the agent's turns after the trigger when inbound in de",
            f"{AGENT} nach dem Auslöser (nur eingehend) (Sprache: Deutsch)",
        ),
        ("the agent's first turn or anybody's turns", "der erste Beitrag des Agenten oder Beiträge aller"),
        (
            "the agent's turns or the customer's turns after the trigger",
            f"{AGENT} oder Beiträge des Kunden nach dem Auslöser",
        ),
        ("the conversation", "das Gespräch"),
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
        ("nobody speaks", "Niemand spricht"),
        ("the customer never speaks", "der Kunde spricht nie"),
        ("no times are known of what the agent says", "Es ist nicht bekannt, wann der Agent spricht"),
        (
            "no times are known of the agent's turns, and the agent's first 60 seconds were asked for",
            f"Für {AGENT} sind keine Zeiten bekannt; verlangt ist: die ersten 60 Sekunden des Agenten",
        ),
        (
            "the machine abstains: YES with a confidence of 0.62, below 0.7",
            "Die Maschine enthält sich: Ja mit einer Konfidenz von 0,62, verlangt sind mindestens 0,7",
        ),
        (
            "asked only where em-1 is YES or NA; it is NO",
            "wird nur gefragt, wenn em-1 mit Ja oder k. A. beantwortet ist; die Antwort ist Nein",
        ),
        ("Japanese is not supported", "Japanisch wird nicht unterstützt"),
        ("French is not supported", "Französisch wird nicht unterstützt"),
        ("the language 'it' is not supported", "Die Sprache Italienisch wird nicht unterstützt"),
        ("the language 'qqx' is not supported", "Die Sprache qqx wird nicht unterstützt"),
        (
            "the source says '12 €', which is no percentage",
            "Die Quelle nennt „12 €“; erwartet ist: Prozentsatz",
        ),
        (
            "2 × silence of 5 s or more; allowed: 0 (1 of 12 turns have no times and are left out)",  # noqa: RUF001
            "2 × Stille von mindestens 5 s; erlaubt: 0 (1 von 12 Beiträgen ohne Zeiten, nicht gezählt)",  # noqa: RUF001
        ),
        (
            "no usable answer: it points at turn 9, and the turns are 1 to 2",
            "keine brauchbare Antwort: Die Antwort verweist auf Beitrag 9; es gibt die Beiträge 1 bis 2",
        ),
        (
            "the judge's limit of a day is reached (500 tokens, 2.5 of money)",
            "Das Tageslimit des Sprachmodells ist erreicht (500 tokens, 2.5 of money)",
        ),
        ("the source says '', which is no number", "Die Quelle nennt „“; erwartet ist: Zahl"),
        ("says 4.8 where the source says 5", "nennt 4.8, die Quelle nennt 5"),
    ],
)
def test_slots(stored: str, german: str) -> None:
    """Phrases and numbers of a slot are translated, values and names are not."""
    assert read(stored) == german


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        ("3 of 4 steps done", "3 von 4 Schritten erledigt"),
        ("0 of 1 steps done", "0 von 1 Schritt erledigt"),
        ("0 of 11 steps done", "0 von 11 Schritten erledigt"),
        (
            "60.0 words a minute: 1 words in 1 s of talk; asked for: at least 110 and at most 180.5",
            "60,0 Wörter pro Minute: 1 Wort in 1 s Redezeit; verlangt: mindestens 110 und höchstens 180,5",
        ),
        (
            "60.0 words a minute: 61 words in 61 s of talk; asked for: at most 180",
            "60,0 Wörter pro Minute: 61 Wörter in 61 s Redezeit; verlangt: höchstens 180",
        ),
    ],
)
def test_one_and_many(stored: str, german: str) -> None:
    """The engine writes one form; German has two."""
    assert read(stored) == german


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        ("says 'refund' and says 'sorry'", "sagt „refund“ und sagt „sorry“"),
        ("says 'cats and dogs' and hold at 63500 ms", "sagt „cats and dogs“ und Warteschleife bei 1:03"),
        ("says 'he said; nearest: x'", "sagt „he said; nearest: x“"),
        ("says '{place} (.*) \\d+ %s'", "sagt „{place} (.*) \\d+ %s“"),
        ("says 'it's \u201cover\u201d <b>&amp;'", "sagt „it's \u201cover\u201d <b>&amp;“"),
        ("says 'two\nlines'", "sagt „two\nlines“"),
        (
            "similar to 'I'm sorry, and …' 0.5499 < 0.5500; the transcript is doubtful here",
            "ähnlich zu „I'm sorry, and …“: 0,5499 < 0,5500; das Transkript ist hier unsicher",
        ),
        ("asks for somebody else: 'your Manager'", "verlangt jemand anderen: „your Manager“"),
        ("step 'Greet' of 'Opening': not done", "Schritt „Greet“ von „Opening“: nicht erledigt"),
        ("hold 2 of 3 at 30000 ms: 22 s; at most 20.5 s", "Warteschleife 2 von 3 bei 0:30: 22 s; höchstens 20,5 s"),
    ],
)
def test_quotations(stored: str, german: str) -> None:
    """Quoted words stay as they were said, whatever characters they have; several whys are read one by one."""
    assert read(stored, WHY) == german


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        ("not done: step 'a', step 'b, c' of 'd'", "nicht erledigt: Schritt „a“, Schritt „b, c“ von „d“"),
        (
            "ruled out, because m2 says 'a and m3 b' and m4 judged: fine",
            "ausgeschlossen: m2 sagt „a and m3 b“ und m4 laut Sprachmodell: fine",
        ),
        (
            "not found in the agent's turns, and excused, because the customer wanted nothing",
            f"nicht gefunden (durchsucht: {AGENT}), aber entschuldigt: the customer wanted nothing",
        ),
        (
            (
                "Notice: hold 1 of 2 at 5000 ms: not found in the agent's last turn before it; nearest: similar to 'one; two' "
                "0.50 < 0.60; hold 2 of 2: its time is not known; Back; again: hold 1 of 2 at 5000 ms: nobody speaks behind it"
            ),
            (
                "Notice: Warteschleife 1 von 2 bei 0:05: nicht gefunden (davor durchsucht: der letzte Beitrag des Agenten); am nächsten: "
                "ähnlich zu „one; two“: 0,50 < 0,60; Warteschleife 2 von 2: Der Zeitpunkt ist nicht bekannt; Back; again: Warteschleife 1 "
                "von 2 bei 0:05: Danach spricht niemand"
            ),
        ),
        (
            "Tone: the agent says NO and gives no reason; Facts: the agent says NA and gives no reason",
            "Tone: Antwort des KI-Agenten: Nein, ohne Begründung; Facts: Antwort des KI-Agenten: k. A., ohne Begründung",
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
