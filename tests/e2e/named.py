"""One of everything that the own API serves, for a machine that tries its operations."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from auscult.domain.assist.assistance import Suggestion, Summary
from auscult.domain.assist.live import Ended, Event, Message, Suggested, Summarised
from auscult.domain.assist.live_log import Decision
from auscult.domain.change import Webhook, new_webhook_id, new_webhook_secret
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue, Team
from auscult.domain.people.principal import operator
from auscult.services.ai_agents.registering import AiAgents, NewAgent
from auscult.services.assist.knowledge import add_document
from auscult.services.people.users import Access, Users
from tests.e2e.serving import TENANT, Service
from tests.e2e.sounding import tone
from tests.integration.connectors.placing import document, fill
from tests.integration.working import conversation

FOR_PEOPLE = ("/api/v1/sessions", "/api/v1/tokens")
"""Paths that a client is not let in to."""


def names_in(served: Service) -> dict[str, str]:
    """Add one of everything to the golden sample; what each is named by in paths and bodies."""
    recorded = served.store.within(TENANT).conversations.rerender("", 100)
    scored = next(each.conversation.id for each in recorded if each.evaluation.form)
    form_id = next(each.evaluation.form.id for each in recorded if each.evaluation.form)
    return {
        "conversation_id": scored,
        **planned(served),
        "webhook_id": webhook(served),
        **assisted(served, scored),
        **scorecard(served),
        **taxonomy(served),
        **ai_agent(served),
        **connector(served),
        "recording_id": recording(served, scored),
        "upload_id": unfinished_upload(served, scored),
        **planned_audits(served, form_id),
    }


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


def ai_agent(served: Service) -> dict[str, str]:
    """Register an AI agent; what it is named by."""
    agents = AiAgents(served.store.within(TENANT), lambda: datetime.now(UTC), operator())
    agents.register("a-1", NewAgent(name="Nia", instructions="Be kind."))
    return {"agent_id": "a-1"}


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
