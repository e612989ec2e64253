"""Faults of YAML documents (forms, scorecards, taxonomies, connectors) in the reader's language.

Checks report faults as codes, whose words are those of the command line. Where they name keys, which no field shows,
pages have a sentence without them.
"""

from collections.abc import Mapping

from auscult.language import later, translated

SENTENCES: Mapping[str, str] = {
    "{type} metrics are for points forms, not for percentage": later(
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
    "{place} has the form {id} for {type} already; one form for each": later(
        "the form {id} scores these conversations already; a conversation has one form"
    ),
    "{place} has the form {id} for {type} until {date}; begin on that day (valid_from), "
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
    "unknown metric {value!r}": later("no question has the id {value!r}"),
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
    "{value!r} is no wording pack like en/greeting; write patterns of words as a list": later(
        "{value!r} is no ready list like en/greeting"
    ),
    "means after the trigger, and there is none to come after; leave it out": later(
        "is about what comes after it was asked, and nothing says when that is; leave it out"
    ),
    "need at least one with before: what is to be said before it begins": later(
        "need one with what is said before it begins"
    ),
    "counts from the event, so it is last, like {last: 20 seconds}": later(
        "counts back from the event; write it under “In the last”, like 20 seconds"
    ),
    "counts from the event, so it is first, like {first: 20 seconds}": later(
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
"""The sentences of pages by the codes of faults whose words name keys of the text, for those who write it."""


def fault_in_words(reason: str) -> str:
    """Return a fault in the words of the console, in the reader's language."""
    return translated(reason, SENTENCES)
