"""Drift watch: vanished fields, new queues, fallen volumes."""

from datetime import UTC, datetime, timedelta

from auscult.domain.connectors.document import Watch
from auscult.domain.connectors.drift import drift, figures_of, hour_of, subject
from auscult.domain.connectors.run import Day
from auscult.domain.conversation import Conversation, Queue, Turn

NOW = datetime(2026, 3, 23, 10, 30, tzinfo=UTC)
QUARTER, DAILY = 900, 86_400


def day(conversations: int, **fields: int) -> Day:
    """Figures of an hour."""
    return Day(conversations=conversations, fields={"ended_at": conversations} | fields, queues={"q": 1}, unknown={})


def history(days: int, conversations: int = 30, hour: int = 9) -> dict[int, Day]:
    """Figures of one hour on each of the days before."""
    midnight = NOW.replace(hour=0, minute=0)
    return {
        hour_of(midnight - timedelta(days=n) + timedelta(hours=hour)): day(conversations) for n in range(1, days + 1)
    }


def test_the_first_day_is_compared_with_nothing() -> None:
    """Everything is new then."""
    assert drift({hour_of(NOW): day(50)}, NOW, Watch(), QUARTER) == []


def test_a_field_that_vanished() -> None:
    """Of enough conversations, and not where some have it."""
    hours = history(5) | {hour_of(NOW) - 1: Day(conversations=25, fields={"turns": 25}, queues={"q": 25}, unknown={})}
    (line,) = drift(hours, NOW, Watch(), QUARTER)
    assert line == "field ended_at vanished: 100% of 150 conversations had it, none of 25 today"
    assert drift(history(5) | {hour_of(NOW) - 1: day(25, ended_at=1)}, NOW, Watch(), QUARTER) == []
    assert drift(history(5, 2), NOW, Watch(), QUARTER) == []


def test_a_new_queue() -> None:
    """Named with its conversations; many are counted."""
    new = Day(conversations=3, fields={}, queues={"q": 2, "z-9": 1}, unknown={})
    assert drift(history(1) | {hour_of(NOW): new}, NOW, Watch(), QUARTER) == ["queue z-9 is new: 1 today"]
    many = Day(conversations=15, fields={}, queues={f"n{number:02}": 1 for number in range(15)}, unknown={})
    lines = drift(history(1) | {hour_of(NOW): many}, NOW, Watch(), QUARTER)
    assert len(lines) == 11
    assert lines[-1] == "further new queues: 5"


def test_a_volume_that_fell_is_reported_the_same_day() -> None:
    """Whole hours are compared, and of a daily run the present one too."""
    assert drift(history(4), NOW, Watch(), QUARTER) == [
        "the volume fell: 0 conversations today up to 10:00, usually 30"
    ]
    early = NOW.replace(hour=9)
    assert drift(history(4), early, Watch(), QUARTER) == []
    assert len(drift(history(4), early, Watch(), DAILY)) == 1
    assert drift(history(2), NOW, Watch(), QUARTER) == []
    assert drift(history(4) | {hour_of(NOW) - 1: day(15)}, NOW, Watch(), QUARTER) == []
    assert len(drift(history(4) | {hour_of(NOW) - 1: day(15)}, NOW, Watch(volume=0.9), QUARTER)) == 1


def test_a_subject_stays_while_its_numbers_change() -> None:
    """So that it is reported once a day."""
    assert subject("queue z-9 is new: 1 today") == subject("queue z-9 is new: 7 today")


def test_figures_of_conversations() -> None:
    """Fields with a value count, empty ones do not."""
    one = Conversation(
        id="c-1",
        channel="voice",
        started_at=NOW,
        queues=(Queue(id="q"),),
        turns=(Turn("m1", "agent", "hi", agent_id="a-1", start_ms=0),),
        custom_fields={"tier": "gold", "note": ""},
    )
    found = figures_of([one], ["queue:q"])
    assert found.conversations == 1
    assert set(found.fields) == {"queues", "turns", "turns.start_ms", "turns.agent_id", "custom_fields.tier"}
    assert (found.queues, found.unknown) == ({"q": 1}, {"queue:q": 1})
