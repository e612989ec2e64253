"""A conversation told to the hook of a real server as a contact centre would, and what became of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from auscult.cli.operations.token import make_link
from auscult.domain.tenancy import Tenant
from auscult.services.assist.knowledge import add_document
from tests.data_files import data_of
from tests.e2e.serving import TENANT, Service, work
from tests.waiting import wait_for

STORE = Path(__file__).parents[2] / "examples" / "knowledge" / "store"
HOOK = "/agentassist/api/v1/hooks/{app}"
REPORT = "/agentassist/api/v1/public/{app}/aaconversation"
FLAGS = ("includeHistory", "includeAgenticHistory", "includeFeedback", "includeSummary")
ASSISTED = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-live")
FORM = data_of(__file__, "form").encode()

Body = dict[str, Any]


def agent(name: str, queue: str = "q-1") -> Body:
    """An agent, as the contact centre tells of them."""
    custom = {"agentEmail": f"{name}@example.com", "queueId": queue, "queueName": queue.upper()}
    return {"identity": f"a-{name}", "name": name.title(), "type": "agent", "customFields": custom}


def said(text: str, by: str = "USER", agent_id: str = "a-ada", **more: Any) -> Body:
    """A message, with everything that the vendor's page requires."""
    return {
        "query": text,
        "agentId": agent_id,
        "experience": "chat",
        "author": {"type": by},
        "source": "genesys",
        "sendUserMessage": by == "USER",
        "sendAgentMessage": by == "AGENT",
        "language": "en",
        **more,
    }


def moved(who: Body, transfer: str, transition: str) -> Body:
    """An agent comes or goes."""
    event = {
        "name": "INTERNAL_TRANSFER_EVENT",
        "transfertype": transfer,
        "transition": transition,
        "isExtAD": True,
        "language": "en",
        "experience": "chat",
        "participant": who,
    }
    return {"events": [event]}


SUMMARY: Body = {
    "events": [{"name": "TRIGGER_SUMMARY_EVENT", "data": {"language": "English", "locale": "en", "type": "post"}}]
}
END: Body = {
    "events": [
        {"name": "END_OF_CONVERSATION", "reason": "agent_initiated", "language": "en", "participant": agent("ada")}
    ]
}


class Assisted:
    """The server, with what the shop's agents know in an app of its own, and a client that may do all of it."""

    def __init__(self, service: Service) -> None:
        """Give the app its knowledge."""
        self.service = service
        service.store.ensure(ASSISTED)
        self.app = service.store.within(ASSISTED)
        self.app.forms.publish("ef-sure", FORM)
        for file in sorted(STORE.glob("*.md")):
            add_document(self.app, file.name, file.read_bytes(), "en")
        self.client = service.new_client("AgentAssist Analytics", "assist:write", "conversations:read", tenant=ASSISTED)

    def tell(self, conversation_id: str, *bodies: Body, **headers: str) -> list[httpx.Response]:
        """Tell the hook, one request after the other, as the vendor's samples do."""
        given = {"token": self.service.token(self.client), "Content-Type": "application/json", **headers}
        address = self.service.url + HOOK.replace("{app}", ASSISTED.app_id)
        return [
            self.service.http.post(
                address, headers=given, json={"conversationId": conversation_id, "botId": ASSISTED.app_id, **body}
            )
            for body in bodies
        ]

    def told(self, conversation_id: str, *bodies: Body) -> None:
        """The same, and each is answered as the vendor does."""
        for answer in self.tell(conversation_id, *bodies):
            assert (answer.status_code, answer.json()) == (200, {"STATUS": "OK"}), answer.text

    def own(self, method: str, path: str, body: Any = None, **given: Any) -> httpx.Response:
        """Ask our own API."""
        headers = {"Authorization": f"Bearer {self.service.token(self.client)}"}
        return self.service.http.request(
            method, f"{self.service.url}/api/v1{path}", headers=headers, json=body, **given
        )

    def state(self, conversation_id: str) -> Body:
        """How a live conversation stands."""
        return self.own("GET", f"/live/conversations/{conversation_id}").json()

    def settled(self, conversation_id: str) -> Body:
        """How it stands once the assistant has nothing to do any more."""
        return wait_for(lambda: self.state(conversation_id), lambda state: bool(state.get("is_settled")))

    def filed(self, conversation_id: str) -> Body:
        """The conversation whole, once it was handed on and evaluated at its present revision."""

        def detail() -> Body:
            work(self.service)
            return self.own("GET", f"/conversations/{conversation_id}").json()

        def is_left() -> bool:
            due = self.service.store.live_work.due(datetime(9999, 1, 1, tzinfo=UTC))
            return conversation_id not in [each.conversation_id for each in due]

        wait_for(is_left, bool)
        return wait_for(detail, lambda found: found.get("status") not in (None, "pending", 404))

    def rows(self, **flags: bool) -> list[Body]:
        """Return the rows of aaconversation for today and yesterday, in case midnight has passed since."""
        today = datetime.now(UTC)
        days = {"from": f"{today - timedelta(days=1):%Y-%m-%d}", "to": f"{today:%Y-%m-%d}"}
        headers = {"auth": self.service.token(self.client), "accountId": ASSISTED.account_id}
        return self.service.ask({**days, **flags}, path=REPORT, app=ASSISTED.app_id, headers=headers).json()["results"]

    def row(self, conversation_id: str, **flags: bool) -> Body:
        """What it shows of one conversation."""
        return next(row for row in self.rows(**flags) if row["convId"] == conversation_id)


def types(messages: Sequence[Body]) -> list[str]:
    """Messages of a row: what was said, and AGENTIC."""
    return [message.get("type", message["author"]["type"] if "author" in message else "") for message in messages]


def link(live: Assisted, conversation_id: str = "", **more: Any) -> str:
    """A link that signs Ada in."""
    address = f"{live.service.url}/assist/{quote(conversation_id, safe='')}"
    return make_link(address, live.client.client_id, live.client.secret, {"id": "a-ada", "name": "Ada"}, **more)
