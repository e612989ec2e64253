"""Rule 5: a fatal question without an answer leaves the score and decides nothing, on every surface that shows results."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import yaml

from auscult.services.definitions.forms.reading import starter_documents
from tests.data_files import data_of
from tests.databases import Place
from tests.e2e.consoles import PEOPLE, email_of, signed_in
from tests.e2e.own import Own
from tests.e2e.serving import TENANT, Service, listening, opened, work
from tests.integration.program import POLITE, conversation
from tests.waiting import PATIENCE_S

CONTENT = PEOPLE
RUDE = data_of(__file__, "rude")
WORDS = {"open": (), "fatal": (("agent", "Now shut up."),), "open-too": ()}


def form() -> bytes:
    """The starter form, which abstains from a fatal question about nearly every call, and knows another fatal one."""
    written: dict[str, Any] = yaml.safe_load(starter_documents()["voice"])
    written |= {"id": "ef-careful", "abstain_below": 0.999, "abstain": "audit"}
    for metric in written["metrics"]:
        metric["fatal"] = metric["id"] == "em-empathy"
    written["metrics"].append(RUDE)
    return yaml.safe_dump(written).encode()


@pytest.fixture(scope="module")
def service(place: Place) -> Iterator[Service]:
    """A console over each kind of database, with two undecided calls, and one in which another fatal question failed."""
    with (
        opened(PEOPLE, place.url, state_dir=str(place.folder)) as application,
        listening(application.server_app()) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        found = Service(address, application, http)
        application.store.within(TENANT).forms.publish("ef-careful", form())
        at = (datetime.now(UTC) - timedelta(days=1)).replace(microsecond=0)
        times = {"started_at": at.isoformat(), "ended_at": (at + timedelta(seconds=40)).isoformat()}
        calls = [
            conversation(f"c-{name}", (*POLITE, *more), agents=[{"id": "a-1"}], **times) for name, more in WORDS.items()
        ]
        loading = Own(found, found.new_client("conversations:write"))
        assert loading.ask("POST", "/conversations", msgspec.json.Encoder().encode_lines(calls)).status_code == 202
        work(found)
        yield found


@pytest.fixture
def own(service: Service) -> Own:
    """A client that may read, plan and audit."""
    return Own(service, service.new_client("conversations:read", "audits:write", "exports:write"))


def test_the_api_gives_the_score_without_a_verdict_and_the_reason(own: Own) -> None:
    """``passed`` is null with its reason, and a fatal question that failed decides at once."""
    found = own.ask("GET", "/conversations/c-open").json()["evaluation"]
    assert (found["status"], found["score"], found["passed"], found["fatal_errors"]) == ("evaluated", 100, None, 0)
    assert found["reason"].startswith("fatal and without an answer: em-empathy (the machine abstains")
    failed = own.ask("GET", "/conversations/c-fatal").json()["evaluation"]
    assert (failed["score"], failed["passed"], failed["fatal_errors"], failed["reason"]) == (0, False, 1, None)


def test_the_list_finds_them_and_not_among_the_others(own: Own) -> None:
    """The filter ``undecided``; they neither passed, nor failed, nor lack a score."""

    def ids(outcome: str) -> list[str]:
        return [each["id"] for each in own.ask("GET", f"/conversations?outcome={outcome}").json()["items"]]

    assert sorted(ids("undecided")) == ["c-open", "c-open-too"]
    assert ids("failed") == ids("fatal") == ["c-fatal"]
    assert ids("passed") == ids("unscored") == []


def test_the_wire_has_no_key_for_it(service: Service) -> None:
    """``IsPassed`` is absent (rules 5 and 23), and the score stands."""
    day = datetime.now(UTC).date()
    body = {"startDate": f"{day - timedelta(days=3)}", "endDate": f"{day}"}
    path = f"/api/public/QualityManagement/account/{TENANT.account_id}/v1/RawData"
    rows = service.ask(body, path=path, headers=service.headers(iId=TENANT.app_id)).json()["results"]
    shown = {row["Conversation ID"]: (row["Kore Evaluation Score"], row.get("IsPassed", "absent")) for row in rows}
    assert shown == {"c-open": (100, "absent"), "c-open-too": (100, "absent"), "c-fatal": (0, False)}


def test_plans_draw_them(own: Own) -> None:
    """As what a plan is about, and as a sign of risk."""
    day = datetime.now(UTC).date()
    span = {"since": f"{day - timedelta(days=3)}", "until": f"{day + timedelta(days=1)}"}
    plan: dict[str, Any] = {
        "name": "Undecided",
        "form_id": "ef-careful",
        "frame": span | {"outcomes": ["undecided"]},
        "quota": {"per": "all", "count": 9},
        "auditors": [{"user": own.client.client_id, "share": 100}],
    }
    assert _drawn(own, plan) == ["c-open", "c-open-too"]
    risky = plan | {"frame": span, "quota": {"per": "all", "count": 2}, "risks": ["undecided"], "floor": 0.0}
    assert _drawn(own, risky | {"name": "Risky"}) == ["c-open", "c-open-too"]


def _drawn(own: Own, plan: dict[str, Any]) -> list[str]:
    made = own.ask("POST", "/plans", msgspec.json.encode(plan))
    assert made.status_code == 201, made.text
    items = own.ask("POST", f"/plans/{made.json()['plan_id']}/draw").json()["items"]
    return sorted(each["conversation_id"] for each in items)


def test_pages_say_so(service: Service) -> None:
    """The conversation names the question, the list marks the row, and Home counts them neither way and says how many."""
    with signed_in(service, "qa-manager") as reader:
        page = reader.get("/console/conversations/c-open").text
        assert "Undecided" in page
        assert "a fatal metric has no answer: Empathy" in page
        rows = reader.get("/console/conversations?outcome=undecided").text
        assert rows.count('class="small quiet">Undecided<') == 2
        assert "c-fatal" not in rows
        home = re.sub(r"</?a\b[^>]*>", "", reader.get("/console").text)  # numbers are links
        assert "2 more are undecided: a fatal metric has no answer." in home
        assert "0 of 1 passed." in home


def test_the_desk_says_that_the_machine_has_no_answer(service: Service) -> None:
    """Where a plan shows the machine's answers; the other questions have theirs."""
    day = datetime.now(UTC).date()
    plan = {
        "name": "Shown",
        "form_id": "ef-careful",
        "frame": {
            "since": f"{day - timedelta(days=3)}",
            "until": f"{day + timedelta(days=1)}",
            "outcomes": ["undecided"],
        },
        "quota": {"per": "all", "count": 1},
        "hidden": [],
        "hide_machine_share": 0,
        "auditors": [{"user": email_of("auditor"), "share": 100}],
    }
    with signed_in(service, "qa-manager") as manager:
        made = manager.post("/api/v1/plans", json=plan)
        assert made.status_code == 201, made.text
        manager.post(f"/api/v1/plans/{made.json()['plan_id']}/draw")
    with signed_in(service, "auditor") as auditor:
        item = auditor.post("/api/v1/assignments/next", json={"plan_id": made.json()["plan_id"]}).json()
        desk = auditor.get(f"/console/audits/{item['conversation_id']}").text
        assert "Machine: no answer" in desk
        assert "Machine: Yes" in desk
