"""The nearest miss of a search that found nothing: the words of a turn that are most like those it searched for.

A reader of a NO asks first whether the machine overlooked something. An engine of meaning stores its nearest miss with
the verdict; a search by words has none, so that it is found here, when a page shows the verdict: by the words that a sentence has
in common with the phrases of the metric and with the sentences that prove its wording packs. It decides nothing.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec
from msgspec import Struct

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence, MetricResult, at, replace
from auscult.domain.said.text import sentences, spoken_words
from auscult.metrics._finding.language import Entry, Finding, Side, is_joined, read_window
from auscult.metrics._finding.reading import Reading, reading_of
from auscult.metrics._finding.windows import within
from auscult.wording import is_reference
from auscult.wording import sentences as pack_sentences

_LEAST = 0.4
_LEAST_SHARED = 2
_FAINT = 0.2
FAINT_WORDS = frozenset(
    files("auscult.services.conversations").joinpath("faint_words.txt").read_text(encoding="utf-8").split()
)


class _Answer(Struct):
    """Part of a metric's settings: its answer."""

    answer: Finding | None = None


class _Sought(NamedTuple):
    """One search: where it looked, and the sentences that it would have found, as words."""

    entry: Finding | Entry
    samples: tuple[frozenset[str], ...]


class _Near(NamedTuple):
    """A sentence of a turn, and how much it is like a sample, from 0 to 1."""

    likeness: float
    turn: Turn
    words: str


def is_miss(result: MetricResult, evidence: Evidence) -> bool:
    """Return whether evidence shows what came near, where the answer itself was not found."""
    is_below = evidence.similarity is not None and evidence.similarity < (evidence.threshold or 0)
    is_nothing = evidence.turn_id is not None and _found_nothing(result)
    return result.verdict.qualification == "NO" and (is_below or is_nothing)


def closest(result: MetricResult, conversation: Conversation) -> Evidence | None:
    """Return the passage that came closest to a metric's answer; None where it was found, or where nothing is like it.

    ``similarity`` is the share of words in common, from 0 to 1. Where the verdict has a nearest miss of its own, that
    is the better one: this returns None.
    """
    if not _found_nothing(result) or any(each.text or each.turn_id for each in result.verdict.evidence):
        return None
    reading = reading_of(conversation)
    near = [each for sought in _searches(result) if (each := _nearest(sought, reading, conversation))]
    best = max(near, key=lambda each: each.likeness, default=None)
    if best is None or best.likeness < _LEAST:
        return None
    quoted = at(best.turn, "", best.turn.start_ms, best.turn.end_ms, best.words)
    return replace(quoted, similarity=round(best.likeness, 3), threshold=1.0)


def _found_nothing(result: MetricResult) -> bool:
    return result.verdict.qualification == "NO" and result.verdict.reason.startswith("not found in ")


def _searches(result: MetricResult) -> Iterator[_Sought]:
    """Yield the searches of a metric's answer that words can be compared with."""
    try:
        answer = msgspec.convert(result.metric.settings or {}, _Answer).answer
    except msgspec.ValidationError:
        return
    if answer is not None:
        yield from _of(answer)


def _of(finding: Finding | Entry) -> Iterator[_Sought]:
    lines = (*finding.any_of, *finding.all_of)
    if is_joined(finding):
        for each in lines:
            yield from _of(each)
        return
    samples = tuple(words for line in lines for words in _samples(line))
    if samples:
        yield _Sought(finding, samples)


def _samples(line: Entry) -> Iterator[frozenset[str]]:
    yield from (_words(each) for each in (*(line.similar or ()), *(line.phrases or ())))
    if isinstance(line.wording, str) and is_reference(line.wording):
        yield from _proofs(line.wording.partition("@")[0])


@cache
def _proofs(name: str) -> tuple[frozenset[str], ...]:
    """Return the sentences that a wording pack holds for, as words."""
    return tuple(_words(each.text) for each in pack_sentences(name) if each.holds)


def _nearest(sought: _Sought, reading: Reading, conversation: Conversation) -> _Near | None:
    entry = sought.entry
    speaker: Side = entry.speaker or "agent"
    span = read_window(entry.window) if entry.window else None
    turns = [conversation.turns[at] for at in within(span, reading.turn_indexes(speaker), conversation)]
    found = (
        _Near(likeness, turn, sentence)
        for turn in turns
        for sentence in sentences(turn.text)
        if (likeness := _likeness(_words(sentence), sought.samples))
    )
    return max(found, key=lambda each: each.likeness, default=None)


def _likeness(words: frozenset[str], samples: tuple[frozenset[str], ...]) -> float:
    """Return the share of words in common with the sample that has most, from 0 to 1; small words count a fifth."""
    weight = _weigh(words)
    shared = ((words & each, each) for each in samples)
    return max(
        (2 * _weigh(common) / (weight + _weigh(each)) for common, each in shared if len(common) >= _LEAST_SHARED),
        default=0,
    )


def _weigh(words: frozenset[str]) -> float:
    return sum(_FAINT if each in FAINT_WORDS else 1 for each in words)


def _words(text: str) -> frozenset[str]:
    return frozenset(spoken_words(text).replace("'", "").split())


def closest_of(results: tuple[MetricResult, ...], conversation: Conversation) -> Mapping[str, Evidence]:
    """Return the passage that came closest, by metric id, of the metrics for which nothing was found."""
    found = ((each.metric.id, closest(each, conversation)) for each in results)
    return {metric_id: near for metric_id, near in found if near is not None}
