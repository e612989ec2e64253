"""Dialog tasks: run in the window or not, from what the assistant tells (domain 2)."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from auscult.domain.assist.assistance import Assist, DialogRun
from auscult.domain.evaluation import Verdict
from auscult.metrics.by_dialog import ByDialog, Settings
from tests.strategies import STARTED, talk

METRIC = ByDialog()


def run(**told: Any) -> DialogRun:
    """A run of the task Refund."""
    return DialogRun(id="dg-1", name="Refund", **told)


def at(seconds: float) -> Any:
    """So long after the start."""
    return STARTED + timedelta(seconds=seconds)


def judge(*runs: DialogRun, **written: Any) -> Verdict:
    """Judge a conversation of four turns, at 0, 10, 20 and 30 s, with these runs."""
    read = msgspec.convert({"dialog": "refund"} | written, Settings)
    assert METRIC.problems(read) == ()
    call = talk("agent: a", "customer: b", "agent: c", "customer: d", assist=Assist(dialogs=runs))
    return METRIC.judge(read, call, {})


def test_anywhere_in_the_conversation() -> None:
    """Entire conversation; by name, whatever its case, or by id; it points at the turn or the instant."""
    verdict = judge(run(turn_id="m3"), run(started_at=at(5)), DialogRun(name="Other"))
    assert verdict.qualification == "YES"
    assert [(one.turn_id, one.start_ms) for one in verdict.evidence] == [("m3", 20_000), ("m1", 5_000)]
    assert judge(run(), dialog="dg-1").qualification == "YES"
    assert judge(run(), dialog="DG-1").qualification == "NO"
    assert judge(DialogRun(name="Other")).qualification == "NO"
    assert judge().reason == "the dialog task refund was not run"


@pytest.mark.parametrize(
    ("window", "told", "answer"),
    [
        ({"first": "20 seconds"}, {"started_at": at(19.9)}, "YES"),
        ({"first": "20 seconds"}, {"started_at": at(20)}, "NO"),
        ({"first": "21 seconds"}, {"turn_id": "m3"}, "YES"),
        ({"last": "10 seconds"}, {"started_at": at(29)}, "NO"),
        ({"last": "11 seconds"}, {"started_at": at(29)}, "YES"),
        ({"first": "2 messages"}, {"turn_id": "m2"}, "YES"),
        ({"first": "2 messages"}, {"turn_id": "m3"}, "NO"),
        ({"first": "2 messages"}, {"started_at": at(15)}, "YES"),
        ({"last": "1 message"}, {"started_at": at(25)}, "NO"),
        ({"last": "1 turn"}, {"turn_id": "m4"}, "YES"),
        ({"first": "20 seconds"}, {"turn_id": "unknown"}, "NA"),
        ({"first": "2 messages"}, {}, "NA"),
        ({"first": "20 seconds"}, {"started_at": at(-1)}, "NA"),
    ],
)
def test_time_bound(window: dict[str, str], told: dict[str, Any], answer: str) -> None:
    """First or last part: seconds for voice, messages for chat; when it is not known is no NO."""
    verdict = judge(run(**told), window=window)
    assert verdict.qualification == answer
    assert verdict.qualification == "YES" or verdict.reason


def test_what_is_not_told_is_na() -> None:
    """No assistant's data, or none about dialogs."""
    read = msgspec.convert({"dialog": "x"}, Settings)
    for assist in (None, Assist()):
        assert METRIC.judge(read, talk("agent: Hello.", assist=assist), {}).qualification == "NA"


def test_problems() -> None:
    """Every fault of the settings has its path and its remedy."""
    found = METRIC.problems(msgspec.convert({"dialog": "", "window": {"first": "2"}}, Settings))
    assert [where for where, _ in found] == ["dialog", "window"]
