"""Numbers of a whole conversation: split over turns, and read back by the other side."""

import re
from collections.abc import Iterable, Iterator, Sequence

from auscult.domain.privacy.redaction import Found, Kind, Utterance, is_taken
from auscult.redactors import _cues, _national
from auscult.redactors._cues import (
    NAMES_NATIONAL,
    Cue,
    cue_after,
    cue_before,
    cues_in,
    is_apart,
    is_named,
    names_national,
)
from auscult.redactors._digits import EDGE, WORDS, Run, Unit, pieces_of, runs_in
from auscult.redactors._ibans import BEGINNING, IbanReader
from auscult.redactors._numbers import KIND_BY_CUE, SHORTEST, Part, Setting, is_phone, parts_of
from auscult.redactors._numeric.cards import CARD_SHORTEST, is_card
from auscult.redactors._patterns import TurnsOf
from auscult.redactors._split.links import (
    CORRECTS,
    Link,
    asks_phone,
    in_one_text,
    is_grouped,
    is_pause,
    is_similar,
    link_of,
    owners,
    readings_of,
    runs_of,
)
from auscult.redactors._split.links import WORDS as WORDS_IN
from auscult.redactors._split.together import between_sides, spelled_back, together

PATTERNS = (NAMES_NATIONAL, BEGINNING)
"""Patterns of which the turns have to be known."""
_REACH = 4
"""Turns within which a number goes on; and turns before a number in which a cue for it may stand."""
_TURNS = 24
"""Turns over which a number goes on at most."""
_INTERJECTION = 9
"""Words of a turn of the other side that does not end a number which goes on after it."""
_WRITTEN = 4
"""Digits that a written number with letters or signs of its own has at least."""
_READ_BACK = 4
"""Digits that a read-back has at least."""
_CORRECTING = 2
"""Digits that a correction in a later turn has at least."""
_SENTENCE = 24
"""Characters before a number in which a sentence begins whose words count for it more than a cue of the one before."""
_ENDS_SENTENCE = re.compile(r"[.?!]\s+(?:(?:\w+\s+){2,}|(?:\w+\s+)?\w+,\s+)")
_CORRECTED: frozenset[Kind] = frozenset({"card", "iban", "national_number", "account", "phone"})


class Numbers:
    """The numbers of one conversation."""

    def __init__(
        self, utterances: Sequence[Utterance], lows: Sequence[str], countries: tuple[str, ...], turns_of: TurnsOf
    ) -> None:
        """``turns_of`` returns the turns in which one of ``PATTERNS`` is."""
        self._turns_of = turns_of
        self._utterances = utterances
        self._lows = lows
        self._countries = countries
        self._last_cues: dict[int, Cue | None] = {}
        self._settings: dict[tuple[int, int, int, int], Setting] = {}
        self._said: dict[str, tuple[Kind, str]] = {}

    def find(self, turns: Sequence[int], mixed: Sequence[int]) -> list[Found]:
        """Return the numbers in these turns; ``mixed`` are those with letters next to digits, or alone."""
        runs: list[Run] = []
        found = list(
            IbanReader(self._lows, self._following, self._expects_iban, self._turns_of).find(sorted({*turns, *mixed}))
        )
        found += list(self._with_letters(sorted({*turns, *mixed}), found))
        for turn in mixed:
            found += self._of_letters(turn, found)
        for turn in turns:
            found += self._written(turn)
            runs += runs_in(turn, self._lows[turn])
        taken = {(one.turn, offset): one.end for one in found for offset in range(one.start, one.end)}
        runs = [run for run in runs if taken.get((run.turn, run.start), 0) < run.end]
        for chain, links in self._chains(runs):
            found += self._of_chain(chain, links)
        found += list(between_sides(self._utterances, self._lows, runs, found))
        found += list(self._read_back(runs, found))
        found += list(self._corrected(runs, found))
        found += list(spelled_back(self._lows, sorted({*turns, *mixed}), found))
        return together(_national.whole(found, self._lows), self._lows)

    def _following(self, turn: int) -> Iterator[int]:
        """Yield the turns of the same side in which a number may go on, each soon after the one before."""
        last, speaker = turn, self._utterances[turn].speaker
        for later in range(turn + 1, min(turn + _TURNS, len(self._lows))):
            if later - last > _REACH:
                return
            if self._utterances[later].speaker == speaker:
                yield later
                last = later
            elif not self._is_interjection(later):
                return

    def _is_interjection(self, turn: int) -> bool:
        """Return whether a turn of the other side does not end a number: it is short, or reads digits back."""
        words = self._lows[turn].split()
        return len(words) <= _INTERJECTION or any(word[0].isdecimal() or word.strip(",.?") in WORDS for word in words)

    def _expects_iban(self, turn: int) -> bool | None:
        """Return whether words in a turn or before it ask for an IBAN; None where they ask for nothing else."""
        low = self._lows[turn]
        cue = self._last_cue(turn) or self._cue(turn)
        return True if cue == "iban" or "iban" in low else None if cue in (None, "account") else False

    def _written(self, turn: int) -> Iterator[Found]:
        low = self._lows[turn]
        if sum(map(str.isdecimal, low)) < _WRITTEN:
            return

        def cue_at(start: int, end: int) -> bool | None:
            cue = cue_before(low, start) or cue_after(low, end, end - start) or self._cue(turn)
            cue = "national_number" if cue is None and self._last_cue(turn) == "national_number" else cue
            if cue == "other" and not is_apart(low, start) and not _cues.speaks_of_national(low, start):
                return None
            return cue == "national_number" and not _cues.is_behind_another(low, start)

        for start, end, value in _national.written(low, cue_at):
            yield Found(turn, start, end, "national_number", value)

    def _of_letters(self, turn: int, known: Sequence[Found]) -> Iterator[Found]:
        """Yield national numbers that are spelled, letters and digits one by one, outside of known ones."""
        low = self._lows[turn]
        taken = [one for one in known if one.turn == turn]
        for run in map(_national.without_i, runs_in(turn, low, letters=True)):
            if not any(unit.chars.isalpha() for unit in run.units) or len(run.chars) < _national.SHORTEST:
                continue
            if is_taken(taken, run.start, run.end):
                continue
            cue = cue_before(low, run.start) or self._cue(turn)
            if any(letter.isdecimal() for letter in run.chars):
                digits = run.chars.lower()
                whole = [
                    value
                    for start, end, value in _national.written(digits, lambda _start, _end: False)
                    if end - start == len(digits)
                ]
                if whole or (cue == "national_number" and len(digits) <= _national.LONGEST):
                    yield Found(turn, run.start, run.end, "national_number", run.chars)

    def _with_letters(self, turns: Sequence[int], known: Sequence[Found]) -> Iterator[Found]:
        """Yield the parts of national numbers with letters where one is expected, over all the turns that they take."""
        taken = {(one.turn, offset) for one in known for offset in range(one.start, one.end)}
        for turn in self._expecting(turns):
            its = [(each, piece) for each in (turn, *self._following(turn)) for piece in pieces_of(self._lows[each])]
            pieces = [(each, piece) for each, piece in its if (each, piece.start) not in taken]
            for first, (each, piece) in enumerate(pieces):
                if each != turn or (turn, piece.start) in taken:
                    continue
                low = self._lows[turn]
                cue = cue_before(low, piece.start) or self._cue(turn)
                if cue != "national_number" or _cues.is_behind_another(low, piece.start):
                    continue
                used = [pieces[index] for index in _national.with_letters(pieces, first)]
                taken |= {(other, offset) for other, one in used for offset in range(one.start, one.end)}
                value = "".join(one.chars or one.word for _, one in used).upper()
                for other in sorted({other for other, _ in used}):
                    ones = [one for each_turn, one in used if each_turn == other]
                    yield Found(other, ones[0].start, ones[-1].end, "national_number", value)

    def _expecting(self, turns: Sequence[int]) -> Iterator[int]:
        """Yield turns in which, or shortly after which, a national number may be that is asked for or named."""
        done = -1
        for turn in turns if self._turns_of(NAMES_NATIONAL) else ():
            if "national_number" not in ({kind for kind, _ in cues_in(self._lows[turn])} or {self._cue(turn)}):
                continue
            for each in range(max(done + 1, turn - _REACH), turn + 1):
                is_own = self._utterances[each].speaker == self._utterances[turn].speaker
                if each == turn or (is_own and len(self._lows[each].split()) <= EDGE):
                    yield each
            done = turn

    def _chains(self, runs: Sequence[Run]) -> Iterator[tuple[list[Run], list[Link]]]:
        """Yield runs that may be one number, each with the next by a link."""
        left = list(runs)
        while left:
            chain, links = [left.pop(0)], list[Link]()
            for run in list(left):
                if run.turn - chain[-1].turn > _REACH:
                    break
                link = self._link(chain[-1], run)
                if link is not None:
                    chain.append(run)
                    links.append(link)
                    left.remove(run)
                elif run.turn == chain[-1].turn:
                    break
            yield chain, links

    def _link(self, run: Run, later: Run) -> Link | None:
        """Return how a run goes on in a later one of the same side, None where it does not."""
        speaker = self._utterances[run.turn].speaker
        if later.turn == run.turn:
            return link_of(self._lows[run.turn][run.end : later.start])
        if self._utterances[later.turn].speaker != speaker or later.turn - run.turn > _REACH:
            return None
        for turn in range(run.turn + 1, later.turn):
            if self._utterances[turn].speaker == speaker:
                is_short = len(self._lows[turn].split()) <= EDGE or is_pause(self._lows[turn])
            else:
                is_short = self._is_interjection(turn) and not self._asks_other(turn, run)
            if not is_short:
                return None
        link = link_of(f"{self._lows[run.turn][run.end :]} {self._lows[later.turn][: later.start]}")
        is_near = run.after <= EDGE and later.before <= EDGE
        return "loose" if is_near and link in (None, "free") else link

    def _asks_other(self, turn: int, run: Run) -> bool:
        """Return whether a turn behind a run asks for another number than the run was asked for as."""
        own = cue_before(self._lows[run.turn], run.start) or self._cue(run.turn)
        if own in ("national_number", "account") and asks_phone(self._lows[turn]):
            return True
        return own != "national_number" and self._last_cue(turn) == "national_number"

    def _of_chain(self, chain: Sequence[Run], links: Sequence[Link] = ()) -> Iterator[Found]:
        """Yield what a chain is: first the cards that begin and end with runs, then what is left between them."""
        found = self._card_of(chain, links)
        if found is not None:
            first, behind, card = found
            first = 0 if "corrects" in links[max(0, first - 1) : first] else first
            yield from self._of_chain(chain[:first], links[: max(0, first - 1)])
            yield from self._whole(chain[first:behind], "card", card)
            yield from self._of_chain(chain[behind:], links[behind:])
            return
        if "free" in links:
            at = links.index("free") + 1
            yield from self._of_chain(chain[:at], links[: at - 1])
            yield from self._of_chain(chain[at:], links[at:])
        elif len(chain) > 1:
            yield from self._joined(chain, links)
        elif chain and len(chain[0].chars) >= SHORTEST:
            yield from self._located(chain, self._parts(chain))

    def _card_of(self, chain: Sequence[Run], links: Sequence[Link]) -> tuple[int, int, str] | None:
        """Return the first card that runs of a chain are: as they were said, else by another reading of them."""
        if sum(len(run.chars) + sum(bool(unit.other) for unit in run.units) for run in chain) < CARD_SHORTEST:
            return None
        plain = [None if link == "corrects" else link for link in links]
        is_doubtful = "corrects" in links or any(unit.other for run in chain for unit in run.units)
        for is_plain in (True, False) if is_doubtful else (True,):
            for first in range(len(chain) if len(chain) > 1 or not is_plain else 0):
                for behind in range(first + 1, len(chain) + 1) if is_plain else range(len(chain), first, -1):
                    if is_plain and None in plain[first : behind - 1]:
                        break
                    its, between = chain[first:behind], links[first : behind - 1]
                    readings = ("".join(run.chars for run in its),) if is_plain else readings_of(its, between)
                    card = self._card_in(its, between, readings)
                    if card:
                        return first, behind, card
        return None

    def _card_in(self, chain: Sequence[Run], links: Sequence[Link], readings: Iterable[str]) -> str:
        """Return the card that runs are together, all of them and nothing else; empty where they are none."""
        number = next((reading for reading in readings if is_card(reading)), "")
        if not number or not is_grouped(chain, links):
            return ""
        setting = self._setting(chain)
        is_other = setting.here == "other" and setting.is_named
        return "" if is_other or setting.cue in ("account", "phone") else number

    def _whole(self, chain: Sequence[Run], kind: Kind, value: str) -> Iterator[Found]:
        """Yield all runs of a chain as one number, of which digits that were taken back may be read back as well."""
        self._said["".join(run.chars for run in chain)] = (kind, value)
        return self._located(chain, [Part(0, sum(len(run.units) for run in chain), kind, value)])

    def _joined(self, chain: Sequence[Run], links: Sequence[Link]) -> Iterator[Found]:
        """Yield what a chain without a whole card is; where that is nothing, what its runs are one by one."""
        digits, setting = "".join(run.chars for run in chain), self._setting(chain)
        by_cue = KIND_BY_CUE.get(setting.cue)
        is_whole = by_cue is not None and all(len(run.chars) >= by_cue[1] for run in chain)
        if "corrects" in links and by_cue is not None and by_cue[1] <= len(digits) and not is_whole:
            yield from self._whole(chain, by_cue[0], next(readings_of(chain, links)))
            return
        if "corrects" in links and setting.cue in (None, "phone"):
            phone = next((each for each in readings_of(chain, links) if is_phone(each, self._countries)), None)
            if phone is not None and not all(is_phone(run.chars, self._countries) for run in chain):
                yield from self._whole(chain, "phone", phone[-9:])
                return
        is_long = all(len(run.chars) >= SHORTEST for run in chain)
        is_one = (
            by_cue is not None
            or len({run.turn for run in chain}) == len(chain)
            or ("corrects" not in links and is_long)
        )
        is_more = is_phone(chain[0].chars, self._countries) and not is_phone(digits, self._countries)
        parts = self._parts(chain) if is_one and not is_more and not ("corrects" in links and is_whole) else []
        if any(runs_of(chain, part.first, part.behind) > 1 for part in parts):
            yield from self._located(chain, parts)
        elif len(chain) > 2:  # noqa: PLR2004  the last may be something else: an expiry date
            yield from self._of_chain(chain[:-1], links[:-1])
            yield from self._of_chain(chain[-1:])
        else:
            yield from self._one_by_one(chain, links)

    def _one_by_one(self, chain: Sequence[Run], links: Sequence[Link]) -> Iterator[Found]:
        """Yield what the runs of a chain are one by one, and with each what it takes back."""
        for index, run in enumerate(chain):
            its = list(self._of_chain([run]))
            yield from its
            before = chain[index - 1]
            is_corrected = index and links[index - 1] == "corrects" and len(before.chars) >= SHORTEST
            if is_corrected and its and its[0].kind in _CORRECTED and before.turn == run.turn:
                part = Part(0, len(before.units), its[0].kind, its[0].value)
                yield from self._located([before], [part])

    def _parts(self, chain: Sequence[Run]) -> list[Part]:
        units = [unit for each in chain for unit in each.units]
        return list(parts_of(in_one_text(units, chain), self._setting(chain)))

    def _setting(self, chain: Sequence[Run]) -> Setting:
        run, last = chain[0], chain[-1]
        key = (run.turn, run.start, last.turn, last.end)
        if key not in self._settings:
            low = self._lows[run.turn]
            before = cue_before(low, run.start)
            is_its = before != "other" or is_named(low, run.start)
            if not is_its and len(run.chars) >= _national.USUAL and names_national(low, run.start):
                before, is_its = "national_number", True
            if not is_its and _ENDS_SENTENCE.search(low, max(0, run.start - _SENTENCE), run.start):
                before = None
            here = before or cue_after(self._lows[last.turn], last.end, sum(len(each.chars) for each in chain))
            self._settings[key] = Setting(here, None if here else self._cue(run.turn), low, self._countries, is_its)
        return self._settings[key]

    def _located(self, chain: Sequence[Run], parts: Sequence[Part]) -> Iterator[Found]:
        """Yield each part with its span, one in every turn over which it is split."""
        its = owners(chain)
        for part in parts:
            by_turn: dict[int, list[Unit]] = {}
            for turn, unit in its[part.first : part.behind]:
                by_turn.setdefault(turn, []).append(unit)
            for turn, units in by_turn.items():
                yield Found(turn, self._start(turn, units[0].start), units[-1].end, part.kind, part.value)

    def _start(self, turn: int, offset: int) -> int:
        """Include the sign before a number: ``+``, ``(``, ``plus``."""
        before = self._lows[turn][:offset]
        for word in ("plus ", "area code "):
            if before.endswith(word):
                return offset - len(word)
        return offset - (len(before) - len(before.rstrip("+(")))

    def _last_cue(self, turn: int) -> Cue | None:
        """Return the last cue of a turn."""
        if turn not in self._last_cues:
            self._last_cues[turn] = cue_before(self._lows[turn], len(self._lows[turn]))
        return self._last_cues[turn]

    def _cue(self, turn: int) -> Cue | None:
        """Return the last cue in the turns before one, the nearest first."""
        earlier = range(turn - 1, max(-1, turn - 1 - _REACH), -1)
        return next((cue for each in earlier if (cue := self._last_cue(each)) is not None), None)

    def _read_back(self, runs: Sequence[Run], found: Sequence[Found]) -> Iterator[Found]:
        """Yield runs that repeat a known number or a part of it, by either side."""
        known: dict[str, tuple[Kind, str]] = {}
        for one in found:
            digits = "".join(letter for letter in one.value if letter.isdecimal())
            if one.kind != "security_code" and len(digits) >= _READ_BACK:
                known.setdefault(digits, (one.kind, one.value))
        known = {**self._said, **known}
        covered = {(one.turn, one.start) for one in found}
        for run in runs:
            if len(run.chars) < _READ_BACK or any((run.turn, unit.start) in covered for unit in run.units):
                continue
            for digits, (kind, value) in known.items():
                if run.chars in digits or digits in run.chars or is_similar(run.chars, digits):
                    yield Found(run.turn, self._start(run.turn, run.start), run.end, kind, value)
                    break

    def _corrected(self, runs: Sequence[Run], found: Sequence[Found]) -> Iterator[Found]:
        """Yield runs that correct a number which was said in the turns before: ``no, the end is 4 7``."""
        covered = {(one.turn, one.start) for one in found}
        last = {one.turn: one for one in sorted(found) if one.kind in _CORRECTED}
        for run in runs if last else ():
            low = self._lows[run.turn]
            if len(run.chars) < _CORRECTING or any((run.turn, unit.start) in covered for unit in run.units):
                continue
            before = range(run.turn, max(-1, run.turn - 1 - _REACH), -1)
            known = next((last[turn] for turn in before if turn in last), None)
            if known is None or (known.turn == run.turn and known.end > run.start):
                continue
            start = known.end if known.turn == run.turn else 0
            cue = cue_before(low[start:], run.start - start)
            behind = len(low) if known.turn + 1 == run.turn else run.start
            if CORRECTS & set(WORDS_IN.findall(low, start, behind)) and cue in (None, known.kind):
                yield Found(run.turn, self._start(run.turn, run.start), run.end, known.kind, known.value)
