"""``auscult simulate`` against a real server: what is played is a live conversation, and in the end one like any other."""

import json
from pathlib import Path

import pytest

from tests.data_files import data_of
from tests.e2e.assisting import ASSISTED, Assisted, Body
from tests.e2e.serving import STRANGER, Service
from tests.integration.program import Result, auscult, write

pytestmark = pytest.mark.night

REFUND = "just wanted to check on the status of a refund"
RECORDED: Body = data_of(__file__, "recorded")


@pytest.fixture(scope="module")
def live(service: Service) -> Assisted:
    """The server with an app that knows something."""
    return Assisted(service)


def simulate(live: Assisted, folder: Path, *words: str, app: str = ASSISTED.app_id) -> Result:
    """Run the command as a user would, as fast as the server answers."""
    who = ("--client-id", live.client.client_id, "--account", ASSISTED.account_id, "--app", app)
    given = ("simulate", "recorded.ndjson", "--url", live.service.url, "--speed", "0", *who, *words)
    return auscult(folder, *given, settings={"AUSCULT_CLIENT_SECRET": live.client.secret})


@pytest.mark.landing
def test_a_recording_goes_all_the_way(live: Assisted, tmp_path: Path) -> None:
    """Played, answered, handed on, scored, reported; and played again, nothing happens."""
    write(tmp_path / "recorded.ndjson", RECORDED)
    played = simulate(live, tmp_path)
    page = f"{live.service.url}/assist/#"
    assert (played.status, [page in line for line in played.err.splitlines()]) == (0, [True])
    assert played.out.splitlines() == [
        f"sim-c-rec  begins: {live.service.url}/assist/sim-c-rec",
        "sim-c-rec  over: 3 messages, 5 events",
        "1 conversation played: 3 messages, 5 events, 1 turn of bots left out, 0 refused",
    ]
    detail = live.filed("sim-c-rec")
    assert (detail["status"], detail["evaluation"]["score"], detail["revision"]) == ("evaluated", 100, 1)
    assert [(turn["id"], turn["start_ms"]) for turn in detail["turns"]] == [("m1", 1000), ("m3", 6000), ("m4", 60_000)]
    assert [(event["type"], event["start_ms"]) for event in detail["events"]] == [("transfer", 9000)]
    assert [each["triggering_turn_id"] for each in detail["assist"]["suggestions"]] == ["m1"]
    headers = {"auth": live.service.token(live.client), "accountId": ASSISTED.account_id}
    body = {"from": "2026-03-23", "to": "2026-03-23", "includeAgenticHistory": True, "includeSummary": True}
    path = "/agentassist/api/v1/public/{app}/aaconversation"
    page = live.service.ask(body, path=path, app=ASSISTED.app_id, headers=headers).json()
    (row,) = (row for row in page["results"] if row["convId"] == "sim-c-rec")
    assert [each["type"] for each in row["messages"]] == ["AGENTIC"]
    assert [each["type"] for each in row["summaries"]] == ["interim", "final"]
    before = live.state("sim-c-rec")
    assert simulate(live, tmp_path).out == played.out
    assert live.filed("sim-c-rec")["revision"] == 1
    assert live.state("sim-c-rec") == before


def test_some_at_once_and_only_some(live: Assisted, tmp_path: Path) -> None:
    """Several go on together; a limit is kept; a prefix of one's own."""
    write(tmp_path / "recorded.ndjson", *({**RECORDED, "id": f"c-{n}"} for n in range(4)))
    played = simulate(live, tmp_path, "--at-once", "2", "--limit", "3", "--prefix", "x+")
    assert played.status == 0
    assert [line.split()[0] for line in played.out.splitlines()[:2]] == ["x+c-0", "x+c-1"]
    assert f"{live.service.url}/assist/x%2Bc-0" in played.out
    assert played.out.splitlines()[-1].startswith("3 conversations played: 9 messages, 15 events")
    assert [live.filed(f"x+c-{n}")["status"] for n in range(3)] == ["evaluated"] * 3


def test_what_is_wrong_is_said(live: Assisted, tmp_path: Path) -> None:
    """A conversation that the server refuses; a client that may not; a line that is no conversation."""
    write(tmp_path / "recorded.ndjson", {**RECORDED, "id": "c-" + "x" * 250}, {**RECORDED, "id": "c-fine"})
    refused = simulate(live, tmp_path, "--prefix", "too-long-")
    assert refused.status == 1
    assert "is given up" in refused.err
    assert "conversationId" in refused.err
    assert "1 conversation played" in refused.out
    assert refused.out.endswith("1 refused\n")
    foreign = simulate(live, tmp_path, app=STRANGER.app_id)
    assert (foreign.status, "Invalid SDK credentials" in foreign.err) == (1, True)
    write(tmp_path / "recorded.ndjson", json.dumps({"id": "c-1"}), {**RECORDED, "id": "c-after"})
    unread = simulate(live, tmp_path)
    assert unread.status == 1
    assert "recorded.ndjson:1: channel" in unread.err
    assert "1 conversation played" in unread.out
