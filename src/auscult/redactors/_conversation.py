"""Numbers of a whole conversation: split over turns, and read back by the other side."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found, Kind, Utterance
from auscult.redactors import _national
from auscult.redactors._cues import Cue, cue_after, cue_before, is_named
from auscult.redactors._digits import EDGE, Run, Unit, runs_in
from auscult.redactors._ibans import iban_begun, iban_rest, ibans, is_iban, said_iban
from auscult.redactors._numbers import SHORTEST, Part, Setting, is_card, parts_of

_BEGINS_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]*$")
_REACH = 4
"""Turns within which a number goes on; and turns before a number in which a cue for it may stand."""
_INTERJECTION = 9
"""Words of a turn of the other side that does not end a number which goes on after it."""
_WRITTEN = 4
"""Digits that a written number with letters or signs of its own has at least."""
_READ_BACK = 4
"""Digits that a read-back has at least."""
_MISHEARD, _SIMILAR = 2, 9
"""Digits in which a read-back of at least so many digits may differ."""


class Numbers:
    """The numbers of one conversation."""

    def __init__(self, utterances: Sequence[Utterance], lows: Sequence[str], countries: tuple[str, ...]) -> None:
        self._utterances = utterances
        self._lows = lows
        self._countries = countries
        self._cues: dict[int, Cue | None] = {}

    def find(self, turns: Sequence[int], mixed: Sequence[int]) -> list[Found]:
        """Return the numbers in these turns; ``mixed`` are those with letters next to digits, or alone."""
        found: list[Found] = []
        runs: list[Run] = []
        for turn in mixed:
            found += self._of_letters(turn)
        found += self._said_ibans(mixed, found)
        for turn in turns:
            found += self._written(turn)
            runs += runs_in(turn, self._lows[turn])
        for turn in mixed:
            found += self._split_iban(turn)
        taken = {(one.turn, place) for one in found for place in range(one.start, one.end)}
        runs = [run for run in runs if (run.turn, run.start) not in taken]
        for chain in self._chains(runs):
            found += self._of_chain(chain)
        return found + list(self._read_back(runs, found))

    def _written(self, turn: int) -> Iterator[Found]:
        low = self._lows[turn]
        if sum(map(str.isdecimal, low)) < _WRITTEN:
            return
        cue = self._cue(turn, len(low)) or cue_before(low, len(low))
        is_other = cue == "other" and "iban" not in low
        for start, end, value in ibans(low, has_cue=cue == "iban"):
            if not is_other or is_iban(value):
                yield Found(turn, start, end, "iban", value)
        if is_other:
            return
        for start, end, value in _national.written(low, has_cue=cue == "national_number"):
            yield Found(turn, start, end, "national_number", value)

    def _split_iban(self, turn: int) -> list[Found]:
        """Return the parts of an IBAN that begins at the end of a turn and goes on in later ones of its speaker."""
        begun = iban_begun(self._lows[turn])
        if begun is None:
            return []
        speaker, (start, end, number) = self._utterances[turn].speaker, begun
        places = [(turn, start, end)]
        for later in range(turn + 1, min(turn + 1 + _REACH, len(self._lows))):
            if self._utterances[later].speaker != speaker:
                continue
            rest = iban_rest(self._lows[later])
            if rest is None:
                return []
            number += rest[2]
            places.append((later, *rest[:2]))
            if is_iban(number):
                return [Found(*place, "iban", number) for place in places]
        return []

    def _of_letters(self, turn: int) -> Iterator[Found]:
        """Yield IBANs and national numbers that are spelled: letters and digits one by one."""
        low = self._lows[turn]
        for run in runs_in(turn, low, letters=True):
            if not any(unit.chars.isalpha() for unit in run.units) or len(run.chars) < _national.SHORTEST:
                continue
            cue = cue_before(low, run.start) or self._cue(turn, run.start)
            read = said_iban(run, has_cue=cue == "iban")
            if read is not None:
                first, behind, value = read
                yield Found(turn, run.units[first].start, run.units[behind - 1].end, "iban", value)
            elif any(letter.isdecimal() for letter in run.chars):
                digits = run.chars.lower()
                whole = [
                    value
                    for start, end, value in _national.written(digits, has_cue=False)
                    if end - start == len(digits)
                ]
                if whole or (cue == "national_number" and len(digits) <= _national.LONGEST):
                    yield Found(turn, run.start, run.end, "national_number", run.chars)

    def _said_ibans(self, mixed: Sequence[int], known: Sequence[Found]) -> Iterator[Found]:
        """Yield the parts of IBANs that are spelled over several turns of one speaker."""
        taken = {one.turn for one in known}
        for turn in mixed:
            begun = self._last_run(turn) if turn not in taken else None
            if begun is None or not _BEGINS_IBAN.match(begun.chars):
                continue
            parts, speaker = [begun], self._utterances[turn].speaker
            for later in range(turn + 1, min(turn + 1 + _REACH, len(self._lows))):
                if self._utterances[later].speaker != speaker:
                    continue
                run = self._last_run(later)
                if run is None:
                    break
                parts.append(run)
                if is_iban("".join(each.chars for each in parts)):
                    value = "".join(each.chars for each in parts)
                    yield from (Found(each.turn, each.start, each.end, "iban", value) for each in parts)
                    break

    def _last_run(self, turn: int) -> Run | None:
        """Return the run of letters and digits with which a turn ends, but for a word or two."""
        runs = runs_in(turn, self._lows[turn], letters=True)
        return runs[-1] if runs and runs[-1].after <= EDGE else None

    def _chains(self, runs: Sequence[Run]) -> Iterator[list[Run]]:
        """Yield runs that may be one number: each goes on in a later turn of the same speaker."""
        left = list(runs)
        while left:
            chain = [left.pop(0)]
            for run in list(left):
                if self._goes_on(chain[-1], run):
                    chain.append(run)
                    left.remove(run)
            yield chain

    def _goes_on(self, run: Run, later: Run) -> bool:
        if not 0 < later.turn - run.turn <= _REACH or run.after > EDGE or later.before > EDGE:
            return False
        speaker = self._utterances[run.turn].speaker
        if self._utterances[later.turn].speaker != speaker or len(run.chars) + len(later.chars) > 2 * 19:
            return False
        between = range(run.turn + 1, later.turn)
        return all(
            (
                self._utterances[turn].speaker != speaker
                and (
                    len(self._lows[turn].split()) <= _INTERJECTION
                    or any(letter.isdecimal() for letter in self._lows[turn])
                )
            )
            or (self._utterances[turn].speaker == speaker and len(self._lows[turn].split()) <= EDGE)
            for turn in between
        )

    def _of_chain(self, chain: Sequence[Run]) -> Iterator[Found]:
        """Yield what a chain is: first the cards that begin and end with turns, then what is left between them."""
        for first in range(len(chain) if len(chain) > 1 else 0):
            for behind in range(first + 1, len(chain) + 1):
                parts = self._card_in(chain[first:behind])
                if parts:
                    yield from self._of_chain(chain[:first])
                    yield from self._placed(chain[first:behind], parts)
                    yield from self._of_chain(chain[behind:])
                    return
        if len(chain) > 1:
            yield from self._joined(chain)
        elif chain and len(chain[0].chars) >= SHORTEST:
            yield from self._placed(chain, self._parts(chain))

    def _card_in(self, chain: Sequence[Run]) -> list[Part]:
        """Return the card that runs are together, all of them and nothing else; empty where they are none."""
        if not is_card("".join(run.chars for run in chain)):
            return []
        parts = self._parts(chain)
        is_whole = len(parts) == 1 and parts[0].behind - parts[0].first == sum(len(run.units) for run in chain)
        return parts if is_whole and parts[0].kind == "card" else []

    def _joined(self, chain: Sequence[Run]) -> Iterator[Found]:
        """Yield what a chain without a whole card is; where that is nothing, what its runs are one by one."""
        parts = self._parts(chain)
        if any(self._turns_of(chain, part) > 1 for part in parts):
            yield from self._placed(chain, parts)
        elif len(chain) > 2:  # noqa: PLR2004  the last may be something else: an expiry date
            yield from self._of_chain(chain[:-1])
            yield from self._of_chain(chain[-1:])
        else:
            for run in chain:
                yield from self._of_chain([run])

    def _parts(self, chain: Sequence[Run]) -> list[Part]:
        run, last = chain[0], chain[-1]
        low = self._lows[run.turn]
        before = cue_before(low, run.start)
        here = before or cue_after(self._lows[last.turn], last.end)
        units = [unit for each in chain for unit in each.units]
        is_its = before != "other" or is_named(low, run.start)
        setting = Setting(here, self._cue(run.turn, 0), low, self._countries, is_its)
        return list(parts_of(_in_one_text(units, chain), setting))

    def _turns_of(self, chain: Sequence[Run], part: Part) -> int:
        return len({turn for turn, _ in _owners(chain)[part.first : part.behind]})

    def _placed(self, chain: Sequence[Run], parts: Sequence[Part]) -> Iterator[Found]:
        """Yield each part with its place, one in every turn over which it is split."""
        owners = _owners(chain)
        for part in parts:
            by_turn: dict[int, list[Unit]] = {}
            for turn, unit in owners[part.first : part.behind]:
                by_turn.setdefault(turn, []).append(unit)
            for turn, units in by_turn.items():
                yield Found(turn, self._start(turn, units[0].start), units[-1].end, part.kind, part.value)

    def _start(self, turn: int, place: int) -> int:
        """Include the sign before a number: ``+``, ``(``."""
        before = self._lows[turn][:place]
        return place - (len(before) - len(before.rstrip("+(")))

    def _cue(self, turn: int, place: int) -> Cue | None:
        """Return the last cue in the turns before one, the nearest first."""
        del place
        if turn not in self._cues:
            self._cues[turn] = next(
                (
                    cue
                    for earlier in range(turn - 1, max(-1, turn - 1 - _REACH), -1)
                    if (cue := cue_before(self._lows[earlier], len(self._lows[earlier]))) is not None
                ),
                None,
            )
        return self._cues[turn]

    def _read_back(self, runs: Sequence[Run], found: Sequence[Found]) -> Iterator[Found]:
        """Yield runs that repeat a known number or a part of it, by either side."""
        known: dict[str, tuple[Kind, str]] = {}
        for one in found:
            digits = "".join(letter for letter in one.value if letter.isdecimal())
            if one.kind != "security_code" and len(digits) >= _READ_BACK:
                known.setdefault(digits, (one.kind, one.value))
        covered = {(one.turn, one.start) for one in found}
        for run in runs:
            if len(run.chars) < _READ_BACK or any((run.turn, unit.start) in covered for unit in run.units):
                continue
            for digits, (kind, value) in known.items():
                if run.chars in digits or digits in run.chars or _is_similar(run.chars, digits):
                    yield Found(run.turn, self._start(run.turn, run.start), run.end, kind, value)
                    break


def _owners(chain: Sequence[Run]) -> list[tuple[int, Unit]]:
    return [(run.turn, unit) for run in chain for unit in run.units]


def _in_one_text(units: Sequence[Unit], chain: Sequence[Run]) -> Sequence[Unit]:
    """Return units whose places are in the first turn's text; of a chain those of later turns mean nothing there."""
    if len(chain) == 1:
        return units
    place = chain[0].start
    return [Unit(unit.chars, place, place) for unit in units]


def _is_similar(one: str, other: str) -> bool:
    if len(one) != len(other) or len(one) < _SIMILAR:
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) <= _MISHEARD
