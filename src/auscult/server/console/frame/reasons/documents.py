"""Faults of YAML documents (forms, scorecards, taxonomies, connectors) in the reader's language.

Checks report faults in English, for the command line too. Each template is such a fault, or a part of one, with a slot
for each part that varies: words of the document stay as they are. A fault whose words name keys, which no field shows,
has a sentence without them. A fault without a template stays in English.
"""

from collections.abc import Mapping
from functools import lru_cache

from auscult.language import current, later
from auscult.language import gettext as _
from auscult.server.console.frame.reasons.fitting import fitting

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
    later("is empty; no conversation will be scored with this form"),
    later("is empty; nothing will be found by it"),
    later("{value} is not a language tag like en or pt-BR"),
    later("{value} is not a language code like en"),
    later("{value} is not a metric type"),
    later("{value} is not a known format"),
    later("{value} must begin like one of: {list}"),
    later("{value} must be like {name}"),
    later("{value} must be https://host or https://host:port, or http:// in an opened network"),
    later("{value} must be letters, digits and -"),
    later("unknown wording pack {value}"),
    later("unknown section {value}"),
    later("unknown level {value}"),
    later("weights total {n}; they must total exactly 100"),
    later("weights total {n}; on a percentage form they must total exactly 100: {m} is missing"),
    later("weights total {n}; on a percentage form they must total exactly 100: {m} is too much"),
    later("weights total {n}; on a percentage form they must total exactly 100: write percent, 25 and not 0.25"),
    later("{value} is the id of {name} too; give each its own"),
    later("{value} is the id of another attribute too; give each its own"),
    later("{value} is the name of {name} too; give each its own"),
    later("{value} is in this scorecard already; a metric counts once"),
    later("{value} is a topic of {name} already, for the same language; name one of them otherwise"),
    later("belong to the topics below this one; give each its own"),
    later("stand on level {n}; there are {m} levels"),
    later("{value} is no span of time; write it like 15s, 1m 30s or 500ms; a bare whole number is seconds"),
    later("{value} is neither turns, messages nor time; write it like 2 turns, 5 messages or 60 seconds"),
    later("needs at least one text"),
    later("{value} has no word in it that could be found"),
    later("have no weight; no conversation will get a score"),
    later("is {n} of 100"),
    later("is 0, so that every conversation passes whose score is not below 0"),
    later("{value} is there already; keep one"),
    later("is neither YAML nor JSON: {syntax}"),
    later("more faults follow: fix these first"),
    later("is {n} bytes long; a {name} has at most {m}"),
    later("is UTF-16; save it as UTF-8"),
    later("is not UTF-8 text ({value}); save it as UTF-8"),
    later("refers to {name}; write it out, aliases are not read"),
    later("begins a second document; a file holds one {name}"),
    later("is nested more than {n} deep"),
    later("has the tag {name}; tags are not read"),
    later("has a key that is not text"),
    later("are {n}; a form has at most {m}"),
    later("ask for {n} steps a letter where patterns count repetitions; a form has {m} at most"),
    later("{type} metrics are for {list} forms, not for {value}"),
    later("lack {name}, which the form is for; they are {list}"),
    later("{value} must be above 0 and at most {n}"),
    later("{value} must be above 0 and at most 100 percent"),
    later("{value} must be above 0 and at most 100 percent, with at most 4 decimals"),
    later("{value} must be above 0 and at most 1, like 0.55"),
    later("{value} must be above 0 and below 1, like 0.6"),
    later("{value} must be 0 or more"),
    later("{value} must be from 0 to 100 percent, with at most 4 decimals"),
    later("{value} must be from -100 to 100, and of no other band"),
    later("{value} must be a name that no other band has"),
    later("{value} must be a name that no other answer has"),
    later("{value} must be a name that the agent does not receive already"),
    later("{value} must be a code that no other reason has"),
    later("{value} must be a short name that no other part has, like notice"),
    later("{value} must be characters without spaces, like se-opening"),
    later("{value} must be the agent's id of it, and stand once"),
    later("{value} must lead to the value, like data.loans[0].rate"),
    later("must be longer than nothing"),
    later("total {n}; they must total exactly 100 percent"),
    later("have weights and have none; give every part a weight, or none of them"),
    later("have no order; write them from the worst to the best, each with a greater share"),
    later("have no order; write the bands from the lowest number to the highest"),
    later("are for named answers; a judge answers this one with a number"),
    later("needs reasons to choose from"),
    later("is empty; name at least one"),
    later("is empty; name a custom field"),
    later("is empty; give an id or a name"),
    later("is empty; give the playbook's id or name"),
    later("is empty; give the dialog task's id or name"),
    later("is empty; give the id under which the agent answers"),
    later("is empty; ask what decides the level"),
    later("is empty; say when {value} is right"),
    later("is empty; say which value is meant, like interest rate"),
    later("is empty; describe which of the values counts"),
    later("is asked for already; keep one"),
    later("NA is what a judge answers where the question does not arise; rename it"),
    later("trained heads do not vote on {value}"),
    later("belongs to a metric without sub_weights, whose parts are decided by words"),
    later("has pattern and judge; a value is found by one of them"),
    later("is one search; put its conditions under any_of, all_of or none_of"),
    later("unknown version {value} of {name}"),
    later("is no address: {value}"),
    later("must be an address like https://crm.example.com/customers/{key}"),
    later("must name its host in plain letters, and without {key}"),
    later("must have no user, no password and no #fragment"),
    later("must have no spaces and no letters that an address cannot have; write {value} and its like"),
    later("is no header of HTTP"),
    later("{name} cannot be set by a form; secrets belong in the hosts file"),
    later("is {n} hours; a bare number is seconds, and ms are written 500ms"),
    later("{value} is no language of ISO 639-1, so that no conversation will be in it"),
    later("{value} begins or ends with a space; is the queue called so, or {name}?"),
    later("is {value}, and the form is for {list} conversations only"),
    later("has a bracket without its other half; a placeholder is written [so]"),
    later("has nothing but placeholders, so that any words are like it"),
    later("has {n} words, and is compared with one sentence at a time; write shorter samples"),
    later("can never match; words are compared without punctuation and fillers, so write {value}"),
    later("has {value}, which is never in the words that are compared: what's is whats there"),
    later("matches even where nothing is said; it must ask for something"),
    later("counts repetitions so high that it takes {n} steps a letter, at most {m}; count lower, or use * and +"),
)
"""Faults, without the suggestions that may follow them."""

SENTENCES: Mapping[str, str] = {
    "manual metrics are for points forms, not for percentage": later(
        "a person can answer on a form that counts in points, and this one counts in percent"
    ),
    "{type} metrics are for voice forms, not for chat": later("is asked of calls alone, and this form is for chats"),
    "{type} metrics are for chat forms, not for voice": later("is asked of chats alone, and this form is for calls"),
    "negative weights total {n} and weights {m}; they may not total more: {high} too much": later(
        "what a No loses totals {n}, and the weights {m}; it may not be more: {high} too much"
    ),
    "negative weights total {n}; they may not total more than 100 percent": later(
        "what a No loses totals {n}; it may not be more than 100 percent"
    ),
    "is a second {name} metric beside {value}; a form has one": later(
        "asks what another question of this form asks already; keep one"
    ),
    "{value} is the name of metrics[{n}] too; reports show names": later(
        "another question is called {value} too; reports show names"
    ),
    "has no weight and is not fatal, so that its answer changes nothing": later(
        "has no weight and fails nothing, so that its answer changes nothing"
    ),
    "asks a {name}, and no engine that answers one is configured; configure one to publish": later(
        "needs an engine that this server does not have ({name}); an administrator sets it up before this is published"
    ),
    "is of a form for segments; add segments: true": later(
        "is for forms that score each segment by itself; turn that on, or choose nothing here"
    ),
    "says the same as {name}; keep one": later("is there twice; keep one"),
    'is empty; give an id or a name, or "*" for any': later("is empty; choose a queue"),
    "queue {name}, direction {value} has the form {id} for {type} already; one form for each": later(
        "the form {id} scores these conversations already; a conversation has one form"
    ),
    "queue {name}, direction {value} has the form {id} for {type} until {date}; begin on that day (valid_from), "
    "or leave the queue there": later(
        "the form {id} scores these conversations until {date}; begin on that day, or leave the queue there"
    ),
    "belongs to abstain_below, the confidence under which the machine abstains; leave it out": later(
        "says what becomes of unsure answers, and nothing says when an answer is unsure; leave it out"
    ),
    "names a level, and there is no scale, levels, choices or number; leave it out": later(
        "names an answer, and the question knows only Yes and No; leave it out"
    ),
    "is a graded metric without answers; give it a scale, levels, choices or number": later(
        "has no answers yet; choose its kind of answer"
    ),
    "is a second kind of answer beside {name}; keep one": later("is a second kind of answer; keep one"),
    "belongs to {list} metrics, not to {name}": later(
        "is for questions that a person answers, or the machine by degrees; leave it out"
    ),
    "cannot be no of a graded metric; give the better level the greater share": later(
        "is always Yes where answers have degrees; give the better answer the greater percent"
    ),
    "cannot be no where parts are scored one by one; write the parts so that yes is right": later(
        "is always Yes where parts are scored one by one; ask so that Yes is right"
    ),
    "has no metrics; give a metric section: {id}": later("has no questions; move one here, or remove the section"),
    "is {n}, and the weights of its metrics total {m}": later("is {n}, and the weights of its questions total {m}"),
    "needs a pass_score that the section has to reach": later("needs a score that the section has to reach"),
    "needs a section that fails; give the metric one": later("needs a section that fails; choose one for the question"),
    "points only raise a score; leave out negative_weight and fatal": later(
        "only raises a score; the question cannot lose points or fail the form as well"
    ),
    "{n} is more than the bonus_cap of the form, {m}": later(
        "{n} is more than all bonus points that the form allows, {m}"
    ),
    "unknown metric {value}": later("no question has the id {value}"),
    "is a cycle: {list}": later("waits for a question that itself waits for this one; choose another"),
    "is empty; name YES, NO or NA": later("is empty; choose with which answers it is asked"),
    "must rise by 1 to {n} steps, like {from: 0, to: 5}": later("must rise by 1 to {n} steps, like from 0 to 5"),
    "has {n} steps, which do not divide 100 exactly; write levels with a share each": later(
        "has {n} steps, which do not divide 100 exactly; name the levels instead, each with its percent of the weight"
    ),
    "have no share of 100, so that the whole weight can never be earned": later(
        "have none worth 100 percent, so that the whole weight can never be earned"
    ),
    "name levels, and the answer is a number; give a judge, or write levels": later(
        "name answers, and the answer is a number; let a model judge decide, or name the levels"
    ),
    "lack {list}; say what each level means": later("lack {list}; say what each answer means"),
    "stands under none_of too, so that it can never be found": later(
        "stands under “But not when” too, so that it can never be found"
    ),
    "needs any_of or all_of with at least one entry": later(
        "says nothing yet; give an entry under “Any of these” or “All of these”"
    ),
    "mixes conditions and searches; give every entry its own speaker or any_of, or none of them": later(
        "mixes words with searches of their own; say who speaks in each entry, or in none"
    ),
    "joins searches, so speaker, window, after, direction and language belong to each of them": later(
        "joins searches; who speaks, in which part and in which language is said in each of them"
    ),
    "is a search; put its conditions under any_of, all_of or none_of": later(
        "says for itself who speaks or where, so that its words belong into a list of its own; leave that out here"
    ),
    "needs exactly one of {list}; it has none of them": later(
        "says nothing yet; give it words, a ready list or what a model judge is to find"
    ),
    "needs exactly one of {list}; it has {name}": later("has several kinds of words; keep one"),
    "needs exactly one of first and last": later("needs “In the first” or “In the last”, and only one of them"),
    "needs exactly one of before, after, max_duration": later(
        "needs one of these, and only one: what is said before, what is said after, or how long it lasts at most"
    ),
    "needs exactly one of before, after": later(
        "needs one of these, and only one: what is said before, or what is said after"
    ),
    "needs exactly one of custom_field, table and request": later(
        "needs one of these, and only one: a custom field, a table or a request"
    ),
    "needs exactly one of custom_field, field and said": later(
        "needs one of these, and only one: a custom field, a field of the conversation or a value that is said"
    ),
    "belongs to similar; leave it out here": later("is for “says something like” alone; leave it out here"),
    "belongs to {list}; leave it out here": later("is for words that are listed; leave it out here"),
    "belongs to a wording pack, as {wording: en/greeting, also: [...]}; leave it out here": later(
        "goes with a ready list; leave it out here"
    ),
    "{value} is no wording pack like en/greeting; write patterns of words as a list": later(
        "{value} is no ready list like en/greeting"
    ),
    "means after the trigger, and there is none to come after; leave it out": later(
        "is about what comes after it was asked, and nothing says when that is; leave it out"
    ),
    "need at least one with before: what is to be said before it begins": later(
        "need one with what is said before it begins"
    ),
    "counts from the event, so it is last, like {value}": later(
        "counts back from the event; write it under “In the last”, like 20 seconds"
    ),
    "counts from the event, so it is first, like {value}": later(
        "counts on from the event; write it under “In the first”, like 20 seconds"
    ),
    "give it with excused_when, whose reason it is": later(
        "is the reason for N/A instead of No, and nothing says when that is so"
    ),
    "share the weight between trigger and answer, and there is no trigger": later(
        "share the weight between being asked and the answer, and nothing says when it is asked"
    ),
    "score the agent's trigger, so its speaker must be agent": later(
        "score what the agent says first, so it must be the agent who speaks there"
    ),
    "is judged by exactly one of min_adherence (entire playbook) and steps": later(
        "needs a percent of its steps or the steps that must be done, and only one of them"
    ),
    "does not belong to {name}; that has {list}": later("is not for what is measured here; leave it out"),
    "must be at least min_duration, {value}": later("must be at least the length that counts, {value}"),
    "{high} must be at least min_words_per_minute, {low}": later(
        "{high} must be at least the fewest words a minute, {low}"
    ),
    "is missing; give it or max_words_per_minute, like 110 and 180": later(
        "is missing; give the fewest or the most words a minute, like 110 and 180"
    ),
    "goes with rule: custom, and only there: describe which of the values counts": later(
        "goes with “one in words”, and only there: describe which of the values counts"
    ),
    "custom needs said.judge, for only a judge can read the rule": later(
        "needs a model judge that reads the rule; say for the value what it is to find"
    ),
    "must be agent or customer where both have to agree": later(
        "must be the agent or the customer where both have to agree"
    ),
    "belongs to {list}, not to {name}": later("is for numbers, amounts and percentages; leave it out"),
    "and strict contradict each other; strict allows no deviation": later(
        "contradicts “all of them”, which allows no deviation; leave it out"
    ),
    "cannot find a key; give a kind or a pattern": later("cannot find a key; choose a kind of value instead"),
    "has {key} and no key; say what it stands for": later("has {key} and nothing that says what it stands for"),
    "is used nowhere; put {key} into url or body": later("is used nowhere; put {key} into the address or the body"),
    "belongs to method POST": later("is sent with the method POST alone"),
    "looks for any text; say which with pattern or judge, or give another kind": later(
        "looks for any text; say what a model judge is to find, or choose another kind of value"
    ),
    "holds the character {value}, which nobody says": later("contains the character {value}, which is never spoken"),
    "is empty; give a rule for each level but the one of otherwise, or a judge": later(
        "is empty; give a rule for each answer but the one that is left otherwise, or let a model judge decide"
    ),
    "is named by judge.levels[{n}] too; name each level once": later("is there twice; name each answer once"),
}
"""Faults whose words name keys of the text, for those who write it: what the console says in their place."""

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
    later("metrics: {list}"),
    later("sections: {list}"),
    later("levels: {list}"),
    later("there is: {list}"),
    later("of several give one"),
    later("a text with {name} or a colon in it must be in quotes"),
    later("what it merges must be written out"),
    later("a plug-in's is known where its package is installed"),
    later("the form has no sections"),
    later("see auscult wording list"),
    later("for {value} use single quotes, or write the backslash twice"),
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
    later("a space is missing after the colon: {name}"),
    later("a text that begins with {name} must be in quotes"),
    later('{value} begins a reference; put a text that begins with it in quotes: "*"'),
    later("{value} begins an anchor; put a text that begins with it in quotes"),
    later("{value} begins a tag; put a text that begins with it in quotes"),
    later("{value} announce text on the lines below; put a text that begins with them in quotes"),
    later("something is missing in the list or mapping, or a [ or {name} above is never closed"),
    later("the character {value} cannot be used; take it out"),
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

_GROUPS = {
    "fault": (*FAULTS, *SENTENCES),
    "hint": HINTS,
    "syntax": SYNTAX,
    "type": KINDS,
}
_LONGEST = 2_000
"""Characters of a fault, at most, that is looked up."""
_JOINT, _OR = "; ", later(" or ")


def fault_in_words(reason: str) -> str:
    """Return a fault in the words of the console, in the reader's language; as it is where no template fits."""
    return reason if len(reason) > _LONGEST else _in_words(reason, current())


@lru_cache(maxsize=4096)
def _in_words(reason: str, language: str) -> str:
    """Return it in the current language, by which it is kept: a page shows each fault several times."""
    del language
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
    for text, held in fitting(_GROUPS[group], words):
        return _(SENTENCES.get(text, text)).format(**{name: _slot(name, each) for name, each in held.items()})
    return None


def _slot(name: str, held: str) -> str:
    if name == "choices":
        return _(_OR).join(_found("type", each) or each for each in held.split(_OR))
    return (_found(name, held) or held) if name in ("syntax", "type") else held
