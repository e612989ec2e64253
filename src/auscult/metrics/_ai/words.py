"""Words of acts in five languages, read from tables next to this file and compiled once."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from auscult.metrics._finding.patterns import searcher
from auscult.wording.word_lists import read_words

LANGUAGES = ("en", "de", "es", "fr", "pt")
_TABLES = files("auscult.metrics._ai")
_PART = re.compile(r"\{[a-z]+\}")
FRAMES = ("first", "state", "going")


class Action(NamedTuple):
    """A kind of action: its name, how it is said to be done or under way, and the beginnings of words of its tools."""

    name: str
    said: dict[str, re.Pattern[str] | None]
    tools: re.Pattern[str]


class Words(NamedTuple):
    """The words of one language: whether a text has an act, by the group of acts, and the actions.

    ``named`` returns the numbers of the actions that a folded text may name, and ``framed`` those of the frames
    (``FRAMES``) in which it may say any of them. ``first_look`` returns by side, at once, which acts of ``LOOKED_FOR``
    a folded turn may have, as numbers.
    """

    acts: dict[str, "Look"]
    first_look: dict[str, Callable[[str], list[int] | None]]
    actions: tuple[Action, ...]
    named: Callable[[str], list[int] | None]
    framed: Callable[[str], list[int] | None]


LOOKED_FOR = {
    "bot": ("all_told", "life", "machine", "example"),
    "customer": ("wish", "nature", "pleased", "opens_yes", "going_round", "rejects", "told_before"),
}
"""Acts that are looked for in every turn of a side."""
_IN_SENTENCES = ("wish", "example")


class Look:
    """Looks for any of some patterns in a text: first with RE2, without looking around and accents, then exactly."""

    def __init__(self, patterns: Sequence[str]) -> None:
        joined = "|".join(patterns)
        bare = _LOOKS_AROUND.sub("", joined)
        self._every = re.compile(joined)
        self._exact = searcher((joined,)) if bare == joined else None
        self._any = searcher((bare.translate(FOLDED),))

    def __call__(self, text: str) -> bool:
        """Return whether a text has any."""
        if self._exact is not None and text.isascii():
            return self._exact(text) is not None
        return self.may(folded(text)) and self._every.search(text) is not None

    def may(self, text: str) -> bool:
        """Return whether a folded text may have any."""
        return self._any(text) is not None


def folded(text: str) -> str:
    """Return a text in ASCII, letter by letter: without accents, ``x`` for other letters, ``~`` for what is none."""
    return text if text.isascii() else _OTHER_LETTER.sub("x", _SIGN.sub("~", text).translate(FOLDED))


FOLDED = str.maketrans("àáâãäåèéêëìíîïòóôõöùúûüñçßýÿœæ", "aaaaaaeeeeiiiiooooouuuuncsyyoa")
_SIGN, _OTHER_LETTER = re.compile(r"[^\x00-\x7f\w]"), re.compile(r"[^\x00-\x7f]")
_ANCHOR = re.compile(r"(?<![\[\\])[\^$]")
_LOOKS_AROUND = re.compile(r"\(\?<?[!=](?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)")


@cache
def words_of(language: str) -> Words | None:
    """Return the words of a language, given as an ISO 639-1 code; None where there are none."""
    if language not in LANGUAGES:
        return None
    groups: dict[str, list[str]] = defaultdict(list)
    parts: dict[str, str] = {}
    for group, of, pattern in rows_of("acts.tsv"):
        if of == "*":
            parts[group] = pattern
        elif of == language:
            groups[group].append(_PART.sub(lambda part: parts[part[0]], pattern))
    frames = {frame: pattern for frame, of, pattern in rows_of("frames.tsv") if of == language}
    actions, every = list[Action](), list[str]()
    tools: dict[str, str] = {}
    for name, of, done, *ongoing in rows_of("actions.tsv"):
        if of == "*":
            tools[name] = done
        elif of == language:
            forms = dict(zip(FRAMES, (done, done, *(ongoing or [""])), strict=False))
            said = {frame: _framed(frames[frame], forms[frame]) for frame in FRAMES}
            named = rf"(?:\b|_)(?:{tools[name]})" if tools[name] else r"(?!)"
            actions.append(Action(name, said, re.compile(named)))
            every.append("|".join(one for one in (done, *ongoing) if one))
    acts = {group: Look(patterns) for group, patterns in groups.items()}
    first = {side: searcher(tuple(_first(group, groups[group]) for group in mine)) for side, mine in LOOKED_FOR.items()}
    framed = searcher(tuple(_bare(frames[frame].replace("{x}", "|".join(every))) for frame in FRAMES))
    named = searcher(tuple(rf"\b(?:{_bare(forms)})" for forms in every))
    return Words(acts, first, tuple(actions), named, framed)


def _first(group: str, patterns: Sequence[str]) -> str:
    """Return a pattern for a folded turn that is there wherever one of an act is, in the turn or in a sentence of it."""
    bare = _bare("|".join(patterns))
    return _ANCHOR.sub("", bare) if group in _IN_SENTENCES else bare


def _bare(pattern: str) -> str:
    """Return a pattern for folded texts, without looking around."""
    return _LOOKS_AROUND.sub("", pattern).translate(FOLDED)


def _framed(frame: str, forms: str) -> re.Pattern[str] | None:
    return re.compile(frame.replace("{x}", forms)) if forms else None


def rows_of(table: str) -> list[list[str]]:
    """Return the cells of the rows of a table next to this file."""
    lines = _TABLES.joinpath(table).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


COMMON = frozenset(word for (line,) in rows_of("common_words.txt") for word in line.split())
"""Words that say nothing of what a text is about."""


USUAL = read_words(_TABLES / "agent_words.txt")
"""By language the beginnings of the words that agents of all trades say."""
