"""Three scorecards of the field, collections, chat sales and nurse triage: checked, scored, back-tested, diffed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.data_files import data_of
from tests.integration.definitions.test_cli_form_versions import auscult
from tests.integration.program import TENANT

pytestmark = pytest.mark.night
FORMS = Path(__file__).parents[3] / "examples" / "forms"
APP = ("--app", "st-1")

CALLS: dict[str, list[list[str]]] = data_of(__file__, "calls")
EXPECTED: dict[str, list[tuple[int, bool, str | None]]] = {
    "collections": [(100, True, "gold"), (30, False, None)],
    "chat-sales": [(100, True, "star"), (17, False, None)],
    "nurse-triage": [(100, True, None), (100, True, None), (0, False, None)],
}


def conversations(name: str) -> str:
    """The made-up conversations of a scorecard, as NDJSON."""
    lines: list[str] = []
    for at, said in enumerate(CALLS[name], 1):
        turns: list[dict[str, Any]] = []
        for number, line in enumerate(said):
            speaker, _, text = line.partition(": ")
            times = {"start_ms": number * 5000, "end_ms": number * 5000 + 4000}
            turns.append({"id": f"m{number + 1}", "speaker": speaker, "text": text, **times})
        channel = "chat" if name == "chat-sales" else "voice"
        begun = {"started_at": f"2026-03-2{at}T10:00:00Z", "ended_at": f"2026-03-2{at}T10:02:00Z"}
        lines.append(json.dumps({"id": f"c-{at}", "channel": channel, **begun, "turns": turns}))
    return "\n".join(lines) + "\n"


@pytest.fixture(params=sorted(CALLS))
def name(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A scorecard, its conversations in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUSCULT_DATABASE_URL", "sqlite:///test.db")
    Path("form.yaml").write_bytes((FORMS / f"{request.param}.yaml").read_bytes())
    Path("calls.ndjson").write_text(conversations(request.param), encoding="utf-8")
    return str(request.param)


def test_it_is_checked_and_scored(name: str) -> None:
    """No faults; score, pass and band of each conversation, sections and levels with it."""
    assert auscult("forms", "check", "form.yaml").status == 0
    done = auscult("score", "calls.ndjson", "--form", "form.yaml")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [(one["score"], one["passed"], one.get("band")) for one in found] == EXPECTED[name]


def test_it_is_back_tested_and_diffed(name: str) -> None:
    """Stored conversations under a stricter version, and what differs between the two."""
    assert auscult("forms", "apply", "form.yaml", *TENANT).status == 0
    assert auscult("load", "calls.ndjson", *TENANT).status == 0
    document = Path("form.yaml").read_text(encoding="utf-8")
    before = next(line for line in document.splitlines() if line.startswith("pass_score"))
    Path("stricter.yaml").write_text(document.replace(before, "pass_score: 99"), encoding="utf-8")
    done = auscult("backtest", "stricter.yaml", *APP, "--json")
    assert done.status == 0, done.err
    assert done.last["looked"] == len(CALLS[name])
    difference = auscult("forms", "diff", "stricter.yaml", *APP)
    assert "pass_score" in difference.out
    assert "No metric differs" in difference.out
