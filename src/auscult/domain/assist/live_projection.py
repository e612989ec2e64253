"""State and outcome of a live conversation: a pure fold over its events.

Events may be given in any order and any number of times; the result is the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.assist.assistance import (
    Assist,
    AssistedAgent,
    AssistMessage,
    Feedback,
    PlaybookRun,
    Suggestion,
    Summary,
)
from auscult.domain.assist.live import (
    About,
    Edited,
    Ended,
    Event,
    HookEvent,
    Idled,
    LiveEvent,
    Message,
    Moved,
    Passed,
    Rated,
    Redacted,
    Reworded,
    Searched,
    Suggested,
    Summarised,
    SummaryAsked,
    Tracked,
    Used,
    derived_id,
    object_id,
    whole_ms,
)
from auscult.domain.assist.playbook_progress import Runs, runs_of
from auscult.domain.assist.segments import AgentSegment, Handover, stays_of
from auscult.domain.conversation import Agent, Channel, Conversation, Queue, Turn
from auscult.domain.definitions.playbook import Plan
from auscult.domain.tenancy import Tenant

_Kind = TypeVar("_Kind", bound=LiveEvent)
_Ratings = Mapping[tuple[About, str | None], Feedback]
"""The last that was said of each thing."""

FINAL = "final"
"""What the final summary is named by."""

_MS = timedelta(milliseconds=1)
_OWN = Idled | Suggested | Passed | Tracked | Summarised | Redacted
"""What the assistant does by itself."""


class Live(Struct, frozen=True, kw_only=True):
    """State of a live conversation.

    ``agent`` has it now, or had it last. ``last`` is the last event from outside, ``active_at`` the last action of
    anybody but the assistant. ``passed`` holds the reason why a message got no suggestion, by message id; ``instead``
    what an agent sent in place of an answer, by its request. ``unanswered``, ``handovers`` and ``wants_final`` are the
    assistant's open work: messages to answer, handovers to summarise, and the final summary, which is rewritten after
    further messages. ``messages`` holds every message. ``plan`` is what is followed in the conversation, None where
    nothing is or nothing was searched yet; ``tracked`` are the ids of the messages that were searched for steps.
    ``reworded`` has the time of the first other text that came in under a message's id.
    """

    conversation: Conversation
    stays: tuple[AgentSegment, ...]
    agent: AssistedAgent | None
    is_ended: bool
    reason: str | None
    last: HookEvent | None
    active_at: datetime
    passed: dict[str, str]
    instead: dict[str, str]
    unanswered: tuple[Message, ...]
    handovers: tuple[Handover, ...]
    wants_final: bool
    messages: tuple[Message, ...] = ()
    plan: Plan | None = None
    tracked: frozenset[str] = frozenset()
    reworded: dict[str, datetime] = {}

    @property
    def assist(self) -> Assist:
        """The assistant's part in it."""
        return self.conversation.assist or Assist()

    def until(self, at: datetime) -> "Live":
        """Return it with nothing that was said or done later, however it came in."""
        messages = tuple([message for message in self.messages if message.at <= at])
        turns = self.conversation.turns[: len(messages)]
        known = frozenset([turn.id for turn in turns])
        assist = replace(
            self.assist,
            suggestions=tuple([each for each in self.assist.suggestions if each.triggering_turn_id in known]),
            searches=tuple([each for each in self.assist.searches if each.requested_at and each.requested_at <= at]),
            playbooks=self.assist.playbooks and tuple([_until(each, known) for each in self.assist.playbooks]),
        )
        return replace(self, messages=messages, conversation=replace(self.conversation, turns=turns, assist=assist))


class _Sorted:
    """The events of a conversation, each once and in order, by what they are."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.all = in_order(events)
        self._by_kind: dict[type, list[Any]] = {}
        for event in self.all:
            self._by_kind.setdefault(type(event), []).append(event)
        self.from_hook = [event for event in self.all if isinstance(event, HookEvent)]
        texts = {event.of: event.text for event in self.of(Redacted)}
        self.messages = [
            replace(each, text=texts.get(each.message_id, each.text)) if texts else each for each in self.of(Message)
        ]

    def of(self, kind: type[_Kind]) -> list[_Kind]:
        """Return the events of one kind."""
        return self._by_kind.get(kind, [])


def fold(tenant: Tenant, conversation_id: str, events: Iterable[Event]) -> Live:
    """Compute the state of a conversation from its events, of which there is at least one."""
    found = _Sorted(events)
    from_hook, messages = found.from_hook, found.messages
    start = whole_ms((from_hook or found.all)[0].at)
    channels: list[Channel] = [event.channel for event in from_hook if event.channel]
    stays, happened, handovers = stays_of(found.of(Moved), start)
    ended = _end(found)
    agents = _agents(stays, messages)
    agent = _last_agent(stays, agents)
    tracked = found.of(Tracked)
    runs = runs_of(tracked, messages, start)
    assist = _assist(found, runs, start, (tenant.app_id, conversation_id), agent)
    passed = {event.of: event.reason for event in found.of(Passed)}
    answered = {each.triggering_turn_id for each in assist.suggestions} | passed.keys()
    is_over = ended is not None
    return Live(
        conversation=Conversation(
            id=conversation_id,
            channel=channels[0] if channels else "chat",
            started_at=start,
            source=next((event.source for event in from_hook if event.source), None),
            language=next((event.language for event in from_hook if event.language), "en"),
            is_direction_defaulted=True,
            ended_at=_ended_at(ended, messages, start),
            queues=_queues(found),
            agents=agents,
            turns=tuple([_turn(message, start) for message in messages]),
            events=happened,
            assist=assist,
        ),
        stays=stays,
        agent=agent,
        is_ended=is_over,
        reason=ended.reason if isinstance(ended, Ended) else None,
        last=from_hook[-1] if from_hook else None,
        active_at=max([start, *(event.received_at for event in found.all if not isinstance(event, _OWN))]),
        passed=passed,
        instead={event.request_id: event.text for event in found.of(Used) if event.text},
        unanswered=tuple([each for each in messages if _is_asked(each, ended) and each.message_id not in answered]),
        handovers=tuple(each for each in handovers if not _is_summarised(found, each.id)),
        wants_final=(is_over or bool(found.of(SummaryAsked))) and not _is_summarised(found, FINAL),
        messages=tuple(messages),
        plan=runs.plan,
        tracked=frozenset([event.of for event in tracked]),
        reworded={event.of: event.at for event in found.of(Reworded)},
    )


def _until(run: PlaybookRun, turns: frozenset[str]) -> PlaybookRun:
    """Return a playbook with the steps that these turns show."""
    return replace(
        run,
        stages=tuple(
            [
                replace(stage, steps=tuple([step for step in stage.steps if step.turn_id in turns]))
                for stage in run.stages
            ]
        ),
    )


def in_order(events: Iterable[Event]) -> list[Event]:
    """Each event once, in the order in which they happened."""
    found: dict[str, Event] = {}
    for event in sorted(events, key=lambda event: (event.at, event.received_at, event.id)):
        found.setdefault(event.id, event)
    return list(found.values())


def _end(found: _Sorted) -> Ended | Idled | None:
    """Return the event that ended it, if it is over: a later event cancels an end that was only assumed."""
    from_hook = found.from_hook
    silences = [each for each in found.of(Idled) if not from_hook or each.at >= from_hook[-1].at]
    return next(reversed(found.of(Ended) or silences), None)


def _is_summarised(found: _Sorted, name: str) -> bool:
    """Return whether there is a summary of this name, or none was possible; a final one must cover all messages."""
    turns = len(found.messages)
    return any(event.of == name and (event.turns or 0) >= turns for event in found.of(Passed)) or any(
        event.turns >= turns if name == FINAL and event.occasion == "end" else event.id == f"summarised:{name}"
        for event in found.of(Summarised)
    )


def _is_asked(message: Message, ended: Ended | Idled | None) -> bool:
    """Return whether a message wants a suggestion: none is wanted for what comes after the end."""
    is_after = isinstance(ended, Ended) and message.at > ended.at
    return message.author == "customer" and message.wants_answer and not is_after


def _ended_at(ended: Ended | Idled | None, messages: Sequence[Message], start: datetime) -> datetime | None:
    """When it was over; not before the last that was said in it."""
    if ended is None:
        return None
    return whole_ms(max([start, ended.at, *(message.at for message in messages)]))


def _turn(message: Message, start: datetime) -> Turn:
    return Turn(
        id=message.message_id,
        speaker=message.author,
        text=message.text,
        agent_id=message.agent_id if message.author == "agent" else None,
        start_ms=(message.at - start) // _MS,
    )


def _assist(
    found: _Sorted, runs: Runs, start: datetime, conversation_key: tuple[str, str], agent: AssistedAgent | None
) -> Assist:
    """Return the assistant's part. ``conversation_key`` names app and conversation, ``agent`` the reader of the final summary."""
    standing = _standing(found)
    rated: _Ratings = {(event.about, event.of): event.feedback for event in found.of(Rated) if event in standing}
    suggestions, searches = _answers(found, rated)
    return Assist(
        id=object_id(start, *conversation_key),
        is_external=next((event.is_external for event in found.from_hook if event.is_external is not None), None),
        session_id=object_id(start, *conversation_key, "session"),
        user_id=derived_id("u", *conversation_key),
        messages=tuple(
            [
                AssistMessage(
                    turn_id=message.message_id,
                    component_id=derived_id("cp", *conversation_key, message.message_id),
                    received_at=whole_ms(message.received_at),
                )
                for message in found.messages
            ]
        ),
        suggestions=suggestions,
        searches=searches,
        summaries=_summaries(found, rated, agent),
        feedback=tuple(event.feedback for event in standing if event.about == "widget"),
        playbooks=runs.playbooks,
        dialogs=runs.dialogs,
    )


def _standing(found: _Sorted) -> list[Rated]:
    """Return the last rating that each agent gave of each thing, but those that they withdrew, by who rated first."""
    last: dict[tuple[About, str | None, str | None], Rated] = {}
    for event in found.of(Rated):
        agent = event.feedback.agent
        last[event.about, event.of, agent.id if agent else None] = event
    return [event for event in last.values() if event.feedback.value is not None]


def _queues(found: _Sorted) -> tuple[Queue, ...]:
    queues: dict[str, Queue] = {}
    for event in found.all:
        if isinstance(event, Moved | Ended) and event.participant is not None and event.participant.queue_id:
            queue_id, name = event.participant.queue_id, event.participant.queue_name
            queues.setdefault(queue_id, Queue(queue_id, name))
    return tuple(queues.values())


def _agents(stays: Sequence[AgentSegment], messages: Sequence[Message]) -> tuple[Agent, ...]:
    """Return the agents since they joined, and those known only from their messages."""
    found: dict[str, Agent] = {}
    for stay in stays:
        agent = stay.participant
        found.setdefault(agent.id, Agent(agent.id, agent.name, agent.email, whole_ms(stay.since)))
    for message in messages:
        if message.agent_id and message.agent_id not in found:
            found[message.agent_id] = Agent(message.agent_id)
    return tuple(found.values())


def _last_agent(stays: Sequence[AgentSegment], agents: Sequence[Agent]) -> AssistedAgent | None:
    """Return the agent who has it now: the first one present who is not only consulted. Else the last one."""
    if not stays:
        return AssistedAgent(id=agents[-1].id, name=agents[-1].name) if agents else None
    present = [stay for stay in stays if stay.until is None]
    first = min(present, key=lambda stay: (stay.transfer == "warm", stay.index), default=None)
    stay = first or max(stays, key=lambda stay: (stay.until or stay.since, stay.index))
    return AssistedAgent(id=stay.participant.id, name=stay.participant.name)


def _answers(found: _Sorted, rated: _Ratings) -> tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]]:
    """Suggestions and results of searches, with what agents made of them and thought of them."""
    uses = {(event.request_id, event.use) for event in found.of(Used)}

    def finished(answer: Suggestion, about: About) -> Suggestion:
        request_id = answer.request_id or ""
        return replace(
            answer,
            is_sent=(request_id, "sent") in uses,
            is_copied=(request_id, "copied") in uses,
            is_override=(request_id, "overridden") in uses if about == "suggestion" else None,
            feedback=rated.get((about, request_id)),
        )

    return (
        tuple([finished(event.answer, "suggestion") for event in found.of(Suggested)]),
        tuple([finished(event.answer, "search") for event in found.of(Searched)]),
    )


def _summaries(found: _Sorted, rated: _Ratings, agent: AssistedAgent | None) -> tuple[Summary, ...]:
    """Return summaries with their feedback. A rewritten final one is left out, unless an agent worked on it."""
    edited = {event.summary_id: event.text for event in found.of(Edited)}
    # An interim summary is of what came before it: it stands before the final one, whenever it could be written.
    written = sorted(found.of(Summarised), key=lambda event: (event.turns, event.occasion == "end"))
    newest = max((event.turns for event in written if event.occasion == "end"), default=0)
    summaries: list[Summary] = []
    for event in written:
        summary_id = event.summary.id or ""
        text, feedback = edited.get(summary_id), rated.get(("summary", summary_id))
        if event.occasion != "end" or event.turns == newest or text or feedback:
            of = event.summary.agent or agent
            summaries.append(replace(event.summary, agent=of, edited_text=text, feedback=feedback))
    return tuple(summaries)
