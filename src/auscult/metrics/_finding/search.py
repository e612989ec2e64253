"""Search in a conversation for a turn that meets the conditions.

Words are decided at once (yes, no); where an engine has to decide, a turn is *open* until the answers arrive.
Asking and deciding walk over the same open turns, so that an answer is found again by its index in the probe.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cached_property, partial
from typing import NamedTuple, cast

from msgspec.structs import replace

from auscult.domain.ai_agents.calls import placed_calls, placed_events
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded, joined
from auscult.domain.evaluation import Evidence, cite
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
from auscult.metrics._finding.calls import holds
from auscult.metrics._finding.citing import quoted_of_record, why_by_last_words, why_by_words
from auscult.metrics._finding.comparing import Said, compared, samples_of
from auscult.metrics._finding.language import (
    WORDS,
    Entry,
    Finding,
    Side,
    Span,
    What,
    read_window,
    scope_in_words,
    silence_of,
)
from auscult.metrics._finding.lexicon import Reader, lexicons
from auscult.metrics._finding.negation import Affirmed, affirmed_first
from auscult.metrics._finding.packed import packed_in
from auscult.metrics._finding.patterns import phrase_pattern, wording_pattern
from auscult.metrics._finding.reading import WAYS, Reading, TurnIndexes
from auscult.metrics._finding.windows import within

_AND = coded(" and ")
NOT_KNOWN = coded("it is not known what was called")


class State(Enum):
    """Decision about a turn by words alone."""

    NO = 0
    YES = 1
    OPEN = 2


class Scanned(NamedTuple):
    """A turn, its index in the conversation, what words say of it, and the conditions (as bits) that hold by words."""

    position: int
    turn: Turn
    state: State
    holds: int


class Miss(NamedTuple):
    """The nearest that a comparison of meaning came without reaching its threshold."""

    gap: float
    evidence: Evidence


class Outcome(NamedTuple):
    """Result of a search or finding. ``position`` is the index of the deciding turn, None when nothing was found.

    ``cited`` returns the evidence; most results are never shown, so that it is built only on demand.
    ``undecided`` is the judge's reason where nothing was found because the question does not arise,
    ``denied`` its reason for a no, and ``against`` returns the turns that it cites then.
    """

    position: int | None
    cited: tuple[Callable[[], Evidence], ...] = ()
    nearest: Miss | None = None
    undecided: str = ""
    denied: str = ""
    against: tuple[Evidence, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The turns that decided, and why they count."""
        return tuple(cite_one() for cite_one in self.cited)


NOTHING = Outcome(None)


class Search:
    """A search of a form, compiled once and used for every conversation. ``needs``: the probes it may send out."""

    def __init__(self, search: Finding | Entry, default_speaker: Side, *, is_sought: bool = True) -> None:
        self.speaker: Side = search.speaker or default_speaker
        self.span: Span | None = read_window(search.window) if search.window else None
        self.is_after_trigger = search.after is not None
        self.is_trigger_by_words = False
        """Whether words alone find the trigger, so that an engine is asked only about the turns behind it."""
        self.is_any_turn_enough = False
        """Whether it matters only that something is found: then no judge is asked where words have found it."""
        self._why = why_by_last_words if self.span and self.span.end == "last" else why_by_words
        self._window = self.speaker if self.is_after_trigger or not self.span else f"{self.speaker} {self.span.words}"
        self.direction = search.direction
        self.language = search.language and search.language.casefold()
        self.conditions: tuple[What, ...] = (*search.any_of, *search.all_of, *search.none_of)
        bits = [1 << index for index in range(len(self.conditions))]
        some, every = len(search.any_of), len(search.any_of) + len(search.all_of)
        self._any, self._all, self._none = sum(bits[:some]), sum(bits[some:every]), sum(bits[every:])
        pairs = list(zip(bits, self.conditions, strict=True))
        self._asked = [(bit, one) for bit, one in pairs if one.similar is not None or one.judge is not None]
        self.needs: frozenset[type[Probe]] = frozenset(
            Similarity if one.similar is not None else Judgement for _, one in self._asked
        )
        self._open = sum(bit for bit, _ in self._asked)
        self._otherwise = self._state(0)
        self._uses_calls = _asks_for_calls(search)
        self._events = [(bit, one.event) for bit, one in pairs if one.event is not None]
        self._calls = [(bit, one.call) for bit, one in pairs if one.call is not None]
        self._samples = {bit: samples_of(one) for bit, one in pairs if one.similar is not None}
        phrases = [(bit, phrase_pattern(phrase)) for bit, one in pairs for phrase in one.phrases or ()]
        wordings = [(bit, wording_pattern(one.wording)) for bit, one in pairs if isinstance(one.wording, tuple)]
        self._wordings = dict(wordings)
        patterns = [(bit, one.pattern) for bit, one in pairs if one.pattern is not None]
        self._packed = packed_in(pairs)
        for one in self._packed.values():
            wordings += one.bare
            patterns += one.written
        written = tuple(zip(WAYS, (phrases, wordings, patterns), strict=True))
        sought = self._any | self._all
        self._affirmed = {
            bit: Affirmed(one, self._packed.get(bit))
            for bit, one in pairs
            if _is_strict(one, default=is_sought and bool(bit & sought))
        }
        self._lexicons = lexicons(written, sought | sum(one.said for bit, one in self._packed.items() if bit & sought))
        off = sum(one.off for one in self._packed.values())
        self._vetoes = lexicons(
            written, self._none | off | sum(one.said for bit, one in self._packed.items() if bit & self._none)
        )

    @cached_property
    def scope(self) -> str:
        """Return the scope of the search, in words: ``the agent's first 2 turns``."""
        scope = scope_in_words(self.speaker, self.span)
        if self.is_after_trigger:
            scope = coded("{before} after the trigger", before=scope)
        if self.direction == "inbound":
            scope = coded("{before} when inbound", before=scope)
        elif self.direction:
            scope = coded("{before} when outbound", before=scope)
        return coded("{before} in {language}", before=scope, language=self.language) if self.language else scope

    def obstacle(self, reading: Reading) -> str:
        """Return why it cannot run at all: there is no talk, or times are needed and unknown. Empty when it can."""
        indexes = reading.turn_indexes(self.speaker)
        if self._uses_calls and reading.conversation.calls is None:
            return NOT_KNOWN
        if not indexes:
            return silence_of(self.speaker)
        if self.span and self.span.unit == "ms" and all(reading.turns[index].start_ms is None for index in indexes):
            whole = scope_in_words(self.speaker, None)
            return coded("no times are known of {whole}, and {place} were asked for", whole=whole, place=self.scope)
        return ""

    def _seen(self, reading: Reading, among: TurnIndexes | None) -> "_Seen":
        """Return the result of a scan and its questions, kept with the reading for asking and deciding."""
        if among is not None:
            return self._see(reading, among)
        seen = reading.seen.get(self)
        if seen is None:
            seen = reading.seen[self] = self._see(reading, None)
        assert isinstance(seen, _Seen)  # noqa: S101  (a search keeps nothing else)
        return seen

    def _see(self, reading: Reading, among: TurnIndexes | None) -> "_Seen":
        scanned = self._scan(reading, among)
        opened = [one for one in scanned if one.state is State.OPEN]
        asked = self._asked if opened else ()
        return _Seen(scanned, opened, {bit: self._probe(bit, one, opened, reading) for bit, one in asked})

    def _scan(self, reading: Reading, among: TurnIndexes | None = None) -> list[Scanned]:
        """Return every turn that may decide, in the order in which it would, with the decision by words.

        Ends at the first sure one, as nothing behind it could decide. Before the trigger is known, a search after
        the trigger must consider every turn. ``among`` are the turns to search instead of its own window.
        """
        if not self._is_for(reading.conversation):
            return []
        indexes = reading.windows.get(self._window) if among is None else among
        if indexes is None:
            indexes = reading.turn_indexes(self.speaker)
            if not self.is_after_trigger:
                indexes = within(self.span, indexes, reading.conversation)
            reading.windows[self._window] = indexes
        events = self._events_by_turn(reading) if self._events or self._calls else {}
        lexicons = [one for one in self._lexicons if among is not None or one.has_any(reading, self._window)]
        if self._otherwise is State.NO and not lexicons and not events:
            return []
        readers = [(lexicon, reading.texts(lexicon.way)) for lexicon in lexicons]
        vetoes = [(lexicon, reading.texts(lexicon.way)) for lexicon in self._vetoes]
        ordered = indexes if self.span is None or self.span.end == "first" else indexes[::-1]
        if not (readers or vetoes or events) and self._otherwise is State.OPEN:
            return _all_open(reading, ordered)
        scanned: list[Scanned] = []
        for position in ordered:
            state, holds = self._decide(position, events.get(position, 0), readers, vetoes)
            if denied := self._denied_in(reading, position, holds):
                holds &= ~denied
                state = self._state(holds)
            if state is not State.NO:
                scanned.append(Scanned(position, reading.turns[position], state, holds))
            if state is State.YES and not self.is_after_trigger:
                break
        return scanned

    def _decide(self, position: int, holds: int, readers: "list[Reader]", vetoes: "list[Reader]") -> tuple[State, int]:
        """Return the decision about one turn by words, and the conditions that hold; exceptions are searched last."""
        for lexicon, texts in readers:
            holds |= lexicon.bits(texts[position])
        at_best = holds
        if holds and self._packed:
            at_best |= sum(bit for bit, one in self._packed.items() if holds & one.said)
        state = self._state(at_best) if at_best else self._otherwise
        if state is State.NO or not vetoes:
            return state, at_best
        for lexicon, texts in vetoes:
            holds |= lexicon.bits(texts[position])
        holds |= sum(bit for bit, one in self._packed.items() if one.holds(holds))
        return self._state(holds), holds

    def _denied_in(self, reading: Reading, position: int, holds: int) -> int:
        """Return the conditions among those that hold by words of which every match in a turn is negated."""
        text, language = reading.turns[position].text, reading.conversation.language
        found = (bit for bit, one in self._affirmed.items() if bit & holds and not one.holds(holds, text, language))
        return sum(found)

    def _is_for(self, conversation: Conversation) -> bool:
        """Return whether it applies to such conversations at all; ``en`` is for ``en-GB`` too."""
        if self.direction not in (None, conversation.direction):
            return False
        spoken = conversation.language.casefold()
        return self.language in (None, spoken, spoken.partition("-")[0])

    def probes(self, reading: Reading, among: TurnIndexes | None = None, trigger: int | None = None) -> Iterator[Probe]:
        """Yield the questions about the open turns; ``trigger`` is its index, where words have found it."""
        yield from self._behind(self._seen(reading, among), reading, trigger).probes.values()

    def _behind(self, seen: "_Seen", reading: Reading, trigger: int | None) -> "_Seen":
        """Keep the open turns behind the trigger, where that is known before an engine is asked."""
        if not (self.is_trigger_by_words and self.is_after_trigger and seen.opened):
            return seen
        allowed = self._after(reading, trigger)
        opened = [one for one in seen.opened if one.position in allowed]
        asked = self._asked if opened else ()
        return _Seen(seen.scanned, opened, {bit: self._probe(bit, one, opened, reading) for bit, one in asked})

    def decide(
        self, reading: Reading, answers: Answers, trigger: int | None, among: TurnIndexes | None = None
    ) -> Outcome:
        """Find the deciding turn: the earliest that fits, in a ``last`` window the latest."""
        scanned, opened, probes = self._behind(self._seen(reading, among), reading, trigger)
        if not scanned:
            return NOTHING
        conversation = reading.conversation
        allowed = self._after(reading, trigger) if self.is_after_trigger else None
        if self.is_any_turn_enough and Judgement in self.needs:
            sure = (one for one in scanned if one.state is State.YES and (allowed is None or one.position in allowed))
            if found := next(sure, None):
                return Outcome(found.position, (partial(self._evidence, found, found.holds, {}, conversation),))
        asked = self._asked if opened else ()
        found_answers = {bit: self._answers_by_turn(one, opened, answers[probes[bit]], reading) for bit, one in asked}
        nearest: tuple[float, int, Scanned] | None = None
        answered, is_open = [*found_answers.items()], State.OPEN
        for one in scanned:
            position, _, state, holds = one
            if allowed is not None and position not in allowed:
                continue
            for bit, by_turn in answered if state is is_open else ():
                said = by_turn.get(position)
                if said is not None and said.gap <= 0:
                    holds |= bit
                elif said is not None and not bit & self._none and (nearest is None or said.gap < nearest[0]):
                    nearest = (said.gap, bit, one)
            if (holds or not self._any) and self._fits(holds):
                judged = [answers[probes[bit]] for bit in found_answers if bit & holds & ~one.holds]
                quoted = (partial(replace, each) for each in quoted_of_record(judged))
                cited = (partial(self._evidence, one, holds, found_answers, conversation), *quoted)
                return Outcome(position, cited)
        undecided = self._undecided(probes, answers)
        denied, against = ("", ()) if undecided else self._denied(probes, answers, reading)
        return Outcome(
            None, (), None if nearest is None else _missed(*nearest, found_answers), undecided, denied, against
        )

    def _denied(self, probes: dict[int, Probe], answers: Answers, reading: Reading) -> tuple[str, tuple[Evidence, ...]]:
        """Return the reason of the first judge that said no, and the turns that it points at."""
        for bit, probe in probes.items():
            if not isinstance(probe, Judgement) or bit & self._none:
                continue
            answer = answers[probe]
            if isinstance(answer, JudgementAnswer) and answer.holds is False:
                pointed = set(answer.turn_ids)
                turns = [turn for turn in reading.turns if turn.id in pointed]
                against = (*(cite(turn, answer.reason) for turn in turns), *quoted_of_record([answer]))
                return answer.reason or coded("the judge gives no reason"), against
        return "", ()

    def _undecided(self, probes: dict[int, Probe], answers: Answers) -> str:
        """Why it stays open whether a turn fits: the judge said that its question does not arise. Else nothing."""
        reason = ""
        for bit, probe in probes.items():
            if isinstance(probe, Judgement) and not bit & self._none:
                answer = answers[probe]
                assert isinstance(answer, JudgementAnswer)  # noqa: S101  (a statement is answered by a judgement)
                if answer.holds is False and bit & self._all:
                    return ""
                reason = reason or (
                    "" if answer.holds is not None else answer.reason or coded("the judge gives no reason")
                )
        return reason

    def _after(self, reading: Reading, trigger: int | None) -> set[int]:
        """The indexes of the turns that may decide, now that the trigger is known: its window counts from there."""
        if trigger is None:
            return set()
        later = tuple(index for index in reading.turn_indexes(self.speaker) if index > trigger)
        return set(within(self.span, later, reading.conversation, trigger))

    def read_turns(self, reading: Reading, trigger: int | None) -> TurnIndexes:
        """Return the indexes of the turns that a search reads, in the order of the conversation."""
        if self.is_after_trigger:
            return tuple(sorted(self._after(reading, trigger)))
        return within(self.span, reading.turn_indexes(self.speaker), reading.conversation)

    def _events_by_turn(self, reading: Reading) -> dict[int, int]:
        """Assign each event that is searched for to the speaker's turn that was the last to begin when it began."""
        indexes = reading.turn_indexes(self.speaker)
        starts = ((reading.turns[index].start_ms, index) for index in indexes)
        begun = sorted((start, index) for start, index in starts if start is not None)
        bits_by_turn: dict[int, int] = {}
        for event, position in placed_events(reading.conversation) if indexes else ():
            bits = sum(bit for bit, kind in self._events if kind == event.type)
            if bits and event.start_ms is None and position is not None:
                at = indexes[max(0, bisect_right(indexes, position) - 1)]
                bits_by_turn[at] = bits_by_turn.get(at, 0) | bits
            elif bits:
                before = 0 if event.start_ms is None else bisect_right(begun, (event.start_ms, len(reading.turns)))
                at = begun[before - 1][1] if before else indexes[0]
                bits_by_turn[at] = bits_by_turn.get(at, 0) | bits
        for placed in placed_calls(reading.conversation) if self._calls and indexes else ():
            if bits := sum(bit for bit, test in self._calls if holds(test, placed.call)):
                at = indexes[max(0, bisect_right(indexes, placed.position) - 1)]
                bits_by_turn[at] = bits_by_turn.get(at, 0) | bits
        return bits_by_turn

    def _state(self, holds: int) -> State:
        """Return the decision about a turn for which words and events make these conditions hold."""
        if holds & self._none or self._all & ~self._open & ~holds:
            return State.NO
        some = not self._any or holds & self._any
        if not some and not self._any & self._open:
            return State.NO
        return State.YES if some and not (self._all | self._none) & self._open else State.OPEN

    def _fits(self, holds: int) -> bool:
        return not holds & self._none and holds & self._all == self._all and (not self._any or bool(holds & self._any))

    def _evidence(
        self, one: Scanned, holds: int, found_answers: dict[int, "dict[int, Said]"], conversation: Conversation
    ) -> Evidence:
        """The turn, and why it fits: the first of any_of that holds, and everything in all_of."""
        bits = [1 << index for index in range(len(self.conditions))]
        some = next((bit for bit in bits if bit & self._any & holds), 0)
        whys: list[str] = []
        piece = ""
        closest: Said | None = None
        for bit, condition in zip(bits, self.conditions, strict=True):
            if not bit & (self._all | some):
                continue
            said = found_answers.get(bit, {}).get(one.position) if not bit & one.holds else None
            shown, wording = condition, self._wordings.get(bit, "")
            if bit in self._packed:
                shown, wording = self._packed[bit].shown(one.holds, one.turn.text)
            elif bit in self._affirmed and len(condition.phrases or ()) > 1:
                shown = What(phrases=affirmed_first(condition.phrases or (), one.turn.text, conversation.language))
            why, quoted = (said.why, said.piece) if said else self._why(shown, one.turn, conversation, wording)
            whys.append(why)
            piece = piece or quoted
            closest = closest or said
        likeness = (closest.similarity, closest.threshold) if closest else (None, None)
        return cite(one.turn, joined(_AND, whys), piece, *likeness)

    def _probe(self, bit: int, condition: What, opened: list[Scanned], reading: Reading) -> Probe:
        if bit in self._samples:
            return Similarity(self._samples[bit], reading.stretch(tuple([one.position for one in opened])).texts)
        turn_ids = tuple(one.turn.id for one in opened)
        return Judgement(condition.judge or "", Transcript.of(reading.conversation, condition.uses), turn_ids)

    @staticmethod
    def _answers_by_turn(condition: What, opened: list[Scanned], answer: Answer, reading: Reading) -> dict[int, "Said"]:
        """Return an engine's answers about the open turns, by their index in the conversation."""
        if isinstance(answer, JudgementAnswer):
            pointed = set(answer.turn_ids) if answer.holds else set[str]()
            said = Said(0.0, answer.reason)
            return {one.position: said for one in opened if one.turn.id in pointed}
        assert isinstance(answer, SimilarityAnswer)  # noqa: S101  (a comparison is answered by a comparison)
        return compared(condition, reading.stretch(tuple([one.position for one in opened])).pieces, answer)


def _asks_for_calls(search: Finding | Entry) -> bool:
    """Return whether what was called must be known: a phrase in ``any_of`` may answer without it."""
    every = (*search.all_of, *search.none_of)
    is_asked = any(one.call is not None for one in every)
    are_all = bool(search.any_of) and all(one.call is not None for one in search.any_of)
    return is_asked or are_all or any("calls" in one.uses for one in (*search.any_of, *every))


def _all_open(reading: Reading, ordered: TurnIndexes) -> list[Scanned]:
    """Return turns that words say nothing of, the same for every search of a window."""
    found = reading.seen.get(ordered)
    if found is None:
        found = reading.seen[ordered] = [Scanned(index, reading.turns[index], State.OPEN, 0) for index in ordered]
    return cast("list[Scanned]", found)


class _Seen(NamedTuple):
    """Result of a scan: every turn that may decide, the open ones among them, and the questions about these, by bit."""

    scanned: list[Scanned]
    opened: list[Scanned]
    probes: dict[int, Probe]


def _is_strict(condition: What, *, default: bool) -> bool:
    """Return whether a condition counts only where it is not negated."""
    if condition.not_negated is not None:
        return condition.not_negated
    return default and any(getattr(condition, kind) is not None for kind in WORDS)


def _missed(gap: float, bit: int, one: Scanned, found_answers: dict[int, "dict[int, Said]"]) -> Miss:
    said = found_answers[bit][one.position]
    return Miss(gap, cite(one.turn, said.why, said.piece, said.similarity, said.threshold))
