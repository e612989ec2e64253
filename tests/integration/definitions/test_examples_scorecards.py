"""Three scorecards of examples/forms, checked and scored: collections, chat sales, nurse triage."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import check_form, read_form
from auscult.services.scoring.engine_calls.answer_cache import Memory
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.score import score_group
from tests.strategies import STARTED, talk

FORMS = Path(__file__).parents[3] / "examples" / "forms"


def scored(name: str, *lines: str) -> dict[str, Any]:
    """Score a conversation with an example form, as ``auscult score`` prints it."""
    form = read_form((FORMS / f"{name}.yaml").read_bytes())
    conversation = talk(*lines, channel=form.channel, ended_at=STARTED + timedelta(minutes=2))
    line = score_group([conversation], [form], Evaluator(types=METRICS, engines={}), datetime.now(UTC), Memory())
    return json.loads(line)


def answers(line: dict[str, Any]) -> dict[str, str]:
    """The answer to each metric."""
    return {one["id"]: one["qualification"] for one in line["metrics"]}


def sections(line: dict[str, Any]) -> dict[str, tuple[int | None, bool | None]]:
    """Subtotal and pass of each section."""
    return {one["id"]: (one["score"], one["passed"]) for one in line["sections"]}


@pytest.mark.parametrize("name", ["collections", "chat-sales", "nurse-triage"])
def test_a_scorecard_is_right(name: str) -> None:
    """No fault, and nothing that no engine answers."""
    found = check_form((FORMS / f"{name}.yaml").read_bytes())
    assert (found.problems, found.unanswered) == ((), ())


def test_collections() -> None:
    """60 + 25 x 60 % + 15; then the section that fails takes the notice with it, and the conversation fails."""
    offer = "agent: We can set up a payment plan. Thank you."
    notice = "agent: This is an attempt to collect a debt."
    good = scored("collections", "agent: What is your date of birth?", notice, offer)
    assert (good["score"], good["passed"], good["band"]) == (90, True, "gold")
    assert sections(good) == {"se-compliance": (100, True), "se-service": (75, None)}
    bad = scored("collections", notice, offer)
    assert (bad["score"], bad["passed"], bad["band"]) == (30, False, None)
    assert sections(bad)["se-compliance"] == (0, False)


def test_chat_sales() -> None:
    """(20 x 50 % + 10 + bonus 4) of 30; the tone waits for an auditor and does not count."""
    line = scored("chat-sales", "agent: What budget is it? It is 20 euros a month. You may also like the case.")
    assert (line["score"], line["passed"], line["band"]) == (80, True, None)
    assert [one.get("level") for one in line["metrics"]] == ["Some", None, None, None]
    assert answers(line)["em-tone"] == "-"


def test_nurse_triage() -> None:
    """Red flags are owed only where chest pain is reported, and not where it is denied."""
    end = "agent: You did right to call. Call us back if it gets worse."
    denied = scored("nurse-triage", "customer: No chest pain, just a sore toe.", end)
    assert (answers(denied)["em-chest-pain"], answers(denied)["em-red-flags"]) == ("NO", "NA")
    assert (denied["score"], denied["passed"]) == (100, True)
    missed = scored("nurse-triage", "customer: I have chest pain.", end)
    assert (answers(missed)["em-red-flags"], missed["score"], missed["passed"]) == ("NO", 0, False)
    asked = scored("nurse-triage", "customer: I have chest pain.", "agent: Are you short of breath?", end)
    assert (asked["score"], sections(asked)["se-safety"]) == (100, (100, True))
