"""A form document gives up what another form scores, and changes in no other line."""

import pytest

from auscult.domain.form import Assignment
from auscult.services.definitions.forms.editing.assignments import without

HEAD = "id: ef-a  # mine\nname: A\n"
INBOUND = Assignment(queue="x", direction="inbound")


@pytest.mark.parametrize(
    ("written", "others", "left"),
    [
        ("assignments:\n  - {queue: x}\n  - {queue: y}  # kept\n", (Assignment(queue="x"),), "assignments:\n  - {queue: y}  # kept\n"),
        ("assignments:\n  - {queue: x}\n", (INBOUND,), "assignments:\n  - {queue: x, direction: outbound}\n"),
        ("assignments:\n  - {queue: x, direction: inbound}\n", (Assignment(queue="x"),), "assignments: []\n"),
        ("assignments:\n  - {queue: x}\n", (Assignment(queue="y"),), "assignments:\n  - {queue: x}\n"),
        ("", (Assignment(queue="*"),), "assignments: []\n"),
    ],
)  # fmt: skip
def test_given_up(written: str, others: tuple[Assignment, ...], left: str) -> None:
    """An assignment goes, or keeps the direction that is left; a form without any keeps an empty list."""
    assert without((HEAD + written).encode(), others).decode() == HEAD + left
