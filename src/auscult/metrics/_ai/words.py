"""Words of acts in five languages, read from tables next to this file and compiled once."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from auscult.metrics._finding.patterns import refusal, searcher
from auscult.wording.word_lists import read_words

LANGUAGES = ("en", "de", "es", "fr", "pt")
_TABLES = files("auscult.metrics._ai")
_WHO = (
    r"(?:real |live |actual |proper |human )?(?:persons?\b|human|people|agent|representative|rep\b|operator|advis[eo]r"
    r"|colleague|supervisor|manager|boss|someone|somebody|anyone|anybody|staff|member of|technician|engineer|team"
    r"|department|specialist|receptionist|reception|one of (?:you|your)|nurse|doctor|pharmacist|chemist|dentist"
    r"|lads|guys|folks|office|branch|shop|store|helpline|hotline|owner|director|vet\b|expert|employee|professional"
    r"|clerk|consultant|case ?handler|customer (?:service|care|support)|support|the desk|front desk|human being)"
)
_HARD = (
    r"human(?: being)?|real (?:person|human|agent)|persons?\b|live (?:person|agent)|agent|representative|operator"
    r"|supervisor|manager|someone (?:real|human|else|who)|somebody (?:real|human|else|who)|people|call ?back"
)
_NOT = r"(?:n't|\b(?:do|did|does|ca|is|wo|would|could|should|are|was|have|has)nt\b)"
"""Behind a verb, also as it is typed without an apostrophe."""
_FRAMES = ("first", "state", "going")


class Action(NamedTuple):
    """A kind of action: its name, how it is said to be done or under way, and the beginnings of words of its tools."""

    name: str
    said: dict[str, re.Pattern[str] | None]
    tools: re.Pattern[str]


class Words(NamedTuple):
    """The words of one language: whether a text has an act, by the group of acts, and the actions.

    ``any_of_frame`` finds by frame (first, state, going) any action in one look.
    """

    acts: dict[str, "Look"]
    actions: tuple[Action, ...]
    any_action: "Look"
    any_of_frame: dict[str, "Look"]


Look = Callable[[str], bool]
"""Returns whether something is in a text."""


def look_for(patterns: Sequence[str]) -> Look:
    """Return whether any pattern is in a text.

    RE2 is faster and reads texts of ASCII letters. A pattern that looks around is first looked for without that, which
    finds at least as much.
    """
    every = re.compile("|".join(patterns))
    plain = [_LOOKS_AROUND.sub("", each) for each in patterns]
    first = searcher(("|".join(plain),)) if all(refusal(each) is None for each in plain) else None
    is_exact = plain == list(patterns)

    def look(text: str) -> bool:
        ascii_text = text if text.isascii() else _SIGNS.sub("~", text)
        if first is None or text.endswith("\n") or not ascii_text.isascii():
            return every.search(text) is not None
        return bool(first(ascii_text)) and (is_exact or every.search(text) is not None)

    return look


_SIGNS = re.compile(r"[^\x00-\x7f\w]")
_LOOKS_AROUND = re.compile(r"\(\?<?[!=](?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)")


@cache
def words_of(language: str) -> Words | None:
    """Return the words of a language, given as an ISO 639-1 code; None where there are none."""
    if language not in LANGUAGES:
        return None
    groups: dict[str, list[str]] = defaultdict(list)
    for group, of, pattern in rows_of("acts.tsv"):
        if of == language:
            groups[group].append(pattern.replace("{who}", _WHO).replace("{hard}", _HARD).replace("{nt}", _NOT))
    frames = {frame: pattern for frame, of, pattern in rows_of("frames.tsv") if of == language}
    actions, every = list[Action](), list[str]()
    tools: dict[str, str] = {}
    for name, of, done, *ongoing in rows_of("actions.tsv"):
        if of == "*":
            tools[name] = done
        elif of == language:
            forms = dict(zip(_FRAMES, (done, done, *(ongoing or [""])), strict=False))
            said = {frame: _framed(frames[frame], forms[frame]) for frame in _FRAMES}
            named = rf"(?:\b|_)(?:{tools[name]})" if tools[name] else r"(?!)"
            actions.append(Action(name, said, re.compile(named)))
            every.extend(one for one in (done, *ongoing) if one)
    acts = {group: look_for(patterns) for group, patterns in groups.items()}
    framed = {frame: look_for([frames[frame].replace("{x}", "|".join(every))]) for frame in _FRAMES}
    return Words(acts, tuple(actions), look_for([rf"\b(?:{'|'.join(every)})"]), framed)


def _framed(frame: str, forms: str) -> re.Pattern[str] | None:
    return re.compile(frame.replace("{x}", forms)) if forms else None


def rows_of(table: str) -> list[list[str]]:
    """Return the cells of the rows of a table next to this file."""
    lines = _TABLES.joinpath(table).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


COMMON = frozenset(word for (line,) in rows_of("common_words.txt") for word in line.split())
"""Words that say nothing of what a text is about."""


def usual_of(language: str) -> frozenset[str]:
    """Return the beginnings of the words that agents of all trades say in a language."""
    return _USUAL.get(language, frozenset())


_USUAL = read_words(_TABLES / "agent_words.txt")
