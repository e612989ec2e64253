"""Playbooks: the entire one as far as asked, or steps by name, from what the assistant tells (domain 2)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.assist.assistance import Assist, PlaybookRun, PlaybookStage, PlaybookStep
from auscult.domain.evaluation import Verdict
from auscult.metrics.by_playbook import ByPlaybook, Settings
from tests.data_files import data_of
from tests.strategies import STARTED, talk

METRIC = ByPlaybook()
OPENING = PlaybookStage(
    id="st-1",
    name="Opening",
    steps=(
        PlaybookStep(id="s-1", name="Greet", is_adhered=True, turn_id="m1"),
        PlaybookStep(id="s-2", name="Verify", is_adhered=False),
    ),
)
CLOSING = PlaybookStage(
    id="st-2",
    name="Closing",
    steps=(
        PlaybookStep(id="s-3", name="Offer help", is_adhered=True, adhered_at=STARTED + timedelta(seconds=12)),
        PlaybookStep(id="s-4", name="Verify", is_adhered=True),
    ),
)
RUN = PlaybookRun(id="acl-1", name="Refund", stages=(OPENING, CLOSING))


def judge(*runs: PlaybookRun, **written: Any) -> Verdict:
    """Judge a conversation with these runs."""
    read = msgspec.convert({"playbook": "refund"} | written, Settings, strict=False)
    assert METRIC.problems(read) == ()
    return METRIC.judge(read, talk("agent: Hello.", "customer: Hi.", assist=Assist(playbooks=runs)), {})


@pytest.mark.parametrize(("least", "answer"), [(75, "YES"), ("75.1", "NO"), (100, "NO"), (1, "YES")])
def test_the_entire_playbook_as_far_as_asked(least: object, answer: str) -> None:
    """Below the minimum adherence it fails; at it, it does not."""
    verdict = judge(RUN, min_adherence=least)
    assert verdict.qualification == answer
    assert verdict.reason.startswith("3 of 4 steps done")
    assert [one.why for one in verdict.evidence][:2] == [
        "step 'Greet' of 'Opening': done",
        "step 'Verify' of 'Opening': not done",
    ]
    assert verdict.evidence[0].turn_id == "m1"
    assert verdict.evidence[2].start_ms == 12_000


@pytest.mark.parametrize(("steps", "answer", "reason"), data_of(__file__, "steps_by_name"))
def test_steps_by_name(steps: list[dict[str, str]], answer: str, reason: str) -> None:
    """Stage and step; all that are asked for must be done, and what nobody tells of is no NO."""
    verdict = judge(RUN, steps=steps)
    assert (verdict.qualification, verdict.reason) == (answer, reason)


def test_several_runs_of_one_playbook_count_together() -> None:
    """After a transfer the next agent takes the steps that are left."""
    rest = PlaybookRun(id="acl-1", stages=(PlaybookStage(id="st-1", steps=(PlaybookStep(id="s-2", is_adhered=True),)),))
    assert judge(RUN, rest, playbook="acl-1", min_adherence=100).qualification == "YES"


def test_where_steps_are_not_told_the_assistants_figure_counts() -> None:
    """The vendor's raw data gives a rate without steps."""
    bare = PlaybookRun(id="x", name="REFUND", adherence_rate=80.0)
    assert judge(bare, min_adherence=80).qualification == "YES"
    assert judge(bare, min_adherence="80.5").reason == (
        "80 percent of the steps done, as the assistant counts; asked for: at least 80.5 percent"
    )
    assert judge(PlaybookRun(name="refund"), min_adherence=80).qualification == "NA"
    assert judge(bare, steps=[{"step": "Greet"}]).qualification == "NA"


def test_what_was_not_run_or_not_told() -> None:
    """A playbook that never came up is NA, unless the form says that it had to."""
    assert judge(min_adherence=80).qualification == "NA"
    assert judge(min_adherence=80, when_not_run="no").qualification == "NO"
    read = msgspec.convert({"playbook": "x", "min_adherence": 80, "when_not_run": "no"}, Settings, strict=False)
    for assist in (None, Assist()):
        assert METRIC.judge(read, talk("agent: Hello.", assist=assist), {}).qualification == "NA"


@pytest.mark.parametrize(("written", "field", "reason"), data_of(__file__, "problems"))
def test_problems(written: dict[str, Any], field: str, reason: str) -> None:
    """Every fault of the settings has its path and its remedy."""
    found = METRIC.problems(msgspec.convert({"playbook": "p"} | written, Settings, strict=False))
    assert [where for where, _ in found] == [field]
    assert reason in found[0][1]


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.decimals(1, 100, places=2))
def test_one_more_step_done_never_turns_a_yes(done: list[bool], least: Decimal) -> None:
    """More adherence is never worse."""

    def answer(steps: list[bool]) -> str:
        stage = PlaybookStage(steps=tuple(PlaybookStep(id=str(at), is_adhered=one) for at, one in enumerate(steps)))
        return judge(PlaybookRun(name="refund", stages=(stage,)), min_adherence=str(least)).qualification

    for index in range(len(done)):
        more = [*done[:index], True, *done[index + 1 :]]
        assert (answer(done), answer(more)) != ("YES", "NO")
