"""A verdict's row: its reason and the whys of its quotes in the reader's language."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from auscult.domain.errors import Coded, coded, to_store
from auscult.domain.evaluation import Evidence, MetricResult, Part, Qualification, Verdict, answered
from auscult.domain.form import Form, Metric
from auscult.language import speaking
from auscult.metrics._finding.language import Span, scope_in_words
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.verdicts import VerdictView, ledger_view, reason_of, verdict_view
from tests.data_files import data_of
from tests.strategies import cited, evaluation_of

AGENTS, CUSTOMERS = scope_in_words("agent", None), scope_in_words("customer", None)
FIRST = coded("not found in {place}", place=scope_in_words("agent", Span("first", "turns", 2)))
NO_TRIGGER = coded("no trigger in {place}", place=CUSTOMERS)
NEAR = coded("similar to '{words}' {n} < {m}", words="so", n="0.49", m="0.55")
SOUGHT = [
    coded("{before}; the judge says no: {judged}", before=FIRST, judged="It's <b>."),
    coded("not found in {place}, and excused, because {because}", place=AGENTS, because="it rained"),
    NO_TRIGGER,
    coded("{before}; nearest: {whys}", before=NO_TRIGGER, whys=NEAR),
]
FORM = Form(id="ef", name="f", channel="voice", metrics=())


def result(verdict: Verdict, kind: str = "by_question") -> MetricResult:
    """Return a verdict on a metric of a type."""
    return MetricResult(metric=Metric(id="em", name="Metric", type=kind), verdict=verdict)


def row(verdict: Verdict, kind: str = "by_question", language: str = "de") -> VerdictView:
    """Return the row of a verdict for a reader of a language."""
    with speaking(language):
        reader = Reader(language=language, now=datetime(2026, 3, 30, tzinfo=UTC))
        return verdict_view(result(verdict, kind), FORM, reader, {})


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("", "Nothing of the kind in turns 1 to 7."),
        (coded("not found in {place}", place=AGENTS), "Not found. Looked in the agent&#39;s turns."),
    ],
)
def test_an_absence_is_one_sentence(reason: str, shown: str) -> None:
    """It is no quote, and its stretch is shown only where the reason does not name one."""
    evidence = (Evidence(why="nothing of the kind in turns 1 to 7"),)
    found = row(Verdict(qualification="NO", evidence=evidence, reason=reason), language="en")
    assert (found.quotes, found.reason) == ((), shown)


@pytest.mark.parametrize(("reason", "german", "english"), data_of(__file__, "reason"))
def test_reason(reason: str, german: str, english: str) -> None:
    """The reason is a sentence; one without a code is shown as it is stored, and marked as English."""
    verdict = Verdict(qualification="NA", reason=reason)
    assert row(verdict).reason == german
    assert row(verdict, language="en").reason == english


@pytest.mark.parametrize(("reason", "shown"), list(zip(SOUGHT, data_of(__file__, "sought"), strict=True)))
@pytest.mark.parametrize("is_stored", [True, False])
def test_sought_in_vain(reason: Coded, shown: tuple[str, str], *, is_stored: bool) -> None:
    """Where it was sought, and why that counts or not, has a sentence of its own."""
    verdict = Verdict(qualification="NA", reason=to_store(reason) if is_stored else reason)
    german, english = shown
    assert row(verdict).reason == german
    assert row(verdict, language="en").reason == english


def test_missing_trigger_that_counts() -> None:
    """Where the agent owed the trigger, the answer is NO and counts, and the page does not claim that it is left out."""
    verdict = cited("NO", reason=coded("no trigger in {place}", place=AGENTS))
    assert row(verdict).reason == "Kein Auslöser gefunden (durchsucht: Beiträge des Agenten)."
    assert row(verdict, language="en").reason == "No trigger in the agent&#39;s turns."


@pytest.mark.parametrize(("answer", "german", "english"), data_of(__file__, "unclear"))
def test_unclear(answer: Qualification, german: str, english: str) -> None:
    """An unclear answer says how it counts, where it does, and why it is unclear."""
    verdict = cited(answer, certain=False, reason="the signs for and against it nearly balance")
    assert row(verdict).reason == f"{german}Die Anzeichen dafür und dagegen halten sich fast die Waage."
    assert row(verdict, language="en").reason == f"{english}the signs for and against it nearly balance."


@pytest.mark.parametrize(("confidence", "shown"), [("0.62", "Unsicher: Konfidenz 0,62."), ("0.7", ""), (None, "")])
def test_hesitant(confidence: str | None, shown: str) -> None:
    """A verdict that the machine hesitates over says how sure it is."""
    verdict = cited("YES", confidence=None if confidence is None else Decimal(confidence))
    assert row(verdict).confidence == shown


def test_words_of_others() -> None:
    """Those of an external agent, or of a judge, are not taken for English."""
    agents = cited("NO", reason="Ton: Der Ton war unfreundlich.")
    assert row(agents, "by_ai_agent").reason == "Ton: Der Ton war unfreundlich."
    judges = answered("YES", [Evidence(turn_id="m1", text="so", why="Das passt.")])
    assert [each.why for each in row(judges).quotes] == ["Das passt."]


def test_whys() -> None:
    """A why is shown with its quote, unless it only repeats the words."""
    evidence = (Evidence(text="a", why="gives the answer"), Evidence(text="b", why=coded("says '{words}'", words="b")))
    verdict = answered("YES", [replace(each, turn_id="m1") for each in evidence])
    assert [each.why for each in row(verdict).quotes] == ["gibt die Antwort", ""]
    assert [each.why for each in row(verdict, language="en").quotes] == ["gives the answer", ""]
    with speaking("de"):
        assert reason_of(result(verdict)) == "gibt die Antwort; sagt „b“"
    assert reason_of(result(verdict)) == "gives the answer; says &#39;b&#39;"


def test_parts() -> None:
    """Trigger and answer of a question are the program's words, the parts of a hold the form's."""
    parts = tuple(Part(id=name, name=name, qualification="YES", weight=Decimal(50)) for name in ("Trigger", "Answer"))
    verdict = cited("YES", parts=parts)
    assert [each.name for each in row(verdict).parts] == ["Auslöser", "Antwort"]
    assert [each.name for each in row(verdict, "hold").parts] == ["Trigger", "Answer"]


def test_a_level_is_its_own_word_and_says_what_it_earned() -> None:
    """A part of the points is no Yes that costs ten: the row, the replay and the arithmetic name the level."""
    verdict = cited("YES", level="Some", share=Decimal(50))
    graded = MetricResult(metric=Metric(id="em", name="Care", type="graded", weight=Decimal(20)), verdict=verdict)
    reader = Reader(language="en", now=datetime(2026, 3, 30, tzinfo=UTC))
    evaluation = evaluation_of(form=FORM, score=Decimal(50), passed=False, results=(graded,), evaluated_at=reader.now)
    shown = verdict_view(graded, FORM, reader, {})
    assert (shown.word, shown.level, shown.gained, shown.possible) == ("Some", "Some", "10", "20")
    ledger = ledger_view(evaluation, reader)
    assert ledger is not None
    assert [(label, reader.weight(value)) for label, value in ledger.sums] == [
        ("Counted", "20"),
        ("Care: Some, 10 of 20", "\u221210"),
        ("Earned", "10"),
    ]
    unclear = cited(
        "YES", level="Some", share=Decimal(50), certain=False, reason="the signs for and against it nearly balance"
    )
    assert row(unclear, "graded", "en").reason.startswith("Counted as Some, though unclear: ")


@pytest.mark.parametrize(("said", "words", "quoted"), data_of(__file__, "quoted"))
def test_words_are_quoted_in_their_sentence(said: str, words: str, quoted: str) -> None:
    """With who says it; a sentence of more than 240 characters is cut around them."""
    verdict = answered("YES", (Evidence(turn_id="m1", start_ms=65_000, text=said, why=f"says '{words}'"),))
    reader = Reader(now=datetime(2026, 3, 30, tzinfo=UTC))
    (found,) = verdict_view(result(verdict), FORM, reader, {"m1": ("Agent", said)}).quotes
    assert (found.text, found.place, found.why) == (quoted, "Agent 1:05", "")


def test_an_excuse_is_the_forms_own() -> None:
    """Left out for the reason that the form gives, and not only for want of an occasion."""
    settings = {"excused_because": "there was no wait", "question": "?"}
    code = "not found in {place}, and excused, because {because}"
    reason = coded(code, place=AGENTS, because="there was no wait")
    excused = Verdict(qualification="NA", reason=reason)
    metric = Metric(id="em", name="Metric", type="by_question", settings=settings)
    found = verdict_view(MetricResult(metric=metric, verdict=excused), FORM, Reader(now=datetime.now(UTC)), {})
    assert found.reason == "Not found in the agent&#39;s turns, and left out, because there was no wait."
