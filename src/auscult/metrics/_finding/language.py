"""Language of searches in forms: findings, searches and conditions, and their possible faults.

A condition is about one turn. A search names a speaker, a part of the conversation, and conditions on one
turn there. A finding is one search, or several findings joined by any_of, all_of, none_of. Documented for users in
docs/reference/metrics/findings.md.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.conversation import WHO, Direction
from auscult.domain.errors import Coded, coded, template
from auscult.domain.probe import Use
from auscult.domain.said.duration import parse_duration_ms
from auscult.domain.said.spelling import did_you_mean
from auscult.domain.said.text import spoken_words
from auscult.metrics._finding.calls import CallTest, faults
from auscult.metrics._finding.patterns import one_line, refusal
from auscult.wording import available, is_reference, versions

Side = Literal["agent", "customer", "bot", "handler", "any"]
"""Speakers of a search. ``handler``: whoever handles the conversation or segment, the agent where one speaks, else the bot."""
DEFAULT_THRESHOLD = 0.55
KINDS = ("similar", "phrases", "wording", "pattern", "judge", "event", "call")

WORDS = ("phrases", "wording", "pattern")
"""The kinds of condition that words alone decide, so that a negation of them can be read."""

Problem = tuple[str, str]

_COUNTED: dict[str, Literal["turns", "messages"]] = {
    **dict.fromkeys(("turn", "turns"), "turns"),
    **dict.fromkeys(("message", "messages"), "messages"),
}


class Window(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Part of the conversation: a number of first or last turns of the speaker, messages of all, or an amount of time."""

    first: str | int | None = None
    last: str | int | None = None


class What(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One condition on one turn: exactly one of these, with ``threshold`` for ``similar`` only.

    ``wording`` is a list of patterns, or the name of a wording pack; ``also`` adds lines to that, ``never`` calls it off.
    ``uses`` names what a judge reads in addition to the turns: what an AI agent was given, and what it called.
    ``not_negated``: words count only where nothing negates them; None where the key that holds the finding decides.
    """

    similar: tuple[str, ...] | None = None
    threshold: float | None = None
    phrases: tuple[str, ...] | None = None
    wording: tuple[str, ...] | str | None = None
    also: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    pattern: str | None = None
    judge: str | None = None
    uses: tuple[Use, ...] = ()
    event: str | None = None
    call: CallTest | None = None
    not_negated: bool | None = None


class Entry(What, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Line under a finding: a condition, a search, or findings joined, by its keys."""

    speaker: Side | None = None
    window: Window | None = None
    after: Literal["trigger"] | None = None
    direction: Direction | None = None
    language: str | None = None
    any_of: tuple["Entry", ...] = ()
    all_of: tuple["Entry", ...] = ()
    none_of: tuple["Entry", ...] = ()

    @property
    def is_condition(self) -> bool:
        """Return whether this is about one turn, rather than a search or findings joined."""
        return not (self.any_of or self.all_of or self.none_of or _where(self))


class Finding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A search, when its lines are conditions; findings joined, when they are not."""

    speaker: Side | None = None
    window: Window | None = None
    after: Literal["trigger"] | None = None
    direction: Direction | None = None
    language: str | None = None
    any_of: tuple[Entry, ...] = ()
    all_of: tuple[Entry, ...] = ()
    none_of: tuple[Entry, ...] = ()


def is_joined(finding: Finding | Entry) -> bool:
    """Return whether the lines of a finding are findings themselves."""
    return any(not entry.is_condition for entry in finding.any_of + finding.all_of + finding.none_of)


def speakers_of(finding: Finding | Entry, default: Side) -> Iterator[Side]:
    """Yield the speakers of a finding's searches."""
    if not is_joined(finding):
        yield finding.speaker or default
        return
    for entry in finding.any_of + finding.all_of + finding.none_of:
        yield from speakers_of(entry, default)


def _where(finding: Finding | Entry) -> bool:
    return bool(finding.speaker or finding.window or finding.after or finding.direction or finding.language)


class Span(NamedTuple):
    """Parsed window: from the beginning or the end, a number of turns of the speaker, messages of all, or ms."""

    end: Literal["first", "last"]
    unit: Literal["turns", "messages", "ms"]
    size: int

    def within(self, texts: Mapping[str, str], **parts: object) -> Coded:
        """Return the text for such a span: of ``first {n} turns``, or its one with ``{whose}``."""
        unit = "seconds" if self.unit == "ms" else self.unit
        code = f"{self.end} {unit[:-1]}" if self.size == 1 and self.unit != "ms" else f"{self.end} {{n}} {unit}"
        return coded(texts[code], n=f"{self.size / 1000:g}" if self.unit == "ms" else self.size, **parts)

    @property
    def words(self) -> Coded:
        """Return it as a form would write it: ``first 2 turns``."""
        return self.within(_SPANS)


_WHOSE = {
    "agent": coded("the agent's"),
    "customer": coded("the customer's"),
    "bot": coded("the bot's"),
    "handler": coded("the handler's"),
    "any": coded("anybody's"),
}
_TURNS = {
    "agent": coded("the agent's turns"),
    "customer": coded("the customer's turns"),
    "bot": coded("the bot's turns"),
    "handler": coded("the handler's turns"),
    "any": coded("anybody's turns"),
}
_SPANS = {
    each: each
    for each in (
        template("first turn"),
        template("first {n} turns"),
        template("first message"),
        template("first {n} messages"),
        template("first {n} seconds"),
        template("last turn"),
        template("last {n} turns"),
        template("last message"),
        template("last {n} messages"),
        template("last {n} seconds"),
    )
}
_SCOPES = {
    each.removeprefix("{whose} "): each
    for each in (
        template("{whose} first turn"),
        template("{whose} first {n} turns"),
        template("{whose} first message"),
        template("{whose} first {n} messages"),
        template("{whose} first {n} seconds"),
        template("{whose} last turn"),
        template("{whose} last {n} turns"),
        template("{whose} last message"),
        template("{whose} last {n} messages"),
        template("{whose} last {n} seconds"),
    )
}


def scope_in_words(speaker: Side, span: Span | None) -> Coded:
    """Return the turns that are searched, in words: ``the agent's first 2 turns``."""
    return _TURNS[speaker] if span is None else span.within(_SCOPES, whose=_WHOSE[speaker])


def silence_of(speaker: Side) -> Coded:
    """Return that a speaker has no turns, in words."""
    return coded("nobody speaks") if speaker == "any" else coded("{who} never speaks", who=WHO[speaker])


def read_window(window: Window) -> Span:
    """Parse a window. Raises ``ValueError`` that names what would be right."""
    if (window.first is None) == (window.last is None):
        raise ValueError(coded("needs exactly one of first and last"))
    end, written = ("first", window.first) if window.first is not None else ("last", window.last)
    number, _, unit = str(written).strip().partition(" ")
    counted = _COUNTED.get(unit.strip())
    if counted and number.isascii() and number.isdigit():
        if not 0 < int(number) <= 20_000:  # noqa: PLR2004 a conversation holds no more
            raise ValueError(
                coded(
                    "{value!r} must be from {low} to {high} {unit}",
                    value=written,
                    low=1,
                    high=20_000,
                    unit=coded(counted),
                )
            )
        return Span(end, counted, int(number))
    if isinstance(written, str) and not written.strip().isdigit() and not counted:
        size = parse_duration_ms(written)
        if size <= 0:
            raise ValueError(coded("{value!r} must be above 0", value=written))
        return Span(end, "ms", size)
    raise ValueError(
        coded(
            "{value!r} is neither turns, messages nor time; write it like 2 turns, 5 messages or 60 seconds",
            value=written,
        )
    )


def finding_problems(finding: Finding | Entry, field: str, *, has_trigger: bool) -> Iterator[Problem]:
    """Yield the faults of a finding: (field, fault and what would be right)."""
    entries = finding.any_of + finding.all_of + finding.none_of
    conditions = sum(entry.is_condition for entry in entries)
    if 0 < conditions < len(entries):
        yield field, coded("mixes conditions and searches; give every entry its own speaker or any_of, or none of them")
        return
    if not finding.any_of and not finding.all_of and (conditions or not entries):
        yield field, coded("needs any_of or all_of with at least one entry")
    if conditions == len(entries):
        yield from _search_problems(finding, field, has_trigger=has_trigger)
        return
    if _where(finding):
        yield field, coded("joins searches, so speaker, window, after, direction and language belong to each of them")
    for group, entries in (("any_of", finding.any_of), ("all_of", finding.all_of), ("none_of", finding.none_of)):
        for position, entry in enumerate(entries):
            path = f"{field}.{group}[{position}]"
            if any(getattr(entry, kind) is not None for kind in (*KINDS, "threshold", "not_negated")):
                yield path, coded("is a search; put its conditions under any_of, all_of or none_of")
            yield from finding_problems(entry, path, has_trigger=has_trigger)


def after_problems(after: str | None, field: str, *, has_trigger: bool) -> Iterator[Problem]:
    """Yield the problem of what is to come after a trigger that is not there."""
    if after and not has_trigger:
        yield f"{field}.after", coded("means after the trigger, and there is none to come after; leave it out")


def window_problems(window: Window | None, field: str) -> Iterator[Problem]:
    """Yield the problem of a window."""
    if window is not None:
        try:
            read_window(window)
        except ValueError as error:
            yield f"{field}.window", error.args[0]


def _search_problems(search: Finding | Entry, field: str, *, has_trigger: bool) -> Iterator[Problem]:
    yield from after_problems(search.after, field, has_trigger=has_trigger)
    if search.language is not None and not search.language.replace("-", "").isalnum():
        yield f"{field}.language", coded("{value!r} is not a language tag like en or pt-BR", value=search.language)
    yield from window_problems(search.window, field)
    for group, entries in (("any_of", search.any_of), ("all_of", search.all_of), ("none_of", search.none_of)):
        for position, condition in enumerate(entries):
            yield from _condition_problems(condition, f"{field}.{group}[{position}]")


def _condition_problems(condition: What, field: str) -> Iterator[Problem]:
    kinds = [kind for kind in KINDS if getattr(condition, kind) is not None]
    if len(kinds) != 1:
        none = coded("needs exactly one of {list}; it has none of them", list=", ".join(KINDS))
        several = coded("needs exactly one of {list}; it has {name}", list=", ".join(KINDS), name=" and ".join(kinds))
        yield field, several if kinds else none
        return
    if condition.threshold is not None and condition.similar is None:
        yield f"{field}.threshold", coded("belongs to similar; leave it out here")
    elif condition.threshold is not None and not 0 < condition.threshold <= 1:
        yield (
            f"{field}.threshold",
            coded("{value} must be above 0 and at most 1, like 0.55", value=f"{condition.threshold:g}")
            + _shares(condition.threshold),
        )
    if condition.not_negated is not None and not any(getattr(condition, kind) is not None for kind in WORDS):
        yield f"{field}.not_negated", coded("belongs to {list}; leave it out here", list=", ".join(WORDS))
    yield from _text_problems(condition, field)
    if condition.pattern is not None and (reason := refusal(condition.pattern)):
        yield f"{field}.pattern", reason
    for key, lines in (("wording", condition.wording), ("also", condition.also), ("never", condition.never)):
        for position, line in enumerate(lines if isinstance(lines, tuple) else ()):
            if reason := refusal(one_line(line)):
                yield f"{field}.{key}[{position}]", reason
    if condition.call is not None:
        yield from faults(condition.call, f"{field}.call")
    yield from _pack_problems(condition, field)


def _pack_problems(condition: What, field: str) -> Iterator[Problem]:
    reference = condition.wording
    if not isinstance(reference, str):
        for key in ("also", "never"):
            if getattr(condition, key):
                yield (
                    f"{field}.{key}",
                    coded("belongs to a wording pack, as {wording: en/greeting, also: [...]}; leave it out here"),
                )
        return
    if not is_reference(reference):
        yield (
            f"{field}.wording",
            coded("{value!r} is no wording pack like en/greeting; write patterns of words as a list", value=reference),
        )
        return
    name, _, version = reference.partition("@")
    if not (known := versions(name)):
        yield (
            f"{field}.wording",
            coded("unknown wording pack {value!r}", value=name)
            + "; "
            + did_you_mean(name, available(), coded("see auscult wording list")),
        )
    elif version and int(version) not in known:
        yield (
            f"{field}.wording",
            coded("unknown version {value} of {name}", value=version, name=name)
            + "; "
            + coded("available: {list}", list=", ".join(map(str, known))),
        )


def _shares(percent: float) -> str:
    return "; " + coded("did you mean {name}?", name=f"{percent / 100:g}") if 10 <= percent <= 100 else ""  # noqa: PLR2004 percent


def _text_problems(condition: What, field: str) -> Iterator[Problem]:
    if condition.uses and condition.judge is None:
        yield f"{field}.uses", "belongs to judge; leave it out here"
    for kind, texts in (("similar", condition.similar), ("phrases", condition.phrases), ("wording", condition.wording)):
        if texts == ():
            yield f"{field}.{kind}", coded("needs at least one text")
    for kind, texts in (("similar", condition.similar), ("phrases", condition.phrases)):
        for position, text in enumerate(texts or ()):
            if spoken_words(text) == " ":
                yield (
                    f"{field}.{kind}[{position}]",
                    coded("{value!r} has no word in it that could be found", value=text),
                )
    for kind, text in (("judge", condition.judge), ("event", condition.event)):
        if text is not None and not text.strip():
            yield f"{field}.{kind}", coded("is empty")
