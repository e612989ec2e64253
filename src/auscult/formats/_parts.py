"""Parts ``contact`` and ``assist`` of the native document, converted to the domain's own.

Keys of a contact are ours (``first_response_at``) or those of the call-details report (``firstResponseTime``), so that
an export of that report can be put in as it is. Null is the same as nothing; unknown keys are skipped.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec
from msgspec import Struct

from auscult.domain.assist.assistance import Assist
from auscult.domain.contact import Contact, Segment
from auscult.domain.conversation import Agent, Queue, Turn
from auscult.domain.errors import FormatError
from auscult.formats import _faults, _instants


class Parts(Struct, frozen=True, kw_only=True):
    """Both parts, where they are given."""

    contact: Contact | None = None
    assist: Assist | None = None


_NESTED = frozenset(
    {
        *("survey", "destinations", "responding_agent", "non_responding_agents", "consulting_agents"),
        *("user_level_tags", "session_level_tags"),
        *("messages", "suggestions", "searches", "summaries", "feedback", "agent", "session"),
        *("playbooks", "stages", "steps", "dialogs"),
    }
)
"""Keys whose values are objects of ours; other values stay as they are given."""

_RENAMED = {
    "session_start_time": "session_started_at",
    "session_end_time": "session_ended_at",
    "destination_type": "type",
    "enter_time": "entered_at",
    "agent_notes": "notes",
    "assigned_time": "assigned_at",
    "accepted_time": "accepted_at",
    "first_response_time": "first_response_at",
    "interaction_end_time": "ended_at",
    "consulting_end_time": "ended_at",
    "after_call_work_end_time": "after_call_work_ended_at",
    "hold_duration": "hold_ms",
    "non_response_event": "event",
    "callback_opted": "is_callback",
    "callback_opted_time": "callback_opted_at",
    "callback_initiated_time": "callback_initiated_at",
    "user_callback_accept_time": "callback_accepted_at",
    "external_transfer_time": "external_transfer_at",
    "external_transfer_destination": "external_transfer_to",
    "automation_bot_i_ds": "automation_bot_ids",
    "playbook_runtime_data": "playbooks",
    "playbook_id": "id",
    "playbook_name": "name",
    "customerinfo": "customer_info",
    "campaigninfo": "campaign_info",
    "userleveltags": "user_level_tags",
    "sessionleveltags": "session_level_tags",
    "snoozeinfo": "snoozes",
    "agent_chose_translate": "is_translated",
}
"""The vendor's names, in our way of writing."""

_SURVEY = {"csat_score": "csat", "nps_score": "nps", "like_dislike_score": "likeDislike"}
_WORDS: Mapping[str, Mapping[str, object]] = {
    "destination_type": {"QueueEntry": "queue", "AgentSegment": "agent"},
    "is_voicemail": {"YES": True, "NO": False},
}
_OF_A_STAY = frozenset(Segment.__struct_fields__)
"""Names that describe a stay with an agent."""

_MOST_SECONDS = 2**53
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

RIGHT = {
    "contact.destinations.type": "queue or agent",
    "contact.survey.type": "csat, nps or likeDislike",
    "contact.survey.score": "a whole number from 0 to 10",
    "contact.meta_info": "an object",
    "assist.summaries.feedback.value": "like or dislike",
    "assist.suggestions.feedback.value": "like or dislike",
    "assist.searches.feedback.value": "like or dislike",
    "assist.feedback.value": "like or dislike",
    "assist.messages.turn_id": "the id of a turn",
    "assist.playbooks.adherence_rate": "percent, from 0 to 100",
    "assist.playbooks.stages.steps.is_adhered": "true or false",
}
"""What fields of the parts should be, by their name without indexes."""


def parts_of(contact: dict[str, Any] | None, assist: dict[str, Any] | None) -> Parts:
    """Read both parts. Raises ``FormatError`` with field, value, and what would be right."""
    if contact is None and assist is None:
        return Parts()
    try:
        given: dict[str, Any] = {
            name: _tidied(part, name) for name, part in (("contact", contact), ("assist", assist)) if part is not None
        }
    except RecursionError as error:
        raise FormatError("JSON is nested too deeply", code="document.malformed") from error
    try:
        return msgspec.convert(given, Parts)
    except msgspec.ValidationError as error:
        raise _faults.fault_of(error, given, RIGHT) from error


def queues_of(contact: Contact | None) -> tuple[Queue, ...]:
    """The queues that a contact entered, each once, as it was first named."""
    found: dict[str, Queue] = {}
    for each in (contact and contact.destinations) or ():
        if each.queue_id:
            found.setdefault(each.queue_id, Queue(each.queue_id, each.queue_name))
    return tuple(found.values())


def agents_of(contact: Contact | None) -> tuple[Agent, ...]:
    """The agents who answered a contact, each once, since they first took it."""
    found: dict[str, Agent] = {}
    for each in (contact and contact.destinations) or ():
        agent = each.responding_agent
        if agent and agent.agent_id:
            found.setdefault(agent.agent_id, Agent(agent.agent_id, agent.name, agent.email, agent.accepted_at))
    return tuple(found.values())


def speaking_agents(turns: Iterable[Turn]) -> tuple[Agent, ...]:
    """Return the agents that turns name, each once, in the order in which they first speak."""
    return tuple(Agent(id_) for id_ in dict.fromkeys(turn.agent_id for turn in turns if turn.agent_id))


def _tidied(part: Mapping[str, Any], field: str) -> dict[str, Any]:
    """An object with our names, instants read and nulls left out."""
    tidy: dict[str, Any] = {}
    survey: dict[str, Any] = {}
    for key, value in part.items():
        if value is None:
            continue
        own = _HUMP.sub("_", key).lower()
        name = _RENAMED.get(own, own)
        if name in _SURVEY:
            survey |= {"type": _SURVEY[name], "score": value}
        elif name == "csat_feedback":
            survey["feedback"] = value
        elif own == "hold_duration" and isinstance(value, int | float):
            tidy[name] = round(max(-1, min(value, _MOST_SECONDS)) * 1000)
        elif name.endswith("_at"):
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            tidy[name] = _instants.instant(value if is_number else str(value), f"{field}.{key}")
        elif name in _NESTED:
            inner = _nested(value, f"{field}.{key}")
            tidy[name] = _unfolded(inner) if name == "destinations" else inner
        else:
            tidy[name] = _WORDS[own].get(value, value) if own in _WORDS and isinstance(value, str) else value
    return {"survey": survey, **tidy} if survey else tidy


def _unfolded(destinations: object) -> object:
    """Move the agent of every destination to where it belongs, also where the destination itself is the agent.

    The call-details report writes a contact that went directly to an agent as one flat object.
    """
    if not isinstance(destinations, list):
        return destinations
    return [_with_agent(each) for each in cast("list[object]", destinations)]


def _with_agent(destination: object) -> object:
    if not isinstance(destination, dict):
        return destination
    given = cast("dict[str, Any]", destination)
    stay = {name: value for name, value in given.items() if name in _OF_A_STAY}
    agent = given.get("responding_agent", {})
    is_queue = given.get("type", "queue" if given.keys() & {"queue_id", "queue_name"} else "agent") != "agent"
    if is_queue or not stay or not isinstance(agent, dict):
        return given
    rest = {name: value for name, value in given.items() if name not in _OF_A_STAY}
    return {**rest, "responding_agent": {**stay, **cast("dict[str, Any]", agent)}}


def _nested(value: object, field: str) -> object:
    if isinstance(value, dict):
        return _tidied(cast("dict[str, Any]", value), field)
    if isinstance(value, list):
        return [_nested(each, f"{field}[{index}]") for index, each in enumerate(cast("list[object]", value))]
    return value
