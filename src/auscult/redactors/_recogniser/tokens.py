"""A turn as tokens: words and numbers with what stands between them, what they read as, and what they hint at."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from unicodedata import decimal

from auscult.redactors._recogniser.numbers import (
    DOUBTFUL,
    HUNDRED,
    IBAN_LENGTH,
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
    r"|(?:expiry|exp|cvc|cvv|csc|card|tel|mob|plz|iban|dob|pin|ssn)(?=\d)"
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
_BETWEEN, _DOUBTS = DOUBTFUL | JOINS, 5
_ALSO_WORDS, _HOMOPHONES = frozenset("aeiyoàé"), frozenset({"too", "for", "ate", "fore", "won"})
_SPELLING = SAID.keys() | LETTERS | NAMED_LETTERS
_GENERAL = frozenset(["number", "numbers", "from", "date", "text", "answer", "message", "first", "across", "through"])
_WORDS_TOO = frozenset(
    [
        "is",
        "no",
        "be",
        "it",
        "at",
        "me",
        "es",
        "se",
        "al",
        "il",
        "si",
        "do",
        "ad",
        "as",
        "et",
        "sa",
        "sm",
        "st",
        "tl",
        "tn",
        "us",
        "va",
        "me",
        "mt",
        "li",
        "so",
    ]
)
"""Countries of IBANs that are words in one of the languages."""
_TWENTY, _LONG_ONE, _OF_IBAN = 20, 5, 5
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
def _cues() -> tuple[
    Mapping[str, str], Mapping[str, Sequence[tuple[tuple[str, ...], str]]], Mapping[str, Sequence[tuple[str, str]]]
]:
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


@cache
def telling(*titles: str) -> frozenset[str]:
    """Return the words that may name one of these classes: single cues, and the longest word of each phrase."""
    words, phrases, begins = _cues()
    found = {word for word, title in words.items() if title in titles}
    found |= {max(phrase, key=len) for its in phrases.values() for phrase, title in its if title in titles}
    found |= {beginning for its in begins.values() for beginning, title in its if title in titles}
    return frozenset(found) - _GENERAL


class Unit:
    """Tokens that read as one: ``double four`` (44), ``b`` of ``b a one``, ``0177``."""

    __slots__ = ("chars", "first", "is_said", "last")

    def __init__(self, chars: str, first: int, last: int, *, is_said: bool) -> None:
        """``first`` and ``last`` are tokens."""
        self.chars, self.first, self.last, self.is_said = chars, first, last, is_said


class Turn:
    """The tokens of a turn. ``gaps[i]`` is the text between a token and the one before it."""

    __slots__ = (
        "classes",
        "cues",
        "ends",
        "gaps",
        "last_cue",
        "low",
        "number",
        "runs",
        "side",
        "starts",
        "text",
        "unit_of",
        "words",
    )

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
        return word[0].isdecimal() or (word in SAID and word not in DOUBTFUL) or word in TIMES or compound(word) != ""

    def _near_number(self, at: int) -> bool:
        """Return whether a doubtful word stands next to a number, other doubtful words and joins between."""
        for step in (1, -1):
            for other in range(at + step, at + step * _DOUBTS, step):
                if not 0 <= other < len(self.words) or self.words[other] not in _BETWEEN:
                    if self._is_number(other):
                        return True
                    break
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
        if any(map(str.isdecimal, word)):
            return None if "@" in word or word[0] == "[" else Unit(word, at, at, is_said=False)
        if word in TIMES:
            after = self._unit(at + 1) if at + 1 < len(self.words) else None
            if after is None or not after.chars[0].isdecimal():
                return None
            return Unit(after.chars[0] * TIMES[word] + after.chars[1:], at, after.last, is_said=True)
        said = SAID.get(word) or compound(word)
        if not said or (word in DOUBTFUL and not self._near_number(at)):
            return self._letter(at)
        return self._sum(at, said)

    def _letter(self, at: int) -> Unit | None:
        """Read a letter: ``d``, ``dora``, ``d for David``, ``d as in David``."""
        word = self.words[at]
        if len(word) == 1 and word.isalpha():
            behind = at + 1 + (self._word(at + 1) == "as")
            example = self._word(behind + 1)
            if self._word(behind) in _FOR and len(example) > 1 and example[0] == word:
                return Unit(word, at, behind + 1, is_said=True)
        if len(word) == 1 and word.isalpha():
            near = self._beside(at)
            is_alone = not any(len(each) == 1 or each in SAID or each[0].isdecimal() for each in near)
            return None if word in _ALSO_WORDS and is_alone else Unit(word, at, at, is_said=True)
        if (
            word in IBAN_LENGTH
            and word not in _WORDS_TOO
            and all(self._may_be_number(at + ahead) for ahead in range(1, _OF_IBAN))
        ):
            return Unit(word, at, at, is_said=True)
        is_letter = word in LETTERS or word in NAMED_LETTERS
        if is_letter and any(len(each) == 1 or each in _SPELLING for each in self._beside(at)):
            return Unit(word[0], at, at, is_said=True)
        return None

    def _may_be_number(self, at: int) -> bool:
        return self._is_number(at) or self._word(at) in DOUBTFUL

    def _beside(self, at: int) -> list[str]:
        return self.words[max(0, at - 1) : at] + self.words[at + 1 : at + 2]

    def _sum(self, at: int, said: str) -> Unit:
        """Read ``forty one``, ``soixante-quinze``, ``quatre-vingt-douze``, ``nine hundred and twelve``."""
        words = self.words
        if words[at] in ("quatre", "soixante", "vingt", "vingts", "dix"):
            french = self._french(at)
            if french is not None:
                return french
        if len(said) == 1 and said != "0" and self._word(at + 1) in HUNDRED:
            return self._behind_scale(at, at + 1, said)
        if len(said) == len("100") and said.endswith("00"):
            return self._behind_scale(at, at, said[0])
        if len(said) == len("20") and said[1] == "0" and said != "10":
            after = at + 1 + (self._word(at + 1) in JOINS and self._word(at + 1) != "and")
            one = SAID.get(self._word(after), "")
            if len(one) == 1 and one != "0" and self._word(after) not in _HOMOPHONES:
                return Unit(said[0] + one, at, after, is_said=True)
        return Unit(said, at, at, is_said=True)

    def _french(self, at: int) -> Unit | None:
        """Read the sums of French from a word on: ``dix-sept``, ``soixante-dix-sept``, ``quatre-vingt-douze``."""
        word, last = self.words[at], at
        if word == "dix":
            one = SAID.get(self._word(at + 1), "")
            return (
                Unit(f"1{one}", at, at + 1, is_said=True)
                if one in ("7", "8", "9") and len(self._word(at + 1)) < _LONG_ONE
                else None
            )
        if word == "quatre":
            if self._word(at + 1) not in ("vingt", "vingts"):
                return None
            last = at + 1
        base = {"soixante": 60, "quatre": 80}.get(word, 80)
        if word in ("vingt", "vingts"):
            return None
        after = last + 1 + (self._word(last + 1) == "et")
        if self._word(after) == "dix" and self._word(after + 1) in ("sept", "huit", "neuf"):
            return Unit(str(base + 10 + int(SAID[self._word(after + 1)])), at, after + 1, is_said=True)
        value = SAID.get(self._word(after), "0")
        if len(value) < len("100") and 0 < int(value) < _TWENTY:
            return Unit(str(base + int(value)), at, after, is_said=True)
        return Unit(str(base), at, last, is_said=True)

    def _behind_scale(self, first: int, last: int, hundreds: str) -> Unit:
        after = last + 1
        is_joined = self._word(after) in JOINS
        after += is_joined
        said = SAID.get(self._word(after), "")
        if said and len(said) <= len("99") and (is_joined or len(said) == len("99")):
            rest = self._sum(after, said)
            if len(rest.chars) <= len("99"):
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
