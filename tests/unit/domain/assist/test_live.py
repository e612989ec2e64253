"""What comes in by the hook becomes events: which of them are new."""

import itertools
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.assist.live import Arrival, Ended, Event, Message, Moved, Participant, admit, derived_id, object_id
from auscult.domain.assist.live_projection import in_order

NOW = datetime(2026, 6, 7, 3, 5, tzinfo=UTC)
WITHIN = timedelta(seconds=10)
HERE = "st-1\nc-1"


def said(
    text: str, after_s: float = 0, author: str = "customer", key: str | None = None, *, timed: bool = False
) -> Arrival:
    """A message that comes in some seconds after the beginning."""
    at = NOW + timedelta(seconds=after_s)
    event = Message(id="", at=at, received_at=at, message_id=key or "", author=author, text=text)  # type: ignore[arg-type]
    return Arrival(event=event, key=key, is_timed=timed)


def moved(agent: str, after_s: float = 0, transfer: str = "first", *, entry: bool = True) -> Arrival:
    """An agent comes or goes."""
    at = NOW + timedelta(seconds=after_s)
    who = Participant(id=agent)
    return Arrival(event=Moved(id="", at=at, received_at=at, transfer=transfer, is_entry=entry, participant=who))  # type: ignore[arg-type]


def over(after_s: float) -> Arrival:
    """The end."""
    at = NOW + timedelta(seconds=after_s)
    return Arrival(event=Ended(id="", at=at, received_at=at))


def admitted(*arrivals: Arrival) -> list[Event]:
    """What is kept of these, which come in one after the other."""
    stored: list[Event] = []
    for arrival in arrivals:
        stored += admit(HERE, [arrival], stored, WITHIN)
    return stored


def texts(*arrivals: Arrival) -> list[str]:
    """What was said, as it is kept."""
    return [event.text for event in admitted(*arrivals) if isinstance(event, Message)]


def test_what_comes_twice_counts_once() -> None:
    """Rule 27: idempotent, for a caller that names its messages and for one that does not."""
    assert texts(said("hi"), said("hi", 1)) == ["hi"]
    assert texts(said("hi", key="m-1"), said("hi", 3600, key="m-1")) == ["hi"]
    assert texts(said("hi", timed=True), said("hi", timed=True)) == ["hi"]


def test_what_is_said_again_counts_again() -> None:
    """A customer may say yes twice: later, under another name, or at another time."""
    assert texts(said("yes"), said("and?", 2, "agent"), said("yes", 11)) == ["yes", "and?", "yes"]
    assert texts(said("yes", key="m-1"), said("yes", key="m-2")) == ["yes", "yes"]
    assert texts(said("yes", timed=True), said("yes", 1, timed=True)) == ["yes", "yes"]


def test_words_between_make_the_same_words_new() -> None:
    """A second yes to a second question is an answer, and no repetition, however soon it comes."""
    assert texts(said("yes"), said("the pegs, too?", 2, "agent"), said("yes", 4), said("yes", 5)) == [
        "yes",
        "the pegs, too?",
        "yes",
    ]
    assert texts(said("hello?"), said("are you there?", 3), said("hello?", 6)) == ["hello?", "are you there?", "hello?"]


def test_a_body_that_is_sent_again_adds_nothing() -> None:
    """What came in together with a message does not come in between it and its repetition."""
    body = [said("bye"), moved("a-1")]
    stored = admit(HERE, body, [], WITHIN)
    assert admit(HERE, [said("bye", 3), moved("a-1", 3)], stored, WITHIN) == []


def test_nothing_is_said_again_after_the_end() -> None:
    """A forwarder that begins anew, hours later, adds nothing."""
    talk = [said("hi"), said("hello", 2, "agent"), over(5)]
    later = [said("hi", 7200), said("hello", 7202, "agent"), over(7205)]
    assert len(admitted(*talk, *later)) == len(talk)
    assert len(admitted(*talk, said("wait!", 7200))) == len(talk) + 1


def test_a_redial_has_the_same_exit_twice() -> None:
    """Domain facts 9a: NA exit, redial entry, NA exit; each told twice, and all within the time of a repetition."""
    course = [
        moved("a-1", 0),
        moved("a-1", 1, entry=False),
        moved("a-1", 2, "redial"),
        moved("a-1", 3, entry=False),
    ]
    twice = [each for arrival in course for each in (arrival, arrival)]
    assert [(e.transfer, e.is_entry) for e in admitted(*twice) if isinstance(e, Moved)] == [
        ("first", True),
        ("first", False),
        ("redial", True),
        ("first", False),
    ]


def test_ids_are_of_one_conversation() -> None:
    """The same words in two conversations are two messages, and their ids are always the same."""
    here, there = admit(HERE, [said("hi")], [], WITHIN)[0], admit("st-1\nc-2", [said("hi")], [], WITHIN)[0]
    assert isinstance(here, Message)
    assert isinstance(there, Message)
    assert here.message_id != there.message_id
    assert here.message_id == admit(HERE, [said("hi")], [], WITHIN)[0].message_id  # type: ignore[union-attr]
    assert here.message_id.startswith("ms-")
    assert derived_id("aa", "x") != derived_id("ua", "x")
    assert len(object_id(NOW, "x")) == len("6a24dfe0b84ec657a31cb8a1")


@given(st.lists(st.tuples(st.sampled_from(["yes", "no", "ok"]), st.integers(0, 3), st.booleans()), max_size=8))
def test_admitting_again_adds_nothing(given_: list[tuple[str, int, bool]]) -> None:
    """Whatever came in, the same once more at the same instants is known."""
    arrivals = [said(text, after, timed=timed) for text, after, timed in given_]
    stored = admitted(*arrivals)
    assert admit(HERE, arrivals, stored, WITHIN) == []


def test_events_read_back() -> None:
    """What is stored of an event is the event."""
    events = admitted(said("hi"), moved("a-1"), over(3))
    encoded = [msgspec.json.encode(event) for event in events]
    assert [msgspec.json.decode(each, type=Event) for each in encoded] == events


@given(st.lists(st.floats(-3600, 3600, allow_nan=False), min_size=1, max_size=12))
def test_order_is_that_in_which_things_came_in(clock: list[float]) -> None:
    """Rule 27: a clock that was set back, or another server's that is slow, moves nothing that has no time of its own."""
    names = [f"m-{index}" for index in range(len(clock))]
    kept = admitted(*(said(name, at, key=name) for name, at in zip(names, clock, strict=True)))
    assert [event.text for event in in_order(kept) if isinstance(event, Message)] == names
    assert all(one.received_at < other.received_at for one, other in itertools.pairwise(kept))


@given(st.floats(-3600, 3600, allow_nan=False))
def test_a_time_of_its_own_stands(after_s: float) -> None:
    """What the caller dates happened then, whenever it came in."""
    first, second = admitted(said("hi"), said("so", after_s, timed=True))
    assert second.at == NOW + timedelta(seconds=after_s)
    assert second.received_at > first.received_at
