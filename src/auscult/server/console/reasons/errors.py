"""Errors of services in the reader's language.

Services raise errors in English, for programs too. Each template is such a message with a slot for each part that
varies; the slots ``message``, ``why``, ``state`` and ``other`` hold another message or a word of one. What has no
template stays in English: what only an operator can put right. Faults of YAML documents are in ``documents.py``.
"""

import re
from functools import cache

from auscult.server.console.language import ENGLISH, current, later, translation_of
from auscult.server.console.reasons.slots import pattern_of, weight_of

TEMPLATES = (
    later("invalid {field}: {message}"),
    later("invalid {field} {value}: {message}"),
    later("assignment {id} is {state} and stays as it is"),
    later("a reason is missing; say why the conversation cannot be judged"),
    later("a comment has at most {n} characters"),
    later("a note has at most {n} characters"),
    later("assignment {id} was begun by {name}; only what is not begun can be reassigned"),
    later("assignment {id} belongs to another auditor; only they may work on it"),
    later("assignment {id} was changed meanwhile; read it again"),
    later("assignment {id} was begun meanwhile"),
    later("unknown assignment {id}"),
    later("assignment {id}: {why}"),
    later("conversation {id} has no segment {n} any more; decline the assignment"),
    later("the audit of conversation {id} was submitted, and stays as it is"),
    later("the audit of conversation {id} is not submitted; submit it first"),
    later("the audit of conversation {id} was changed meanwhile; read it again"),
    later("form {id} does not allow submitted audits to be changed; set re_audit: true in a new version"),
    later("no form is for conversation {id}, so there is nothing to answer"),
    later("conversation {id} is not assigned; assign it to an auditor first"),
    later("a name has 1 to {n} characters on one line"),
    later("a name has 1 to {n} characters"),
    later("a name has at most {n} characters"),
    later("not answered yet: {list}; give YES, NO or NA for each"),
    later("an audit has at most {n} comments on turns"),
    later("the conversation has no turn {id}; take the id from its transcript"),
    later("conversation {id} was changed meanwhile; read it again"),
    later("there is no conversation {id} in this app, or it is not evaluated yet"),
    later("conversation {id} is not yours; only its agents review it themselves"),
    later("unknown conversation {id}"),
    later("until must be later than since"),
    later("until lies before since"),
    later("name at most {n}"),
    later("a quota has either a count or a percent"),
    later("use at least 1"),
    later("use more than 0 and at most 100"),
    later("use 0 or more, beside a percent"),
    later("each auditor is named once"),
    later("shares must total 100, not {n}"),
    later("a second opinion needs a second auditor"),
    later("{n} opinions need as many auditors"),
    later("a share is from 0 to 1"),
    later("a share is from 0 to 100"),
    later("use at least 1 day"),
    later("name an auditor by e-mail address"),
    later("a plan is an object with name, form_id, frame, quota"),
    later("unknown plan {id}"),
    later("unknown draw {id}"),
    later("plan {id} was changed meanwhile; read it again"),
    later("plan {id} is paused"),
    later("no evaluated conversation is in the plan's frame; check its dates, form and filters"),
    later("no window of plan {id} has ended yet"),
    later("unknown form {id}; available: {list}"),
    later("unknown form {id}"),
    later("unknown metric {id}; available: {list}"),
    later("no conversation of this form has an answer in this time; check form, metric and dates"),
    later("name {least} to {most} raters, each once"),
    later("choose 1 to {n} conversations, each once"),
    later("not answered yet: conversation {list}; answer every metric that counts"),
    later("references are set once every rater has submitted"),
    later("a reason is missing; say why this answer is right"),
    later("{name} takes no part in session {id}"),
    later("{name} has submitted; answers stay as they are"),
    later("a comment is missing where the answer is not met: {list}"),
    later("the session has no conversation {id}; it has 1 to {n}"),
    later("conversation {id} was erased; it takes no more answers"),
    later("the session is {state}, not {other}"),
    later("unknown session {id}"),
    later("a comment without an answer: {list}; send the answer with it"),
    later("session {id} was changed meanwhile; read it again"),
    later("a goal has 1 to {n} characters"),
    later("a plan has at most {n} characters"),
    later("the date has passed"),
    later("metrics need the form that measures them, and a form needs metrics"),
    later("nobody completes their own coaching; a supervisor does"),
    later("it is completed, and takes no more remarks"),
    later("only the agent who is coached does this"),
    later("a remark is missing; say what is to be done"),
    later("a remark has at most {n} characters"),
    later("choose 1 to {n} agents"),
    later("unknown coaching {id}"),
    later("conversation {id} has no turn {turn}"),
    later("the form has no metric {id}; it has {list}"),
    later("coaching {id} was changed meanwhile; read it again"),
    later("{name} coaches {agent} on this already: {id}"),
    later("another person decides dispute {id}: {why}"),
    later("it is about their own conversation"),
    later("they raised it"),
    later("it is about their own audit"),
    later("the answer to {id} is {value} already; propose another one, or none"),
    later("dispute {id} is {state}, and stays so"),
    later("dispute {id} was ended meanwhile; read it again"),
    later("the audit has no answer to {id}; it has {list}"),
    later("a comment is missing; say what is wrong with the answer"),
    later("a reason is missing; say why, as the agent and the auditor will read it"),
    later("a reason has at most {n} characters"),
    later("unknown dispute {id}"),
    later("the review of assignment {id} was changed meanwhile; read it again"),
    later("give 1 to {n}"),
    later("an alert watches by itself; give hour, day or longer"),
    later("name the form and the metric that is watched"),
    later("a saved view is for a report of the kind view, and has all its filters"),
    later("give a name like Europe/Berlin"),
    later("give an https address"),
    later("{list} is no e-mail address; give them as name@host"),
    later("give at most {n} e-mail addresses"),
    later("unknown view {name}"),
    later("unknown schedule {id}"),
    later("a view's name has 1 to {n} characters"),
    later("unknown role {name}; available: {list}"),
    later("unknown permission {name}; available: {list}"),
    later("invalid e-mail address {value}; give it as name@host"),
    later("invalid telephone number {value}; give at least {n} digits of it"),
    later("invalid password; give {least} to {most} characters"),
    later("unknown user {id}"),
    later("the e-mail address {value} belongs to a user of another account; give another address"),
    later("the e-mail address {value} belongs to another user; give another address"),
    later("{name} has no such grant in force"),
    later("this reaches beyond the app; an administrator of the whole account can do it"),
    later("the session is over; sign in again"),
    later("the role {name} is built in; give your own role another name"),
    later("no user could manage the users of {list} any more; make another user administrator there first"),
    later("approval {n} was asked for by {name}; another person has to approve it"),
    later("unknown approval {n}"),
    later("approval {n} is decided already"),
    later("the originals of conversation {id} are not kept; only redaction 'token' keeps them"),
    later("conversation {id} is on legal hold {n}; lift the hold first"),
    later("unknown hold {n}, or lifted already"),
    later("a search needs at least one word that was said"),
    later("a search has at most {n} terms"),
    later("there is no draft of {id}; drafts: {list}"),
    later("the form has the id {id} already; choose another"),
    later("there is no wording pack {name}"),
    later("a transcript has 1 to {n} lines with words"),
    later("line {n} of the transcript begins neither with Agent: nor with Customer:"),
    later("there is no form {id}; in force: {list}"),
    later("{id} is under way and does this already; wait for its end, or cancel it"),
    later("a sample has at least one conversation"),
    later("there is no backtest {id}"),
    later("there is no re-score {id}"),
    later("there is no job {id} in this app"),
    later("unknown export {id}"),
    later("the name of a document has 1 to {n} characters, all of them printable"),
    later("there is no document {name} in the app's knowledge in {language}"),
    later("there is no recording {id} in this app"),
    later("the recording has no sound in it; send one with sound"),
    later("submitted"),
    later("declined"),
    later("erased"),
    later("accepted"),
    later("denied"),
    later("withdrawn"),
    later("reopened"),
    later("closed"),
    later("active"),
    later("draft"),
)
"""Messages by their words in ``domain``, ``services`` and ``storage``."""

_NESTED = frozenset({"message", "why", "state", "other"})
_LONGEST = 2_000
"""Characters of a message, at most, that is looked up."""


def in_words(message: str) -> str:
    """Return the message of an error in the reader's language; as it is where no template fits."""
    if current() == ENGLISH or len(message) > _LONGEST:
        return message
    for text, pattern in _patterns():
        found = pattern.fullmatch(message)
        translation = translation_of(text) if found else None
        if found and translation:
            slots = {name: in_words(held) if name in _NESTED else held for name, held in found.groupdict().items()}
            return translation.format(**slots)
    return message


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return the templates with their patterns, those with the most words of their own first."""
    return [(text, pattern_of(text)) for text in sorted(TEMPLATES, key=weight_of, reverse=True)]
