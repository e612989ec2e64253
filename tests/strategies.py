"""What tests draw and write conversations with."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import assume
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType
from msgspec.structs import fields

from auscult.domain.ai_agents.context import AiContext, Call, Knowledge, Tool
from auscult.domain.assist.assistance import Assist, DialogRun, PlaybookRun, PlaybookStage, PlaybookStep
from auscult.domain.contact import Contact
from auscult.domain.conversation import (
    Agent,
    Channel,
    Conversation,
    Customer,
    Direction,
    Event,
    Queue,
    Recordings,
    Speaker,
    Turn,
    is_id,
)
from auscult.domain.evaluation import Evaluation, Evidence, Qualification, Verdict, answered, cite
from auscult.formats._misread import restored
from auscult.formats._parts import agents_of, queues_of, speaking_agents

T = TypeVar("T")
STARTED = datetime(2026, 3, 23, 10, 17, 54, tzinfo=UTC)
WORDS = ("hello", "thanks", "the", "account", "sorry", "card", "um", "please", "I'm", "yes", "uh")


def evaluation_of(name: str = "c-1", **said: Any) -> Evaluation:
    """Return an evaluation of a conversation with these fields; with results it is evaluated, else not."""
    plain: dict[str, Any] = {"revision": 1, "form": None, "score": None, "passed": None, "fatal_errors": 0}
    status = "evaluated" if said.get("results") else "not_evaluated"
    made = {**plain, "status": status, "results": (), "engines": (), "evaluated_at": STARTED, **said}
    return Evaluation(conversation_id=name, **made)


def talk(*lines: str, step_ms: int | None = 10_000, **changes: Any) -> Conversation:
    """A conversation from lines like ``agent: hello``; turns m1, m2 … begin every ``step_ms`` and last 9 tenths of it."""
    turns: list[Turn] = []
    for at, line in enumerate(lines):
        speaker, _, text = line.partition(": ")
        times = {} if step_ms is None else {"start_ms": at * step_ms, "end_ms": at * step_ms + step_ms * 9 // 10}
        turns.append(Turn(id=f"m{at + 1}", speaker=speaker, text=text, **times))  # type: ignore[arg-type]
    return Conversation(**{"id": "c-1", "channel": "voice", "started_at": STARTED, "turns": tuple(turns)} | changes)


def timed(*turns: tuple[str, int | None, int | None], holds: tuple[tuple[int, int | None], ...] = ()) -> Conversation:
    """A voice conversation from (speaker, start_ms, end_ms), with holds from (start_ms, end_ms)."""
    return Conversation(
        id="c-1",
        channel="voice",
        started_at=STARTED,
        turns=tuple(
            Turn(id=f"m{at + 1}", speaker=speaker, text="one two three", start_ms=start, end_ms=end)  # type: ignore[arg-type]
            for at, (speaker, start, end) in enumerate(turns)
        ),
        events=tuple(Event(type="hold", start_ms=start, end_ms=end) for start, end in holds),
    )


def procedures() -> st.SearchStrategy[Assist]:
    """What an assistant may have run: a playbook Refund and a dialog task Refund, told well or badly."""
    names = st.sampled_from([None, "Refund", "Greet", "Opening", "s-1"])
    at = st.none() | st.integers(-1, 200).map(lambda seconds: STARTED + timedelta(seconds=seconds))
    turn_ids = st.sampled_from([None, "m1", "m2", "m99"])
    step = st.builds(PlaybookStep, id=names, name=names, is_adhered=st.booleans(), adhered_at=at, turn_id=turn_ids)
    stage = st.builds(PlaybookStage, id=names, name=names, steps=st.lists(step, max_size=3).map(tuple))
    rates = st.none() | st.floats(0, 100)
    run = st.builds(
        PlaybookRun, id=names, name=names, adherence_rate=rates, stages=st.lists(stage, max_size=2).map(tuple)
    )
    dialog = st.builds(DialogRun, id=names, name=names, turn_id=turn_ids, started_at=at)
    return st.builds(
        Assist,
        playbooks=st.none() | st.lists(run, max_size=2).map(tuple),
        dialogs=st.none() | st.lists(dialog, max_size=2).map(tuple),
    )


# Strategies are made once: making one takes as long as drawing from it.
_SPEAKERS: st.SearchStrategy[Speaker] = st.sampled_from(["agent", "customer", "bot", "system"])
_TIMES = st.none() | st.integers(0, 200_000)
_TURNS = st.lists(
    st.tuples(
        _SPEAKERS,
        st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join) | st.text(max_size=20),
        _TIMES,
        st.none() | st.integers(-1_000, 60_000),
    ),
    max_size=12,
)
_EVENTS = st.lists(st.tuples(st.sampled_from(["hold", "transfer"]), _TIMES, _TIMES), max_size=4)
_ASSIST = st.none() | procedures()
_FIELDS = st.dictionaries(st.sampled_from(["fee", "plan"]), st.sampled_from(["5", "gold", ""]))
_CHANNELS: st.SearchStrategy[Channel] = st.sampled_from(["voice", "chat"])
_EITHER = st.booleans()


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Any conversation: turns in and out of order, with and without times and words, holds, other events."""
    turns, events = draw(_TURNS), draw(_EVENTS)
    return Conversation(
        id="c-1",
        assist=draw(_ASSIST),
        custom_fields=draw(_FIELDS),
        channel=draw(_CHANNELS),
        started_at=STARTED,
        turns=tuple(
            Turn(
                id=f"m{at + 1}",
                speaker=speaker,
                text=text,
                start_ms=start,
                end_ms=None if start is None or length is None else start + length,
            )
            for at, (speaker, text, start, length) in enumerate(turns)
        ),
        events=tuple(Event(type=kind, start_ms=start, end_ms=end) for kind, start, end in events),
    )


@cache
def texts(*, most: int = 30, least: int = 0) -> st.SearchStrategy[str]:
    """Any text that a document may hold: all of Unicode but NUL and lone surrogates."""
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=least, max_size=most)


@cache
def instants() -> st.SearchStrategy[datetime]:
    """Points in time as we keep them: UTC, whole milliseconds."""
    return st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)).map(  # noqa: DTZ001  (the zone is put on next)
        lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=UTC)
    )


@cache
def json_objects() -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects of any shape."""
    scalars = (
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    )
    values = st.recursive(
        scalars | texts(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3)
    )
    return st.dictionaries(texts(), values, max_size=3)


@st.composite
def some_of(draw: st.DrawFn, kind: type[T]) -> T:
    """A struct with what it must have and a few of its other fields: texts, instants, numbers, structs within it."""
    hints, required, names = _described(kind)
    return kind(**{name: draw(value_of(hints[name])) for name in dict.fromkeys([*required, *draw(names)])})


@cache
def _described(kind: type) -> tuple[dict[str, Any], list[str], st.SearchStrategy[list[str]]]:
    """Types of a struct's fields, the names of those that it must have, and the strategy of names of some others."""
    hints = get_type_hints(kind)
    required = [each.name for each in fields(kind) if each.required]  # type: ignore[arg-type]
    return hints, required, st.lists(st.sampled_from(sorted(hints)), max_size=3, unique=True)


@cache
def value_of(hint: Any) -> st.SearchStrategy[Any]:
    """What a field of such a type may hold."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return st.one_of(*(value_of(each) for each in inner))
    if origin is tuple:
        return st.lists(value_of(inner[0]), max_size=2).map(tuple)
    if origin is Literal:
        return st.sampled_from(inner)
    plain = {
        str: texts(),
        bool: st.booleans(),
        int: st.integers(0, 10),
        float: st.floats(0, 1),
        Decimal: st.decimals(1, 10, places=1),
        datetime: instants(),
        NoneType: st.none(),
        UnsetType: st.just(UNSET),
    }
    return json_objects() if origin is dict else plain[hint] if hint in plain else some_of(hint)


_STARTS = st.none() | st.integers(0, 100_000)
_KNOWN_AGENTS = st.none() | st.sampled_from(["a-1", "a-2"])
_NUMBERS = st.integers(0, 6)
_NAMES = tuple(st.lists(texts(least=1), min_size=count, max_size=count, unique=True) for count in range(7))
_MAYBE_TEXT = st.none() | texts()
_MAYBE_ID = st.none() | texts(least=1)
_SUDDEN = st.tuples(
    st.sampled_from(["hold", "transfer", "note"]), _STARTS, st.none() | st.sampled_from(["a-1", "a-9"]), _MAYBE_ID
)
_AGENTS = st.lists(
    st.builds(
        Agent,
        st.sampled_from(["a-1", "a-2", "a-3"]),
        _MAYBE_TEXT,
        _MAYBE_TEXT,
        st.none() | instants(),
        st.sampled_from([None, "ai", "human"]),
        st.none() | texts(least=1),
    ),
    max_size=2,
)
_CONTEXTS = st.builds(
    AiContext,
    st.none() | texts(least=1),
    st.lists(st.builds(Knowledge, texts(), _MAYBE_TEXT), max_size=2).map(tuple),
    st.lists(st.builds(Tool, st.sampled_from(["refund", "get_order"]), st.none() | st.booleans()), max_size=1).map(
        tuple
    ),
)
_CALLS = st.lists(
    st.builds(
        Call,
        texts(least=1),
        st.sampled_from(["refund", "get_order"]),
        _KNOWN_AGENTS,
        arguments=json_objects(),
        result=st.none() | texts() | json_objects(),
        ok=st.none() | st.booleans(),
    ),
    max_size=3,
    unique_by=lambda call: call.id,
)
_URLS = st.lists(texts(least=1), max_size=2).map(tuple)
_LATER_MS = st.integers(0, 10_000_000)
_ACCEPTED: dict[str, st.SearchStrategy[Any]] = {
    "id": texts(least=1).filter(is_id) | st.uuids().map(lambda own: f"c-{own}"),
    "channel": _CHANNELS,
    "custom_id": _MAYBE_ID,
    "source": _MAYBE_TEXT,
    "language": st.sampled_from(["en", "de", "en-GB"]),
    "customer": st.none() | st.builds(Customer, _MAYBE_ID, _MAYBE_TEXT),
    "custom_fields": st.dictionaries(texts() | st.just("subject"), texts(), max_size=2),
    "recordings": st.none() | st.builds(Recordings, _URLS, _URLS),
    "assist": st.none() | some_of(Assist),
    "ai": st.none() | _CONTEXTS,
    "calls": st.none() | _CALLS.map(tuple),
}
"""Fields of a conversation that depend on no other."""
_EVENTS_GIVEN = st.lists(_SUDDEN, max_size=3)
_QUEUES = st.lists(st.builds(Queue, texts(least=1), _MAYBE_TEXT), max_size=2)
_CONTACTS = st.none() | some_of(Contact)
_DIRECTIONS: st.SearchStrategy[Direction | None] = st.sampled_from(["inbound", "outbound", None])


def _end(start: int | None, length: int | None) -> int | None:
    """No end, or one that is not before its start."""
    return None if length is None else (start or 0) + length


@st.composite
def accepted_turns(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Turns as a format gives them: ids that differ, no end before its start."""
    count = draw(_NUMBERS)
    turns: list[Turn] = []
    for turn_id in [f"m{index + 1}" for index in range(count)] if draw(_EITHER) else draw(_NAMES[count]):
        start = draw(_STARTS)
        end = _end(start, draw(_STARTS))
        speaker = draw(_SPEAKERS)
        agent_id = draw(_KNOWN_AGENTS) if speaker == "agent" else None
        turns.append(Turn(turn_id, speaker, draw(texts()), agent_id, start, end))
    return tuple(turns)


@st.composite
def accepted_conversations(draw: st.DrawFn) -> Conversation:
    """Conversations as a format gives them, every field drawn: what is stored, written and read again."""
    started_at = draw(instants())
    turns = draw(accepted_turns())
    times = [time for turn in turns for time in (turn.end_ms, turn.start_ms) if time is not None]
    events = [
        Event(kind, start, _end(start, draw(_STARTS)), agent_id, queue_id)
        for kind, start, agent_id, queue_id in draw(_EVENTS_GIVEN)
    ]
    later = draw(_LATER_MS) if times or draw(_EITHER) else None
    direction, contact = draw(_DIRECTIONS), draw(_CONTACTS)
    made = Conversation(
        started_at=started_at,
        direction=direction or "inbound",
        is_direction_defaulted=direction is None,
        ended_at=None if later is None else started_at + timedelta(milliseconds=later),
        queues=tuple(draw(_QUEUES)) or queues_of(contact),
        agents=tuple(draw(_AGENTS)) or agents_of(contact) or speaking_agents(turns),
        turns=turns,
        events=tuple(events),
        contact=contact,
        **{name: draw(strategy) for name, strategy in _ACCEPTED.items()},
    )
    assume(restored(made) == made)  # a text that looks misread is put right wherever it is read
    return made


def cited(qualification: Qualification, **fields: Any) -> Verdict:
    """Return a verdict of a test that is about something else: a YES rests on a turn, a NO on the word of the test."""
    why = "as the test says"
    found = {"YES": (cite(Turn("m1", "agent"), why),), "NO": (Evidence(why=why),)}
    return answered(qualification, found.get(qualification, ()), **fields)
