"""Votes: words and dialogue acts decide together, with a confidence that forms and plans act on."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.audits.frame import is_unsure
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormError
from auscult.domain.evaluation import Evaluation
from auscult.domain.probe import ActsAnswer
from auscult.domain.scoring.stored import PendingConversation
from auscult.engines._acts.reading import ACTS
from auscult.services.definitions.forms.reading import all_starter_documents, read_form
from auscult.votes import heard, questions, vote
from auscult.votes.signs import LOWEST, ScoredTurns, acts_of, sign
from tests.data_files import data_of

CALL: dict[str, Any] = data_of(__file__, "call")


def _form(**keys: object) -> bytes:
    metric = data_of(__file__, "metric")
    document = {"id": "ef-votes", "name": "Votes", "channel": "chat", "languages": ["en"], "metrics": [metric]}
    return msgspec.json.encode(document | keys)


def _judged(**keys: object) -> Evaluation:
    evaluator = bootstrap.evaluator(replace(read_settings(), votes="on"), judge_ineligible=True)
    pending = PendingConversation(conversation=msgspec.convert(CALL, Conversation), revision=1)
    (judged,) = evaluator.evaluate([pending], [read_form(_form(**keys))], datetime(2026, 1, 2, tzinfo=UTC))
    return judged.evaluation


def test_acts_can_outweigh_words() -> None:
    """An introduction that no phrase of the form knows is seen, with the turn, what it does, and a confidence."""
    (result,) = _judged().results
    assert result.verdict.qualification == "YES"
    assert result.verdict.evidence[0].turn_id == "m1"
    assert result.verdict.evidence[0].why == "gives a name or company"
    assert result.verdict.confidence is not None
    assert Decimal("0.5") < result.verdict.confidence <= 1
    assert any(engine.startswith("acts ") for engine in _judged().engines)


@pytest.mark.parametrize(("abstain", "answer"), [("na", "NA"), ("audit", "-")])
def test_a_form_may_let_the_machine_abstain(abstain: str, answer: str) -> None:
    """An answer below the form's mark is NA or left to a person, says so, and counts as unsure in plans."""
    evaluation = _judged(abstain_below=0.995, abstain=abstain)
    (result,) = evaluation.results
    assert result.verdict.qualification == answer
    assert "the machine abstains: YES with a confidence of" in result.verdict.reason
    assert is_unsure(evaluation)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"abstain_below": 1.5}, "above 0 and below 1"),
        ({"abstain": "audit"}, "belongs to abstain_below"),
    ],
)
def test_wrong_abstention_is_refused(keys: dict[str, object], message: str) -> None:
    """The error names the key and what would be right."""
    with pytest.raises(FormError, match=message):
        read_form(_form(**keys))


def test_unknown_question_is_refused() -> None:
    """A vote on what no head was trained on is refused with the nearest one that there is."""
    document = msgspec.json.decode(_form())
    document["metrics"][0]["vote"] = "em-introductoin"
    with pytest.raises(FormError, match="em-introduction"):
        read_form(msgspec.json.encode(document))


def test_questions_of_the_starter_form_are_known() -> None:
    """All but the resolution, which an insight decides; in English words alone decide the greeting."""
    forms = [read_form(document) for document in all_starter_documents().values()]
    assert questions() == {metric.id for metric in forms[0].metrics} - {"em-resolution"}
    for form in forms:
        voted = {metric.id for metric in form.metrics if getattr(metric.settings, "vote", None)}
        assert voted == questions() - ({"em-greeting"} if form.languages == ("en",) else set())


def test_unknown_sign_is_refused() -> None:
    """A file of weights with a sign that there is not is refused, and those that there are, are named."""
    with pytest.raises(ValueError, match="agent silent"):
        sign("moon phase")


def test_churn_risk_is_reported_where_it_is_less_likely_than_not() -> None:
    """A miss costs more than a false alarm; the confidence remains the probability of the answer."""
    conversation = msgspec.convert(CALL, Conversation)
    lowest = tuple(LOWEST for _ in ACTS)
    said: dict[str, list[Decimal]] = {"YES": [], "NO": []}
    for score in range(LOWEST, 97):
        # of a customer who sounds served, leaving is doubtful though it is heard
        leaving = tuple({"churn": score, "sounds_served": 48}.get(act, LOWEST) for act in ACTS)
        rows = tuple(leaving if turn.id == "m2" else lowest for turn in acts_of(conversation).turns)
        decided = vote("churn_risk", "NO", ScoredTurns(conversation, ActsAnswer(ACTS, rows, "")))
        said[decided.answer].append(decided.confidence)
    assert Decimal("0.3") < min(said["YES"]) < Decimal("0.5")
    assert min(said["NO"]) > Decimal("0.5")


@pytest.mark.parametrize(("language", "found"), [("en", []), ("es", []), ("de", ["m2"])])
def test_words_count_besides_acts_where_they_are_rarely_wrong(language: str, found: list[str]) -> None:
    """A request for someone else that no act shows is one all the same where the packs are to be trusted."""
    conversation = replace(msgspec.convert(CALL, Conversation), language=language)
    silent = ActsAnswer(ACTS, tuple(tuple(LOWEST for _ in ACTS) for _ in conversation.turns), "test")
    scored_turns = ScoredTurns(conversation, silent)
    assert [turn.id for turn in heard("ask_escalation", scored_turns, {"m2"})] == found
    assert heard("ask_escalation", scored_turns) == []
