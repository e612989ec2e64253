"""Which form a conversation is scored with (rule 10)."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Channel, Conversation, Direction, Queue
from auscult.domain.form import Assignment, Form, choose_form
from tests.waiting import existing


def form(name: str, *assignments: tuple[str, str], channel: Channel = "voice") -> Form:
    """A form for these (queue, direction) pairs."""
    return Form(
        id=name,
        name=name,
        channel=channel,
        metrics=(),
        assignments=tuple(Assignment(queue=q, direction=d) for q, d in assignments),  # type: ignore[arg-type]
    )


FORMS = (
    form("any", ("*", "both")),
    form("any outbound", ("*", "outbound")),
    form("sales", ("qu-sales", "both")),
    form("sales inbound", ("Sales", "inbound")),
    form("any chat", ("*", "both"), channel="chat"),
    form("nobody"),
)


@pytest.mark.parametrize(
    ("queue", "channel", "direction", "chosen"),
    [
        (Queue("qu-other"), "voice", "inbound", "any"),
        (Queue("qu-other"), "voice", "outbound", "any outbound"),
        (Queue("qu-sales", "Sales"), "voice", "outbound", "sales"),
        (Queue("qu-sales", "Sales"), "voice", "inbound", "sales inbound"),
        (None, "voice", "inbound", "any"),
        (Queue("qu-sales"), "chat", "inbound", "any chat"),
    ],
)
def test_queue_then_channel_then_direction(
    queue: Queue | None, channel: Channel, direction: Direction, chosen: str
) -> None:
    """Rule 10: the queue decides first, ``*`` is the fallback, a named direction beats both."""
    conversation = Conversation(
        id="c-1",
        channel=channel,
        direction=direction,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        queues=(queue,) if queue else (),
    )
    for forms in (FORMS, FORMS[::-1]):
        assert existing(choose_form(conversation, forms)).id == chosen


def test_the_queue_it_ended_in_counts() -> None:
    """Rule 10: after a transfer, the last queue is the conversation's queue."""
    conversation = Conversation(
        id="c-1",
        channel="voice",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        queues=(Queue("qu-other"), Queue("qu-sales")),
    )
    assert existing(choose_form(conversation, FORMS)).id == "sales"


def test_none_fits() -> None:
    """Rule 10: no form, and that is an answer."""
    conversation = Conversation(id="c-1", channel="voice", started_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert choose_form(conversation, (FORMS[2], FORMS[4], FORMS[5])) is None


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_a_queue_named_by_its_id_goes_before_one_by_its_name(direction: Direction) -> None:
    """Rule 10: no two forms are for the same; these are, and nothing but the forms may decide, never their order."""
    conversation = Conversation(
        id="c-1",
        channel="voice",
        direction=direction,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        queues=(Queue("qu-sales", "Sales"),),
    )
    by_id, by_name, by_direction = (
        replace(FORMS[0], id=name, assignments=(Assignment(queue=queue, direction=of),))
        for name, queue, of in (("id", "qu-sales", "both"), ("name", "Sales", "both"), ("in", "Sales", "inbound"))
    )
    for forms in ((by_id, by_name, by_direction), (by_direction, by_name, by_id)):
        found = existing(choose_form(conversation, forms))
        assert found.id == ("in" if direction == "inbound" else "id")
