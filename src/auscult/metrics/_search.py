"""Searching a conversation: which turn, if any, is what a search looks for.

What words can tell is told at once (yes, no); where only an engine can tell, a turn is *open* until the answers are
in. Asking and deciding walk over the same open turns, so that an answer is found again by its place in the probe.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import cached_property, partial
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence
from auscult.domain.probe import (
    Answer,
    Answers,
    Judgement,
    JudgementAnswer,
    Probe,
    Similarity,
    SimilarityAnswer,
    Transcript,
)
from auscult.metrics._citing import cite, shortened, why_by_words
from auscult.metrics._finding import DEFAULT_THRESHOLD, Entry, Finding, Side, Span, What, read_window
from auscult.metrics._patterns import line_searcher, phrase_pattern, searcher, without_placeholders, wording_pattern
from auscult.metrics._reading import WAYS, Places, Reading, Way
from auscult.metrics._windows import within


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
    """What a search or finding came to. ``position`` is the place of the deciding turn, None when nothing was found.

    ``cited`` gives the evidence; most of what is found is never shown, so that it is put together only when asked for.
    ``undecided`` is the judge's reason where nothing was found because it says that the question does not arise.
    """

    position: int | None
    cited: tuple[Callable[[], Evidence], ...] = ()
    nearest: Miss | None = None
    undecided: str = ""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The turns that decided, and why they count."""
        return tuple(cite_one() for cite_one in self.cited)


NOTHING = Outcome(None)

_SIMILARITY = itemgetter(0)


class Search:
    """A search of a form, compiled once and used for every conversation. ``needs``: the probes it may send out."""

    def __init__(self, search: Finding | Entry, default_speaker: Side) -> None:
        self.speaker: Side = search.speaker or default_speaker
        self.span: Span | None = read_window(search.window) if search.window else None
        self.is_after_trigger = search.after is not None
        self._window = self.speaker if self.is_after_trigger or not self.span else f"{self.speaker} {self.span}"
        self.direction = search.direction
        self.language = search.language and search.language.casefold()
        self.conditions: tuple[What, ...] = (*search.any_of, *search.all_of, *search.none_of)
        bits = [1 << place for place in range(len(self.conditions))]
        some, every = len(search.any_of), len(search.any_of) + len(search.all_of)
        self._any, self._all, self._none = sum(bits[:some]), sum(bits[some:every]), sum(bits[every:])
        pairs = list(zip(bits, self.conditions, strict=True))
        self._asked = [(bit, one) for bit, one in pairs if one.similar is not None or one.judge is not None]
        self.needs: frozenset[type[Probe]] = frozenset(
            Similarity if one.similar is not None else Judgement for _, one in self._asked
        )
        self._open = sum(bit for bit, _ in self._asked)
        self._otherwise = self._state(0)
        self._events = [(bit, one.event) for bit, one in pairs if one.event is not None]
        self._samples = {bit: _samples(one) for bit, one in pairs if one.similar is not None}
        phrases = [(bit, phrase_pattern(phrase)) for bit, one in pairs for phrase in one.phrases or ()]
        wordings = [(bit, wording_pattern(one.wording)) for bit, one in pairs if one.wording is not None]
        self._wordings = dict(wordings)
        patterns = [(bit, one.pattern) for bit, one in pairs if one.pattern is not None]
        written = tuple(zip(WAYS, (phrases, wordings, patterns), strict=True))
        self._lexicons = _lexicons(written, self._any | self._all)
        self._vetoes = _lexicons(written, self._none)

    @cached_property
    def place(self) -> str:
        """Where it looks, in words: ``the agent's first 2 turns``."""
        return (
            f"{self._whose} {self.span or 'turns'}"
            + (" after the trigger" if self.is_after_trigger else "")
            + (f" when {self.direction}" if self.direction else "")
            + (f" in {self.language}" if self.language else "")
        )

    def obstacle(self, reading: Reading) -> str:
        """Why it cannot look at all: nobody speaks there, or times are needed and unknown. Empty when it can."""
        places = reading.places(self.speaker)
        if not places:
            return "nobody speaks" if self.speaker == "any" else f"the {self.speaker} never speaks"
        if self.span and self.span.unit == "ms" and all(reading.turns[place].start_ms is None for place in places):
            return f"no times are known of {self._whose} turns, and {self.place} were asked for"
        return ""

    @property
    def _whose(self) -> str:
        return "anybody's" if self.speaker == "any" else f"the {self.speaker}'s"

    def _seen(self, reading: Reading, among: Places | None) -> "_Seen":
        """What a scan saw, and what is to be asked of it: kept with the reading, for asking and deciding both need it."""
        if among is not None:
            return self._see(reading, among)
        seen = reading.seen.get(self)
        if seen is None:
            seen = reading.seen[self] = self._see(reading, None)
        assert isinstance(seen, _Seen)  # noqa: S101  (a search keeps nothing else)
        return seen

    def _see(self, reading: Reading, among: Places | None) -> "_Seen":
        scanned = self._scan(reading, among)
        opened = [one for one in scanned if one.state is State.OPEN]
        asked = self._asked if opened else ()
        return _Seen(scanned, opened, {bit: self._probe(bit, one, opened, reading) for bit, one in asked})

    def _scan(self, reading: Reading, among: Places | None = None) -> list[Scanned]:
        """Every turn that may decide, in the order in which it would, with what words say of it.

        Ends at the first sure one, as nothing behind it could decide. Before the trigger is known, a search after
        the trigger must take every turn into account. ``among`` are the turns to look at instead of its own window.
        """
        if not self._is_for(reading.conversation):
            return []
        places = reading.windows.get(self._window) if among is None else among
        if places is None:
            places = reading.places(self.speaker)
            if not self.is_after_trigger:
                places = within(self.span, places, reading.conversation)
            reading.windows[self._window] = places
        events = self._place_events(reading) if self._events else {}
        lexicons = [one for one in self._lexicons if among is not None or one.has_any(reading, self._window)]
        if self._otherwise is State.NO and not lexicons and not events:
            return []
        readers = [(lexicon, reading.texts(lexicon.way)) for lexicon in lexicons]
        vetoes = [(lexicon, reading.texts(lexicon.way)) for lexicon in self._vetoes]
        scanned: list[Scanned] = []
        for position in places if self.span is None or self.span.end == "first" else reversed(places):
            state, holds = self._look(position, events.get(position, 0), readers, vetoes)
            if state is not State.NO:
                scanned.append(Scanned(position, reading.turns[position], state, holds))
            if state is State.YES and not self.is_after_trigger:
                break
        return scanned

    def _look(self, position: int, holds: int, readers: "list[_Reader]", vetoes: "list[_Reader]") -> tuple[State, int]:
        """What words say of one turn, and the conditions that hold; what must not hold is looked for last."""
        for lexicon, texts in readers:
            holds |= lexicon.bits(texts[position])
        state = self._state(holds) if holds else self._otherwise
        if state is State.NO or not vetoes:
            return state, holds
        for lexicon, texts in vetoes:
            holds |= lexicon.bits(texts[position])
        return self._state(holds), holds

    def _is_for(self, conversation: Conversation) -> bool:
        """Whether it looks at such conversations at all; ``en`` is for ``en-GB`` too."""
        if self.direction not in (None, conversation.direction):
            return False
        spoken = conversation.language.casefold()
        return self.language in (None, spoken, spoken.partition("-")[0])

    def probes(self, reading: Reading, among: Places | None = None) -> Iterator[Probe]:
        """What must be asked about the open turns."""
        yield from self._seen(reading, among).probes.values()

    def decide(self, reading: Reading, answers: Answers, trigger: int | None, among: Places | None = None) -> Outcome:
        """Find the deciding turn: the earliest that fits, in a ``last`` window the latest."""
        scanned, opened, probes = self._seen(reading, among)
        if not scanned:
            return NOTHING
        conversation = reading.conversation
        allowed = self._after(reading, trigger) if self.is_after_trigger else None
        asked = self._asked if opened else ()
        told = {bit: self._told(one, opened, answers[probes[bit]], reading) for bit, one in asked}
        nearest: tuple[float, int, Scanned] | None = None
        for one in scanned:
            if allowed is not None and one.position not in allowed:
                continue
            holds = one.holds
            for bit, by_turn in told.items() if one.state is State.OPEN else ():
                said = by_turn.get(one.position)
                if said is not None and said.gap <= 0:
                    holds |= bit
                elif said is not None and not bit & self._none and (nearest is None or said.gap < nearest[0]):
                    nearest = (said.gap, bit, one)
            if self._fits(holds):
                return Outcome(one.position, (partial(self._evidence, one, holds, told, conversation),))
        undecided = self._undecided(probes, answers)
        return Outcome(None, (), None if nearest is None else _missed(*nearest, told), undecided)

    def _undecided(self, probes: dict[int, Probe], answers: Answers) -> str:
        """Why it stays open whether a turn fits: the judge said that its question does not arise. Else nothing."""
        reason = ""
        for bit, probe in probes.items():
            if isinstance(probe, Judgement) and not bit & self._none:
                answer = answers[probe]
                assert isinstance(answer, JudgementAnswer)  # noqa: S101  (a statement is answered by a judgement)
                if answer.holds is False and bit & self._all:
                    return ""
                reason = reason or ("" if answer.holds is not None else answer.reason or "the judge gives no reason")
        return reason

    def _after(self, reading: Reading, trigger: int | None) -> set[int]:
        """The places of the turns that may decide, now that the trigger is known: its window counts from there."""
        if trigger is None:
            return set()
        later = tuple(place for place in reading.places(self.speaker) if place > trigger)
        return set(within(self.span, later, reading.conversation, trigger))

    def _place_events(self, reading: Reading) -> dict[int, int]:
        """Lay each event that is looked for on the speaker's turn that was the last to begin when it began."""
        places = reading.places(self.speaker)
        starts = ((reading.turns[place].start_ms, place) for place in places)
        begun = sorted((start, place) for start, place in starts if start is not None)
        placed: dict[int, int] = {}
        for event in reading.conversation.events if places else ():
            bits = sum(bit for bit, kind in self._events if kind == event.type)
            if bits:
                before = 0 if event.start_ms is None else bisect_right(begun, (event.start_ms, len(reading.turns)))
                at = begun[before - 1][1] if before else places[0]
                placed[at] = placed.get(at, 0) | bits
        return placed

    def _state(self, holds: int) -> State:
        """What can be said of a turn on which words and events make these conditions hold."""
        if holds & self._none or self._all & ~self._open & ~holds:
            return State.NO
        some = not self._any or holds & self._any
        if not some and not self._any & self._open:
            return State.NO
        return State.YES if some and not (self._all | self._none) & self._open else State.OPEN

    def _fits(self, holds: int) -> bool:
        return not holds & self._none and holds & self._all == self._all and (not self._any or bool(holds & self._any))

    def _evidence(
        self, one: Scanned, holds: int, told: dict[int, "dict[int, _Said]"], conversation: Conversation
    ) -> Evidence:
        """The turn, and why it fits: the first of any_of that holds, and everything in all_of."""
        bits = [1 << place for place in range(len(self.conditions))]
        some = next((bit for bit in bits if bit & self._any & holds), 0)
        whys: list[str] = []
        piece = ""
        closest: _Said | None = None
        for bit, condition in zip(bits, self.conditions, strict=True):
            if not bit & (self._all | some):
                continue
            said = told.get(bit, {}).get(one.position) if not bit & one.holds else None
            wording = self._wordings.get(bit, "")
            why, quoted = (said.why, said.piece) if said else why_by_words(condition, one.turn, conversation, wording)
            whys.append(why)
            piece = piece or quoted
            closest = closest or said
        likeness = (closest.similarity, closest.threshold) if closest else (None, None)
        return cite(one.turn, " and ".join(whys), piece, *likeness)

    def _probe(self, bit: int, condition: What, opened: list[Scanned], reading: Reading) -> Probe:
        if bit in self._samples:
            pieces = [reading.pieces(one.position) for one in opened]
            return Similarity(self._samples[bit], tuple(chain.from_iterable(pieces)))
        turn_ids = tuple(one.turn.id for one in opened)
        return Judgement(condition.judge or "", Transcript.of(reading.conversation), turn_ids)

    @staticmethod
    def _told(condition: What, opened: list[Scanned], answer: Answer, reading: Reading) -> dict[int, "_Said"]:
        """What an engine said of the open turns, by their place in the conversation."""
        if isinstance(answer, JudgementAnswer):
            pointed = set(answer.turn_ids) if answer.holds else set[str]()
            said = _Said(0.0, answer.reason)
            return {one.position: said for one in opened if one.turn.id in pointed}
        assert isinstance(answer, SimilarityAnswer)  # noqa: S101  (a comparison is answered by a comparison)
        return _compared(condition, [(one.position, reading.pieces(one.position)) for one in opened], answer)


class _Seen(NamedTuple):
    """What a scan saw: every turn that may decide, those among them that are open, and what is asked of these, by bit."""

    scanned: list[Scanned]
    opened: list[Scanned]
    probes: dict[int, Probe]


class _Said(NamedTuple):
    """What an engine said of one turn, or of a piece of it.

    ``gap`` is what it lacks to the threshold; the condition holds at 0 or less.
    """

    gap: float
    told: str
    piece: str = ""
    similarity: float | None = None
    threshold: float | None = None

    @property
    def why(self) -> str:
        """In words: ``similar to 'Hello, …' 0.71 ≥ 0.55``."""
        if self.similarity is None or self.threshold is None:
            return f"judged: {self.told}"
        digits = 4 if self.gap > 0 and f"{self.similarity:.2f}" == f"{self.threshold:.2f}" else 2
        return f"similar to '{shortened(self.told)}' {self.similarity:.{digits}f} {'≥' if self.gap <= 0 else '<'} {self.threshold:.{digits}f}"


class _Lexicon:
    """Patterns over one way of reading a turn, each for one condition (a bit)."""

    def __init__(self, way: Way, bits: tuple[int, ...], patterns: tuple[str, ...]) -> None:
        self.way = way
        self._bits = bits
        self._search = searcher(patterns)
        self._search_lines = line_searcher(patterns)

    def has_any(self, reading: Reading, window: str) -> bool:
        """Whether it is worth while to look at each turn: false only where nothing is in any of them."""
        if self._search_lines is None:
            return True
        return bool(self._search_lines(reading.lines(self.way, window)))

    def bits(self, text: str) -> int:
        """The conditions of which something is in this text."""
        holds = 0
        for place in self._search(text) or ():
            holds |= self._bits[place]
        return holds


_Reader = tuple[_Lexicon, list[str]]


def _lexicons(written: Iterable[tuple[Way, list[tuple[int, str]]]], wanted: int) -> list[_Lexicon]:
    """One lexicon for each way of reading in which one of the wanted conditions (bits) is looked for."""
    found: list[_Lexicon] = []
    for way, looked_for in written:
        patterns = [(bit, pattern) for bit, pattern in looked_for if bit & wanted]
        if patterns:
            found.append(_Lexicon(way, tuple(bit for bit, _ in patterns), tuple(pattern for _, pattern in patterns)))
    return found


def _missed(gap: float, bit: int, one: Scanned, told: dict[int, "dict[int, _Said]"]) -> Miss:
    said = told[bit][one.position]
    return Miss(gap, cite(one.turn, said.why, said.piece, said.similarity, said.threshold))


def _compared(condition: What, turns: list[tuple[int, tuple[str, ...]]], answer: SimilarityAnswer) -> dict[int, _Said]:
    """How near the nearest sentence of each turn, given with its sentences, comes to a sample."""
    threshold = condition.threshold if condition.threshold is not None else DEFAULT_THRESHOLD
    samples = condition.similar or ()
    said: dict[int, _Said] = {}
    read = 0
    for position, pieces in turns:
        if pieces:
            answers = answer.closest[read : read + len(pieces)]
            nearest = max(answers, key=_SIMILARITY) if len(pieces) > 1 else answers[0]
            piece = pieces[answers.index(nearest)]
            similarity, sample = nearest
            said[position] = _Said(threshold - similarity, samples[sample], piece, similarity, threshold)
        read += len(pieces)
    return said


def _samples(condition: What) -> tuple[str, ...]:
    """The samples as they are compared: without placeholders, which mean nothing to a model of meaning."""
    return tuple(without_placeholders(sample) for sample in condition.similar or ())
