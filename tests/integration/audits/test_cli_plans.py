"""``auscult plans``, ``assignments`` and ``estimate``: from a plan to an estimate."""

from pathlib import Path

import pytest

from tests.integration.audits.test_cli_audits import APP, FORM
from tests.integration.program import TENANT, Result, auscult, conversation, write

pytestmark = pytest.mark.night

ANN, BOB = "ann@example.com", "bob@example.com"
PLAN = f"""
name: Spring
form_id: ef-1
frame: {{since: 2000-01-01, until: 2100-01-01}}
quota: {{count: 4}}
auditors: [{{user: {ANN}, share: 50}}, {{user: {BOB}, share: 50}}]
"""
ANSWERS = ("em-hello=YES", "em-sorry=NO", "em-tone=YES")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan, and a database that holds six scored conversations."""
    folder = tmp_path_factory.mktemp("plans")
    (folder / "form.yaml").write_text(FORM, encoding="utf-8")
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (folder / "wrong.yaml").write_text(PLAN.replace("share: 50}]", "share: 49}]"), encoding="utf-8")
    write(folder / "six.ndjson", *(conversation(f"c-{number}") for number in range(6)))
    assert auscult(folder, "forms", "apply", "form.yaml", *TENANT).status == 0
    assert auscult(folder, "load", "six.ndjson", *TENANT).status == 0
    for email in (ANN, BOB):
        assert auscult(folder, "users", "add", email, "--role", "auditor", *TENANT).status == 0
    return folder


def run(folder: Path, *words: str) -> Result:
    """Run a command on the app."""
    return auscult(folder, *words, *APP)


@pytest.mark.landing
def test_from_a_plan_to_an_estimate(folder: Path) -> None:
    """Preview, create, draw twice, audit what was drawn, and estimate; each step prints what a program reads."""
    shown = run(folder, "plans", "preview", "plan.yaml", "--json").last
    assert (shown["items"], shown["frame_count"], shown["seconds"], shown["widest"] > 0) == (4, 6, 0, True)
    plan = run(folder, "plans", "create", "plan.yaml", "--json").last["plan_id"]
    drawn = run(folder, "plans", "draw", plan, "--json").last
    assert drawn["frame_count"] == 6
    assert [one["probability"] for one in drawn["items"]] == [4 / 6] * 4
    assert run(folder, "plans", "draw", plan, "--json").last["items"] == drawn["items"]
    refused = run(folder, "estimate", "--form", "ef-1", "--metric", "em-hello")
    assert refused.status == 1
    assert "no audit for form ef-1 has a probability" in refused.err
    for rater in (ANN, BOB):
        for _ in range(2):
            name = run(folder, "assignments", "next", "--as", rater, "--json").last["assignment_id"]
            done = run(folder, "assignments", "submit", name, *ANSWERS, "--as", rater)
            assert done.status == 0, done.err
        assert run(folder, "assignments", "next", "--as", rater).out == ""
    found = run(folder, "estimate", "--form", "ef-1", "--metric", "em-sorry", "--json").last
    assert (found["n"], found["population"], found["estimate"]) == (4, 6, 0)
    assert found["low"] == 0 < found["high"] < 1
    listed = run(folder, "assignments", "list", "--plan", plan, "--json").last["items"]
    assert [each["state"] for each in listed] == ["submitted"] * 4


def test_what_is_refused(folder: Path) -> None:
    """Shares of 99 per cent, an unknown plan, and an assignment of another auditor."""
    assert "shares must total 100, not 99" in run(folder, "plans", "create", "wrong.yaml").err
    assert "unknown plan 'pl-x'" in run(folder, "plans", "draw", "pl-x").err
    plan = run(folder, "plans", "create", "plan.yaml", "--json").last["plan_id"]
    items = run(folder, "plans", "draw", plan, "--json").last["items"]
    mine = next(one["assignment_id"] for one in items if one["auditor"] == ANN)
    assert "another auditor" in run(folder, "assignments", "submit", mine, *ANSWERS, "--as", BOB).err
    moved = run(folder, "assignments", "reassign", mine, "--to", BOB)
    assert BOB in moved.out
    assert run(folder, "plans", "pause", plan, "--json").last["paused"] is True
    assert run(folder, "assignments", "next", "--as", BOB, "--plan", plan).out == ""
    assert run(folder, "plans", "resume", plan).status == 0
    declined = run(folder, "assignments", "decline", mine, "--as", BOB, "--reason", "no sound")
    assert "declined" in declined.out
