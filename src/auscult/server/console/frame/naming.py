"""Names that pages show of agents, queues, channels and languages."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from auscult.domain.conversation import Agent, Conversation, Speaker, Turn
from auscult.domain.evaluation import Status
from auscult.language import ENGLISH, current, later
from auscult.language import gettext as _
from auscult.server.console.frame.reader import Reader

_ID_SHOWN, _SHORT = 4, 24
BETWEEN = " \u203a "
"""Is written between the name of a topic and of the one above it."""
_DIRECTIONS = {"inbound": later("inbound"), "outbound": later("outbound")}
CHANNELS = {"voice": later("Voice"), "chat": later("Chat")}
_EMAIL = later("E-mail")
_SPEAKERS: dict[Speaker, str] = {
    "agent": later("Agent"),
    "customer": later("Customer"),
    "bot": later("Bot"),
    "system": later("System"),
    "unknown": later("Unknown"),
}
_ROLES = {
    "administrator": later("Administrator"),
    "qa-manager": later("QA manager"),
    "auditor": later("Auditor"),
    "supervisor": later("Supervisor"),
    "agent": later("Agent"),
    "analyst": later("Analyst"),
    "inspector": later("Inspector"),
}
_DONE_BY = {
    "operator": later("The operator"),
    "single sign-on": later("Single sign-on"),
    "cli": later("{name}, by a command"),
    "client": later("The client {name}"),
}
"""Names of actors that are not people, by the word that is recorded for them."""
_NOT_SCORED: dict[Status, str] = {
    "below_threshold": later("Too short to score"),
    "duration_unavailable": later("No length known"),
    "not_evaluated": later("No form for this queue"),
    "sides_unknown": later("Whose side?"),
}
"""Reasons why a conversation has no score."""


def agent_name(agent: Agent) -> str:
    """Return an agent's name; else the part of an address before the @, an id that is a word, the end of any other."""
    name, at, _host = agent.id.partition("@")
    is_word = len(name) <= _SHORT and (at or not any(each.isdigit() for each in name))
    return agent.name or (name if name and is_word else _("Agent \u2026{end}").format(end=agent.id[-_ID_SHOWN:]))


def agents_of(conversation: Conversation) -> str:
    """Return the names of the agents who took part."""
    return ", ".join(agent_name(each) for each in conversation.agents)


def by_in_words(by: str, names: Mapping[str, str]) -> str:
    """Return who did something, as it is recorded: a person, a client, single sign-on, or a command. ``names``: by e-mail address."""
    kind, colon, name = by.partition(":")
    if not colon:
        return _(_DONE_BY[by]) if by in _DONE_BY else names.get(by, by)
    if kind == "user":
        return names.get(name, name)
    return _(_DONE_BY[kind]).format(name=name) if kind in _DONE_BY else by


def within_sentence(name: str) -> str:
    """Return a name for use within a sentence: in English with a small first letter, in other languages as it is."""
    return name[:1].lower() + name[1:] if current() == ENGLISH else name


def role_name(role: str) -> str:
    """Return the name of a role for display: ``QA manager`` for ``qa-manager``, ``Shift lead`` for ``shift-lead``."""
    if role in _ROLES:
        return _(_ROLES[role])
    words = role.replace("-", " ")
    return words.replace("qa ", "QA ") if words.startswith("qa ") else words[:1].upper() + words[1:]


def why_not_scored(status: Status, otherwise: str, *, has_words: bool = True) -> str:
    """Return why a conversation of this status has no score; one without words is a recording."""
    if status == "duration_unavailable" and not has_words:
        return _("Waits for a transcript")
    return _(_NOT_SCORED[status]) if status in _NOT_SCORED else otherwise


def queues_of(conversation: Conversation, reader: Reader) -> str:
    """Return the queues of a conversation, those of one name with their ids."""
    return ", ".join(reader.queues.label(each.id, each.name) for each in conversation.queues)


def channel_of(conversation: Conversation) -> str:
    """Return channel and direction: ``Voice, inbound``. Letters are an e-mail where the sender calls them that."""
    channel = _(_EMAIL) if conversation.kind == "email" else _(CHANNELS[conversation.channel])
    return f"{channel}, {_(_DIRECTIONS[conversation.direction])}"


def speaker_of(turn: Turn, conversation: Conversation) -> str:
    """Return the speaker of a turn: by name where several agents took part, by label where the side is not known.

    AI agents have their name always, where there is one.
    """
    if turn.speaker == "unknown" and turn.speaker_label:
        return turn.speaker_label
    if turn.speaker == "bot":
        named = next((each.name for each in conversation.agents if each.id == turn.agent_id), None)
        return _("{name} (AI)").format(name=named) if named else side_name("bot")
    if turn.speaker == "agent" and len(conversation.agents) > 1:
        return next((agent_name(each) for each in conversation.agents if each.id == turn.agent_id), _("Agent"))
    return side_name(turn.speaker)


def side_name(speaker: Speaker) -> str:
    """Return the side that speaks."""
    return _(_SPEAKERS[speaker])


def language_name(code: str, reader: Reader) -> str:
    """Return a language's name for the reader, or its code where it has none."""
    return _language_name(code, reader.locale)


@lru_cache(maxsize=2_048)
def _language_name(code: str, locale: Locale) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name(locale) or code
    except (UnknownLocaleError, ValueError):
        return code


def customer_words(conversation: Conversation) -> str:
    """Return the customer's first turn of at least four words, else their longest, else the first turn of all."""
    least = 4
    said = [turn.text for turn in conversation.turns if turn.speaker == "customer" and turn.text.strip()]
    return next(
        (text for text in said if len(text.split()) >= least),
        max(said, key=len, default=next((turn.text for turn in conversation.turns if turn.text.strip()), "")),
    )


_ASSUMED: Mapping[str, str] = {
    "started_at": later("When it began"),
    "time_zone": later("Time zone"),
    "date_order": later("Dates begin with"),
    "language": later("Language"),
    "channel": later("Channel"),
    "agent": later("Agent"),
    "sides": later("Sides"),
}
_TAKEN: Mapping[str, str] = {
    "file_name": later("from the name of the file"),
    "file_time": later("the time of the file"),
    "received": later("today"),
    "words": later("from the words"),
    "values": later("from the times"),
    "default": later("the usual"),
    "option": later("as you chose"),
    "day": later("the day"),
    "month": later("the month"),
}


def assumed_words(assumed: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return a phrase for each field with where it was taken from: ``Language: from the words``."""
    return tuple(
        f"{_(_ASSUMED.get(field, field))}: {_(_TAKEN[how]) if how in _TAKEN else how}" for field, how in assumed
    )
