"""Chats inside one text, as help desks file them: a line for each message, with its time and the name of who wrote it."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

_CLOCK = (
    r"(?:\d{4}-\d\d-\d\d[ T])?(?P<hours>\d{1,2})"
    r":(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?\s?(?:Z|(?P<half>[AaPp]\.?[Mm]\.?))?"
)
_BEFORE = re.compile(rf"\s*[(\[]?{_CLOCK}(?:\s+[A-Z]{{2,4}})?[)\]]?\s*-?\s*(?P<rest>\S[^\n]*)")
_AFTER = re.compile(rf"\s*(?P<name>[^:()\[\]]{{1,60}}?)\s*[(\[]{_CLOCK}[)\]]\s*:\s*(?P<text>[^\n]*)")
_NAMED = re.compile(r"\s*(?P<name>[^\s:][^:\n]{0,59}?)\s?:(?:\s+(?P<text>\S[^\n]*)|\s*)")
_NOTICE = re.compile(r"\*+\s*(?P<name>[^*\n]{1,60}?)\s+(?:has )?joined\b")
_HEADING = re.compile(
    r"\s*chat (?:started|transcript)\b[^\n\d]*(?:(?P<day>\d{4}-\d\d-\d\d)[^\n]*\b(?P<zone>UTC|GMT))?[^\n]*",
    re.IGNORECASE,
)
_NOON, _DAY, _NEAR = 12, timedelta(days=1), timedelta(hours=1)
_LEAST = 2
"""Messages and names of a chat."""
_ROLES = {
    **dict.fromkeys(("agent", "support", "operator", "advisor", "representative"), "agent"),
    **dict.fromkeys(("customer", "visitor", "client", "user", "end user", "caller"), "customer"),
    **dict.fromkeys(("bot", "answer bot", "chatbot", "virtual assistant", "assistant", "ai agent"), "bot"),
    "system": "system",
}
_COUNT = re.compile(r"[\s#_-]*\d+$")


class Writer(NamedTuple):
    """A person of the help desk: the side, and the agent's id."""

    speaker: str
    agent_id: str | None = None


class Line(NamedTuple):
    """One message. ``clock`` counts from midnight, None where it has no time."""

    name: str
    text: str
    clock: timedelta | None


class Said(NamedTuple):
    """One message of a chat with who wrote it. ``at`` is None where no time is known."""

    who: Writer
    text: str
    at: datetime | None


def messages_of(text: str, people: Mapping[str, Writer], author: Writer, written: datetime) -> list[Said] | None:
    """Return the messages of a chat that a comment holds; None where it holds none.

    ``people`` are those of the ticket by name, in lower case; ``author`` filed the comment at the time ``written``. Lines
    without times are a chat only where names of both sides begin them, of people or of sides, and of these one again.
    """
    lines = list(_lines(text, people))
    spoken = [one for one in lines if one.name]
    names = list(dict.fromkeys(one.name for one in spoken))
    if len(spoken) < _LEAST or len(names) < _LEAST or len(spoken) < len(lines) / 2:
        return None
    known = {name: who for name in names if (who := _person(name, people)) is not None}
    heading = _HEADING.match(text)
    if heading is None and not known:
        return None
    if heading is None and any(one.clock is None for one in spoken):
        sides = {who.speaker for who in known.values()}
        is_named = any(_by_name(name, people) for name in names)
        if (len(spoken) == len(names) and not is_named) or not ("customer" in sides and sides & {"agent", "bot"}):
            return None
    known |= _inferred([name for name in names if name not in known], known, text, author)
    if author.speaker == "agent":
        known = {name: author if who == Writer("agent") else who for name, who in known.items()}
    times = _times(lines, written, None if heading is None else heading["day"])
    return [
        Said(known.get(one.name, Writer("unknown")) if one.name else Writer("system"), one.text, at)
        for one, at in zip(lines, times, strict=True)
    ]


def _lines(text: str, people: Mapping[str, Writer]) -> Iterator[Line]:
    """Yield messages, and notices as lines without a name; a line that begins with no name goes on with the one before."""
    current, texts = Line("", "", None), list[str]()
    for raw in filter(None, map(str.strip, text.splitlines())):
        if not current.name and not texts and _HEADING.fullmatch(raw):
            continue
        found = _line(raw, people)
        if found is not None and (found.clock is not None or current.clock is None):
            if current.name or texts:
                yield current._replace(text="\n".join(texts))
            current, texts = found, [found.text] if found.text else []
        else:
            texts.append(raw)
    if current.name or texts:
        yield current._replace(text="\n".join(texts))


def _line(raw: str, people: Mapping[str, Writer]) -> Line | None:
    """Return the message that a line begins; None where neither a time nor a known name does."""
    after = _AFTER.fullmatch(raw)
    if after is not None:
        return Line(after["name"].strip(), after["text"].strip(), _clock(after))
    before = _BEFORE.fullmatch(raw)
    rest, clock = (raw, None) if before is None else (before["rest"], _clock(before))
    if clock is not None and rest.startswith("*"):
        return Line("", rest.strip("* "), clock)
    named = _NAMED.fullmatch(rest)
    if named is None or (clock is None and _person(named["name"].strip(), people) is None):
        return None
    return Line(named["name"].strip(), (named["text"] or "").strip(), clock)


def _clock(match: "re.Match[str]") -> timedelta:
    hours, half = int(match["hours"]), (match["half"] or "").lower()
    if half:
        hours = hours % _NOON + (_NOON if half.startswith("p") else 0)
    return timedelta(hours=hours, minutes=int(match["minutes"]), seconds=int(match["seconds"] or 0))


def _person(name: str, people: Mapping[str, Writer]) -> Writer | None:
    """Return the person of this name or first name, or the side that the name is a word for."""
    wanted = name.casefold()
    if wanted.startswith("supervisor"):
        return Writer("unknown")
    role = _ROLES.get(_COUNT.sub("", wanted))
    return _by_name(name, people) or (None if role is None else Writer(role))


def _by_name(name: str, people: Mapping[str, Writer]) -> Writer | None:
    wanted = name.casefold()
    if wanted in people:
        return people[wanted]
    first = {who for full, who in people.items() if full.split()[:1] == wanted.split()[:1]}
    return next(iter(first)) if len(first) == 1 and len(wanted.split()) == 1 else None


def _inferred(names: list[str], known: Mapping[str, Writer], text: str, author: Writer) -> dict[str, Writer]:
    """Return who the names are that no person has: those who joined are agents, and the only one left is the customer."""
    joined = {match["name"].casefold() for line in text.splitlines() if (match := _NOTICE.search(line)) is not None}
    found = {name: Writer("agent", name) for name in names if name.casefold() in joined}
    left = [name for name in names if name not in found]
    sides = {who.speaker for who in (*known.values(), *found.values())}
    if len(left) == 1 and "customer" not in sides and sides & {"agent", "bot"}:
        found[left[0]] = Writer("customer")
    elif len(left) == 1 and "agent" not in sides and "customer" in sides:
        found[left[0]] = author if author.speaker == "agent" else Writer("agent", left[0])
    return found


def _times(lines: list[Line], written: datetime, day: str | None) -> list[datetime | None]:
    """Return times of messages; clocks go on over midnight.

    They are of the day that the heading names, or of the comment's where they then lie near it; else the last message
    is taken to be as old as the comment.
    """
    clocks: list[timedelta | None] = []
    last, days = timedelta(0), timedelta(0)
    for one in lines:
        if one.clock is not None:
            days += _DAY if one.clock + days + _DAY / 2 < last else timedelta(0)
            last = one.clock + days
        clocks.append(None if one.clock is None else last)
    first = next((clock for clock in clocks if clock is not None), timedelta(0))
    midnight = datetime.combine(written.astimezone(UTC).date(), time(), UTC)
    if day is not None:
        midnight = datetime.combine(datetime.fromisoformat(day).date(), time(), UTC)
    elif min(abs(midnight + last - written), abs(midnight + first - written)) > _NEAR:
        midnight = written - last
    return [None if clock is None else midnight + clock for clock in clocks]
