"""Findings joined: the scope that a reason names."""

import msgspec
import pytest

from auscult.metrics._finding.joining import compiled, scope_of
from auscult.metrics._finding.language import Finding
from tests.data_files import data_of

HI = {"phrases": ["hi"]}


@pytest.mark.parametrize(("entries", "scope"), data_of(__file__, "a_window_inside_another_is_not_named"))
def test_a_window_inside_another_is_not_named(entries: list[dict[str, str] | None], scope: str) -> None:
    """The widest windows are all that was searched."""
    parts = [{"any_of": [HI]} | ({"window": each} if each else {}) for each in entries]
    finding = msgspec.convert({"any_of": parts}, Finding)
    assert scope_of([compiled(finding, "agent")]) == scope


def test_windows_of_two_speakers_are_both_named() -> None:
    """Turns of one speaker are not among those of the other."""
    parts = [{"any_of": [HI]}, {"any_of": [HI], "speaker": "customer", "window": {"last": "4 turns"}}]
    finding = msgspec.convert({"any_of": parts}, Finding)
    assert scope_of([compiled(finding, "agent")]) == "the agent's turns or the customer's last 4 turns"


def test_a_finding_of_what_must_be_absent_is_sought_in_the_conversation() -> None:
    """Nothing that must be said has a window."""
    finding = msgspec.convert({"none_of": [{"any_of": [HI]}]}, Finding)
    assert scope_of([compiled(finding, "agent")]) == "the conversation"
