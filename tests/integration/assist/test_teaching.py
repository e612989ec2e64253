"""Agents' decisions refit an app's suggestions: looked at, put in force by a person, undone; on both databases."""

from pathlib import Path

import pytest

from auscult.domain.assist.assistance import AssistedAgent, Feedback
from auscult.domain.errors import ConflictError
from auscult.services.assist import teaching
from auscult.services.assist.assistant import Assistant
from tests.integration.assist.test_assist import CODE, Desk, said
from tests.integration.program import auscult
from tests.integration.working import TENANT

WRONG = "is the code of the door valid"
AGENT = AssistedAgent(id="a-1")


def decide(desk: Desk, assistant: Assistant, name: str, text: str, *, is_right: bool) -> None:
    """Let a customer ask, and an agent send the suggestion, or answer None of these."""
    desk.hear(name, said("m-1", text))
    assistant.process(desk.app, name)
    conversation = assistant.conversation(desk.app, name)
    (answer,) = conversation.state().assist.suggestions
    assert answer.likelihood
    if is_right:
        conversation.use(answer.request_id or "", "sent", AGENT)
    else:
        conversation.rate("suggestion", answer.request_id, Feedback(agent=AGENT, value="dislike"))


@pytest.mark.landing
def test_decisions_of_agents_teach(desk: Desk, database_url: str, tmp_path: Path) -> None:
    """Below a number nothing is fitted; a fit changes nothing before it is published, and then what is sure."""
    assistant = desk.assistant()

    def search(text: str = WRONG) -> tuple[float, bool]:
        (first, *_) = desk.library.search(desk.app, "en", text, 3).suggestions
        return first.likelihood, first.is_sure

    def tune(*words: str) -> tuple[int, str]:
        settings = {"AUSCULT_DATABASE_URL": database_url}
        done = auscult(tmp_path, "knowledge", "tune", "--app", TENANT.app_id, *words, settings=settings)
        return done.status, done.out + done.err

    before = search()
    decide(desk, assistant, "c-0", CODE, is_right=True)
    status, told = tune()
    assert (status, "1 right and 0 wrong; a fit needs 40" in told) == (1, True)
    for number in range(1, 24):
        decide(desk, assistant, f"c-{number}", CODE, is_right=True)
        decide(desk, assistant, f"d-{number}", WRONG, is_right=False)
    status, told = tune()
    assert status == 0
    assert "47 suggestions that agents decided on: 24 right, 23 wrong" in told
    assert "nothing was changed" in told
    assert search() == before
    status, told = tune("--publish")
    assert (status, "in force: slope" in told) == (0, True), told
    fitted = search()
    assert fitted[0] < before[0]
    assert search(CODE)[1]
    status, told = tune("--undo")
    assert (status, "in force again: slope 1, offset 0" in told) == (0, True)
    assert search() == before
    assert [each.action for each in desk.app.log.newest(None, 2)] == ["suggestions.undone", "suggestions.fitted"]


def test_without_a_fit_there_is_nothing_to_undo(desk: Desk) -> None:
    """And a fit by another engine's likelihoods does not count."""
    with pytest.raises(ConflictError, match="nothing to undo"):
        teaching.undo(desk.app, "system")
    assert teaching.calibration_of(desk.app, "x").likelihood(0.4) == 0.4
