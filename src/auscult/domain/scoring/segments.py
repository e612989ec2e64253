"""Segments of a conversation: the ranges that one agent, a person or an AI agent, handled. They are numbered from 1.

A segment begins where another agent, or a bot, begins to handle the conversation: at a transfer, else at the first turn
of who handles it next. An agent who is only consulted begins none.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from msgspec.structs import replace

from auscult.domain.ai_agents.calls import handled_by, placed_calls
from auscult.domain.conversation import Agent, Conversation, Event, Queue, Turn
from auscult.domain.evaluation import Evaluation, Evidence, MetricResult
from auscult.domain.form import Form, Handler, choose_form, forms_of_day

TRANSFER, CONSULT = "transfer", "consult"
TAKEN_OVER = "taken_over"
"""Type of the event that ends the segment of an AI agent which a person's follows."""
_HANDLERS: Mapping[str, Handler] = {"agent": "human", "bot": "ai"}


class Segment(NamedTuple):
    """A segment as a conversation of its own, whose times count from ``offset_ms`` of the whole."""

    number: int
    handler: Handler
    agent_id: str | None
    conversation: Conversation
    offset_ms: int


class _TurnRange(NamedTuple):
    """Turns from ``first`` up to ``last``, which is not among them."""

    first: int
    last: int
    handler: Handler
    agent_id: str | None


def segments_of(conversation: Conversation) -> tuple[Segment, ...]:
    """Return the segments of a conversation, at least one; the only one is the conversation itself."""
    ranges = _turn_ranges(conversation)
    if len(ranges) == 1:
        only = ranges[0]
        return (Segment(1, only.handler, only.agent_id, conversation, 0),)
    offsets = [_offset(conversation, one.first) if index else 0 for index, one in enumerate(ranges)]
    ends = [*offsets[1:], None]
    return tuple(
        Segment(
            number, one.handler, one.agent_id, _ended(_narrowed(conversation, one, (offset, end)), one, after), offset
        )
        for number, (one, offset, end, after) in enumerate(
            zip(ranges, offsets, ends, [*ranges[1:], None], strict=True), start=1
        )
    )


def _ended(part: Conversation, turn_range: _TurnRange, after: _TurnRange | None) -> Conversation:
    """Return a segment's conversation; of an AI agent's with the event that a person took over, where one did."""
    if after is None or (turn_range.handler, after.handler) != ("ai", "human"):
        return part
    return replace(part, events=(*part.events, Event(TAKEN_OVER)))


def turns_of_segment(conversation: Conversation, number: int) -> Conversation | None:
    """Return a conversation with the turns, queue and agent of one segment alone, at the times of the whole.

    None where it has no such segment.
    """
    found = segments_of(conversation)
    if not 1 <= number <= len(found):
        return None
    own = found[number - 1].conversation
    kept = {turn.id for turn in own.turns}
    turns = tuple(turn for turn in conversation.turns if turn.id in kept)
    return replace(conversation, turns=turns, queues=own.queues, agents=own.agents)


def shown_segment(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Return the evaluation that a row shows of a conversation scored by segments.

    It is that of the last segment that a person handled, else of the last.
    """
    return next((each for each in reversed(evaluations) if each.handler == "human"), evaluations[-1])


def of_person(evaluation: Evaluation, conversation: Conversation) -> Evaluation:
    """Return an evaluation as lists and figures have it: where a person took over, it is that of their part or has no result."""
    if evaluation.handler != "ai" or handled_by(conversation) != "both":
        return evaluation
    return replace(evaluation, form=None, results=(), score=None, passed=None, fatal_errors=0, reason=None)


def form_of_segment(segment: Segment, forms: Iterable[Form], language: str | None = None) -> Form | None:
    """Return the form for a segment: by language, its own queue, its channel and direction, and by who handled it."""
    of_day = forms_of_day(segment.conversation, forms)
    fitting = [form for form in of_day if form.segments and form.handled_by in (None, segment.handler)]
    return choose_form(segment.conversation, fitting, language)


def evaluation_of_segment(segment: Segment, evaluation: Evaluation) -> Evaluation:
    """Return the evaluation of a segment's own conversation with its number, and with the times of the whole."""
    return replace(
        evaluation,
        segment=segment.number,
        handler=segment.handler,
        agent_id=segment.agent_id,
        results=tuple(_shifted(each, segment.offset_ms) for each in evaluation.results),
    )


def _turn_ranges(conversation: Conversation) -> list[_TurnRange]:
    found: list[_TurnRange] = []
    current: tuple[Handler, str | None] | None = None
    first = last = 0
    for index, turn in enumerate(conversation.turns):
        handler = _handler(turn)
        if handler is None or _is_consulted(turn, conversation.events):
            continue
        if current is None:
            current = handler
        elif _is_other(handler, current):
            start = _boundary(conversation, last, index)
            found.append(_TurnRange(first, start, *current))
            first, current = start, handler
        elif current[1] is None:
            current = handler
        last = index
    return [*found, _TurnRange(first, len(conversation.turns), *(current or ("human", None)))]


def _handler(turn: Turn) -> tuple[Handler, str | None] | None:
    handler = _HANDLERS.get(turn.speaker)
    return None if handler is None else (handler, turn.agent_id)


def _is_other(one: tuple[Handler, str | None], current: tuple[Handler, str | None]) -> bool:
    """Return whether a turn is of another handler; an agent without an id is the one who is there."""
    if one[0] != current[0]:
        return True
    return None not in (one[1], current[1]) and one[1] != current[1]


def _is_consulted(turn: Turn, events: Iterable[Event]) -> bool:
    at = turn.start_ms
    return at is not None and any(
        event.type == CONSULT
        and event.agent_id == turn.agent_id
        and (event.start_ms or 0) <= at
        and (event.end_ms is None or at <= event.end_ms)
        for event in events
    )


def _boundary(conversation: Conversation, last: int, index: int) -> int:
    """Return the first turn after a transfer between two turns; without a transfer, the second of them."""
    turns = conversation.turns
    since, until = turns[last].start_ms, turns[index].start_ms
    if since is None or until is None:
        return index
    moves = [event.start_ms for event in conversation.events if event.type == TRANSFER and event.start_ms is not None]
    moved = next((at for at in moves if since <= at <= until), None)
    if moved is None:
        return index
    return next(
        (n for n in range(last + 1, index) if (start := turns[n].start_ms) is not None and start >= moved), index
    )


def _offset(conversation: Conversation, first: int) -> int:
    starts = (turn.start_ms for turn in conversation.turns[first:])
    return next((start for start in starts if start is not None), 0)


def _narrowed(conversation: Conversation, turn_range: _TurnRange, times: tuple[int, int | None]) -> Conversation:
    """Return a segment as a conversation of its own; ``times`` are its start and its end in the whole, in ms."""
    since, until = times
    agents = tuple(agent for agent in conversation.agents if agent.id == turn_range.agent_id)
    if not agents and turn_range.agent_id is not None:
        agents = (Agent(turn_range.agent_id),)
    started_at = conversation.started_at
    return replace(
        conversation,
        started_at=started_at + timedelta(milliseconds=since),
        ended_at=conversation.ended_at if until is None else started_at + timedelta(milliseconds=until),
        queues=_queues(conversation, since),
        agents=agents,
        turns=tuple(
            replace(turn, start_ms=_minus(turn.start_ms, since), end_ms=_minus(turn.end_ms, since))
            for turn in conversation.turns[turn_range.first : turn_range.last]
        ),
        events=tuple(
            replace(event, start_ms=_minus(event.start_ms, since), end_ms=_minus(event.end_ms, since))
            for event in conversation.events
            if event.start_ms is not None and since <= event.start_ms and (until is None or event.start_ms < until)
        ),
        calls=conversation.calls
        and tuple(
            replace(call, start_ms=_minus(call.start_ms, since), end_ms=_minus(call.end_ms, since))
            for position, call in placed_calls(conversation)
            if turn_range.first <= max(position, 0) < turn_range.last
        ),
    )


def _queues(conversation: Conversation, since: int) -> tuple[Queue, ...]:
    """Return the queue of a segment, in a tuple: where the last transfer before it led to, else the first queue."""
    known = {queue.id: queue for queue in conversation.queues}
    led = [
        event.to_queue_id
        for event in conversation.events
        if event.type == TRANSFER and event.to_queue_id and event.start_ms is not None and event.start_ms <= since
    ]
    if led and since:
        return (known.get(led[-1], Queue(led[-1])),)
    if any(event.type == TRANSFER and event.to_queue_id for event in conversation.events):
        return conversation.queues[:1]
    return conversation.queues


def _minus(at: int | None, since: int) -> int | None:
    return None if at is None else max(0, at - since)


def _shifted(result: MetricResult, offset_ms: int) -> MetricResult:
    if not offset_ms:
        return result
    verdict = result.verdict
    return replace(
        result,
        verdict=replace(
            verdict,
            evidence=_later(verdict.evidence, offset_ms),
            trigger=_later(verdict.trigger, offset_ms),
            parts=tuple(replace(part, evidence=_later(part.evidence, offset_ms)) for part in verdict.parts),
        ),
    )


def _later(evidence: Iterable[Evidence], offset_ms: int) -> tuple[Evidence, ...]:
    return tuple(
        replace(
            each,
            start_ms=None if each.start_ms is None else each.start_ms + offset_ms,
            end_ms=None if each.end_ms is None else each.end_ms + offset_ms,
        )
        for each in evidence
    )
