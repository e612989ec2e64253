"""The starter forms on a recording of one channel that does not show who speaks."""

from datetime import UTC, datetime

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import WITHOUT_SPEAKERS, Conversation
from auscult.domain.recordings.recording import default_speakers
from auscult.domain.recordings.words import Word, turns_of
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import starter_forms

SAID = (
    "thank you for calling acme my name is robert",
    "hi i want to return my shoes they are broken and i am really angry",
    "this is ridiculous let me speak to your manager",
    "i have refunded your order is there anything else i can do for you",
)


def words() -> list[Word]:
    """Each text two seconds after the one before it, on the one channel."""
    found: list[Word] = []
    for text in SAID:
        begin = found[-1].end_ms + 2_000 if found else 0
        found += [
            Word(channel=0, text=each, start_ms=begin + 250 * index, end_ms=begin + 250 * index + 200)
            for index, each in enumerate(text.split())
        ]
    return found


def test_what_needs_a_speaker_is_na_with_the_reason() -> None:
    """Neither NO for the agent, who may well have said it, nor YES; the insights give the same reason."""
    turns = turns_of(words(), default_speakers(1))
    conversation = Conversation(
        id="c-mono", channel="voice", started_at=datetime(2026, 3, 23, 10, tzinfo=UTC), turns=turns
    )
    assert [turn.speaker for turn in turns] == ["unknown"] * len(SAID)
    evaluator = bootstrap.evaluator(read_settings(), judge_ineligible=True)
    pending = [PendingConversation(conversation=conversation, revision=1)]
    (found,) = evaluator.evaluate(pending, starter_forms(), datetime(2026, 1, 1, tzinfo=UTC))
    verdicts = [result.verdict for result in found.evaluation.results]
    assert verdicts
    assert {(verdict.qualification, verdict.reason) for verdict in verdicts} == {("NA", WITHOUT_SPEAKERS)}
    assert found.insights is not None
    assert set(found.insights.unknown.values()) == {WITHOUT_SPEAKERS}
