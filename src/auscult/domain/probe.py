"""Questions that judging sends out, and the answers it takes in.

A metric never calls an engine. It names what it needs to know as probes; the pipeline has them answered,
whole batches at once, and hands the answers back. A probe is a plain value: equal probes are one question.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

from auscult.domain.ai_agents.calls import placed_calls
from auscult.domain.conversation import Conversation, Turn, language_code
from auscult.domain.errors import from_store

Use = Literal["instructions", "knowledge", "tools", "calls"]
"""Part of the record of an AI agent that a judge reads in addition to the turns."""


class Similarity(Struct, frozen=True, cache_hash=True):
    """Closeness of each of ``texts`` to the nearest of ``samples``. Answered by an embedding engine."""

    samples: tuple[str, ...]
    texts: tuple[str, ...]


class Called(Struct, frozen=True):
    """Call of a tool, after the turn of this index (-1: before the first). ``arguments`` and ``result`` are JSON."""

    position: int
    id: str
    name: str
    arguments: str
    result: str
    ok: bool | None


class Source(NamedTuple):
    """Text that an AI agent worked with."""

    title: str
    text: str


class Transcript(Struct, frozen=True, cache_hash=True, omit_defaults=True):
    """All that was said in one conversation: what a judge reads. All questions on one transcript are asked together.

    ``calls`` and ``sources`` are there for questions that use them, which are asked apart from others.
    """

    conversation_id: str
    turns: tuple[Turn, ...]
    calls: tuple[Called, ...] = ()
    sources: tuple[Source, ...] = ()

    @classmethod
    def of(cls, conversation: Conversation, uses: Collection[Use] = ()) -> "Transcript":
        """The transcript of a conversation, with the parts of its record that are used."""
        calls = placed_calls(conversation) if "calls" in uses else ()
        return cls(
            conversation.id,
            conversation.turns,
            tuple(
                Called(at, call.id, call.name, _json(call.arguments), _json(call.result), call.ok) for at, call in calls
            ),
            tuple(_sources(conversation, uses)),
        )


def _sources(conversation: Conversation, uses: Collection[Use]) -> Iterator[Source]:
    """Yield the texts that are used, those first that are the same for all conversations of an AI agent."""
    ai = conversation.ai
    if ai is not None and "instructions" in uses and ai.instructions:
        yield Source("Instructions", ai.instructions)
    if ai is not None and "tools" in uses and ai.tools:
        yield Source("Tools", "\n".join(map(_json, ai.tools)))
    if ai is not None and "knowledge" in uses:
        yield from (Source(each.title or "Knowledge", each.text) for each in ai.knowledge)


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


class Judgement(Struct, frozen=True):
    """Does the statement hold?  Answered by a judge engine.

    It reads the whole transcript; ``turn_ids`` are the turns of it that may be pointed at as evidence, in order.
    """

    statement: str
    transcript: Transcript
    turn_ids: tuple[str, ...]


class LevelMeaning(NamedTuple):
    """A level that a judge may choose, and what it means in words."""

    level: str
    means: str


class Grading(Struct, frozen=True):
    """Level that answers the question. Answered by a judge engine.

    Without ``levels`` the answer is a number. ``baseline`` is the level, or number, that needs no evidence.
    ``turn_ids`` are the turns that may be cited as evidence, in order.
    """

    question: str
    levels: tuple[LevelMeaning, ...]
    baseline: str
    transcript: Transcript
    turn_ids: tuple[str, ...]


class Extraction(Struct, frozen=True):
    """Values of a kind in these turns. Answered by a judge engine.

    ``name`` and ``description`` specify them (``interest rate``), ``kind`` is one of the kinds of
    ``auscult.domain.said.values``. ``turn_ids`` are the turns that may contain them, in order; the others are read too.
    """

    name: str
    description: str
    kind: str
    transcript: Transcript
    turn_ids: tuple[str, ...]


class Classification(Struct, frozen=True, cache_hash=True):
    """Likelihood of each label of a head for each of ``texts``. Answered by an engine that holds trained heads.

    ``head`` names a question and its labels (docs/reference/analyzers.md lists them).
    """

    head: str
    texts: tuple[str, ...]


class Examples(Struct, frozen=True, cache_hash=True):
    """Labels to choose from, each with a few example texts. ``texts`` has one tuple for each of ``labels``."""

    labels: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]


class FewShot(Struct, frozen=True):
    """Label whose examples are most like each of ``texts``. Answered by an engine that learns from a few examples."""

    examples: Examples
    texts: tuple[str, ...]


class Said(NamedTuple):
    """Turn as a taught question reads it: its words, and how many turns of the speaker come before and after it.

    ``said_before`` and ``said_after`` are the words of the turns around it, by any speaker; empty at either end. It is
    number ``at`` of the conversation's turns in which something is said.
    """

    text: str
    before: int
    after: int
    said_before: str = ""
    said_after: str = ""
    at: int = 0


class Resemblance(Struct, frozen=True, cache_hash=True):
    """Log odds that each of ``turns`` is what a question was taught. Answered by an engine that reads ``weights``.

    ``encoder`` is the version of what made the vectors that they were learned with; ``acts`` asks for the dialogue acts
    of the whole conversation, None where its language has none.
    """

    weights: str
    encoder: str
    turns: tuple[Said, ...]
    acts: "Acts | None" = None


class Lesson(Struct, frozen=True, cache_hash=True):
    """Weights that ticked turns teach. Answered by an engine that learns them.

    ``conversations`` are the turns of each, and ``ticks`` people's answers to each turn, None where there is none;
    ``acts`` asks for the dialogue acts of each, as ``Resemblance`` does; it is empty where no language has them.
    ``question`` is in words, in a language by its ISO 639-1 code.
    """

    question: str
    language: str
    conversations: tuple[tuple[Said, ...], ...]
    ticks: tuple[tuple[bool | None, ...], ...]
    acts: tuple["Acts | None", ...] = ()


class Acts(Struct, frozen=True, cache_hash=True):
    """Dialogue acts of each turn. Answered by an engine that holds heads for them.

    ``turns`` are those in which something is said; ``agents`` and ``queues`` are names, which help to recognise an introduction.
    ``language`` is an ISO 639-1 code, whose heads read the turns.
    """

    turns: tuple[Turn, ...]
    channel: str
    agents: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    language: str = "en"

    @classmethod
    def of(cls, conversation: Conversation) -> "Acts":
        """The question about a conversation."""
        return cls(
            turns=tuple([turn for turn in conversation.turns if turn.speaker != "system" and turn.text.strip()]),
            channel=conversation.channel,
            agents=tuple([one.name for one in conversation.agents if one.name]),
            queues=tuple([one.name for one in conversation.queues if one.name]),
            language=language_code(conversation),
        )


class Summarization(Struct, frozen=True):
    """Summary of the conversation in two to four sentences. Answered by a judge engine."""

    transcript: Transcript


class Lookup(Struct, frozen=True):
    """Value at ``path`` of a source of truth's reply to this request. Answered by an engine that may call it.

    ``transcript`` is of the conversation for which it is asked; no word of it is sent.
    """

    method: Literal["GET", "POST"]
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    path: str
    transcript: Transcript


class Review(Struct, frozen=True):
    """Sub-metrics that an external agent answers. Asked by an engine that may call it.

    ``evaluation`` is the id under which the agent answers, ``sub_metrics`` are the ids that it must answer.
    ``meta`` is sent to it with the transcript.
    """

    url: str
    evaluation: str
    sub_metrics: tuple[str, ...]
    meta: tuple[tuple[str, str], ...]
    transcript: Transcript


class TableLookup(Struct, frozen=True):
    """Cell in ``column`` of an app's table, in the row whose ``key_column`` holds ``key``."""

    table: str
    key_column: str
    key: str
    column: str


Question = Judgement | Grading | Extraction | Summarization
"""What is asked about a transcript, of a judge."""

Inquiry = Question | Lookup | Review
"""What is asked about a conversation, of an engine that is far: a judge, a source of truth, an external agent."""

AFAR: frozenset[type[Inquiry]] = frozenset(get_args(Inquiry))

Probe = Similarity | Classification | FewShot | Resemblance | Lesson | Acts | TableLookup | Inquiry

OPTIONAL: frozenset[type[Probe]] = frozenset({Acts})
"""Kinds that are asked only where an engine answers them: what reads the answers does without them otherwise."""


class Closest(NamedTuple):
    """The nearest sample to one text: cosine similarity in [-1, 1], rounded to 4 decimal places, and the sample's index."""

    similarity: float
    sample: int


class SimilarityAnswer(Struct, frozen=True):
    """One ``Closest`` for each text of the probe, in its order. ``engine`` names engine and model version."""

    closest: tuple[Closest, ...]
    engine: str


class Quoted(NamedTuple):
    """Words of a call, by its id, or of a source, by its title, that a judge quotes in addition to turns."""

    call_id: str | None
    name: str
    quote: str


class JudgementAnswer(Struct, frozen=True, omit_defaults=True):
    """Judge's answer, with the turns it cites and its reason.

    ``holds`` is None where the statement does not apply (NA). There is at least one turn where it holds. ``quotes``
    are the words of each of ``turn_ids`` that show it, as they are in its text, and ``quoted`` those of calls and
    sources. ``confidence`` is the judge's probability that it is right, None where that is not known.
    """

    holds: bool | None
    turn_ids: tuple[str, ...]
    reason: str
    engine: str
    quotes: tuple[str, ...] = ()
    quoted: tuple[Quoted, ...] = ()
    confidence: float | None = None


class GradingAnswer(Struct, frozen=True, omit_defaults=True):
    """The level, or number, that the judge chose; None where the question does not apply (NA).

    There is at least one turn unless it is the baseline. The other fields are as in ``JudgementAnswer``.
    """

    level: str | None
    turn_ids: tuple[str, ...]
    reason: str
    engine: str
    quotes: tuple[str, ...] = ()
    quoted: tuple[Quoted, ...] = ()
    confidence: float | None = None


class Extracted(NamedTuple):
    """Value that was said: the turn, the words there (a slice of its text), and the value they express.

    ``value`` is plain, without unit: ``25`` for "twenty five dollars".
    """

    turn_id: str
    text: str
    value: str


class ExtractionAnswer(Struct, frozen=True):
    """Every value that is said, in the order in which they are said; none when it never is."""

    values: tuple[Extracted, ...]
    engine: str


class LookupAnswer(Struct, frozen=True):
    """Value as text; None where there is none, and then ``reason`` describes what was found instead.

    ``is_failed``: there is no source to look it up in, so that the answer is unknown. ``digests``: keyed hashes of the
    value, one of which a masked value has that equals it.
    """

    value: str | None
    reason: str
    engine: str
    is_failed: bool = False
    digests: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Read the code of a stored reason."""
        force_setattr(self, "reason", from_store(self.reason))


class Reviewed(Struct, frozen=True):
    """Answer of an external agent to one sub-metric. All of ``turn_ids`` are turns of the transcript."""

    sub_metric: str
    qualification: Literal["YES", "NO", "NA"]
    justification: str
    turn_ids: tuple[str, ...]
    failure_reason: str = ""


class ReviewAnswer(Struct, frozen=True):
    """One thing said of each sub-metric that was asked about, in that order."""

    reviewed: tuple[Reviewed, ...]
    engine: str


class ClassificationAnswer(Struct, frozen=True):
    """For each text of the probe, in its order, the probability of each of ``labels``, rounded to 4 decimal places."""

    labels: tuple[str, ...]
    probabilities: tuple[tuple[float, ...], ...]
    engine: str


class ActsAnswer(Struct, frozen=True):
    """For each turn of the probe, in its order, a score of each of ``acts``: log odds in whole 16ths, -96 to 96."""

    acts: tuple[str, ...]
    scores: tuple[tuple[int, ...], ...]
    engine: str


class Likely(NamedTuple):
    """Label, its likelihood (from 0 to 1), and the text's closeness to its examples (cosine); 4 decimal places.

    The likelihood assumes that the text has one of the labels; the closeness shows whether it does.
    """

    label: str
    probability: float
    closeness: float


class FewShotAnswer(Struct, frozen=True):
    """For each text of the probe, in its order, its likeliest labels, at most three, the likeliest first.

    All labels of the examples share a probability of 1. A text without words has none.
    """

    likely: tuple[tuple[Likely, ...], ...]
    engine: str


class ResemblanceAnswer(Struct, frozen=True):
    """For each turn of the probe, in its order, its log odds in whole thousandths; above ``yes_from`` it is a Yes."""

    odds: tuple[int, ...]
    engine: str
    yes_from: int = 0


class LessonAnswer(Struct, frozen=True):
    """Weights, the version of what made the vectors in them, and the log odds of every turn in whole thousandths.

    Those of a ticked conversation are by weights that were learned without it. ``weights`` are empty where none of the
    turns was ticked with a Yes, or none with a No: the odds are then how like the question a turn is. A turn with odds
    above ``yes_from`` is a Yes.
    """

    weights: str
    encoder: str
    odds: tuple[tuple[int, ...], ...]
    engine: str
    yes_from: int = 0


class SummaryAnswer(Struct, frozen=True):
    """The summary, and the turns behind it in the order of its sentences."""

    text: str
    turn_ids: tuple[str, ...]
    engine: str


Answer = (
    SimilarityAnswer
    | JudgementAnswer
    | GradingAnswer
    | ExtractionAnswer
    | SummaryAnswer
    | ClassificationAnswer
    | FewShotAnswer
    | ResemblanceAnswer
    | LessonAnswer
    | ActsAnswer
    | LookupAnswer
    | ReviewAnswer
)
Answers = Mapping[Probe, Answer]


class FailedAnswer(Struct, frozen=True):
    """Answer that is unusable, even the second time: it cites no existing turn, or misquotes.

    ``reason`` names the fault.
    """

    reason: str
    engine: str

    def __post_init__(self) -> None:
        """Read the code of a stored reason."""
        force_setattr(self, "reason", from_store(self.reason))


class FailedAnswerError(Exception):
    """Read of an answer that failed, so that only a person can decide."""


class UsableAnswers(dict[Probe, Answer]):
    """Answers as metrics and analyzers read them. To read one that failed raises ``FailedAnswerError``.

    So none of them can take a failed answer for another one, and one on which nothing depends does no harm.
    """

    def __init__(self, answers: Mapping[Probe, Answer | FailedAnswer]) -> None:
        """Every answer, failed ones among them."""
        super().__init__({probe: answer for probe, answer in answers.items() if not isinstance(answer, FailedAnswer)})
        self._failed = {probe: answer for probe, answer in answers.items() if isinstance(answer, FailedAnswer)}

    def __missing__(self, probe: Probe) -> Answer:
        """Raise the reason why there is no answer: it failed, or was never asked."""
        if probe in self._failed:
            raise FailedAnswerError(self._failed[probe].reason)
        raise KeyError(probe)
