"""Searching a conversation: which turn, if any, is what a search looks for.

What words can tell is told at once (yes, no); where only an engine can tell, a turn is *open* until the answers are
in. Asking and deciding walk over the same open turns, so that an answer is found again by its place in the probe.
"""

from bisect import bisect_right
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence
from auscult.domain.probe import Answers, Closest, Judgement, JudgementAnswer, Probe, Similarity, SimilarityAnswer
from auscult.domain.text import sentences, spoken_words, straighten_quotes
from auscult.metrics._finding import DEFAULT_THRESHOLD, Entry, Finding, Side, Span, What, read_window
from auscult.metrics._patterns import matched_words, phrase_pattern, searcher

_SHOWN_SAMPLE = 60
_SHOWN_TEXT = 400


class State(Enum):
    """What words alone say of a turn."""

    NO = 0
    YES = 1
    OPEN = 2


class Scanned(NamedTuple):
    """A turn, its place in the conversation, what words say of it, and the conditions (as bits) that hold by words."""

    position: int
    turn: Turn
    state: State
    holds: int


class Miss(NamedTuple):
    """The nearest that a comparison of meaning came without reaching its threshold."""

    gap: float
    evidence: Evidence


class Outcome(NamedTuple):
    """What a search or finding came to. ``position`` is the place of the deciding turn, None when nothing was found."""

    position: int | None
    evidence: tuple[Evidence, ...] = ()
    nearest: Miss | None = None


class Search:
    """A search of a form, compiled once and used for every conversation."""

    def __init__(self, search: Finding | Entry, default_speaker: Side) -> None:
        self.speaker: Side = search.speaker or default_speaker
        self.span: Span | None = read_window(search.window) if search.window else None
        self.is_after_trigger = search.after is not None
        self.conditions: tuple[What, ...] = (*search.any_of, *search.all_of, *search.none_of)
        bits = [1 << place for place in range(len(self.conditions))]
        some, every = len(search.any_of), len(search.any_of) + len(search.all_of)
        self._any, self._all, self._none = sum(bits[:some]), sum(bits[some:every]), sum(bits[every:])
        pairs = list(zip(bits, self.conditions, strict=True))
        self._asked = [(bit, one) for bit, one in pairs if one.similar is not None or one.judge is not None]
        self._open = sum(bit for bit, _ in self._asked)
        self._events = [(bit, one.event) for bit, one in pairs if one.event is not None]
        phrases = [(bit, phrase) for bit, one in pairs for phrase in one.phrases or ()]
        patterns = [(bit, one.pattern) for bit, one in pairs if one.pattern is not None]
        self._phrase_bits = [bit for bit, _ in phrases]
        self._pattern_bits = [bit for bit, _ in patterns]
        self._find_phrases = searcher(tuple(phrase_pattern(phrase) for _, phrase in phrases)) if phrases else None
        self._find_patterns = searcher(tuple(pattern for _, pattern in patterns)) if patterns else None

    @property
    def needs(self) -> frozenset[type[Probe]]:
        """The kinds of engine it may have to ask."""
        return frozenset(Similarity if one.similar is not None else Judgement for _, one in self._asked)

    @cached_property
    def place(self) -> str:
        """Where it looks, in words: ``the agent's first 2 turns``."""
        whose = "anybody's" if self.speaker == "any" else f"the {self.speaker}'s"
        return f"{whose} {self.span or 'turns'}" + (" after the trigger" if self.is_after_trigger else "")

    def obstacle(self, conversation: Conversation) -> str:
        """Why it cannot look at all: nobody speaks there, or times are needed and unknown. Empty when it can."""
        turns = [turn for turn in conversation.turns if self.speaker in ("any", turn.speaker)]
        if not turns:
            return "nobody speaks" if self.speaker == "any" else f"the {self.speaker} never speaks"
        if self.span and self.span.unit == "ms" and all(turn.start_ms is None for turn in turns):
            return f"no times are known of {self.place.split(' ')[0]} turns, and {self.place} were asked for"
        return ""

    def scan(self, conversation: Conversation) -> list[Scanned]:
        """Every turn that may decide, in the order in which it would, with what words say of it.

        Ends at the first sure one, as nothing behind it could decide. Before the trigger is known, a search after
        the trigger must take every turn into account.
        """
        turns = [(at, turn) for at, turn in enumerate(conversation.turns) if self.speaker in ("any", turn.speaker)]
        events = self._place_events(conversation, turns)
        if not self.is_after_trigger:
            turns = self._within(turns, conversation, 0)
        if self._is_backwards:
            turns.reverse()
        scanned: list[Scanned] = []
        for position, turn in turns:
            state, holds = self._read(turn, events.get(position, 0))
            if state is not State.NO or self.is_after_trigger:
                scanned.append(Scanned(position, turn, state, holds))
            if state is State.YES and not self.is_after_trigger:
                break
        return scanned

    def probes(self, conversation: Conversation) -> Iterator[Probe]:
        """What must be asked about the open turns."""
        opened = [one for one in self.scan(conversation) if one.state is State.OPEN]
        if opened:
            for _, condition in self._asked:
                yield _probe(condition, opened, conversation)

    def decide(self, conversation: Conversation, answers: Answers, trigger: int | None) -> Outcome:
        """Find the deciding turn: the earliest that fits, in a ``last`` window the latest."""
        scanned = self.scan(conversation)
        opened = [one for one in scanned if one.state is State.OPEN]
        told = [(bit, one, _told(one, opened, conversation, answers)) for bit, one in self._asked] if opened else []
        allowed = None
        if self.is_after_trigger:
            start = conversation.turns[trigger] if trigger is not None else None
            since = 0 if start is None else (start.end_ms if start.end_ms is not None else start.start_ms)
            later = sorted((one.position, one.turn) for one in scanned if trigger is None or one.position > trigger)
            allowed = {position for position, _ in self._within(later, conversation, since)}
        nearest: Miss | None = None
        for one in scanned:
            if allowed is not None and one.position not in allowed:
                continue
            holds, whys = one.holds, dict[int, Evidence]()
            if one.state is State.OPEN:
                for bit, condition, by_turn in told:
                    said = by_turn.get(one.position)
                    if said is None:
                        continue
                    whys[bit] = said
                    if said.similarity is None or said.similarity >= (said.threshold or 0):
                        holds |= bit
                    elif bit & self._none == 0 and condition.similar is not None:
                        gap = (said.threshold or 0) - said.similarity
                        nearest = min(nearest or Miss(gap, said), Miss(gap, said), key=lambda miss: miss.gap)
            if self._fits(holds):
                return Outcome(one.position, (self._evidence(one, holds, whys, conversation),))
        return Outcome(None, (), nearest)

    @property
    def _is_backwards(self) -> bool:
        return self.span is not None and self.span.end == "last"

    def _within(
        self, turns: list[tuple[int, Turn]], conversation: Conversation, since_ms: int | None
    ) -> list[tuple[int, Turn]]:
        """The turns inside the window; seconds count from ``since_ms``, or back from the conversation's end."""
        span = self.span
        if span is None:
            return turns
        if span.unit == "turns":
            return turns[: span.size] if span.end == "first" else turns[-span.size :]
        if span.end == "first":
            until = None if since_ms is None else since_ms + span.size
            return [
                one for one in turns if one[1].start_ms is not None and until is not None and one[1].start_ms < until
            ]
        ends = [end for turn in conversation.turns if (end := _end_ms(turn)) is not None]
        last = max(ends, default=0)
        if conversation.ended_at is not None:
            last = round((conversation.ended_at - conversation.started_at).total_seconds() * 1000)
        return [one for one in turns if (end := _end_ms(one[1])) is not None and end > last - span.size]

    def _place_events(self, conversation: Conversation, turns: list[tuple[int, Turn]]) -> dict[int, int]:
        """Lay each event that is looked for on the turn that was the last to begin when it began."""
        placed: dict[int, int] = {}
        if not self._events or not turns:
            return placed
        begun = sorted((turn.start_ms, at) for at, turn in turns if turn.start_ms is not None)
        for event in conversation.events:
            bits = sum(bit for bit, kind in self._events if kind == event.type)
            if bits:
                before = 0 if event.start_ms is None else bisect_right(begun, (event.start_ms, len(conversation.turns)))
                at = begun[before - 1][1] if before else turns[0][0]
                placed[at] = placed.get(at, 0) | bits
        return placed

    def _read(self, turn: Turn, holds: int) -> tuple[State, int]:
        """What words say of one turn, beside the events that are already known to hold."""
        if self._find_phrases is not None:
            for place in self._find_phrases(spoken_words(turn.text)) or ():
                holds |= self._phrase_bits[place]
        if self._find_patterns is not None:
            for place in self._find_patterns(straighten_quotes(turn.text)) or ():
                holds |= self._pattern_bits[place]
        if holds & self._none or self._all & ~self._open & ~holds:
            return State.NO, holds
        if self._any and not holds & self._any and not self._any & self._open:
            return State.NO, holds
        if (self._any and not holds & self._any) or (self._all | self._none) & self._open:
            return State.OPEN, holds
        return State.YES, holds

    def _fits(self, holds: int) -> bool:
        return not holds & self._none and holds & self._all == self._all and (not self._any or bool(holds & self._any))

    def _evidence(self, one: Scanned, holds: int, told: dict[int, Evidence], conversation: Conversation) -> Evidence:
        """The turn, and why it fits: the first of any_of that holds, and everything in all_of."""
        bits = [1 << place for place in range(len(self.conditions))]
        some = next((bit for bit in bits if bit & self._any & holds), 0)
        decided = [(bit, self.conditions[place]) for place, bit in enumerate(bits) if bit & (self._all | some)]
        whys: list[str] = []
        closest: Evidence | None = None
        for bit, condition in decided:
            if bit in told:
                whys.append(told[bit].why)
                closest = closest or told[bit]
            else:
                whys.append(_why(condition, one.turn, conversation))
        if closest is None:
            return cite(one.turn, " and ".join(whys))
        return cite(one.turn, " and ".join(whys), closest.similarity, closest.threshold)


def cite(turn: Turn, why: str, similarity: float | None = None, threshold: float | None = None) -> Evidence:
    """Point at a turn."""
    text = turn.text if len(turn.text) <= _SHOWN_TEXT else turn.text[:_SHOWN_TEXT]
    return Evidence(
        turn_id=turn.id,
        start_ms=turn.start_ms,
        end_ms=turn.end_ms,
        text=text,
        why=why,
        similarity=similarity,
        threshold=threshold,
    )


def _end_ms(turn: Turn) -> int | None:
    return turn.end_ms if turn.end_ms is not None else turn.start_ms


def _probe(condition: What, opened: list[Scanned], conversation: Conversation) -> Probe:
    if condition.similar is not None:
        texts = tuple(piece for one in opened for piece in sentences(one.turn.text))
        return Similarity(samples(condition), texts)
    return Judgement(condition.judge or "", conversation.id, tuple(one.turn.id for one in opened))


def _told(condition: What, opened: list[Scanned], conversation: Conversation, answers: Answers) -> dict[int, Evidence]:
    """What an engine said of the open turns, by their place: how near each came, or that it is what was asked for."""
    answer = answers[_probe(condition, opened, conversation)]
    if isinstance(answer, JudgementAnswer):
        pointed = set(answer.turn_ids) if answer.holds else set[str]()
        return {one.position: cite(one.turn, f"judged: {answer.reason}") for one in opened if one.turn.id in pointed}
    return dict(_compared(condition, opened, answer))


def _compared(condition: What, opened: list[Scanned], answer: SimilarityAnswer) -> Iterator[tuple[int, Evidence]]:
    threshold = condition.threshold if condition.threshold is not None else DEFAULT_THRESHOLD
    read = 0
    for one in opened:
        count = len(sentences(one.turn.text))
        best: Closest | None = max(answer.closest[read : read + count], key=lambda near: near.similarity, default=None)
        read += count
        if best is None:
            continue
        sample = (condition.similar or ())[best.sample]
        shown = sample if len(sample) <= _SHOWN_SAMPLE else sample[: _SHOWN_SAMPLE - 1] + "…"
        sign = "≥" if best.similarity >= threshold else "<"
        why = f"similar to '{shown}' {best.similarity:.2f} {sign} {threshold:.2f}"
        yield one.position, cite(one.turn, why, best.similarity, threshold)


def samples(condition: What) -> tuple[str, ...]:
    """The samples as they are compared: without placeholders, which mean nothing to a model of meaning."""
    return tuple(_without_placeholders(sample) for sample in condition.similar or ())


def _without_placeholders(sample: str) -> str:
    kept, rest = "", sample
    while rest:
        plain, opened, behind = rest.partition("[")
        _, closed, after = behind.partition("]")
        kept += plain if closed or not opened else rest
        rest = after if closed else ""
    return " ".join(kept.split()) or sample


def _why(condition: What, turn: Turn, conversation: Conversation) -> str:
    """Why a condition of words or events holds on this turn."""
    if condition.phrases is not None:
        words = spoken_words(turn.text)
        said = next((one for one in condition.phrases if searcher((phrase_pattern(one),))(words)), "")
        return f"says '{said}'"
    if condition.pattern is not None:
        return f"says '{matched_words(condition.pattern, turn.text)}'"
    event = next(event for event in conversation.events if event.type == condition.event)
    return f"{event.type} at {event.start_ms} ms" if event.start_ms is not None else event.type
