"""The access log in words: what was done, to what, and the details, whose names are for programs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.naming import role_name
from auscult.server.console.frame.reader import Reader
from auscult.server.console.people.rights import permission_in_words, scope_in_words

ACTIONS: Mapping[str, str] = {
    "ai_agent.registered": later("AI agent registered"),
    "ai_agent.removed": later("AI agent removed"),
    "session.opened": later("Signed in"),
    "session.refused": later("Sign-in refused"),
    "session.ended": later("Signed out"),
    "second_factor.enrolled": later("Second factor set up"),
    "second_factor.refused": later("Second factor refused"),
    "second_factor.recovery_code_used": later("Recovery code used"),
    "second_factor.recovery_codes_renewed": later("Recovery codes renewed"),
    "second_factor.removed": later("Second factor removed"),
    "second_factor.reset": later("Second factor removed for somebody"),
    "user.added": later("User added"),
    "user.introduced": later("First administrator set up"),
    "user.link": later("Sign-in link made"),
    "user.renamed": later("User renamed"),
    "user.enabled": later("User made active"),
    "user.disabled": later("User disabled"),
    "user.password_set": later("Password set"),
    "user.agents_set": later("Agents of a user set"),
    "token.issued": later("Token issued"),
    "token.revoked": later("Token revoked"),
    "grant.added": later("Role or permission granted"),
    "grant.revoked": later("Role or permission revoked"),
    "role.defined": later("Role defined"),
    "role.removed": later("Role removed"),
    "client.added": later("Client added"),
    "client.revoked": later("Client revoked"),
    "client.wire_set": later("Version of a client's reports set"),
    "webhook.added": later("Webhook added"),
    "webhook.enabled": later("Webhook retried"),
    "webhook.removed": later("Webhook removed"),
    "knowledge.added": later("Document of the knowledge base added"),
    "knowledge.dated": later("Days of a document set"),
    "knowledge.removed": later("Document of the knowledge base removed"),
    "connector.applied": later("Connector put in force"),
    "connector.paused": later("Connector paused"),
    "connector.resumed": later("Connector resumed"),
    "connector.removed": later("Connector removed"),
    "connector.destination_changed": later("Connector sent to another place"),
    "connector.secrets_refused": later("Secrets of a connector refused elsewhere"),
    "directory.changed": later("Queues changed"),
    "directory.moved": later("Agent put into another team"),
    "directory.added": later("Queue, team or agent added"),
    "directory.joined": later("Agent added to a queue"),
    "directory.removed": later("Team removed"),
    "directory.imported": later("Table of queues, teams or agents imported"),
    "directory.renamed": later("Queue, team or agent renamed"),
    "directory.merged": later("Queues, teams or agents merged"),
    "directory.change_undone": later("Rename or merge undone"),
    "conversation.read_unredacted": later("Unredacted words read"),
    "conversation.erased": later("Conversation erased"),
    "transcript.erased": later("Words erased"),
    "recording.erased": later("Sound erased"),
    "result.erased": later("Results erased"),
    "recordings.erased": later("Recordings erased"),
    "recordings.linked": later("Links to recordings made"),
    "recording.redacted": later("Recording redacted"),
    "judge.asked": later("Judge asked about a page"),
    "limits.changed": later("Limits changed"),
    "conversation.corrected": later("Conversation put right"),
    "conversation.correction_undone": later("Correction undone"),
    "suggestions.fitted": later("Suggestions fitted"),
    "suggestions.undone": later("Fit of suggestions undone"),
    "thresholds.fitted": later("Thresholds fitted"),
    "thresholds.undone": later("Fit of thresholds undone"),
    "target.added": later("Target of notices added"),
    "target.removed": later("Target of notices removed"),
    "absence.added": later("Absence stated"),
    "absence.removed": later("Absence removed"),
    "working_days.set": later("Working days set"),
    "comment.added": later("Comment written"),
    "comment.changed": later("Comment changed"),
    "comment.resolved": later("Comment resolved"),
    "comment.reopened": later("Comment opened again"),
    "collection.made": later("Collection made"),
    "collection.changed": later("Collection changed"),
    "collection.removed": later("Collection removed"),
    "collection.restored": later("Removal of a collection undone"),
    "collection.reordered": later("Collection put in another order"),
    "moment.pinned": later("Moment pinned"),
    "moment.removed": later("Pin removed"),
    "moment.restored": later("Removal of a pin undone"),
    "form.example_kept": later("Example of a form kept"),
    "form.example_removed": later("Example of a form removed"),
    "taxonomy.example_kept": later("Example of a taxonomy kept"),
    "taxonomy.example_removed": later("Example of a taxonomy removed"),
    "data.exported": later("Data exported"),
    "assistant.opened": later("Assistant connected"),
    "retention.changed": later("Retention changed"),
    "privacy.changed": later("Settings of personal data changed"),
    "redaction.begun": later("Redaction of what is stored begun"),
    "redaction.done": later("Redaction of what is stored done"),
    "redaction.reported": later("Wrong placeholder reported"),
    "times.changed": later("Times of the app changed"),
    "erasures.resumed": later("Erasures resumed after a restore"),
    "hold.placed": later("Hold placed"),
    "hold.lifted": later("Hold lifted"),
    "approval.asked": later("Second person asked"),
    "approval.given": later("Approved by a second person"),
    "approval.refused": later("Refused by a second person"),
    "log.read": later("Log read"),
    "log.verified": later("Log verified"),
    "log.exported": later("Log exported"),
    "log.erased": later("Details of entries erased"),
    "log.pruned": later("Old entries removed"),
}
"""What was done, by the name of the action."""

TARGETS: Mapping[str, str] = {
    "account": later("Account"),
    "agent": later("Agent"),
    "app": later("App"),
    "approval": later("Approval"),
    "client": later("Client"),
    "collection": later("Collection"),
    "connector": later("Connector"),
    "conversation": later("Conversation"),
    "form": later("Form"),
    "hold": later("Hold"),
    "knowledge": later("Document"),
    "list": later("List"),
    "page": later("Page"),
    "queue": later("Queue"),
    "queues": later("Queues"),
    "recording": later("Recording"),
    "redaction": later("Redaction of what is stored"),
    "role": later("Role"),
    "session": later("Session"),
    "table": later("Table"),
    "target": later("Target of notices"),
    "team": later("Team"),
    "user": later("User"),
    "webhook": later("Webhook"),
}
"""Kinds of what it was done to."""

DETAILS: Mapping[str, str] = {
    "added": later("added"),
    "address": later("network address"),
    "after": later("after entry"),
    "agents": later("agents"),
    "app": later("app"),
    "backlog": later("waiting conversations"),
    "by": later("by"),
    "change": later("change"),
    "changed": later("changed"),
    "collection": later("collection"),
    "conversations": later("conversations"),
    "correction": later("correction"),
    "count": later("number"),
    "country": later("country"),
    "countries": later("countries"),
    "days": later("days"),
    "ends_at": later("until"),
    "entries": later("entries"),
    "example": later("example"),
    "faults": later("faults found"),
    "filters": later("filtered by"),
    "form": later("form"),
    "format": later("format"),
    "grant": later("grant"),
    "into": later("into"),
    "is_removed": later("removed"),
    "judge_cost": later("money of the judge in a day"),
    "judge_tokens": later("tokens of the judge in a day"),
    "key": later("key"),
    "kind": later("what"),
    "left": later("left"),
    "method": later("by way of"),
    "metric": later("metric"),
    "name": later("name"),
    "names": later("only"),
    "only": later("filtered by"),
    "permission": later("permission"),
    "queues": later("queues"),
    "reason": later("reason"),
    "requests": later("requests in a minute"),
    "redaction": later("redaction"),
    "redactor": later("redactor"),
    "role": later("role"),
    "scope": later("where"),
    "scopes": later("may"),
    "wire": later("version of reports"),
    "second_factor": later("second factor required"),
    "agent_emotions": later("emotions of agents"),
    "timezone": later("time zone"),
    "chat_inactivity_minutes": later("minutes without a message that end a chat"),
    "secrets": later("secrets"),
    "service": later("service"),
    "sessions": later("sessions ended"),
    "sessions_ended": later("sessions ended"),
    "engine": later("heard by"),
    "findings": later("found"),
    "silences": later("silences"),
    "sound_minutes": later("minutes of sound in a month"),
    "storage_bytes": later("stored bytes"),
    "team": later("team"),
    "thread": later("thread"),
    "token": later("token"),
    "two_people": later("second person required"),
    "type": later("what"),
    "up_to": later("up to entry"),
    "url": later("address"),
    "user": later("user"),
    "value": later("which"),
    "version": later("version"),
    "words": later("words"),
    # what the log was filtered by
    "principal": later("who"),
    "action": later("did what"),
    "target": later("to what"),
}
"""Names of details."""

_WORDS: Mapping[str, str] = {
    "agent": later("agent"),
    "agents": later("agents"),
    "app": later("the whole app"),
    "assigned": later("what they are to audit"),
    "conversation": later("conversation"),
    "conversations": later("conversations"),
    "customer": later("customer"),
    "erasure": later("erasure"),
    "excluded": later("left out of figures"),
    "hold_lift": later("lifting of a hold"),
    "link": later("a link"),
    "oidc": later("single sign-on"),
    "one_person": later("one person alone from now on"),
    "own": later("their own conversations"),
    "password": later("password"),
    "period": later("period"),
    "queue": later("queue"),
    "queues": later("queues"),
    "recording": later("sound"),
    "result": later("results"),
    "scored_again": later("scored again"),
    "settings": later("settings"),
    "team": later("team"),
    "teams": later("teams"),
    "transcript": later("words"),
}
"""Values of details that are words of ours."""


def action_in_words(action: str) -> str:
    """Return what was done; the name of the action where a newer version wrote it."""
    return _(ACTIONS[action]) if action in ACTIONS else action


def action_choices(chosen: str) -> tuple[tuple[str, str], ...]:
    """Return what the log can be filtered by, each action with its words, in order of these."""
    known = {each: _(text) for each, text in ACTIONS.items()}
    if chosen:
        known.setdefault(chosen, chosen)
    return tuple(sorted(known.items(), key=lambda one: one[1].casefold()))


def target_in_words(target: str) -> str:
    """Return what it was done to: ``Conversation c-1`` for ``conversation:c-1``."""
    kind, colon, id_ = target.partition(":")
    if kind not in TARGETS:
        return target
    return f"{_(TARGETS[kind])} {id_}" if colon else _(TARGETS[kind])


def details_in_words(named: Mapping[str, Any], reader: Reader) -> str:
    """Return the details of an entry as names and values, without those that hold nothing."""
    return "; ".join(f"{_name(name)}: {_value(name, value, reader)}" for name, value in named.items() if _has(value))


def _name(name: str) -> str:
    return _(DETAILS[name]) if name in DETAILS else name.replace("_", " ")


def _has(value: object) -> bool:
    return value not in (None, "", [], {})


def _value(name: str, value: object, reader: Reader) -> str:
    """Return a value of JSON in words: lists and what has names without their brackets."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_value(name, each, reader) for each in cast("list[object]", value))
    if isinstance(value, dict):
        return details_in_words(cast("dict[str, Any]", value), reader)
    text = str(value)
    if name in _SPECIAL:
        return _SPECIAL[name](text)
    if name == "ends_at":
        return reader.moment(datetime.fromisoformat(text))
    return _(_WORDS[text]) if name in _CODED and text in _WORDS else text


_SPECIAL: Mapping[str, Callable[[str], str]] = {
    "role": role_name,
    "permission": permission_in_words,
    "scopes": scope_in_words,
    "action": action_in_words,
    "target": target_in_words,
    "principal": lambda value: value.removeprefix("user:"),
    "user": lambda value: value.removeprefix("user:"),
}
"""How the values of details of these names are read."""
_CODED = frozenset({"kind", "type", "method", "scope"})
"""Details whose values are names for programs."""
