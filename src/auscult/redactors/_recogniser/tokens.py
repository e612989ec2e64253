"""A turn as tokens: words and numbers with what stands between them, what they read as, and what they hint at."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from unicodedata import decimal

from auscult.redactors._recogniser.numbers import (
    DOUBTFUL,
    HUNDRED,
    JOINS,
    LETTERS,
    NAMED_LETTERS,
    SAID,
    TIMES,
    compound,
)
from auscult.wording.word_lists import read_lines

_TOKEN = re.compile(
    r"\[[a-z ]+(?: \d+)?\]"  # a placeholder
    r"|[\w.+%'-]*\w@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|[^\W_]+(?:['\u2019][^\W\d_]+)*"
)
_SIGNS = str.maketrans(
    {
        **dict.fromkeys([0xA0, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF, 0xAD], " "),
        **dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFF0D], "-"),
        0x2019: "'",
    }
)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_ROOM = 5
"""Words of a cue at most."""
_LONG, _EDGE = 4, 3
"""Digits of a run that may be a part of somebody's number; words behind one that may go on in another turn."""
_FOR = frozenset({"for", "in", "like", "wie", "von", "como", "comme", "de"})
_FILLERS = 3
"""Words such as ``uh`` that may stand between two digits of one number."""


def lowered(text: str) -> str:
    """Return a text in small letters, every character at its offset; spaces, hyphens and digits as ASCII has them."""
    low = text.lower()
    if low.isascii():
        return low
    if len(low) != len(text):
        low = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    low = low.translate(_SIGNS)
    return _OTHER_DIGIT.sub(lambda found: str(decimal(found[0])), low)


@cache
def _cues() -> tuple[Mapping[str, str], Mapping[str, Sequence[tuple[tuple[str, ...], str]]], Mapping[str, Sequence[tuple[str, str]]]]:
    """Read the cues: single words, phrases by their first word, and beginnings of words by their first letters."""
    words: dict[str, str] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    begins: dict[str, list[tuple[str, str]]] = {}
    for title, lines in read_lines(Path(__file__).with_name("cues.txt")).items():
        for cue in {each.strip() for line in lines for each in line.split(",")}:
            its = tuple(found[0] for found in _TOKEN.finditer(cue))
            if cue.endswith("*") and len(its) == 1:
                begins.setdefault(cue[:3], []).append((cue[:-1], title))
            elif len(its) > 1:
                phrases.setdefault(its[0], []).append((its, title))
            elif its:
                words.setdefault(its[0], title)
    for each in phrases.values():
        each.sort(key=lambda one: -len(one[0]))
    return words, phrases, begins


def single_cues() -> Mapping[str, str]:
    """Return the cues that are one word, with their classes."""
    return _cues()[0]


class Unit:
    """Tokens that read as one: ``double four`` (44), ``b`` of ``b a one``, ``0177``."""

    __slots__ = ("chars", "first", "is_said", "last")

    def __init__(self, chars: str, first: int, last: int, *, is_said: bool) -> None:
        """``first`` and ``last`` are tokens."""
        self.chars, self.first, self.last, self.is_said = chars, first, last, is_said


class Turn:
    """The tokens of a turn. ``gaps[i]`` is the text between a token and the one before it."""

    __slots__ = ("cues", "ends", "gaps", "low", "number", "runs", "side", "starts", "text", "unit_of", "words", "last_cue", "classes")

    def __init__(self, number: int, side: str, text: str, low: str) -> None:
        """Split a text; ``side`` is ``a`` for the contact centre's, ``c`` for the customer's."""
        self.number, self.side, self.text, self.low = number, side, text, low
        spans = [found.span() for found in _TOKEN.finditer(low)]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.words = [low[start:end] for start, end in spans]
        behind = [0, *self.ends]
        self.gaps = [low[before:start] for before, start in zip(behind, self.starts, strict=False)]
        self.gaps.append(low[behind[-1] :])
        self.cues = self._cued()
        self.last_cue = next((each for each in reversed(self.cues) if each and each not in ("filler", "correct")), "")
        self.classes = frozenset(self.cues)
        self.runs: list[list[Unit]] = []
        self.unit_of: dict[int, Unit] = {}
        self._read()

    def _cued(self) -> list[str]:
        """Return the class of each token's cue; where phrases begin, the longest counts."""
        words, phrases, begins = _cues()
        found = [words.get(word, "") for word in self.words]
        at = 0
        while at < len(found):
            word = self.words[at]
            for phrase, title in phrases.get(word, ()):
                if tuple(self.words[at : at + len(phrase)]) == phrase:
                    found[at : at + len(phrase)] = [title] * len(phrase)
                    at += len(phrase) - 1
                    break
            else:
                if not found[at]:
                    for beginning, title in begins.get(word[:3], ()):
                        if word.startswith(beginning):
                            found[at] = title
                            break
            at += 1
        return found

    def _is_number(self, at: int) -> bool:
        """Return whether a token is surely a part of a number."""
        if not 0 <= at < len(self.words):
            return False
        word = self.words[at]
        return word[0].isdecimal() or (word in SAID and word not in DOUBTFUL) or word in TIMES

    def _near_number(self, at: int) -> bool:
        """Return whether a doubtful word stands next to a number, other doubtful words and joins between."""
        for step in (1, -1):
            other = at + step
            while 0 <= other < len(self.words) and abs(other - at) < 4 and (self.words[other] in DOUBTFUL or self.words[other] in JOINS):
                other += step
            if self._is_number(other):
                return True
        return False

    def _read(self) -> None:
        """Find the runs of digits and spelled letters."""
        words, at, skipped = self.words, 0, 0
        run: list[Unit] = []
        while at < len(words):
            unit = self._unit(at)
            if unit is not None:
                run.append(unit)
                at, skipped = unit.last + 1, 0
                continue
            if run and self.cues[at] == "filler" and skipped < _FILLERS:
                skipped += 1
            elif run:
                self._close(run)
                run, skipped = [], 0
            at += 1
        if run:
            self._close(run)

    def _close(self, run: list[Unit]) -> None:
        if len(run) > 1 or any(map(str.isdecimal, run[0].chars)):
            self.runs.append(run)
            for unit in run:
                for token in range(unit.first, unit.last + 1):
                    self.unit_of[token] = unit

    def _unit(self, at: int) -> Unit | None:
        """Read the unit that begins at a token, None where none does."""
        word = self.words[at]
        if word[0].isdecimal():
            return None if "@" in word else Unit(word, at, at, is_said=False)
        if any(map(str.isdecimal, word)) and "@" not in word and word[0] != "[":
            return Unit(word, at, at, is_said=False)
        if word in TIMES and at + 1 < len(self.words):
            after = self._unit(at + 1)
            if after is not None and after.chars[0].isdecimal():
                return Unit(after.chars[0] * TIMES[word] + after.chars[1:], at, after.last, is_said=True)
            return None
        said = SAID.get(word) or compound(word)
        if said:
            if word in DOUBTFUL and not self._near_number(at):
                return self._letter(at)
            return self._sum(at, said)
        return self._letter(at)

    def _letter(self, at: int) -> Unit | None:
        """Read a letter: ``d``, ``dora``, ``d for David``, ``d as in David``."""
        word = self.words[at]
        if len(word) == 1 and word.isalpha():
            behind = at + 1 + (self._word(at + 1) == "as")
            example = self._word(behind + 1)
            if self._word(behind) in _FOR and len(example) > 1 and example[0] == word:
                return Unit(word, at, behind + 1, is_said=True)
        if len(word) == 1 and word.isalpha():
            near = self.words[max(0, at - 1) : at] + self.words[at + 1 : at + 2]
            if word in "aeiyoàé" and not any(len(each) == 1 or each in SAID or each[0].isdecimal() for each in near):
                return None
            return Unit(word, at, at, is_said=True)
        if word in LETTERS or word in NAMED_LETTERS:
            near = self.words[max(0, at - 1) : at] + self.words[at + 1 : at + 2]
            if any(len(each) == 1 or each in SAID or each in LETTERS or each in NAMED_LETTERS for each in near):
                return Unit(word[0], at, at, is_said=True)
        return None

    def _sum(self, at: int, said: str) -> Unit:
        """Read ``forty one``, ``soixante-quinze``, ``quatre-vingt-douze``, ``nine hundred and twelve``."""
        words, last = self.words, at
        if words[at] == "quatre" and self._word(at + 1) in ("vingt", "vingts"):
            said, last = "80", at + 1
        if said in ("60", "80") and words[last] in ("soixante", "vingt", "vingts"):
            after = last + 1 + (self._word(last + 1) == "et")
            value = SAID.get(self._word(after), "")
            if self._word(after) == "dix" and self._word(after + 1) in ("sept", "huit", "neuf"):
                return Unit(str(int(said) + 10 + int(SAID[self._word(after + 1)])), at, after + 1, is_said=True)
            if value and 0 < int(value) < 20:
                return Unit(str(int(said) + int(value)), at, after, is_said=True)
            return Unit(said, at, last, is_said=True)
        if words[at] == "dix" and self._word(at + 1) in ("sept", "huit", "neuf"):
            return Unit(f"1{SAID[self._word(at + 1)]}", at, at + 1, is_said=True)
        if len(said) == 1 and said != "0" and self._word(at + 1) in HUNDRED:
            return self._behind_scale(at, at + 1, said)
        if len(said) == 3 and said.endswith("00"):
            return self._behind_scale(at, at, said[0])
        if len(said) == 2 and said[1] == "0" and said != "10":
            after = last + 1
            if self._word(after) in JOINS and (self._word(after) != "and"):
                after += 1
            one = SAID.get(self._word(after), "")
            if len(one) == 1 and one != "0" and self._word(after) not in ("too", "for", "ate", "fore", "won"):
                return Unit(said[0] + one, at, after, is_said=True)
        return Unit(said, at, last, is_said=True)

    def _behind_scale(self, first: int, last: int, hundreds: str) -> Unit:
        after = last + 1
        is_joined = self._word(after) in JOINS
        after += is_joined
        word = self._word(after)
        said = SAID.get(word, "")
        if said and len(said) <= 2 and (is_joined or len(said) == 2):
            rest = self._sum(after, said)
            if len(rest.chars) <= 2:
                return Unit(hundreds + rest.chars.zfill(2), first, rest.last, is_said=True)
        return Unit(hundreds + "00", first, last, is_said=True)

    def _word(self, at: int) -> str:
        return self.words[at] if at < len(self.words) else ""


def long_numbers(text: str) -> list[tuple[int, int]]:
    """Return the spans of runs of four digits or more, written or said."""
    turn = Turn(0, "c", text, lowered(text))
    return [(turn.starts[run[0].first], turn.ends[run[-1].last]) for run in turn.runs if _digits(run) >= _LONG]


def open_numbers(text: str) -> list[tuple[int, int]]:
    """Return the spans of runs near the end of a text that may continue in the next."""
    turn = Turn(0, "c", text, lowered(text))
    return [
        (turn.starts[run[0].first], turn.ends[run[-1].last])
        for run in turn.runs
        if _digits(run) >= _LONG and len(turn.words) - 1 - run[-1].last <= _EDGE
    ]


def _digits(run: Sequence[Unit]) -> int:
    return sum(sum(map(str.isdecimal, unit.chars)) for unit in run)
