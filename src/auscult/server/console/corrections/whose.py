"""Sides of speakers: what is doubtful about it on the page of a conversation, and one click that decides."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, get_args

from auscult.domain.conversation import Conversation, Speaker, speaker_name
from auscult.domain.scoring.list_fields import sides_of
from auscult.domain.scoring.stored import ConversationDetail
from auscult.language import gettext as _
from auscult.server.console.frame.naming import side_name
from auscult.server.console.frame.posted import Given, one

OFFERED: tuple[Speaker, ...] = ("agent", "customer", "bot", "system")
_FIELD = "side_of "
"""Beginning of the name of a field that holds the side of a speaker; the speaker's name follows."""
_PAIR = 2


class SpeakerView(NamedTuple):
    """A speaker: the field that holds their side, their name and side in words, and the sides to choose from."""

    field: str
    name: str
    side: Speaker
    sides: Sequence[tuple[Speaker, str]]


class Decision(NamedTuple):
    """A button that decides: its words, the sides of speakers by their fields, and the reason that is recorded."""

    words: str
    fields: Sequence[tuple[str, Speaker]]
    reason: str


class SidesView(NamedTuple):
    """Doubt about sides in words, and the buttons that decide."""

    text: str
    decisions: Sequence[Decision]


def speakers_of(conversation: Conversation) -> list[SpeakerView]:
    """Return the speakers of a conversation in the order in which they first speak."""
    sides = _sides(conversation)
    offered: list[tuple[Speaker, str]] = [(each, side_name(each)) for each in OFFERED]
    return [SpeakerView(_FIELD + name, _named(name), side, offered) for name, side in sides.items()]


def chosen_sides(given: Given) -> dict[str, Speaker]:
    """Return the sides that a form gives; speakers without one are left as they are."""
    found: dict[str, Speaker] = {}
    for field in given:
        if field.startswith(_FIELD):
            value = one(given, field)
            found |= {field.removeprefix(_FIELD): side for side in get_args(Speaker) if side == value}
    return found


def sides_in_words(speakers: Mapping[str, Speaker]) -> str:
    """Return the sides of a correction: ``Speaker 1: Agent, Speaker 2: Customer``."""
    return ", ".join(f"{_named(name)}: {side_name(side)}" for name, side in speakers.items())


def doubt_of(detail: ConversationDetail) -> SidesView | None:
    """Return what is doubtful about the sides of a conversation; None where nothing is, or it was not evaluated yet."""
    if not detail.evaluations or not detail.is_current:
        return None
    conversation = detail.conversation
    found = sides_of(conversation, detail.evaluations[0].status, detail.insights)
    people: dict[str, Speaker] = {name: side for name, side in _sides(conversation).items() if side != "system"}
    swapped: list[tuple[str, Speaker]] = [
        (_FIELD + name, _other(side)) for name, side in people.items() if _other(side) != side
    ]
    if "unknown" in found:
        return SidesView(_("Whose side is each speaker on? Say so, and it is scored."), _either(list(people)))
    if "look_swapped" in found:
        decision = Decision(_("Swap the sides"), swapped, _("the sides were swapped"))
        text = _("The sides look swapped: who is called the agent speaks like a customer.")
        return SidesView(text, [decision] if len(people) == _PAIR else [])
    if "found" in found:
        as_found: list[tuple[str, Speaker]] = [(_FIELD + name, side) for name, side in people.items()]
        right = Decision(_("They are right"), as_found, _("the sides are right"))
        wrong = Decision(_("Swap the sides"), swapped, _("the sides were swapped"))
        text = _("The file does not say who is the agent. It was found in what was said.")
        return SidesView(text, [right, wrong] if len(people) == _PAIR else [right])
    return None


def _either(people: Sequence[str]) -> list[Decision]:
    """Return a decision for each of two speakers to be the agent; of more, their sides are picked one by one."""
    if len(people) != _PAIR:
        return []
    return [
        Decision(
            _("{speaker} is the agent").format(speaker=agent),
            ((_FIELD + agent, "agent"), (_FIELD + customer, "customer")),
            _("listened to it"),
        )
        for agent, customer in (people, people[::-1])
    ]


def _sides(conversation: Conversation) -> dict[str, Speaker]:
    found: dict[str, Speaker] = {}
    for turn in conversation.turns:
        if turn.text.strip():
            found.setdefault(speaker_name(turn), turn.speaker)
    return found


def _other(side: Speaker) -> Speaker:
    return "customer" if side == "agent" else "agent" if side == "customer" else side


def _named(name: str) -> str:
    """Return the name of a speaker: a label as it is, a side in words."""
    return next((side_name(side) for side in get_args(Speaker) if side == name), name)
