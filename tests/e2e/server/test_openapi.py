"""What the APIs promise of themselves, tried by a machine that reads the promise."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks

from auscult.cli.operations.clients import SCOPES
from auscult.domain.assist.assistance import Suggestion, Summary
from auscult.domain.assist.live import Ended, Event, Message, Suggested, Summarised
from auscult.domain.assist.live_log import Decision
from auscult.domain.change import Webhook, new_webhook_id, new_webhook_secret
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue, Team
from auscult.domain.people.principal import operator
from auscult.reports import REPORTS
from auscult.services.assist.knowledge import add_document
from auscult.services.people.users import Access, Users
from tests.databases import database
from tests.e2e.serving import DAY, GOLDEN_SAMPLE, STRANGER, TENANT, Service, serving
from tests.e2e.sounding import tone
from tests.integration.connectors.placing import document, fill
from tests.integration.working import conversation
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.slow


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Service]:
    """A server without a rate limit, on a file. Each test has its own: what is tried may erase everything."""
    inbox = str(tmp_path / "inbox")
    with (
        database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(tmp_path), connector_folders=inbox, rate_limit=0) as found,
    ):
        found.client = found.new_client(*(scope for report in REPORTS.values() for scope in report.scopes))
        yield found


NAMES = {"streamId": TENANT.app_id, "botId": TENANT.app_id, "accountId": TENANT.account_id}
GIVEN = {
    "auditor": "Ada",
    "by": "Grace",
    "answers": [],
    "comment": "Well.",
    "agent": {"id": "a-1"},
    "about": "widget",
    "of": None,
    "reasons": [],
    "url": "https://crm.example.com/hook",
    "email": "eve@example.com",
    "password": "correct horse battery",
    "role": "auditor",
    "permission": None,
    "emails": [],
    "lead": None,
    "until": None,
}
"""Values that are always right, which chance comes upon seldom."""
HARD = {
    "POST /api/v1/forms",
    "PUT /api/v1/forms/{form_id}/draft",
    "POST /api/v1/forms/{form_id}/diff",
    "POST /api/v1/scorecards",
    "POST /api/v1/taxonomies",
    "POST /api/v1/rescores",
    "POST /api/v1/audits/{conversation_id}/submit",
    "POST /api/v1/conversations/{conversation_id}/recordings",
    "GET /api/v1/recordings/{recording_id}/clip",
    "PATCH /api/v1/recording-uploads/{upload_id}",
    "POST /api/v1/session",
    "PUT /api/v1/roles/{name}",
}
"""What chance does not come upon: a document that can be published, an audit that can be submitted, a password. And a
re-score of the form is under way, and a client defines no roles of the account."""
IN_STEPS = {
    "GET /api/v1/approvals",
    "GET /api/v1/assignments/{assignment_id}/review",
    "GET /api/v1/calibrations/suggestions",
    "GET /api/v1/calibrations/{session_id}",
    "GET /api/v1/calibrations/{session_id}/report",
    "GET /api/v1/coaching/{coaching_id}",
    "GET /api/v1/conversations/{conversation_id}/original",
    "GET /api/v1/disputes/{dispute_id}",
    "GET /api/v1/estimates",
    "GET /api/v1/quality/agents",
    "GET /api/v1/quality/chart",
    "GET /api/v1/retention/runs/{run_id}",
    "GET /api/v1/schedules/{schedule_id}/runs/{number}/file",
    "POST /api/v1/approvals/{number}/approve",
    "POST /api/v1/approvals/{number}/refuse",
    "POST /api/v1/assignments",
    "POST /api/v1/assignments/self",
    "POST /api/v1/assignments/{assignment_id}/accept",
    "POST /api/v1/assignments/{assignment_id}/decline",
    "POST /api/v1/assignments/{assignment_id}/disputes",
    "POST /api/v1/assignments/{assignment_id}/reassign",
    "POST /api/v1/assignments/{assignment_id}/reaudit",
    "POST /api/v1/assignments/{assignment_id}/release",
    "POST /api/v1/assignments/{assignment_id}/submit",
    "POST /api/v1/calibrations",
    "POST /api/v1/calibrations/{session_id}/activate",
    "POST /api/v1/calibrations/{session_id}/close",
    "POST /api/v1/calibrations/{session_id}/leave",
    "POST /api/v1/calibrations/{session_id}/submit",
    "POST /api/v1/coaching/{coaching_id}/acknowledge",
    "POST /api/v1/coaching/{coaching_id}/finish",
    "POST /api/v1/coaching/{coaching_id}/notes",
    "POST /api/v1/coaching/{coaching_id}/review",
    "POST /api/v1/disputes/{dispute_id}/decide",
    "POST /api/v1/disputes/{dispute_id}/withdraw",
    "POST /api/v1/plans",
    "POST /api/v1/plans/preview",
    "POST /api/v1/plans/{plan_id}/draw",
    "POST /api/v1/plans/{plan_id}/reassign",
    "POST /api/v1/schedules/{schedule_id}/run",
    "POST /api/v1/teams/{team_id}/members",
    "PUT /api/v1/assignments/{assignment_id}/draft",
    "PUT /api/v1/calibrations/{session_id}/items/{number}",
    "PUT /api/v1/calibrations/{session_id}/items/{number}/reference",
    "PUT /api/v1/coaching/consent",
    "PUT /api/v1/plans/{plan_id}",
}
"""Steps of people in each other's work, which need what another person did before: the tests of their routes do them."""
FOR_PEOPLE = ("/api/v1/sessions", "/api/v1/tokens")
"""What a client is not let in to."""
MOSTLY = st.sampled_from((True, True, True, False))
"""So often that each operation is sure to be reached: what is drawn changes with every change of the test."""
OWN = r"^/api/v1/(?!public/)"
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_described(served: Service, mode: GenerationMode) -> None:
    """Rule 17: whatever is sent, no answer is a 5xx, and each is one that the description names, in its shape."""
    schema = schemathesis.openapi.from_url(served.url + "/openapi.json", timeout=PATIENCE_S).exclude(path_regex=OWN)
    seen: set[int] = set()
    reached: set[str] = set()

    def tried(operation: Any) -> None:
        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans(), is_dated=st.booleans())
        def try_one(case: Case, *, is_known: bool, is_dated: bool) -> None:
            if is_known and case.path_parameters:
                case.path_parameters.update({name: NAMES[name] for name in case.path_parameters if name in NAMES})
                case.headers.update(served.headers(iId=TENANT.app_id))
            if is_dated and isinstance(case.body, dict):
                case.body.update(DAY | {"from": DAY["startDate"], "to": DAY["endDate"]})
            answer = case.call(timeout=PATIENCE_S)
            seen.add(answer.status_code)
            if answer.status_code == 200:
                reached.add(operation.path)
            case.validate_response(answer, checks=CHECKS)

        try_one()

    for operation in schema.get_all_operations():
        if (found := operation.ok()).method == "post" or mode is GenerationMode.POSITIVE:
            tried(found)
    if mode is GenerationMode.POSITIVE:
        assert reached >= {report.paths[0] for report in REPORTS.values()}
    assert seen >= ({200, 400, 401} if mode is GenerationMode.POSITIVE else {400, 401})


def assisted(served: Service, conversation_id: str) -> dict[str, str]:
    """Let the assistant have taken part in a conversation, which is over; what its work is named by."""
    app, now = served.store.within(TENANT), datetime.now(UTC)
    times: dict[str, Any] = {"at": now, "received_at": now}
    events: list[Event] = [
        Message(id="message:ms-1", message_id="ms-1", author="customer", text="My refund?", **times),
        Suggested(id="suggested:ms-1", answer=Suggestion(request_id="aa-1", triggering_turn_id="ms-1"), **times),
        Summarised(id="summarised:final:1", summary=Summary(id="smr-1", text="So."), occasion="end", turns=1, **times),
        Ended(id="ended:1", **times),
    ]
    app.live.append(conversation_id, lambda _: Decision(events, now), make=True)
    add_document(app, "refunds.md", b"# Refunds\n\nA refund takes a week.\n", "en")
    return {"request_id": "aa-1", "summary_id": "smr-1", "language": "en", "source": "refunds.md"}


def scorecard(served: Service) -> dict[str, str]:
    """A scorecard of one metric; what it and an agent are named by."""
    metrics = [{"metric": "em-1", "weight": 100}]
    card = {"id": "sc-1", "name": "S", "attributes": [{"id": "at-1", "name": "A", "weight": 100, "metrics": metrics}]}
    served.store.within(TENANT).definitions.publish("scorecard", "sc-1", msgspec.json.encode(card))
    return {"scorecard_id": "sc-1", "agent_id": "a-1"}


def taxonomy(served: Service) -> dict[str, str]:
    """A taxonomy of one intent; what it is named by."""
    late = {"name": "Late", "examples": ["where is my parcel"]}
    topics = [{"name": "Shop", "topics": [{"name": "Delivery", "topics": [late]}]}]
    document = msgspec.json.encode({"id": "tx-1", "name": "Shop", "topics": topics})
    served.store.within(TENANT).definitions.publish("taxonomy", "tx-1", document)
    return {"taxonomy_id": "tx-1"}


def connector(served: Service) -> dict[str, str]:
    """A connector of a folder; what it is named by."""
    folder = Path(str(served.application.settings.connector_folders))
    fill(folder, 1)
    body = {"document": document(f"folder:{folder}", every="15m").decode()}
    headers = {"auth": served.token(served.new_client("connectors:write"))}
    applied = served.http.post(f"{served.url}/api/v1/connectors", json=body, headers=headers)
    assert applied.status_code == 200, applied.text
    return {"name": applied.json()["name"]}


def person_of(served: Service, names: dict[str, str]) -> str:
    """Add a user, a team, a queue and a membership to what is there; a personal token of another user.

    Not by the ids of the description's examples, which the machine deletes.
    """
    users = Users(served.store, operator())
    user = users.add("ann@example.com", "Ann", TENANT.account_id)
    grants = users.grant(user, TENANT, Access(role="auditor"))
    directory = served.store.within(TENANT).people.directory
    directory.put_teams([Team(team_id="coast", name="Coast")])
    directory.put_queues([DirectoryQueue(queue_id="q-1", name="Billing")])
    directory.put_agents([DirectoryAgent(agent_id="a-1")])
    names.update({"user_id": user.user_id, "grant_id": grants[0].grant_id, "team_id": "coast", "queue_id": "q-1"})
    signed_in = users.add("bo@example.com", "Bo", TENANT.account_id)
    return users.issue_token(signed_in, "", timedelta(days=1)).secret


def webhook(served: Service) -> str:
    """The id of a webhook that nobody needs to tell of anything."""
    made = Webhook(
        id=new_webhook_id(),
        url="http://127.0.0.1:9/none",
        secret=new_webhook_secret(),
        kinds=frozenset({"erased"}),
        position=10**6,
        created_at=datetime.now(UTC),
    )
    served.store.within(TENANT).webhooks.add(made)
    return made.id


def recording(served: Service, conversation_id: str) -> str:
    """The id of a recording whose transcription was asked for."""
    headers = {"auth": served.token(served.new_client("recordings:write")), "Content-Type": "audio/wav"}
    path = f"{served.url}/api/v1/conversations/{quote(conversation_id, safe='')}/recordings"
    made: str = served.http.post(path, content=tone(100), headers=headers).json()["recording_id"]
    served.store.transcriptions.request(made)
    return made


def unfinished_upload(served: Service, conversation_id: str) -> str:
    """The id of an upload of which a first part is there."""
    headers = {"auth": served.token(served.new_client("recordings:write")), "Upload-Complete": "?0"}
    path = f"{served.url}/api/v1/conversations/{quote(conversation_id, safe='')}/recordings"
    made: str = served.http.post(path, content=tone(100)[:50], headers=headers).json()["upload_id"]
    return made


def planned_audits(served: Service, form_id: str) -> dict[str, str]:
    """A plan with a draw, and an assignment that was begun; what they are named by."""
    headers = {"auth": served.token(served.new_client("plans:write", "audits:write"))}

    def ask(path: str, **body: object) -> Any:
        answer = served.http.post(f"{served.url}/api/v1{path}", json=body, headers=headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    frame = {"since": "2000-01-01", "until": "2100-01-01"}
    plan_id = ask("/plans", name="All", form_id=form_id, frame=frame, quota={"per": "all", "count": 2})["plan_id"]
    draw_id = ask(f"/plans/{plan_id}/draw")["draw_id"]
    assignment_id = ask("/assignments/next", plan_id=plan_id)["assignment_id"]
    return {"plan_id": plan_id, "draw_id": draw_id, "assignment_id": assignment_id}


@pytest.fixture
def planned(served: Service) -> dict[str, str]:
    """A draft of a form, a re-score and a backtest with it, and a job, that no worker takes up; what they are named by."""
    form_id, token = "ef-golden-inbound", served.token(served.new_client("forms:write"))

    def ask(method: str, path: str, body: bytes) -> dict[str, Any]:
        sort = "application/yaml" if method == "PUT" else "application/json"
        headers = {"auth": token, "Content-Type": sort}
        answer = served.http.request(method, f"{served.url}/api/v1{path}", content=body, headers=headers)
        assert answer.status_code in {200, 202}, answer.text
        return answer.json()

    form = served.store.within(TENANT).forms.get(form_id)
    assert form is not None
    ask("PUT", f"/forms/{form_id}/draft", form.document)
    backtest = ask("POST", f"/forms/{form_id}/backtest", b"{}")
    rescore = ask("POST", "/rescores", msgspec.json.encode({"form_id": form_id}))
    job = served.store.within(TENANT).conversations.accept([conversation("c-of-a-job")]).batch_id or ""
    return {"backtest_id": backtest["id"], "rescore_id": rescore["id"], "form_id": form_id, "job_id": job}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_of_our_own_api_is_described(
    served: Service, planned: dict[str, str], mode: GenerationMode
) -> None:
    """The same of our own API, asked by a client that may do everything, mostly about what is there."""
    schema = schemathesis.openapi.from_url(served.url + "/openapi.json", timeout=PATIENCE_S).include(path_regex=OWN)
    scopes = tuple(scope for scope in SCOPES if scope.endswith(":write"))
    token = served.token(served.new_client(*scopes))
    recorded = served.store.within(TENANT).conversations.rerender("", 100)
    scored = next(each.conversation.id for each in recorded if each.evaluation.form)
    names = {
        "conversation_id": scored,
        **planned,
        "webhook_id": webhook(served),
        **assisted(served, scored),
        **scorecard(served),
        **taxonomy(served),
        **connector(served),
        "recording_id": recording(served, scored),
        "upload_id": unfinished_upload(served, scored),
    }
    names.update(planned_audits(served, next(each.evaluation.form.id for each in recorded if each.evaluation.form)))
    person = person_of(served, names)
    seen: dict[str, set[int]] = {}
    examples = 25 if mode is GenerationMode.POSITIVE else 10  # what is right is come upon seldom, what is wrong at once

    def tried(operation: Any) -> None:
        statuses = seen.setdefault(operation.label, set())

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode), is_known=MOSTLY, is_named=MOSTLY)
        def try_one(case: Case, *, is_known: bool, is_named: bool) -> None:
            if is_named and isinstance(case.body, dict):
                case.body.update({name: GIVEN[name] for name in case.body if name in GIVEN})
            if is_known and case.method != "DELETE":
                case.path_parameters.update({name: names[name] for name in case.path_parameters if name in names})
            if is_known:
                case.headers.update({"auth": person if case.path.startswith(FOR_PEOPLE) else token})
                case.query.pop("app", None)
            if str(case.query.get("wait", "")).isdigit():
                case.query["wait"] = 0
            answer = case.call(timeout=PATIENCE_S)
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        try_one()

    for operation in schema.get_all_operations():
        tried(operation.ok())
    if mode is GenerationMode.POSITIVE:
        # What there is, nobody deletes here.
        missed = {label for label, statuses in seen.items() if not statuses & {200, 201, 202, 204}}
        missed -= HARD | IN_STEPS
        unreached = sorted(label for label in missed if not label.startswith("DELETE"))
        assert unreached == []
    own = [
        path for path in served.http.get(served.url + "/openapi.json").json()["paths"].items() if re.match(OWN, path[0])
    ]
    assert len(seen) == sum(len(methods) for _, methods in own)


def test_a_stranger_sees_nothing_in_it(served: Service) -> None:
    """The description is of the APIs, not of anybody's data."""
    text = served.http.get(served.url + "/openapi.json").text
    assert TENANT.app_id not in text.split('"')
    assert STRANGER.account_id not in text
