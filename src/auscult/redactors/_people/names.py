"""Names of people: known from metadata, from introductions, from answers to a question for a name, from words around."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from auscult.redactors._patterns import TurnsOf
from auscult.redactors._people import contexts, introduced, spelled
from auscult.redactors._people.lists import (
    BUSINESS,
    EVERYDAY,
    FILLERS,
    GIVEN,
    KNOWN,
    NO_NAMES,
    NOBODY,
    ORDINARY,
    PARTICLES,
    PLACES,
    UNLIKELY,
)
from auscult.redactors._people.patterns import (
    APART,
    CAPITAL,
    CLAUSE,
    CUE,
    ENDING,
    GAP,
    GOES_ON,
    GREETED,
    INITIALS,
    INSIDE,
    IS_MY_NAME,
    LETTERS,
    LONG_ANSWER,
    MET,
    MET_BY,
    MOST,
    NAME,
    NEAR,
    OTHER,
    OWNS,
    PLACE,
    REACH,
    SELF,
    SHORT_ANSWER,
    SHORTEST,
    SPELLS,
    STRONG,
    THIS_IS,
    TITLE,
    TOWN,
    UNSURE,
    offsets_of,
    words_in,
)
from auscult.redactors._people.sequence import goes_on, is_named, next_capital

_BETWEEN = re.compile(r"[\s.]+")


class Mention(NamedTuple):
    """A name in an utterance, in small letters with single spaces."""

    turn: int
    start: int
    end: int
    name: str


class NameFinder:
    """Finds the names of one conversation: first those that are introduced, then every mention of them.

    Works on all turns as one text, so that each pattern passes over it once; offsets are those of that text.
    """

    def __init__(self, texts: Sequence[str], lows: Sequence[str], known: Iterable[str], turns_of: TurnsOf) -> None:
        """``lows`` are the texts in small letters, ``known`` the names that metadata give.

        ``turns_of`` returns the turns in which ``STRONG``, ``ENDING`` or one of those of ``introduced`` is.
        """
        self._turns_of = turns_of
        self._text, self._low = "\n".join(texts), "\n".join(lows)
        self._starts = list(accumulate([len(low) + 1 for low in lows], initial=0))
        self._words = frozenset(words_in(self._low))
        self.rare = self._words - ORDINARY
        self._people: dict[str, str] = {}
        self._spans: list[tuple[int, int, str]] = []
        self._has_my_name = " is my " in self._low
        for name in known:
            self._learn(" ".join(name.lower().split()))

    def find(self, asked: Sequence[int]) -> list[Mention]:
        """Return every mention; ``asked`` are the turns that follow a question for a name."""
        for line, found in self._found(STRONG):
            start, end = line + found.start(), line + found.end()
            is_title = TITLE.search(self._low, max(0, end - 12), end) is not None
            self._read_name(end, is_title=is_title, is_sure=UNSURE.match(self._low, start) is None)
        for start, end in introduced.names(self._text, self._low, self._found):
            self._add(start, end)
        for turn in asked:
            self._answer(self._starts[turn], self._starts[turn + 1] - 1)
        for start, end in introduced.by_others(self._low, self._words):
            self._add(start, end)
        self._given()
        self._unknown(frozenset(asked))
        for line, found in self._found(ENDING):
            self._before(line + found.start())
        if not LETTERS.isdisjoint(self._words) or "spel" in self._low:
            self._spelled(frozenset(asked))
        for _, end, _ in self._spans[:]:
            if (other := introduced.joined(self._text, end)) is not None and not self._is_business(*other):
                self._add(*other)
        return list(self._mentions())

    def _found(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield the matches of a pattern in the turns that have it, each with the offset where its turn begins."""
        for turn in self._turns_of(pattern):
            first = self._starts[turn]
            for found in pattern.finditer(self._low[first : self._starts[turn + 1]]):
                yield first, found

    def _turn(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _line(self, offset: int) -> int:
        return self._text.rfind("\n", 0, offset) + 1

    def _read_name(self, offset: int, *, is_title: bool, is_sure: bool) -> None:
        """Read a name that begins at an offset, as far as its words go; where that is not sure, no usual words."""
        words: list[re.Match[str]] = []
        at = offset
        while len(words) < MOST and (word := NAME.match(self._text, at)):
            if not goes_on(word[0], words, most=1 if is_title else 2):
                break
            is_second = bool(words) and words[0][0].lower() in GIVEN
            is_usual = word[0] in EVERYDAY and not (is_title and word[0] in PARTICLES)
            if not is_sure and not is_second and word[0].islower() and is_usual:
                break
            words.append(word)
            gap = GAP.match(self._text, word.end())
            if gap is None or ("." in gap[0] and len(word[0]) > 1):
                break
            at = gap.end()
        while words and words[-1][0].lower() in PARTICLES:
            words.pop()
        if words:
            self._add(words[0].start(), words[-1].end())

    def _given(self) -> None:
        """Mark given names: in capitals anywhere, with the capitalised word that follows; else by the words around."""
        for name in sorted(self.rare & GIVEN):
            for start in offsets_of(self._low, name):
                end = start + len(name)
                is_followed = self._text[end : end + 1] == " " and self._text[end + 1 : end + 2].isupper()
                if name in self._people and not is_followed:
                    continue
                is_capital = self._text[start].isupper() and not self._text[start:end].isupper()
                if PLACE.search(self._low, max(0, start - 9), start) or (
                    TOWN.match(self._low, end) and not SELF.search(self._low, max(0, start - REACH), start)
                ):
                    continue
                if not is_capital and not (
                    contexts.is_likely(self._around(start, end)) and self._is_no_place(start, end)
                ):
                    continue
                following = NAME.match(self._text, end + 1) if self._text[end : end + 1] == " " else None
                if following is not None and self._is_surname(following[0], is_capital, start):
                    end = following.end()
                if not (self._is_business(start, end) or introduced.is_thing(self._text, self._low, start, end)):
                    self._add(start, end)

    def _is_no_place(self, start: int, end: int) -> bool:
        """Return whether a given name in small letters is none of a town, but for one that is greeted or introduced."""
        if self._low[start:end] not in PLACES:
            return True
        return self._low.endswith(MET_BY, max(0, start - CUE), start)

    def _around(self, start: int, end: int) -> contexts.Around:
        return contexts.around(self._low, self._line(start), start, end)

    def _is_business(self, start: int, end: int) -> bool:
        """Return whether words are a company's name, by one of them or by the one that follows."""
        return introduced.is_firm(self._low, start, end)

    def _is_surname(self, word: str, is_capital: bool, start: int) -> bool:  # noqa: FBT001
        """Return whether a word after a given name is its surname: by a capital, or by an introduction of both."""
        low = word.lower()
        if low in NO_NAMES or low in BUSINESS:
            return False
        if is_capital:
            return word[0].isupper()
        if low in GIVEN:
            return True
        return low not in UNLIKELY and SELF.search(self._low, max(0, start - REACH), start) is not None

    def _unknown(self, asked: frozenset[int]) -> None:
        """Mark words that no list knows where those around make a person of them."""
        for name in sorted(self.rare - KNOWN):
            for start in offsets_of(self._low, name) if len(name) > 1 else ():
                if name not in self._people:
                    self._mark_unknown(start, asked)
                elif self._text[start].isupper() and self._is_followed(start + len(name)):
                    self._add(start, self._with_rest(start + len(name)))

    def _mark_unknown(self, start: int, asked: frozenset[int]) -> None:
        """Mark the unknown word at an offset if it is a name: by its capital letter and the words around, or by them."""
        while start and self._low[start - 1] in INSIDE and self._low[start - 2 : start - 1].isalnum():
            start = self._low.rfind(self._low[start - 2], 0, start)
            while start and self._low[start - 1].isalnum():
                start -= 1
        if not self._text[start].isupper():
            if self._low.endswith(MET_BY, max(0, start - CUE), start) or self._has_my_name:
                self._mark_lowercase(start)
            return
        capital = CAPITAL.match(self._text, start)
        if capital is None:
            return
        line, end = self._line(start), capital.end()
        is_owner = OWNS.match(self._low, end) is not None
        word = contexts.around(self._low, line, start, end + 2 * is_owner)
        if self._low[start:end] in UNLIKELY or not BUSINESS.isdisjoint(word.after[:1]):
            return
        initials = INITIALS.search(self._text, max(0, start - CUE), start)
        is_person = (
            initials is not None
            or next_capital(self._text, end) in self._people
            or (is_owner and word.is_first and contexts.is_owner(word))
            or (bool(asked) and self._turn(start) in asked and self._is_short(start))
            or contexts.is_person(word, is_listed=self._is_listed(line, start), is_followed=self._is_followed(end))
        )
        if is_person:
            end = self._with_rest(end)
            if not self._is_business(start, end):
                self._add(start if initials is None else initials.start(), end)

    def _mark_lowercase(self, start: int) -> None:
        """Mark an unknown word in small letters that is greeted or introduced, with one that follows it."""
        word = NAME.match(self._low, start)
        if word is None or word[0] in KNOWN or len(word[0]) <= SHORTEST:
            return
        cue = MET.search(self._low, max(self._line(start), start - CUE), start)
        end = word.end()
        if cue is None and not IS_MY_NAME.match(self._low, end):
            return
        other = NAME.match(self._low, end + 1) if self._low[end : end + 1] == " " else None
        if other is not None and len(other[0]) > SHORTEST and other[0] not in UNLIKELY:
            end = other.end()
        if cue is not None and cue[1] is not None:
            is_two = other is not None and end == other.end() and self._low[end : end + 1] in ("", "\n", ",", ".")
            goes_on = is_two or GOES_ON.match(self._low, end) is not None
            is_met = goes_on and not word[0].endswith(("ing", "ed", "ly"))
        else:
            is_met = cue is None or GREETED.match(self._low, end) is not None
        if is_met and not self._is_business(start, end):
            self._add(start, end)

    def _is_followed(self, end: int) -> bool:
        """Return whether another capitalised word that may be a name follows."""
        word = next_capital(self._text, end)
        return bool(word) and word not in NOBODY

    def _is_short(self, offset: int) -> bool:
        turn = self._turn(offset)
        return self._starts[turn + 1] - self._starts[turn] <= LONG_ANSWER

    def _is_listed(self, line: int, start: int) -> bool:
        """Return whether a capitalised word or a number is before a word: ``Leeds, Yorkshire``."""
        before = self._text[line:start].split()[-1:]
        return (
            bool(before)
            and before[0][-1] not in ".?!"
            and not before[0][0].islower()
            and before[0].strip(",").lower() not in NOBODY
        )

    def _with_rest(self, end: int) -> int:
        """Return the end of the capitalised words that follow, as a surname does."""
        while (gap := self._text[end : end + 1]) == " ":
            word = CAPITAL.match(self._text, end + len(gap))
            if word is None or word[0].lower() in NOBODY:
                break
            end = word.end()
        return end

    def _before(self, offset: int) -> None:
        """Mark the name before ``speaking`` or ``here``."""
        line = self._line(offset)
        words = list(NAME.finditer(self._text, line, offset))[-2:]
        if (said := THIS_IS.search(self._low, line, offset)) and NOBODY.isdisjoint(said[1].split()):
            self._add(*said.span(1))
            return
        names = [word for word in words if word[0].lower() in GIVEN or is_named(word[0])]
        if len(names) > 1 and self._text[names[0].end() : names[1].start()] != " ":
            names = names[1:]
        small = introduced.before_here(self._low, line, offset)
        if small is not None:
            self._add(*small)
        elif names and names[-1] is words[-1] and words[-1].end() >= offset - 2 and not self._is_of(names[0].start()):
            self._add(names[0].start(), names[-1].end())

    def _is_of(self, offset: int) -> bool:
        """Return whether a word names where a person is from: ``from GreenGrid here``."""
        return self._low.endswith((" from ", " at ", " with ", "the "), max(0, offset - 6), offset)

    def _answer(self, start: int, end: int) -> None:
        """Read the short answer to a question for a name, as in ``Sure, it's Crystal Minh``."""
        words = list(NAME.finditer(self._text, start, end))
        while words and words[0][0].lower().replace("\u2019", "'") in FILLERS:
            words = words[1:]
        if words and (stop := CLAUSE.search(self._text, words[0].start(), end)):
            words = [word for word in words if word.start() < stop.start()]
        if not words or len(words) > SHORT_ANSWER:
            return
        is_short = len(words) <= MOST
        name: list[re.Match[str]] = []
        for word in words[: MOST + 1]:
            is_apart = bool(name) and APART.search(self._text, name[-1].end(), word.start())
            if (word[0].lower() in NO_NAMES and not (name and word[0].lower() in PARTICLES)) or is_apart:
                break
            if not is_short and len(name) > 1 and not (word[0][0].isupper() or word[0].lower() in GIVEN):
                break
            name.append(word)
        if name and (is_short or name[0][0][0].isupper() or name[0][0].lower() in GIVEN):
            self._add(name[0].start(), name[-1].end())

    def _spelled(self, asked: frozenset[int]) -> None:
        """Mark letters that are spelled one by one where a name is asked for, or is before them."""
        for turn, start in enumerate(self._starts[:-1]):
            end = self._starts[turn + 1] - 1
            if not spelled.MAY_HOLD.search(self._low, start, end):
                continue
            before = self._starts[max(0, turn - 1)]
            for first, behind, letters in spelled.spelled(self._text, self._low, start, end):
                is_known = letters in self._people
                is_near = any(first - NEAR <= stop <= first for _, stop, _ in self._spans)
                is_asked = turn in asked or SPELLS.search(self._low, before, first) is not None
                if is_known or is_near or (is_asked and not OTHER.search(self._low, before, min(end, behind + NEAR))):
                    name = self._people.setdefault(letters, letters)
                    self._spans.append((first, behind, name))

    def _mentions(self) -> Iterator[Mention]:
        """Yield every mention of the words of a known name; those that only a space parts are one."""
        for word in self._people:
            is_never, is_usual = word in NO_NAMES, word in EVERYDAY
            for start in offsets_of(self._low, word):
                is_called = is_usual and not is_never and contexts.is_likely(self._around(start, start + len(word)))
                if is_called or not (is_never or is_usual) or self._is_capital_inside(start) or self._is_second(start):
                    self._spans.append((start, start + len(word), self._people[word]))
        joined: list[tuple[int, int, str]] = []
        for start, end, name in sorted(set(self._spans), key=lambda span: (span[0], -span[1])):
            if joined and self._text[joined[-1][1] : start].strip(" ") == "":
                joined[-1] = (joined[-1][0], max(joined[-1][1], end), joined[-1][2])
            else:
                joined.append((start, end, name))
        for start, end, name in joined:
            turn = self._turn(start)
            first = self._starts[turn]
            yield Mention(turn, start - first, self._with_surname(end) - first, name)

    def _with_surname(self, end: int) -> int:
        """Return the end of a surname right behind a given name: capitalised, or no word of any list."""
        if self._text[end : end + 1] != " ":
            return end
        if self._text[end + 1 : end + 2].isupper():
            return self._with_rest(end)
        for _ in range(2):
            word = NAME.match(self._low, end + 1) if self._low[end : end + 1] == " " else None
            if word is None or len(word[0]) <= SHORTEST + 1 or word[0] in UNLIKELY:
                break
            if word[0].endswith(("ing", "ed", "ly")):
                break
            end = word.end()
        return end

    def _is_capital_inside(self, offset: int) -> bool:
        before = self._text[max(0, offset - 3) : offset].rstrip(" ")
        return self._text[offset].isupper() and bool(before) and before[-1] not in ".?!\n"

    def _is_second(self, offset: int) -> bool:
        """Return whether a word follows another of a name: ``mary young``."""
        before = self._low[max(0, offset - REACH) : offset]
        words = before.split()[-1:]
        return bool(words) and before.endswith(" ") and words[0] in self._people

    def _add(self, start: int, end: int) -> None:
        name = " ".join(_BETWEEN.split(self._low[start:end].strip()))
        self._learn(name)
        self._spans.append((start, end, self._people.get(name.split()[0], name)))

    def _learn(self, name: str) -> None:
        """Remember each word of a name as the same person's: ``Mary`` has the number of ``Mary Smith``."""
        words = [word for word in name.split() if len(word) >= SHORTEST and word not in PARTICLES]
        person = next((self._people[word] for word in words if word in self._people), name)
        for word in words:
            self._people.setdefault(word, person)
