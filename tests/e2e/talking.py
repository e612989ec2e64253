"""People who talk about conversations over HTTP: one of every role, each with a browser, and a client."""

import uuid
from typing import Any

from tests.e2e.disputes.test_api_disputes import document
from tests.e2e.own import Own
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import Service

WRITERS = ("administrator", "qa-manager", "auditor", "supervisor")


class Talkers:
    """People of every role, each with a browser, and a client."""

    def __init__(self, service: Service) -> None:
        """Add them; agents are known by a conversation each."""
        self.mark = uuid.uuid4().hex[:6]
        self.service = service
        self.client = Own(service, service.new_client("conversations:write", "audits:write", "webhooks:read"))
        self.client.load(document(f"k-{self.mark}-a", "ag-talked"), document(f"k-{self.mark}-b", "ag-other"))
        self.by_role = {role: Browser(service, self.add(role)) for role in (*WRITERS, "analyst", "inspector")}
        self.agent = Browser(service, self.add("agent", agents=("ag-talked",)))
        self.stranger = Browser(service, self.add("agent", "kim", agents=("ag-other",)))

    def add(self, role: str, name: str = "", **access: Any) -> str:
        """Add a person; their e-mail address."""
        return add(self.service, f"{name or role}-{self.mark}", role, **access)

    def email(self, role: str) -> str:
        """Return the address of the person of a role."""
        return f"{role}-{self.mark}@example.com"

    def conversation(self) -> str:
        """Load another conversation of the agent; its id."""
        name = f"k-{uuid.uuid4().hex[:8]}"
        self.client.load(document(name, "ag-talked"))
        return name

    def opened(self, conversation: str, by: str = "qa-manager", **more: Any) -> dict[str, Any]:
        """Open a thread; it."""
        body = {"text": "Listen to this.", "turn_id": "m1"} | more
        answer = self.by_role[by].ask("POST", f"/conversations/{conversation}/comments", body)
        assert answer.status_code == 201, answer.text
        return answer.json()
