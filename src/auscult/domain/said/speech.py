"""Measures of how people talk, from the times of their turns: talking at once, silence, pace (docs/reference/metrics/by_speech.md).

Everything is in ms from the conversation's start. A turn counts when its start and end are known and the end is
later; others are left out, as nothing can be known of them. Shifting all times changes no measure.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Event, Speaker, Turn
from auscult.domain.said.words import count_words

CROSS_TALK_MS, DEAD_AIR_MS = 2_000, 30_000
"""How long talk at once and silence must last to count, where nobody says otherwise (the vendor's values)."""

Side = Literal["agent", "customer"]

_MS_A_MINUTE = 60_000


class Stretch(Protocol):
    """Stretch of time in ms, without its end."""

    @property
    def start_ms(self) -> int:
        """Its beginning."""
        ...

    @property
    def end_ms(self) -> int:
        """Its end."""
        ...


class Span(NamedTuple):
    """From ``start_ms`` up to ``end_ms``."""

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        """Return its length in ms."""
        return self.end_ms - self.start_ms


class CrossTalk(NamedTuple):
    """Agent and customer talk at once. ``begun_by`` is who came in on the other, None when both began together.

    ``turn`` is what the one who came in was saying.
    """

    start_ms: int
    end_ms: int
    begun_by: Side | None
    turn: Turn

    @property
    def duration_ms(self) -> int:
        """Return its length in ms."""
        return self.end_ms - self.start_ms


class Silence(NamedTuple):
    """Stretch without talk and without a hold. ``after`` is the last turn before it."""

    start_ms: int
    end_ms: int
    after: Turn

    @property
    def duration_ms(self) -> int:
        """Return its length in ms."""
        return self.end_ms - self.start_ms


class Pace(NamedTuple):
    """Pace of one side: words, and the ms of talk they took."""

    words: int
    talk_ms: int

    @property
    def words_per_minute(self) -> float:
        """Words a minute of talk."""
        return self.words * _MS_A_MINUTE / self.talk_ms


def is_timed(turn: Turn) -> bool:
    """Return whether start and end of a turn are known."""
    return turn.start_ms is not None and turn.end_ms is not None and turn.start_ms < turn.end_ms


def talk_spans(conversation: Conversation, *speakers: Speaker) -> list[Span]:
    """When these speakers (all, where none is named) talk: spans that neither overlap nor touch, in order."""
    return _joined([_span(turn) for turn in _timed(conversation, speakers)])


def talk_time_ms(conversation: Conversation, *speakers: Speaker) -> int:
    """Return how long these speakers (all, where none is named) talk; talking at once counts once."""
    return sum(span.duration_ms for span in talk_spans(conversation, *speakers))


def cross_talk(conversation: Conversation, min_ms: int) -> list[CrossTalk]:
    """Every stretch of at least ``min_ms`` in which agent and customer talk at once, in order.

    Turns of one side that touch or overlap are one stretch of talk; the side whose stretch began later came in.
    """
    agent, customer = talk_spans(conversation, "agent"), talk_spans(conversation, "customer")
    found: list[tuple[int, int, Side | None]] = []
    a = c = 0
    while a < len(agent) and c < len(customer):
        one, other = agent[a], customer[c]
        start, end = max(one.start_ms, other.start_ms), min(one.end_ms, other.end_ms)
        if start < end and end - start >= min_ms:
            begun_by: Side | None = None
            if one.start_ms != other.start_ms:
                begun_by = "agent" if one.start_ms > other.start_ms else "customer"
            found.append((start, end, begun_by))
        if one.end_ms <= other.end_ms:
            a += 1
        if other.end_ms <= one.end_ms:
            c += 1
    if not found:
        return []
    # Who comes in does so with the first word of a stretch of talk, so that a turn begins just there.
    coming_in = {(turn.speaker, turn.start_ms): turn for turn in reversed(_timed(conversation, ("agent", "customer")))}
    return [CrossTalk(start, end, side, coming_in[side or "agent", start]) for start, end, side in found]


def silences(conversation: Conversation, min_ms: int) -> list[Silence]:
    """Return every stretch of at least ``min_ms`` without talk between first and last turn, in order.

    A hold is no silence; a hold without an end lasts until the next talk. A turn with only a start ends a silence
    there.
    """
    heard = [turn for turn in conversation.turns if turn.start_ms is not None]
    heard.sort(key=lambda turn: turn.start_ms or 0)
    holds = _holds(conversation, [turn.start_ms or 0 for turn in heard])
    found: list[Silence] = []
    last: Turn | None = None
    until = 0
    for turn in heard:
        start = turn.start_ms or 0
        if last is not None and start - until >= min_ms:
            quiet = uncovered(Span(until, start), holds)
            found.extend(Silence(*piece, last) for piece in quiet if piece.duration_ms >= min_ms)
        end = max(start, turn.end_ms if turn.end_ms is not None else start)
        if last is None or end >= until:
            last, until = turn, end
    return found


def pace(conversation: Conversation, speaker: Speaker) -> Pace | None:
    """Return the pace of a side, over all its timed turns, or None when no time is known."""
    turns = [turn for turn in conversation.turns if turn.speaker == speaker]
    spans = _heard(conversation, speaker)
    if spans and not any(map(is_timed, conversation.turns)):
        return Pace(sum(count_words(turn.text) for turn in turns), sum(span.duration_ms for span in spans))
    return pace_of(turns)


def with_times_of_sound(conversation: Conversation) -> Conversation:
    """Return a conversation whose turns are the stretches of speech in its recording, where none of its turns has times.

    These turns have no id and no text. Hold music is a hold.
    """
    if conversation.heard is None or any(map(is_timed, conversation.turns)):
        return conversation
    sides: tuple[Side, Side] = ("agent", "customer")
    turns = [
        Turn("", side, start_ms=span.start_ms, end_ms=span.end_ms)
        for side in sides
        for span in _heard(conversation, side)
    ]
    music = tuple(Event("hold", start, end) for start, end in conversation.heard.music)
    turns.sort(key=lambda turn: turn.start_ms or 0)
    return replace(conversation, turns=tuple(turns), events=(*conversation.events, *music))


def _heard(conversation: Conversation, speaker: Speaker) -> list[Span]:
    if conversation.heard is None or speaker not in ("agent", "customer"):
        return []
    spans = conversation.heard.agent if speaker == "agent" else conversation.heard.customer
    return [Span(*span) for span in spans]


def pace_of(turns: Iterable[Turn]) -> Pace | None:
    """Return the pace of these turns, over those that are timed, or None when no time is known."""
    timed = [turn for turn in turns if is_timed(turn)]
    if not timed:
        return None
    talk_ms = sum(span.duration_ms for span in _joined(map(_span, timed)))
    return Pace(sum(count_words(turn.text) for turn in timed), talk_ms)


def _holds(conversation: Conversation, starts: list[int]) -> list[Span]:
    """When the customer was on hold; ``starts`` are those of the turns, in order."""
    holds: list[Span] = []
    for event in conversation.events:
        if event.type == "hold" and event.start_ms is not None:
            following = bisect_left(starts, event.start_ms)
            until = starts[following] if following < len(starts) else event.start_ms
            holds.append(Span(event.start_ms, until if event.end_ms is None else event.end_ms))
    return _joined(hold for hold in holds if hold.start_ms < hold.end_ms)


def _timed(conversation: Conversation, speakers: tuple[Speaker, ...]) -> list[Turn]:
    return [turn for turn in conversation.turns if is_timed(turn) and (not speakers or turn.speaker in speakers)]


def _span(turn: Turn) -> Span:
    return Span(turn.start_ms or 0, turn.end_ms or 0)


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    until = -1
    for span in sorted(spans):
        if joined and span.start_ms <= until:
            until = max(until, span.end_ms)
            joined[-1] = Span(joined[-1].start_ms, until)
        else:
            until = span.end_ms
            joined.append(span)
    return joined


def uncovered(span: Stretch, holds: Sequence[Stretch]) -> list[Span]:
    """Return what is left of a span outside the holds (in order, apart)."""
    left: list[Span] = []
    start = span.start_ms
    for index in range(bisect_left(holds, start, key=lambda hold: hold.end_ms), len(holds)):
        hold = holds[index]
        if hold.start_ms >= span.end_ms:
            break
        if hold.start_ms > start:
            left.append(Span(start, hold.start_ms))
        start = max(start, hold.end_ms)
    if start < span.end_ms:
        left.append(Span(start, span.end_ms))
    return left
