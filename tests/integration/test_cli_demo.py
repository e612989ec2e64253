"""``auscult demo --once``: everything a newcomer sees, and nothing left running."""

import json
import re
import shlex
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer.main

from auscult.cli import build, demo
from auscult.domain.tenancy import Client, new_client_id, new_client_secret
from tests.integration.program import auscult, conversation, write

RUDE = (("agent", "What is it?"), ("customer", "My card was stolen, I am very worried."), ("agent", "So what."))


def test_demo_shows_scores_words_and_one_answer(tmp_path: Path) -> None:
    """A table with the words that decided, a ready curl, the answer to it; and again without doubling anything."""
    write(tmp_path / "calls.ndjson", conversation("c-polite"), conversation("c-rude", RUDE))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        first = auscult(tmp_path, "demo", "--once", "--conversations", ".", "--folder", "demo", "--port", str(port))
    assert (first.status, first.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:3] for line in first.out.splitlines() if line.startswith("c-")}
    assert rows["c-polite"][1] == "yes"
    assert rows["c-rude"][1] == "no"
    assert "2 loaded, 2 scored, 0 below threshold, 0 rejected" in first.out
    assert re.search(rf"curl -s http://127\.0\.0\.1:(?!{port}/)\d+/qualityai/", first.out)
    assert '{"startDate":"2026-03-23","endDate":"2026-03-23"}' in first.out
    assert "It answered with 2 conversations" in first.out
    served = re.search(r"auscult serves http://127\.0\.0\.1:(\d+) ", first.out)
    assert served
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(served[1]))) != 0

    again = auscult(tmp_path, "demo", "--once", "--conversations", ".", "--folder", "demo")
    assert again.status == 0
    assert "2 unchanged" in again.out
    clients = auscult(tmp_path, "clients", "list", "--database", "sqlite:///demo/auscult.db", "--json").lines
    assert len(clients) == 1


def test_demo_without_conversations_says_where_to_run_it(tmp_path: Path) -> None:
    """The folder that was looked in is named; nothing is made."""
    refused = auscult(tmp_path, "demo", "--once")
    assert refused.status == 1
    assert "examples/conversations" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_the_demo_says_how_to_see_agents_assisted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that it prints can be pasted: this program, the demo's own app and client, and a file that is there."""
    monkeypatch.setattr(sys, "argv", [".venv/bin/auscult", "demo"])
    monkeypatch.setenv("PATH", "")
    root = Path(__file__).parents[2]
    client = Client(
        client_id=new_client_id(),
        secret=new_client_secret(),
        account_id=demo.TENANT.account_id,
        app_ids=frozenset({demo.TENANT.app_id}),
        scopes=demo.SCOPES,
        created_at=datetime(2026, 3, 23, tzinfo=UTC),
    )
    line = demo.as_simulation("http://127.0.0.1:1", client, root / "examples" / "conversations" / demo.RECORDED)
    secret, program, command, *words = shlex.split(line.replace("\\\n", ""))
    assert (secret, program) == (f"AUSCULT_CLIENT_SECRET={client.secret}", ".venv/bin/auscult")
    known = typer.main.get_command(build()).commands[command]  # type: ignore[attr-defined]
    given = known.make_context(command, list(words)).params
    assert (given["client_id"], given["app"], given["account"]) == (client.client_id, "st-demo", "a-demo")
    assert "assist:write" in demo.SCOPES
    assert list((root / demo.KNOWLEDGE).glob("*.md"))


def test_the_example_conversations_have_their_licence_beside_them() -> None:
    """Each file of conversations that the demo loads carries its notice."""
    folder = Path(__file__).parents[2] / "examples" / "conversations"
    files = sorted(folder.glob("*.ndjson"))
    assert files
    for file in files:
        assert file.with_suffix(".LICENSE.txt").read_text(), file.name
        assert all(json.loads(line)["id"] for line in file.read_text().splitlines())
