"""Security code, PIN, password and one-time code in every mode of redaction: in no file, answer, log or request."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.data_files import data_of, tuples_of
from tests.integration.privacy.test_planted_everywhere import FORM, client, serving, write_stored
from tests.integration.program import TENANT, auscult, conversation, write
from tests.scripted_judge import scripted_judge
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.night

SECRETS = ("7392", "8264", "604182", "zebra-Kettle-91")
SAID = tuples_of(__file__, "said")

GREETING = data_of(__file__, "greeting")


def traces(content: bytes) -> list[str]:
    """Return the secrets that stand in some bytes as words of their own."""
    return [one for one in SECRETS if re.search(rb"(?<![0-9A-Za-z.:_-])%b(?![0-9A-Za-z_-])" % one.encode(), content)]


@pytest.mark.parametrize("mode", ["mask", "token", "off"])
def test_secrets_that_came_in_by_every_way_are_nowhere(mode: str, tmp_path: Path) -> None:
    """Over HTTP, as a refused line, live and from files: database, rejects, exports, log, backup, judge are clean."""
    assert traces(json.dumps(conversation("c-1", SAID)).encode()) == list(SECRETS)
    with scripted_judge() as judge:
        settings = {
            "AUSCULT_DATABASE_URL": "sqlite:///test.db",
            "AUSCULT_STATE_DIR": str(tmp_path / "state"),
            "AUSCULT_RATE_LIMIT": "0",
            "AUSCULT_JUDGE_URL": judge.url,
            "AUSCULT_JUDGE_MODEL": "m-1",
            "AUSCULT_JUDGE_SUMMARIES": "none",
            "AUSCULT_LOG_FORMAT": "json",
        }
        assert auscult(tmp_path, "apps", "set", "--redaction", mode, *TENANT, settings=settings).status == 0
        (tmp_path / "form.yaml").write_text(FORM)
        assert auscult(tmp_path, "forms", "apply", "form.yaml", *TENANT, settings=settings).status == 0
        answers = _sent(tmp_path, settings)
        asked = "\n".join(request.text for request in judge.requests)
    (tmp_path / "in").mkdir()
    write(
        tmp_path / "in" / "calls.ndjson", conversation("c-2", SAID), "{broken " + json.dumps(conversation("c-3", SAID))
    )
    auscult(tmp_path, "load", "in/calls.ndjson", "--app", "st-1", "--no-wait", settings=settings)
    for table in ("conversations", "verdicts", "evidence", "insights"):
        assert auscult(tmp_path, "export", table, "--app", "st-1", "--out", "out", settings=settings).status == 0
    assert auscult(tmp_path, "backup", "backup", settings=settings).status == 0
    exported = auscult(tmp_path, "log", "export", settings=settings).out
    assert asked
    assert [traces(text.encode()) for text in (answers, asked, exported)] == [[], [], []]
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "in"]
    assert {str(path): found for path in left if (found := traces(path.read_bytes()))} == {}


def _sent(folder: Path, settings: dict[str, str]) -> str:
    """Send them by every way of a server, and return all that it answered."""
    headers = client(folder, settings, "conversations:write", "assist:write", "log:write")
    answers: list[str] = []
    with serving(folder, settings) as address, httpx.Client(timeout=PATIENCE_S, headers=headers) as http:
        api = f"{address}/api/v1"
        body = "\n".join([json.dumps(conversation("c-1", SAID)), "{broken " + json.dumps(conversation("c-9", SAID))])
        answers.append(http.post(f"{api}/conversations", content=body).text)
        for number, (side, text) in enumerate(SAID):
            author = {"type": "AGENT" if side == "agent" else "USER"}
            said = {"query": text, "messageId": f"m-{number}", "author": author, "experience": "chat"}
            hook = f"{address}/agentassist/api/v1/hooks/st-1"
            answers.append(http.post(hook, json={"conversationId": "c-live", **said}).text)
        http.get(f"{api}/conversations", params={"said": "password zebra-Kettle-91"})
        wait_until(lambda: http.get(f"{api}/conversations/c-1").json().get("status") == "evaluated")
        answers += [
            http.get(f"{api}/{path}").text for path in ("conversations/c-1", "live/conversations/c-live", "log")
        ]
    return "\n".join(answers)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_secrets_that_came_in_by_other_doors_are_nowhere(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With redaction off: scored files and their load, a connector, an example, a trial, an assistant; nothing keeps any."""
    settings = {
        "AUSCULT_DATABASE_URL": "sqlite:///test.db" if kind == "sqlite" else request.getfixturevalue("postgresql_url"),
        "AUSCULT_STATE_DIR": str(tmp_path / "state"),
        "AUSCULT_LOG_FORMAT": "json",
        "AUSCULT_CONNECTOR_FOLDERS": str(tmp_path / "in"),
    }

    def run(*words: str | Path) -> str:
        done = auscult(tmp_path, *words, settings=settings)
        assert done.status == 0, (words, done.err)
        return done.out + done.err

    (tmp_path / "form.yaml").write_text(GREETING)
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "calls.ndjson", conversation("c-1", SAID))
    (tmp_path / "connector.yaml").write_text(
        f"name: calls\nplace: folder:{tmp_path / 'in'}\nformat: native\nevery: 1h\nsettle_s: 0\n"
    )
    shown = [run("forms", "apply", "form.yaml", *TENANT)]
    shown += [run("score", "in", "--form", "form.yaml", "--out", "scored")]
    shown += [run("load", "--scored", "scored", *TENANT)]
    write(tmp_path / "in" / "calls.ndjson", conversation("c-2", SAID))
    shown += [
        run("connectors", "apply", "connector.yaml", "--app", "st-1"),
        run("connectors", "run", "calls", "--app", "st-1"),
    ]
    shown += [run("connectors", "log", "calls", "--app", "st-1")]
    words = "\n".join(f"{side}: {text}" for side, text in SAID)
    example = ("--metric", "em-card", "--wanted", "YES", "--transcript", words)
    shown += [run("examples", "keep", "ef-card", *example, "--app", "st-1"), run("forms", "check", "--examples")]
    headers = client(tmp_path, settings, "conversations:write", "forms:read")
    with serving(tmp_path, settings) as address, httpx.Client(timeout=PATIENCE_S, headers=headers) as http:
        api = f"{address}/api/v1"
        assert http.post(f"{api}/forms/ef-card/try", json={"transcript": words}).status_code == 200
        for name in ("c-1", "c-2"):
            wait_until(lambda name=name: http.get(f"{api}/conversations/{name}").json().get("status") == "evaluated")
            shown.append(http.get(f"{api}/conversations/{name}").text)
        shown.append(http.get(f"{api}/forms/ef-card/examples").text)
    assert auscult(tmp_path, "backup", "backup", settings=settings).status == 0
    write_stored(tmp_path, settings["AUSCULT_DATABASE_URL"])
    assert traces("\n".join(shown).encode()) == []
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "in"]
    assert len(left) > 5
    assert {str(path): found for path in left if (found := traces(path.read_bytes()))} == {}
