"""Search scopes of metrics in the reader's language; engines name them in English: ``the agent's first 2 turns``."""

import re
from functools import reduce

from auscult.server.console.language import gettext as _
from auscult.server.console.language import later
from auscult.server.console.reader import mark

_SCOPE = re.compile(
    r"(?P<whose>anybody's|the agent's|the customer's) (?P<end>first |last |)(?P<n>[\d.]+ |)"
    r"(?P<unit>turns?|messages?|seconds)(?P<after> after the trigger|)"
)
_WHOSE = {
    "anybody's": later("anybody's"),
    "the agent's": later("the agent's"),
    "the customer's": later("the customer's"),
}
_WINDOWS = {
    "turns": later("{whose} turns"),
    "first turn": later("{whose} first turn"),
    "first n turns": later("{whose} first {n} turns"),
    "last turn": later("{whose} last turn"),
    "last n turns": later("{whose} last {n} turns"),
    "first message": later("{whose} first message"),
    "first n messages": later("{whose} first {n} messages"),
    "last message": later("{whose} last message"),
    "last n messages": later("{whose} last {n} messages"),
    "first n seconds": later("{whose} first {n} seconds"),
    "last n seconds": later("{whose} last {n} seconds"),
}
_OR = " or "


def scope_of(words: str) -> str:
    """Return a search scope in the reader's language; return the engine's words unchanged if they have another form."""
    scopes = [_one(each) for each in words.split(_OR)]
    return reduce(lambda before, scope: _("{place} or {other}").format(place=before, other=scope), scopes)


def _one(words: str) -> str:
    found = _SCOPE.fullmatch(words)
    if found is None:
        return words
    window = _WINDOWS.get(f"{found['end']}{'n ' if found['n'] else ''}{found['unit']}")
    if window is None:
        return words
    whose = _WHOSE[found["whose"]]
    scope = _(window).format(whose=_(whose), n=mark(float(found["n"] or 0)))
    return _("{place} after the trigger").format(place=scope) if found["after"] else scope
