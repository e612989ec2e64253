"""Names of people: known from metadata, from introductions, from answers to a question for a name."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from auscult.redactors._patterns import searcher
from auscult.redactors._words import words_of

GIVEN = words_of("given_names.txt")[""]
_WORDS = words_of("words.txt")
_NO_NAMES, _FILLERS, _PARTICLES, _BUSINESS = (
    _WORDS[title] for title in ("no_names", "fillers", "particles", "business")
)

_NAME = re.compile(r"[^\W\d_]+(?:['\u2019.-]?[^\W\d_]+)*")
_PLAIN = re.compile(r"[^\W\d_]+")
_SHORTENED = re.compile(r"['\u2019](?!s\b)\w")
"""What follows ``Don`` in ``Don't``; ``Ann's`` is still Ann."""
_GAP = re.compile(r"[ .]{1,2}|-")
_STRONG = searcher(
    r"\b(?:(?:first |last |middle |full |maiden |family |sur|birth |given |legal |preferred )?names?(?: on the \w+| on file)?(?: is|'s|\x{2019}s|:| was| are)|(?:first|last|full|family|given|sur) ?name,?|"
    r"(?:wife|husband|son|daughter|mother|father|mum|mom|dad|partner|brother|sister)(?:'s|\x{2019}s) (?:first |last )?name,?|"
    r"(?:speaking|talking|chatting|spoke|speak|talk|chat) (?:with|to)|call me|goes by|go by|"
    r"you(?:'re|\x{2019}re| are) through to|under the name(?: of)?|in the name of|registered to|belongs to|addressed to|account holder(?: is)?|cardholder(?: is)?|"
    r"je m'appelle|mein name ist|ich hei(?:ß|ss)e|me llamo|mi nombre es|mi chiamo|meu nome é|"
    r"mr\.?|mrs\.?|ms\.?|miss|dr\.?|doctor|professor|herr|frau|señora?|monsieur|madame|signora?)\s+(?:also |actually |um,? |uh,? |is )*"
)
_TITLE = re.compile(r"(?:mr|mrs|ms|miss|dr|doctor|professor|herr|frau|señora?|monsieur|madame|signora?)\.?\s+$")
_WEAK = re.compile(
    r"\b(?:this is|i'm|i\u2019m|i am|it's|it\u2019s|it is|here is|is this|you are|you're|hi|hello|hey|thanks|thank you|dear|meet you|"
    r"welcome|sorry|apologi[sz]e|regards|sincerely|cheers|bye|goodbye|okay|ok|alright|great|perfect|sure|yes|"
    r"my (?:wife|husband|son|daughter|mother|father|mom|mum|dad|brother|sister|partner|colleague|boss|friend|lawyer|doctor)"
    r"(?:'s name is| is| named)?|colleague|manager|named|agent|representative|supervisor|advisor|with|to|from|by|for|and|of|ask|told|contact),?\s+$"
)
_PLACE = re.compile(r"\b(?:san|santa|santo|saint|st|são|fort|port|mount|mt|lake|los|las|cape)\.?\s$")
_TOWN = re.compile(r"\s(?:street|st|avenue|ave|road|rd|hills?|beach|city|county|island|falls|springs|airport|park)\b")
"""What makes a place of a given name: ``San Francisco``, ``Beverly Hills``."""
_SELF = re.compile(r"\b(?:this is|i'm|i\u2019m|i am|it's|it\u2019s|it is),?\s+$")
_SELF_FIRST = re.compile(
    r"\b(?:[Tt]his is|I['\u2019]m|I am|[Hh]ere is|[Ii]t['\u2019]s)\s+"
    r"([A-ZÀ-Þ][^\W\d_]+(?:['\u2019-][^\W\d_]+)*(?:[ ][A-ZÀ-Þ][^\W\d_]+(?:['\u2019-][^\W\d_]+)*)?)"
)
_UNDER = re.compile(
    r"\b(?:['\u2019]s|is|was|booked|listed|registered|filed|put it|reservation|booking) under\s+"
    r"([A-ZÀ-Þ][^\W\d_]+(?:[ '\u2019-][A-ZÀ-Þ][^\W\d_]+)*)"
)
_CALLS = frozenset({"from", "calling", "speaking", "here", "with", "and"})
_ENDING = searcher(r"\b(?:speaking|here|calling|on the (?:line|phone))\b")
ASKS = searcher(
    r"\b(?:your|(?:the )?(?:customer|caller|account holder|cardholder|patient)'?s) (?:full |first |last |middle |family |given |legal |sur)?names?\b|"
    r"\bwho (?:am i|do i have|is this|i am|i'm) (?:speaking|talking|chatting)|\bwho (?:is this|do i have)\b|\bwhom am i\b|"
    r"\bwho(?:'s|\x{2019}s| is) (?:calling|speaking|there|on the line)\b|\bwhose name|\bname (?:on|for|under) (?:the|your|that|this) |\bwhat name is|\bname,? please|\bspell (?:that|your|it)|\b(?:first|last|full) name"
)
_SPELLS = searcher(r"\bspel(?:l|t|led|ling)|letters\b")
_SPELLED = re.compile(r"\b[^\W\d_](?:[\s.,-]+[^\W\d_]\b){2,}")
_SHORTEST, _MOST = 2, 4
_SHORT_ANSWER = 8
_REACH = 40
"""Characters before a name in which a weak cue may stand."""


class Mention(NamedTuple):
    """A name in an utterance, in small letters with single spaces."""

    turn: int
    start: int
    end: int
    name: str


class NameFinder:
    """Finds the names of one conversation: first those that are introduced, then every mention of them.

    Works on all turns as one text, so that each pattern passes over it once; places are those of that text.
    """

    def __init__(self, texts: Sequence[str], lows: Sequence[str], known: Iterable[str]) -> None:
        """``lows`` are the texts in small letters, ``known`` the names that metadata give."""
        self._text, self._low = "\n".join(texts), "\n".join(lows)
        self._starts = list(accumulate((len(low) + 1 for low in lows), initial=0))
        self._people: dict[str, str] = {}
        self._places: list[tuple[int, int, str]] = []
        for name in known:
            self._learn(" ".join(name.lower().split()))

    def find(self, asked: Iterable[int]) -> list[Mention]:
        """Return every mention; ``asked`` are the turns that follow a question for a name."""
        for found in _STRONG.finditer(self._low):
            is_title = _TITLE.search(self._low, max(0, found.end() - 12), found.end()) is not None
            self._take(found.end(), is_title=is_title)
        for turn in asked:
            self._answer(self._starts[turn], self._starts[turn + 1] - 1)
        self._given()
        self._unknown()
        for found in _ENDING.finditer(self._low):
            self._before(found.start())
        if "spel" in self._low or "letters" in self._low:
            for found in _SPELLS.finditer(self._low):
                start = self._starts[self._turn(found.start())]
                self._spelled(start, self._starts[self._turn(found.start()) + 1] - 1)
        return list(self._mentions())

    def _turn(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1

    def _take(self, place: int, *, is_title: bool) -> None:
        """Read a name that certainly begins at a place, as far as its words go."""
        words: list[re.Match[str]] = []
        at = place
        while len(words) < _MOST and (word := _NAME.match(self._text, at)):
            if not self._goes_on(word[0], words, most=1 if is_title else 2):
                break
            words.append(word)
            gap = _GAP.match(self._text, word.end())
            if gap is None or ("." in gap[0] and len(word[0]) > 1):
                break
            at = gap.end()
        while words and words[-1][0].lower() in _PARTICLES:
            words.pop()
        if words:
            self._add(words[0].start(), words[-1].end())

    @staticmethod
    def _goes_on(word: str, words: Sequence[re.Match[str]], *, most: int) -> bool:
        """Return whether a word is the next of a name. In small letters a name has two words, as a rule."""
        low = word.lower()
        if words and low in _PARTICLES:
            return True
        if low in _NO_NAMES:
            return False
        is_first_capital = words[0][0][0].isupper() if words else word[0].isupper()
        if word[0].isupper() or is_first_capital:
            return word[0].isupper() and is_first_capital
        return len(word) >= _SHORTEST and (len(words) < most or low in GIVEN)

    def _given(self) -> None:
        """Mark given names: in capitals anywhere, with the capitalised word that follows; else behind a weak cue."""
        for name in GIVEN.intersection(_PLAIN.findall(self._low)):
            for start in self._places_of(name):
                end = start + len(name)
                is_capital = self._text[start].isupper() and not (self._text[start:end].isupper() and len(name) < 4)  # noqa: PLR2004
                if _PLACE.search(self._low, max(0, start - 9), start) or _TOWN.match(self._low, end):
                    continue
                if not is_capital and not _WEAK.search(self._low, max(0, start - _REACH), start):
                    continue
                following = _NAME.match(self._text, end + 1) if self._text[end : end + 1] == " " else None
                is_introduced = _SELF.search(self._low, max(0, start - _REACH), start) is not None
                if following is not None and self._is_surname(following[0], is_capital, is_introduced=is_introduced):
                    end = following.end()
                after = _PLAIN.findall(self._low[end : end + 30])[:2]
                if not _BUSINESS.intersection([*_PLAIN.findall(self._low[start:end]), *after[:1]]):
                    self._add(start, end)

    @staticmethod
    def _is_surname(word: str, is_capital: bool, *, is_introduced: bool) -> bool:  # noqa: FBT001
        """Return whether a word after a given name is its surname: by a capital, or by an introduction of both."""
        low = word.lower()
        if low in _NO_NAMES or low in _BUSINESS:
            return False
        if is_capital:
            return word[0].isupper()
        return low in GIVEN or (is_introduced and len(low) >= _SHORTEST and not low.endswith("ing"))

    def _unknown(self) -> None:
        """Mark two capitalised words after ``this is`` or ``I'm``, or one before ``from`` or ``calling``, as a name."""
        for found in _SELF_FIRST.finditer(self._text):
            start, end = found.span(1)
            words = _PLAIN.findall(self._low[start:end])
            after = _PLAIN.findall(self._low[end : end + _REACH])[:1]
            is_person = len(words) > 1 or bool(_CALLS.intersection(after))
            if is_person and not (_NO_NAMES | _BUSINESS).intersection(words) and not _BUSINESS.intersection(after):
                self._add(start, end)

        for found in _UNDER.finditer(self._text):
            if not (_NO_NAMES | _BUSINESS).intersection(_PLAIN.findall(found[1].lower())):
                self._add(*found.span(1))

    def _before(self, place: int) -> None:
        """Mark the name before ``speaking`` or ``here``."""
        line = self._text.rfind("\n", 0, place) + 1
        words = list(_NAME.finditer(self._text, line, place))[-2:]
        names = [word for word in words if word[0].lower() in GIVEN or self._is_named(word[0])]
        if names and names[-1] is words[-1] and words[-1].end() >= place - 2:
            self._add(names[0].start(), names[-1].end())

    def _answer(self, start: int, end: int) -> None:
        """Read the short answer to a question for a name, as in ``Sure, it's Crystal Minh``."""
        self._spelled(start, end)
        words = list(_NAME.finditer(self._text, start, end))
        while words and words[0][0].lower().replace("\u2019", "'") in _FILLERS:
            words = words[1:]
        if not words or len(words) > _SHORT_ANSWER:
            return
        is_short = len(words) <= _MOST
        name: list[re.Match[str]] = []
        for word in words[:_MOST]:
            is_apart = bool(name) and re.search(r"[,.;?!]", self._text[name[-1].end() : word.start()])
            if word[0].lower() in _NO_NAMES or is_apart:
                break
            if not is_short and len(name) > 1 and not (word[0][0].isupper() or word[0].lower() in GIVEN):
                break
            name.append(word)
        if name and (is_short or name[0][0][0].isupper() or name[0][0].lower() in GIVEN):
            self._add(name[0].start(), name[-1].end())

    def _spelled(self, start: int, end: int) -> None:
        """Mark letters that are spelled one by one: ``s-m-i-t-h``."""
        for found in _SPELLED.finditer(self._text, start, end):
            name = re.sub(r"[\s.,-]", "", found[0]).lower()
            self._places.append((found.start(), found.end(), self._people.get(name, name)))

    def _mentions(self) -> Iterator[Mention]:
        """Yield every mention of the words of a known name; those that only a space parts are one."""
        for word in self._people:
            is_usual = word in _NO_NAMES
            for start in self._places_of(word):
                if not is_usual or self._is_capital_inside(start):
                    self._places.append((start, start + len(word), self._people[word]))
        joined: list[tuple[int, int, str]] = []
        for start, end, name in sorted(set(self._places), key=lambda place: (place[0], -place[1])):
            if joined and self._text[joined[-1][1] : start].strip(" ") == "":
                joined[-1] = (joined[-1][0], max(joined[-1][1], end), joined[-1][2])
            else:
                joined.append((start, end, name))
        for start, end, name in joined:
            turn = self._turn(start)
            first = self._starts[turn]
            yield Mention(turn, start - first, end - first, name)

    def _places_of(self, word: str) -> Iterator[int]:
        """Yield the places of a word by itself."""
        low = self._low
        at = low.find(word)
        while at >= 0:
            end = at + len(word)
            if not (low[at - 1 : at].isalnum() or low[end : end + 1].isalnum() or _SHORTENED.match(low, end)):
                yield at
            at = low.find(word, end)

    def _is_capital_inside(self, place: int) -> bool:
        before = self._text[max(0, place - 3) : place].rstrip(" ")
        return self._text[place].isupper() and bool(before) and before[-1] not in ".?!\n"

    def _add(self, start: int, end: int) -> None:
        name = " ".join(re.split(r"[\s.]+", self._low[start:end].strip()))
        self._learn(name)
        self._places.append((start, end, self._people.get(name.split()[0], name)))

    def _learn(self, name: str) -> None:
        """Remember each word of a name as the same person's: ``Mary`` has the number of ``Mary Smith``."""
        words = [word for word in name.split() if len(word) >= _SHORTEST and word not in _PARTICLES]
        person = next((self._people[word] for word in words if word in self._people), name)
        for word in words:
            self._people.setdefault(word, person)

    @staticmethod
    def _is_named(word: str) -> bool:
        return word[0].isupper() and word.lower() not in _NO_NAMES | _BUSINESS
