"""Findings compiled: one search, or several joined by any_of, all_of, none_of, to any depth."""

from collections.abc import Iterable
from functools import partial

from auscult.domain.errors import coded, joined
from auscult.domain.evaluation import Evidence, Grounds, grounds, nothing_in, unsaid_in
from auscult.domain.probe import Answers
from auscult.metrics._finding.language import Entry, Finding, Side, is_joined
from auscult.metrics._finding.reading import Reading
from auscult.metrics._finding.search import NOTHING, Outcome, Search


def compiled(finding: Finding | Entry, default_speaker: Side, *, is_sought: bool = True) -> "Joined | Search":
    """Compile a finding; where it names no speaker, it searches the turns of ``default_speaker``.

    ``is_sought``: whether it is what must be there, so that its words count only where nothing negates them.
    """
    kind = Joined if is_joined(finding) else Search
    return kind(finding, default_speaker, is_sought=is_sought)


def searches_of(one: "Joined | Search") -> list[Search]:
    """All the searches in it, however deep."""
    return one.searches if isinstance(one, Joined) else [one]


def sought_by(one: "Joined | Search") -> list[Search]:
    """Return the searches in it for what must be there, however deep."""
    return one.sought if isinstance(one, Joined) else [one]


def absence(findings: Iterable["Joined | Search"], reading: Reading, trigger: int | None) -> Evidence:
    """Return the stretch that findings were sought in, in vain: from the first turn that one of them reads to the last."""
    read = [found for one in findings for search in sought_by(one) if (found := search.read_turns(reading, trigger))]
    if not read:
        return nothing_in(())
    return nothing_in(reading.turns, min(found[0] for found in read), max(found[-1] for found in read))


def scope_of(findings: Iterable["Joined | Search"]) -> str:
    """Return the scope of their searches, in words; a window inside another is not named: it adds nothing."""
    by_words = {search.scope: search for one in findings for search in sought_by(one)}
    searches = by_words.values()
    widest = [
        words
        for words, one in by_words.items()
        if not any(_is_within(one, other) for other in searches if other is not one)
    ]
    return joined(coded(" or "), widest) or coded("the conversation")


def _is_within(one: Search, other: Search) -> bool:
    """Return whether all turns that a search may read are among those of another."""
    mine, theirs = one.span, other.span
    if (one.speaker, one.is_after_trigger, one.direction, one.language) != (
        other.speaker, other.is_after_trigger, other.direction, other.language,
    ):  # fmt: skip
        return False
    return theirs is None or (mine is not None and mine[:2] == theirs[:2] and mine.size <= theirs.size)


def found_in(one: "Joined | Search", index: int, reading: Reading, trigger: int | None) -> tuple[Evidence, ...]:
    """Return the words of a single turn that one of its searches by words finds there, as evidence."""
    for search in sought_by(one):
        if not search.needs and index in search.read_turns(reading, trigger):
            found = search.decide(reading, {}, trigger, (index,))
            if found.position is not None:
                return found.evidence
    return ()


def shown(found: Outcome, reading: Reading) -> Grounds:
    """Return what a YES rests on: the turns that were found, or the last of those in which nothing was."""
    evidence = found.evidence
    return grounds(evidence) if any(one.turn_id for one in evidence) else (unsaid_in(reading.turns),)


class Joined:
    """Findings joined, compiled. ``searches``: all the searches in them, however deep."""

    def __init__(self, finding: Finding | Entry, default_speaker: Side, *, is_sought: bool = True) -> None:
        self._some, self._every, self._none = (
            [compiled(entry, default_speaker, is_sought=is_part) for entry in entries]
            for entries, is_part in (
                (finding.any_of, is_sought),
                (finding.all_of, is_sought),
                (finding.none_of, False),
            )
        )
        parts = [*self._some, *self._every, *self._none]
        self.searches = [search for part in parts for search in searches_of(part)]

    @property
    def scope(self) -> str:
        """Return the scope of its search, in words."""
        return scope_of([self])

    @property
    def sought(self) -> list[Search]:
        """Return its searches for what must be there, however deep."""
        return [search for part in [*self._some, *self._every] for search in sought_by(part)]

    def obstacle(self, reading: Reading) -> str:
        """Return why nothing can be found: one search that is required cannot run, or none of the alternatives can.

        Words that must be absent are absent where there is no talk; where the times are missing, the answer is unknown.
        """
        for part in self._every:
            if reason := part.obstacle(reading):
                return reason
        for part in self._none:
            if (reason := part.obstacle(reading)) and all(
                reading.turn_indexes(one.speaker) for one in searches_of(part)
            ):
                return reason
        reasons = [part.obstacle(reading) for part in self._some]
        return reasons[0] if reasons and all(reasons) else ""

    def decide(self, reading: Reading, answers: Answers, trigger: int | None) -> Outcome:
        """Find it. A joined finding is there when its last required part is; an alternative is the earliest one.

        What only must not be found is not there at the conversation's last turn.
        """
        some = [part.decide(reading, answers, trigger) for part in self._some]
        every = [part.decide(reading, answers, trigger) for part in self._every]
        nearest = min((o.nearest for o in [*some, *every] if o.nearest), key=lambda miss: miss.gap, default=None)
        undecided = _undecided(some, every)
        no = next((o for o in [*every, *some] if o.denied), NOTHING)
        missed = (
            Outcome(None, (), nearest, undecided, no.denied, no.against)
            if nearest or undecided or no.denied
            else NOTHING
        )
        first = min((o for o in some if o.position is not None), key=lambda o: o.position or 0, default=None)
        if (self._some and first is None) or any(o.position is None for o in every) or not reading.turns:
            return missed
        if any(part.decide(reading, answers, trigger).position is not None for part in self._none):
            return missed
        parts = [*every, *([first] if first else [])]
        position = max((o.position for o in parts if o.position is not None), default=len(reading.turns) - 1)
        cited = tuple(one for part in parts for one in part.cited)
        return Outcome(position, cited or (partial(nothing_in, reading.turns),))


def _undecided(some: list[Outcome], every: list[Outcome]) -> str:
    """Why it stays open whether all of ``every`` and one of ``some`` are there; empty where it is decided."""
    lacking = [one for one in every if one.position is None]
    alternatives = [] if any(one.position is not None for one in some) else some
    if not all(one.undecided for one in lacking) or (alternatives and not any(one.undecided for one in alternatives)):
        return ""
    return next((one.undecided for one in [*lacking, *alternatives] if one.undecided), "")
