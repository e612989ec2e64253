"""Faults of YAML documents (forms, scorecards, taxonomies, connectors) in the reader's language.

Checks report faults in English, for the command line too. Each template is such a fault, or a part of one, with a slot
for each part that varies: keys and words of the document stay as they are. A fault without a template stays in English.
"""

from auscult.server.console.language import ENGLISH, current, later
from auscult.server.console.language import gettext as _
from auscult.server.console.reasons.fitting import translated

FAULTS = (
    later("is missing"),
    later("is empty"),
    later("is given twice; keep one"),
    later("is not a known key"),
    later("must be {choices}, not {type}"),
    later("must be a number, not {type}"),
    later("must be a list, not {type}"),
    later("must be a mapping with a name, not {type}"),
    later("must be a mapping of keys like {list}, not {type}"),
    later("must be a mapping of keys, not {type}; its keys are {list}"),
    later("{value} must be from {low} to {high}"),
    later("{value} must be from {low} to {high} {unit}"),
    later("{value} must be above 0"),
    later("{value} must be above 0 and at most 100, with at most 4 decimals"),
    later("{value} must be 0 or more; a weight is written without a sign"),
    later("{value} must be at most {n}"),
    later("{value} must be a whole number on a points form"),
    later("{value} has more than {n} decimals"),
    later("{value} must be 1 to {n} characters without spaces"),
    later("{value} must be 1 to {n} characters without spaces, like {name}"),
    later("{value} must be 1 to {n} characters on one line"),
    later("{value} must be 1 to {n} characters on one line, with a letter or digit"),
    later("has {n} characters; at most {m} are allowed"),
    later("is empty; a form asks at least one thing"),
    later("is empty; a {name} has {list}"),
    later("is empty; name at least one, like en"),
    later('is empty; name agents by id, address or name, or "*" for all'),
    later("is empty; a scorecard has at least one"),
    later("is empty; an attribute has at least one"),
    later('is empty; give an id or a name, or "*" for any'),
    later("is empty; no conversation will be scored with this form"),
    later("is empty; nothing will be found by it"),
    later("{value} is not a language tag like en or pt-BR"),
    later("{value} is not a language code like en"),
    later("{value} is not a metric type"),
    later("{value} is not a known format"),
    later("{value} must begin like one of: {list}"),
    later("{value} must be like {name}"),
    later("unknown wording pack {value}"),
    later("unknown metric {value}"),
    later("unknown section {value}"),
    later("unknown level {value}"),
    later("weights total {n}; they must total exactly 100"),
    later("weights total {n}; on a percentage form they must total exactly 100: {m} is missing"),
    later("weights total {n}; on a percentage form they must total exactly 100: {m} is too much"),
    later("weights total {n}; on a percentage form they must total exactly 100: write percent, 25 and not 0.25"),
    later("negative weights total {n} and weights {m}; they may not total more: {high} too much"),
    later("{value} is the id of {name} too; give each its own"),
    later("{value} is the id of another attribute too; give each its own"),
    later("{value} is the name of {name} too; give each its own"),
    later("{value} is the name of {name} too; reports show names"),
    later("{value} is in this scorecard already; a metric counts once"),
    later("{value} is a topic of {name} already, for the same language; name one of them otherwise"),
    later("belong to the topics below this one; give each its own"),
    later("stand on level {n}; there are {m} levels"),
    later("queue {name}, direction {value} has the form {id} for {type} already; one form for each"),
    later(
        "queue {name}, direction {value} has the form {id} for {type} until {date}; begin on that day (valid_from), "
        "or leave the queue there"
    ),
    later("says the same as {name}: queue {value}, direction {type}; keep one"),
    later("{value} is no span of time; write it like 15s, 1m 30s or 500ms; a bare whole number is seconds"),
    later("{value} is neither turns, messages nor time; write it like 2 turns, 5 messages or 60 seconds"),
    later("needs exactly one of first and last"),
    later("needs any_of or all_of with at least one entry"),
    later("needs at least one text"),
    later("{value} has no word in it that could be found"),
    later("have no weight; no conversation will get a score"),
    later("has no weight and is not fatal, so that its answer changes nothing"),
    later("is {n} of 100"),
    later("is 0, so that every conversation passes whose score is not below 0"),
    later("{value} is there already; keep one"),
    later("is neither YAML nor JSON: {syntax}"),
)
"""Faults, without the suggestions that may follow them."""

HINTS = (
    later("did you mean {name}?"),
    later("known here: {list}"),
    later("known: {list}"),
    later("available: {list}"),
    later("it belongs inside {name}"),
    later("it belongs to the form"),
    later("it belongs to a metric"),
    later("it belongs to {name}"),
    later("a space is missing after the colon: {name}"),
    later("a space is missing after the dash: {name}"),
    later("write {name}"),
    later("write {name}, without the percent sign"),
    later("write {name}, in digits alone"),
    later("write {name}, without quotes"),
    later("write one, or leave the line out"),
    later("put it in quotes"),
    later("put it in brackets, like [this]"),
    later("begin each entry with a dash"),
    later("a text that begins with [ must be in quotes"),
)
"""Suggestions that follow a fault."""

SYNTAX = (
    later("the line begins with a tab; indent with spaces"),
    later("the line is not indented like those it belongs to; keys of one thing stand right under each other"),
    later("{value} cannot begin a text; put the text in quotes"),
    later("a quote is opened here and never closed"),
    later("a key without a colon behind it"),
    later("a text with a colon in it must be in quotes"),
    later("a comma is missing, or the {name} of line {n} is never closed"),
    later("something stands behind the closing quote; inside quotes write the other kind of quote, or '' for '"),
    later("a backslash in double quotes begins an escape; use single quotes, or write it twice: '\\d'"),
)
"""Why a text is neither YAML nor JSON."""

KINDS = (
    later("true or false"),
    later("text"),
    later("a whole number"),
    later("a decimal number"),
    later("a number"),
    later("a list"),
    later("a mapping"),
    later("nothing"),
)
"""Kinds of values."""

_GROUPS = {"fault": FAULTS, "hint": HINTS, "syntax": SYNTAX, "type": KINDS}
_LONGEST = 2_000
"""Characters of a fault, at most, that is looked up."""
_JOINT, _OR = "; ", later(" or ")


def fault_in_words(reason: str) -> str:
    """Return a fault in the reader's language; as it is where no template fits."""
    if current() == ENGLISH or len(reason) > _LONGEST:
        return reason
    return _fault(reason) or reason


def _fault(reason: str) -> str | None:
    """Return a fault with its suggestions in other words; suggestions are looked for first, from the end."""
    head, joint, tail = reason.rpartition(_JOINT)
    hint = _found("hint", tail) if joint else None
    if hint is not None:
        fault = _fault(head)
        return None if fault is None else f"{fault}{_JOINT}{hint}"
    return _found("fault", reason)


def _found(group: str, words: str) -> str | None:
    return translated(_GROUPS[group], words, _slot)


def _slot(name: str, held: str) -> str:
    if name == "choices":
        return _(_OR).join(_found("type", each) or each for each in held.split(_OR))
    return (_found(name, held) or held) if name in ("syntax", "type") else held
