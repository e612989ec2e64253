"""What every analyzer promises, tried on every analyzer in the table."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.analyzers import ANALYZERS
from auscult.analyzers._contract import Analyzer, Unknown
from auscult.analyzers._evidence import LANGUAGE_NAMES
from auscult.domain.errors import kept
from auscult.domain.evaluation import Evidence
from auscult.domain.insight import Insights
from auscult.domain.probe import Acts, Classification, FewShot, Question, Similarity
from auscult.engines import embedded
from auscult.engines._contract import Engine
from tests.data_files import tuples_of
from tests.strategies import accepted_conversations
from tests.template_parts import left_in_english
from tests.unit.analyzers.conversations import analyzed, answered, conversation, conversations, talk

NAMES = sorted(ANALYZERS)
ENGLISH = sorted(name for name, analyzer in ANALYZERS.items() if analyzer.languages)
TALKS = tuples_of(__file__, "talks")
"""A question, trouble and anger in each of the vendor's languages but English, and in French and Portuguese."""


@pytest.fixture(scope="module")
def engines() -> Mapping[type, Engine]:
    """The engines of the base installation."""
    return {engine.probe: engine for engine in embedded()}


def evidence_in(found: Any) -> Iterator[Evidence]:
    """Every piece of evidence inside of what was found."""
    if isinstance(found, Evidence):
        yield found
    elif isinstance(found, msgspec.Struct):
        for name in found.__struct_fields__:
            yield from evidence_in(getattr(found, name))
    elif isinstance(found, tuple):
        for one in found:
            yield from evidence_in(one)


@pytest.mark.parametrize("name", NAMES)
def test_fills_the_field_under_which_it_stands(name: str) -> None:
    """The table's key, the analyzer's field and a field of Insights are one word."""
    assert ANALYZERS[name].field == name
    assert name in Insights.__struct_fields__


@pytest.mark.parametrize("name", NAMES)
def test_says_why_it_cannot_know_when_nothing_is_said(name: str, engines: Mapping[type, Engine]) -> None:
    """No turns: unknown with a reason, never 0 and never a guess (rule 12)."""
    insights = analyzed(conversation([]), engines)
    assert getattr(insights, name) is None
    assert insights.unknown[name]


@pytest.mark.parametrize("language", sorted(TALKS))
def test_never_reads_another_language_as_english(language: str, engines: Mapping[type, Engine]) -> None:
    """Issue: the vendor's other languages degrade gracefully and say what they cannot know, whatever the document says.

    An analyzer of English answers that the language is not supported; one that needs no language answers all the same.
    """
    for given_language in (language, "en"):
        insights = analyzed(talk(*TALKS[language], language=given_language, channel="voice"), engines)
        assert insights.language == language
        for name, analyzer in ANALYZERS.items():
            if analyzer.languages and language not in analyzer.languages:
                assert getattr(insights, name) is None
                assert insights.unknown[name] == f"{LANGUAGE_NAMES[language]} is not supported"
            elif not analyzer.languages:
                assert getattr(insights, name) is not None


@pytest.mark.parametrize("name", ENGLISH)
def test_takes_the_document_at_its_word_when_it_runs_alone(name: str) -> None:
    """Without the language analyzer's finding, the document's language counts."""
    analyzer: Analyzer[Any] = ANALYZERS[name]
    asked = talk("A: goedemorgen", "C: ik wil graag mijn abonnement opzeggen", language="nl")
    assert analyzer.analyze(asked, {}, Insights()) == Unknown("Dutch is not supported")


@pytest.mark.parametrize("name", NAMES)
@given(asked=conversations())
def test_asks_what_engines_answer(name: str, asked: Any) -> None:
    """Probes are of the known kinds, never empty, and the same each time."""
    probes = ANALYZERS[name].probes(asked)
    assert probes == ANALYZERS[name].probes(asked)
    for probe in probes:
        assert isinstance(probe, Similarity | Classification | FewShot | Acts | Question)
        assert not isinstance(probe, Similarity | Classification) or probe.texts


@given(asked=conversations(), order=st.permutations(list(ANALYZERS)))
def test_gives_the_same_for_the_same(engines: Mapping[type, Engine], asked: Any, order: list[str]) -> None:
    """Analysing is a function: neither time, nor what ran before on other conversations, changes anything."""
    answers = answered(asked, engines)
    known = Insights()
    first = {name: ANALYZERS[name].analyze(asked, answers, known) for name in ANALYZERS}
    assert {name: ANALYZERS[name].analyze(asked, answers, known) for name in order} == first


@given(asked=conversations() | accepted_conversations())
def test_points_only_at_turns_that_are_there(engines: Mapping[type, Engine], asked: Any) -> None:
    """Evidence names a turn of the conversation, its times and its words; or the stretch in which nothing was found."""
    by_id = {turn.id: turn for turn in asked.turns}
    for evidence in (each for each in evidence_in(analyzed(asked, engines)) if not each.is_absence):
        turn = by_id[evidence.turn_id or ""]
        assert (evidence.start_ms, evidence.end_ms) == (turn.start_ms, turn.end_ms)
        assert turn.text.startswith(evidence.text)
        assert evidence.why


@given(asked=conversations() | accepted_conversations())
def test_every_field_is_known_or_says_why_not(engines: Mapping[type, Engine], asked: Any) -> None:
    """After all analyzers each field holds a finding or a reason, and all of it can be written down and read again."""
    insights = analyzed(asked, engines)
    for name in ANALYZERS:
        assert (getattr(insights, name) is None) == (name in insights.unknown)
    assert msgspec.json.decode(msgspec.json.encode(insights, enc_hook=kept), type=Insights) == insights


@given(asked=conversations() | accepted_conversations())
def test_reasons_are_translated(engines: Mapping[type, Engine], asked: Any) -> None:
    """The console shows in the reader's language why a field is unknown or unclear, and what a flag rests on."""
    insights = analyzed(asked, engines)
    outcome, flags = insights.resolution, [insights.escalation, insights.churn_risk]
    doubt = [outcome.doubt] if outcome and outcome.doubt else []
    whys = {each.why for found in (outcome, *flags) if found for each in found.evidence}
    assert left_in_english((*insights.unknown.values(), *doubt, *whys)) == []


@pytest.mark.parametrize("name", ENGLISH)
def test_says_so_where_the_language_cannot_be_told(name: str, engines: Mapping[type, Engine]) -> None:
    """Cyrillic is several languages': no guess, and no strange name of a language in the reason."""
    insights = analyzed(talk("A: Здравствуйте", "C: Мой интернет не работает"), engines)
    assert insights.unknown[name] == "the language cannot be recognised"
