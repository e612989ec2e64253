"""Values that were said: the turns to search, the way to recognise them, and their plain form.

By type (every amount, every date), by a pattern, or by a judge. Documented in docs/reference/metrics/by_value.md.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.probe import Answers, Extraction, ExtractionAnswer, Probe, Transcript
from auscult.domain.said.text import spoken_words
from auscult.domain.said.values import Kind, Locale, Value, mentions, read
from auscult.metrics._finding.language import (
    Problem,
    Side,
    Window,
    after_problems,
    read_window,
    scope_in_words,
    window_problems,
)
from auscult.metrics._finding.patterns import captured, phrase_pattern, refusal, searcher
from auscult.metrics._finding.reading import Reading, TurnIndexes
from auscult.metrics._finding.windows import within


class Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Form's description of a value that is said. ``kind`` is its type; ``pattern`` or ``judge`` narrow it down."""

    kind: Kind = "text"
    name: str = "value"
    speaker: Side | None = None
    window: Window | None = None
    after: Literal["trigger"] | None = None
    near: tuple[str, ...] = ()
    pattern: str | None = None
    judge: str | None = None


def said_problems(said: Said, field: str, *, has_trigger: bool) -> Iterator[Problem]:
    """Yield its faults: (field, fault and what would be right)."""
    if said.pattern is not None and said.judge is not None:
        yield field, coded("has pattern and judge; a value is found by one of them")
    elif said.kind == "text" and said.pattern is None and said.judge is None:
        yield field, coded("looks for any text; say which with pattern or judge, or give another kind")
    if said.pattern is not None and (reason := refusal(said.pattern)):
        yield f"{field}.pattern", reason
    for key, text in (("judge", said.judge), ("name", said.name)):
        if text is not None and not text.strip():
            yield f"{field}.{key}", coded("is empty; say which value is meant, like interest rate")
    for index, phrase in enumerate(said.near):
        if spoken_words(phrase) == " ":
            yield f"{field}.near[{index}]", coded("{value!r} has no word in it that could be found", value=phrase)
    yield from after_problems(said.after, field, has_trigger=has_trigger)
    yield from window_problems(said.window, field)


class Heard(NamedTuple):
    """Value that was said: its turn, its offset in the text, and its plain form."""

    position: int
    start: int
    turn: Turn
    words: str
    value: Value


class Sayings:
    """Search for a value, compiled. ``needs``: the probes it may send out."""

    def __init__(self, said: Said, *, speaker: Side = "agent", advice: str = "") -> None:
        """Compile it; ``advice`` is sent to a judge after the form's own description."""
        self.said = said
        self.speaker: Side = said.speaker or speaker
        self._span = None if said.window is None else read_window(said.window)
        self._advice = advice
        self._near = searcher(tuple(phrase_pattern(phrase) for phrase in said.near)) if said.near else None
        self.needs: frozenset[type[Probe]] = frozenset({Extraction} if said.judge is not None else ())

    @cached_property
    def scope(self) -> str:
        """Return the scope of the search, in words."""
        scope = scope_in_words(self.speaker, self._span)
        return coded("{before} after the trigger", before=scope) if self.said.after else scope

    def obstacle(self, reading: Reading) -> str:
        """Return why it is unknown whether it was said there: times are needed and unknown. Empty when that can be known."""
        turns = [reading.turns[index] for index in reading.turn_indexes(self.speaker)]
        if self._span is None or self._span.unit != "ms" or any(turn.start_ms is not None for turn in turns):
            return ""
        return coded("no times are known, and {place} were asked for", place=self.scope)

    def probe(self, conversation: Conversation, reading: Reading) -> Extraction | None:
        """Return the question to a judge."""
        if self.said.judge is None:
            return None
        # Behind which turn it will have to be is not known before the trigger is: it is asked of all.
        indexes = reading.turn_indexes(self.speaker) if self.said.after else self._indexes(reading, None)
        turn_ids = tuple(reading.turns[index].id for index in indexes)
        if not turn_ids:
            return None
        description = " ".join(part for part in (self.said.judge.strip(), self._advice) if part)
        return Extraction(self.said.name, description, self.said.kind, Transcript.of(conversation), turn_ids)

    def heard(
        self, reading: Reading, answers: Answers, trigger: int | None, speaker: Side | None = None
    ) -> list[Heard]:
        """Every value that was said, in order; ``speaker`` asks for those of another side in the same window."""
        conversation = reading.conversation
        indexes = self._indexes(reading, trigger, speaker)
        probe = self.probe(conversation, reading) if speaker is None else None
        if probe is not None:
            answer = answers[probe]
            assert isinstance(answer, ExtractionAnswer)  # noqa: S101  (an extraction is answered by one)
            return self._extracted(answer, indexes, reading)
        locale = Locale.of(conversation.language, conversation.started_at.date())
        return [one for index in indexes for one in self._in_turn(index, reading.turns[index], locale)]

    def _indexes(self, reading: Reading, trigger: int | None, speaker: Side | None = None) -> TurnIndexes:
        indexes = reading.turn_indexes(speaker or self.speaker)
        if self.said.after and trigger is not None:
            indexes = tuple(index for index in indexes if index > trigger)
        indexes = within(self._span, indexes, reading.conversation, trigger if self.said.after else None)
        if self._near is None:
            return indexes
        texts = reading.texts(spoken_words)
        return tuple(index for index in indexes if self._near(texts[index]))

    def _in_turn(self, position: int, turn: Turn, locale: Locale) -> Iterator[Heard]:
        if self.said.pattern is None:
            for one in mentions(self.said.kind, turn.text, locale):
                yield Heard(position, one.start, turn, turn.text[one.start : one.end], one.value)
            return
        for start, end in captured(self.said.pattern, turn.text):
            value = read(self.said.kind, turn.text[start:end], locale)
            if value is not None:
                yield Heard(position, start, turn, turn.text[start:end], value)

    def _extracted(self, answer: ExtractionAnswer, indexes: TurnIndexes, reading: Reading) -> list[Heard]:
        """Return the values that a judge found in the window, in order; its reading of the words, else the words themselves."""
        conversation = reading.conversation
        locale = Locale.of(conversation.language, conversation.started_at.date())
        by_id = {reading.turns[index].id: index for index in indexes}
        found: list[Heard] = []
        for one in answer.values:
            index = by_id.get(one.turn_id)
            value = read(self.said.kind, one.value, locale) or read(self.said.kind, one.text, locale)
            if index is not None and value is not None:
                turn = reading.turns[index]
                found.append(Heard(index, max(0, turn.text.find(one.text)), turn, one.text, value))
        return sorted(found, key=lambda one: (one.position, one.start))
