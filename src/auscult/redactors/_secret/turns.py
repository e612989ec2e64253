"""Turns that are searched for secrets: their numbers, what was found in them, and what is near a number."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from auscult.domain.privacy.redaction import Utterance, placeholder
from auscult.redactors._digits import WORDS, lowered
from auscult.redactors._secret import answers
from auscult.redactors._secret.cues import Cue, CueKind, may_spell_card
from auscult.redactors._secret.hints import Sign
from auscult.redactors._secret.numbers import (
    Number,
    may_count,
    numbers_in,
)
from auscult.redactors._secret.patterns import (
    CARD_TALK,
    HOMOPHONE_AFTER,
    HOMOPHONE_BEFORE,
    IS,
    LONG,
    NAMED,
    PLACEHOLDER,
    PRIVATE,
    WITH,
)

REACH, REACH_AFTER = 90, 48
"""Characters between a name and its value, and between a value and its name."""
PATIENCE, AGAIN = 10, 5
"""Turns within which a question is answered, and within which an answer is completed, corrected or read back."""
SHORTEST, LONGEST = 3, 12
FEW, MANY = 4, 8
SAID_ROOM = 14
"""Words that may be around a number which a speaker reports to have said, typed or chosen."""
YEAR, LONGEST_CARD = 4, 15
SIZES: Mapping[CueKind, tuple[int, int]] = {
    "card": (3, 4),
    "three": (3, 4),
    "digits": (3, 12),
    "code": (3, 9),
    "word": (2, 12),
    "maybe": (3, 10),
    "other": (0, 0),
}
WHOLE: Mapping[CueKind, int] = {"card": 3, "three": 3, "digits": 4, "code": 4, "word": 1, "maybe": 4, "other": 0}
"""Digits with which an answer may be complete."""
REPLACED = placeholder("security_code")[:-1]
LONGEST_HINTED, HINTED = 8, 6
"""Digits of a code that nothing names, and turns before it in which signs of it are looked for."""
_LETTERS_BEFORE = re.compile(r"(?<![\w-])[a-z]{1,3}-$")
_SENTENCES = re.compile(r"[.?!\u2026] (?!\d)|\.\.")
NEAR = 16
USUAL = 4


def without_placeholders(low: str) -> str:
    """Return a text with signs in place of placeholders, whose words name what was there."""
    return PLACEHOLDER.sub(lambda found: answers.REPLACED * len(found[0]), low) if "[" in low else low


def with_homophones(low: str, start: int, end: int) -> tuple[int, int]:
    """Return a span of digits that are said with words that sound like one: ``to oh four``."""
    if not low[start:end].replace(" ", "").isalpha() or low[start:end].split(maxsplit=1)[0] not in WORDS:
        return start, end
    missing = USUAL - len(low[start:end].split())
    if missing > 0 and (before := HOMOPHONE_BEFORE.search(low, 0, start)) is not None:
        start, missing = before.start(1), missing - 1
    if missing > 0 and (after := HOMOPHONE_AFTER.match(low, end)) is not None:
        end = after.end(1)
    return start, end


def is_year(number: Number) -> bool:
    """Return whether digits are a year in which cards expire."""
    return len(number.chars) == YEAR and number.chars[:2] == "20" and number.chars[2] in "234"


class Asked(Struct):
    """A secret that was spoken of last, and may follow."""

    kind: CueKind
    speaker: str
    turn: int
    digits: int = 0
    last: int = -1
    card_digits: int = 0
    needs_card: bool = False
    has_expiry: bool = False
    is_partial: bool = False
    is_mentioned: bool = False
    chars: str = ""
    is_implied: bool = False
    is_phrase: bool = False
    has_word: bool = False

    @property
    def is_done(self) -> bool:
        """Return whether an answer came that may be complete."""
        return self.last >= 0 and self.digits >= WHOLE[self.kind]


class Turns:
    """Turns of a conversation, and what was found in them."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self._utterances = utterances
        lows = [lowered(text) for _, text in utterances]
        self._texts = [without_placeholders(text) for _, text in utterances]
        self._lows = [without_placeholders(low) for low in lows]
        self._replaced = [REPLACED in low for low in lows]
        self._spans: list[list[tuple[int, int]]] = [[] for _ in utterances]
        self._signs_of: dict[int, set[Sign]] = {}
        self._numbers: dict[int, list[Number]] = {}
        self._values: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._asked: Asked | None = None
        self._is_other = False
        whole = "\n".join(self._lows)
        self._may_hold_card = LONG.search(whole) is not None or may_spell_card(whole)
        self._card_digits: dict[str, str] = {}

    @cached_property
    def _is_of_card(self) -> bool:
        return any(map(CARD_TALK.search, self._lows))

    def _is_asked(self, kind: CueKind) -> bool:
        return self._asked is not None and self._asked.kind == kind

    def _of(self, turn: int) -> list[Number]:
        if turn not in self._numbers:
            self._numbers[turn] = numbers_in(turn, self._lows[turn]) if may_count(self._lows[turn]) else []
        return self._numbers[turn]

    def _take(self, turn: int, start: int, end: int, *, is_value: bool = True) -> None:
        """Keep a span, with the letters that a code begins with, and remember its value."""
        low = self._lows[turn]
        if answers.REPLACED in low[start:end]:
            return
        while start and (low[start - 1].isalnum() or low[start - 1] in "_#!$"):
            start -= 1
        while end < len(low) and (low[end].isalnum() or low[end] in "_#!$"):
            end += 1
        if (letters := _LETTERS_BEFORE.search(low, 0, start)) is not None:
            start = letters.start()
        start, end = with_homophones(low, start, end)
        self._spans[turn].append((start, end))
        if is_value:
            chars = "".join(number.chars for number in self._of(turn) if start <= number.start and number.end <= end)
            if len(chars) >= SHORTEST:
                self._values.setdefault(chars, turn)
            value = low[start:end].strip()
            if (parts := re.findall(r"\w+", value)) and len(parts) > SHORTEST and all(len(part) == 1 for part in parts):
                self._words.setdefault("".join(parts), turn)
            is_said = any(start == number.start and number.end == end for number in self._of(turn))
            if any(map(str.isalpha, value)) and not is_said and len(value) > SHORTEST:
                self._words.setdefault(value, turn)

    def _is_taken(self, turn: int, start: int, end: int) -> bool:
        return any(begin < end and start < stop for begin, stop in self._spans[turn])

    def _cue_before(self, turn: int, number: Number, cues: Sequence[Cue]) -> Cue | None:
        """Return the last cue before a number whose own number is not between."""
        for cue in reversed([each for each in cues if each.end <= number.start]):
            is_served = any(
                cue.end <= one.start and one.end <= number.start and one is not number for one in self._of(turn)
            )
            is_earlier = any(each.kind != "other" and each.end <= cue.start for each in cues)
            is_near = (
                not is_earlier
                or number.start - cue.end < NEAR
                or NAMED.fullmatch(self._lows[turn], cue.end, number.start)
            )
            if cue.kind != "other" or (not is_served and is_near):
                return cue
        return None

    @staticmethod
    def _is_before(low: str, number: Number, cue: Cue) -> bool:
        """Return whether a number is named behind it: ``204 is the code``."""
        between = low[number.end : cue.start]
        least, most = SIZES[cue.kind]
        if len(between) > REACH_AFTER or not max(least, SHORTEST) <= len(number.chars) <= most:
            return False
        if low[: number.start].endswith(("is ", "was ", "ist ", "es ")) and between.strip() in (
            "",
            "my",
            "the",
            "your",
            "meine",
            "mi",
        ):
            return True
        return IS.fullmatch(between) is not None or WITH.fullmatch(between) is not None

    @staticmethod
    def _is_behind_other(low: str, number: Number, after: Cue | None) -> bool:
        """Return whether a number is named behind it as something else: ``204 is my order``."""
        if after is not None and PRIVATE.search(low, after.start, after.end):
            return False
        return after is not None and after.kind == "other" and IS.fullmatch(low, number.end, after.start) is not None

    @staticmethod
    def _is_other_chunk(start: int, cues: Sequence[Cue]) -> bool:
        before = [cue for cue in cues if cue.end <= start]
        return bool(before) and before[-1].kind == "other"

    def _is_other_number(self, low: str, number: Number, cues: Sequence[Cue]) -> bool:
        """Return whether a number is with the name of something else."""
        before = next((cue for cue in reversed(cues) if cue.end <= number.start), None)
        is_near = before is not None and _SENTENCES.search(low, before.end, number.start) is None
        if before is not None and before.kind == "other" and number.start - before.end <= REACH and is_near:
            return True
        after = next((cue for cue in cues if cue.start >= number.end), None)
        inside = any(cue.start < number.end and number.start < cue.end for cue in cues)
        return inside or self._is_behind_other(low, number, after)

    def _is_pronoun(self, turn: int, number: Number) -> bool:
        """Return whether ``one`` is no number: ``this one``, ``one moment``."""
        low = self._lows[turn]
        before, after = low[: number.start].split()[-1:], low[number.end :].split()[:1]
        is_word = low[number.start : number.end] in ("one", "ein", "uno", "un", "una", "eine")
        odd = (
            "this",
            "that",
            "which",
            "no",
            "the",
            "new",
            "newer",
            "older",
            "last",
            "other",
            "next",
            "right",
            "wrong",
            "any",
            "old",
        )
        if low[number.start : number.end] in ("oh", "o"):
            before = low[: number.start].split()[-1:]
            return len(low.split()) > 1 and not (before and before[0] in (*WORDS, "an", "and"))
        return is_word and (
            bool(before and before[0] in odd)
            or bool(after and after[0].strip(",.") in ("moment", "second", "sec", "minute", "of", "is", "word"))
        )

    @staticmethod
    def _is_expiry(number: Number) -> bool:
        return (
            len(number.chars) == YEAR
            and number.chars[:2] in {f"{month:02}" for month in range(1, 13)}
            and number.chars[2] in "23"
        )

    def _is_read_back(self, turn: int, number: Number) -> bool:
        """Return whether a number is read back, one digit of which may be wrong."""
        return any(
            turn - at <= AGAIN
            and len(value) == len(number.chars) > SHORTEST - 1
            and sum(one != other for one, other in zip(value, number.chars, strict=True)) <= len(value) // 2
            for value, at in self._values.items()
        )
