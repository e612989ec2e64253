"""What tests draw and write conversations with."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec.structs import fields

from auscult.domain.assist.assistance import Assist, DialogRun, PlaybookRun, PlaybookStage, PlaybookStep
from auscult.domain.contact import Contact
from auscult.domain.conversation import Agent, Conversation, Customer, Event, Queue, Recordings, Turn
from auscult.formats._parts import agents_of, queues_of, speaking_agents

T = TypeVar("T")
STARTED = datetime(2026, 3, 23, 10, 17, 54, tzinfo=UTC)
WORDS = ("hello", "thanks", "the", "account", "sorry", "card", "um", "please", "I'm", "yes", "uh")


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


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Any conversation: turns in and out of order, with and without times and words, holds, other events."""
    times = st.none() | st.integers(0, 200_000)
    turns = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["agent", "customer", "bot", "system"]),
                st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join) | st.text(max_size=20),
                times,
                st.none() | st.integers(-1_000, 60_000),
            ),
            max_size=12,
        )
    )
    events = draw(st.lists(st.tuples(st.sampled_from(["hold", "transfer"]), times, times), max_size=4))
    return Conversation(
        id="c-1",
        assist=draw(st.none() | procedures()),
        custom_fields=draw(st.dictionaries(st.sampled_from(["fee", "plan"]), st.sampled_from(["5", "gold", ""]))),
        channel=draw(st.sampled_from(["voice", "chat"])),
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


def texts(*, most: int = 30, least: int = 0) -> st.SearchStrategy[str]:
    """Any text that a document may hold: all of Unicode but NUL and lone surrogates."""
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=least, max_size=most)


def instants() -> st.SearchStrategy[datetime]:
    """Points in time as we keep them: UTC, whole milliseconds."""
    return st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)).map(  # noqa: DTZ001  (the zone is put on next)
        lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=UTC)
    )


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
    hints = get_type_hints(kind)
    required = [each.name for each in fields(kind) if each.required]  # type: ignore[arg-type]
    others = draw(st.lists(st.sampled_from(sorted(hints)), max_size=3, unique=True))
    return kind(**{name: draw(value_of(hints[name])) for name in dict.fromkeys([*required, *others])})


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
    }
    return json_objects() if origin is dict else plain[hint] if hint in plain else some_of(hint)


@st.composite
def accepted_turns(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Turns as a format gives them: ids that differ, no end before its start."""
    count = draw(st.integers(0, 6))
    places = [f"m{place + 1}" for place in range(count)]
    own = st.lists(texts(least=1), min_size=count, max_size=count, unique=True)
    turns: list[Turn] = []
    for turn_id in draw(st.just(places) | own):
        start = draw(st.none() | st.integers(0, 100_000))
        end = draw(st.none() | st.integers(start or 0, 200_000))
        speaker = draw(st.sampled_from(["agent", "customer", "bot", "system"]))
        agent_id = draw(st.none() | st.sampled_from(["a-1", "a-2"])) if speaker == "agent" else None
        turns.append(Turn(turn_id, speaker, draw(texts()), agent_id, start, end))
    return tuple(turns)


@st.composite
def accepted_conversations(draw: st.DrawFn) -> Conversation:
    """Conversations as a format gives them, every field drawn: what is stored, written and read again."""
    started_at = draw(instants())
    turns = draw(accepted_turns())
    times = [time for turn in turns for time in (turn.end_ms, turn.start_ms) if time is not None]
    later = st.integers(0, 10_000_000).map(lambda ms: started_at + timedelta(milliseconds=ms))
    events = [
        Event(kind, start, draw(st.none() | st.integers(start or 0, 200_000)), agent_id, queue_id)
        for kind, start, agent_id, queue_id in draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["hold", "transfer", "note"]),
                    st.none() | st.integers(0, 100_000),
                    st.none() | st.sampled_from(["a-1", "a-9"]),
                    st.none() | texts(least=1),
                ),
                max_size=3,
            )
        )
    ]
    maybe_text = st.none() | texts()
    maybe_id = st.none() | texts(least=1)
    agents = st.builds(Agent, st.sampled_from(["a-1", "a-2", "a-3"]), maybe_text, maybe_text, st.none() | instants())
    direction = draw(st.sampled_from(["inbound", "outbound", None]))
    urls = st.lists(texts(least=1), max_size=2).map(tuple)
    contact = draw(st.none() | some_of(Contact))
    return Conversation(
        id=draw(texts(least=1) | st.uuids().map(lambda own: f"c-{own}")),
        channel=draw(st.sampled_from(["voice", "chat"])),
        started_at=started_at,
        custom_id=draw(maybe_id),
        source=draw(maybe_text),
        language=draw(st.sampled_from(["en", "de", "en-GB"])),
        direction=direction or "inbound",
        is_direction_defaulted=direction is None,
        ended_at=draw(later if times else st.none() | later),
        queues=tuple(draw(st.lists(st.builds(Queue, texts(least=1), maybe_text), max_size=2))) or queues_of(contact),
        agents=tuple(draw(st.lists(agents, max_size=2))) or agents_of(contact) or speaking_agents(turns),
        customer=draw(st.none() | st.builds(Customer, maybe_id, maybe_text)),
        turns=turns,
        events=tuple(events),
        custom_fields=draw(st.dictionaries(texts() | st.just("subject"), texts(), max_size=2)),
        recordings=draw(st.none() | st.builds(Recordings, urls, urls)),
        contact=contact,
        assist=draw(st.none() | some_of(Assist)),
    )
