"""No YES without a turn that the conversation has: of labelled conversations, and of random ones."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation, Speaker, Turn, language_code
from auscult.domain.evaluation import MetricResult
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import all_starter_documents, read_form

HANDS = Path(__file__).parents[4] / "bench" / "acts" / "hands"
SPEAKERS: tuple[Speaker, ...] = ("agent", "customer", "system", "bot", "unknown")
AT_A_TIME = 100


def labelled() -> list[Conversation]:
    """The labelled hands of every language."""
    lines = (line for file in sorted(HANDS.rglob("*.ndjson")) for line in file.read_bytes().splitlines())
    return [msgspec.convert(json.loads(line)["conversation"], Conversation) for line in lines]


def at_random(like: list[Conversation], number: int, seed: int) -> Iterator[Conversation]:
    """Conversations of turns that belong to others, said by anyone, in any order."""
    chance = random.Random(seed)
    said: dict[str, list[Turn]] = defaultdict(list)
    for each in like:
        said[language_code(each)] += each.turns
    for index in range(number):
        one = chance.choice(like)
        drawn = chance.choices(said[language_code(one)], k=chance.choice((1, 2, 3, 6, 12, 30)))
        turns = tuple(
            replace(
                turn,
                id=f"m{at}",
                speaker=chance.choice(SPEAKERS) if chance.random() < 0.1 else turn.speaker,
                text="" if chance.random() < 0.05 else turn.text,
            )
            for at, turn in enumerate(drawn)
        )
        yield replace(one, id=f"c-{seed}-{index}", turns=turns, direction=chance.choice(("inbound", "outbound")))


def met(conversations: Iterable[Conversation], votes: str) -> Iterator[tuple[Conversation, MetricResult]]:
    """Every YES of the starter forms, with the conversation."""
    evaluator = bootstrap.evaluator(read_settings({}, votes=votes), judge_ineligible=True)
    forms = [replace(read_form(document), abstain_below=None) for document in all_starter_documents().values()]
    pending = [PendingConversation(conversation=one, revision=1) for one in conversations]
    for at in range(0, len(pending), AT_A_TIME):
        batch = pending[at : at + AT_A_TIME]
        judged = evaluator.evaluate(batch, forms, datetime(2026, 1, 2, tzinfo=UTC))
        for one, (evaluation, insights) in zip(batch, judged, strict=True):
            assert all(each.verdict.qualification != "-" for each in evaluation.results), one.conversation.id
            outcome = insights.resolution if insights else None
            assert outcome is None or outcome.resolution != "YES" or outcome.evidence, one.conversation.id
            yield from ((one.conversation, each) for each in evaluation.results if each.verdict.qualification == "YES")


@pytest.mark.parametrize(
    ("share", "number", "votes"),
    [
        pytest.param(20, 60, "on", marks=pytest.mark.landing),
        pytest.param(1, 500, "on", marks=pytest.mark.night),
        pytest.param(1, 500, "off", marks=pytest.mark.night),
    ],
)
def test_every_yes_names_a_turn_that_there_is(share: int, number: int, votes: str) -> None:
    """And quotes what is said in it; nothing is left unanswered instead."""
    like = labelled()
    found = 0
    for conversation, result in met([*like[::share], *at_random(like, number, seed=number)], votes):
        turns = {turn.id: turn.text for turn in conversation.turns}
        evidence = result.verdict.evidence
        assert evidence[0].turn_id in turns, (conversation.id, result)
        assert all(each.turn_id in turns and each.text in turns[each.turn_id] for each in evidence), conversation.id
        found += 1
    assert found > 2 * number
