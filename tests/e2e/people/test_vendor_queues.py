"""The vendor's queue APIs over HTTP, on both databases: jobs with a result for each queue, and who serves them since when."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from auscult.domain.people.directory import DirectoryAgent
from tests.e2e.serving import STRANGER, TENANT, Service

QUEUES = f"/qualityai/api/v1/public/{TENANT.app_id}/qm/queues"


class Desk:
    """A client that may write, one that may only read, and two agents with addresses."""

    def __init__(self, service: Service) -> None:
        """Add them."""
        self.service = service
        self.client = service.new_client("users:write")
        self.reader = service.new_client("SmartAssist Analytics")
        self.directory = service.store.within(TENANT).people.directory
        self.directory.put_agents(
            [
                DirectoryAgent(agent_id=f"a-{name}", emails=(f"{name}@shop.example", f"{name}@old.example"))
                for name in ("ann", "bo")
            ]
        )

    def ask(self, method: str, path: str, body: Any = None, *, may_write: bool = True) -> httpx.Response:
        """Ask once, with the vendor's headers."""
        token = self.service.token(self.client if may_write else self.reader)
        headers = {"auth": token, "accountId": TENANT.account_id, "iId": TENANT.app_id}
        return self.service.http.request(method, self.service.url + path, json=body, headers=headers)

    def serving(self, queue_id: str) -> set[str]:
        """Return who serves a queue now."""
        now = datetime.now(UTC)
        return {each.agent_id for each in self.directory.memberships("queue", queue_id) if each.holds(now)}

    def mapped(self, queue_id: str, *names: str, **how: str) -> dict[str, Any]:
        """Map agents to a queue, and return the job's state."""
        mapping = {"customQueueId": queue_id, "agentEmails": [f"{name}@shop.example" for name in names]}
        job = self.ask("POST", f"{QUEUES}/agent-mapping", {"mappings": [mapping], **how}).json()
        return self.ask("GET", f"{QUEUES}/jobs/{job['jobId']}", may_write=False).json()


@pytest.fixture(scope="module")
def desk(service: Service) -> Desk:
    """A directory that is empty but for two agents."""
    return Desk(service)


def test_queues_are_added_and_what_cannot_be_is_rejected_by_its_index(desk: Desk) -> None:
    """The others are there; the job says which, at the address that it names, in any letter case."""
    one = {"customQueueId": "q-cards", "queueName": "Cards", "conversationSource": "QMExpressAI"}
    body = [
        one | {"agentEmails": ["ANN@shop.example"]},
        {"customQueueId": "q" * 129, "queueName": "Long"},
        {"customQueueId": "q-loans", "queueName": "Loans", "agentEmails": ["nemo@shop.example"]},
    ]
    job = desk.ask("POST", QUEUES.upper().replace(TENANT.app_id.upper(), TENANT.app_id), {"queues": body}).json()
    assert (job["type"], job["total"], job["accepted"], job["rejected"]) == ("CREATE_QUEUES", 3, 2, 1)
    assert job["rejectedItems"][0]["index"] == 1
    assert job["rejectedItems"][0]["error"]["code"] == "INVALID_ITEM"
    state = desk.ask("GET", job["statusUrl"].removeprefix(desk.service.url)).json()
    assert (state["status"], state["progress"]) == ("completed", {"total": 2, "done": 1, "failed": 1, "pending": 0})
    assert [each["customQueueId"] for each in state["results"]] == ["q-cards"]
    assert (state["errors"][0]["customQueueId"], state["errors"][0]["error"]["code"]) == ("q-loans", "AGENT_NOT_FOUND")
    assert (desk.directory.queue("q-cards").name, desk.serving("q-cards")) == ("Cards", {"a-ann"})


def test_agents_are_assigned_and_unassigned_with_dates(desk: Desk) -> None:
    """Append adds, replace ends the others, a second time changes nothing, and the past is kept."""
    desk.ask("POST", QUEUES, {"queues": [{"customQueueId": "q-map", "queueName": "Map"}]})
    assert desk.mapped("q-map", "ann")["status"] == "completed"
    desk.mapped("q-map", "ann", "bo")
    assert desk.serving("q-map") == {"a-ann", "a-bo"}
    assert len(desk.directory.memberships("queue", "q-map")) == 2
    desk.mapped("q-map", "bo", mode="replace")
    assert desk.serving("q-map") == {"a-bo"}
    desk.mapped("q-map", "bo", action="unassign")
    assert desk.serving("q-map") == set()
    stays = desk.directory.memberships("queue", "q-map")
    assert all(each.since and each.until and each.since < each.until for each in stays)
    failed = desk.mapped("q-none", "ann")
    assert (failed["status"], failed["errors"][0]["error"]["code"]) == ("failed", "QUEUE_NOT_FOUND")


def test_agents_by_queue_in_pages(desk: Desk) -> None:
    """Queues that there are, each with the addresses of those who serve it now."""
    names = [f"q-page-{n}" for n in range(3)]
    desk.ask("POST", QUEUES, {"queues": [{"customQueueId": each, "queueName": each} for each in names]})
    desk.mapped("q-page-0", "bo")
    asked = {"customQueueIds": [*names, "q-none"]}
    page = desk.ask("POST", f"{QUEUES}/agentsbyqueueids?limit=2", asked, may_write=False).json()
    assert [each["customQueueId"] for each in page["results"]] == names[:2]
    assert page["results"][0]["agentEmails"] == ["bo@old.example", "bo@shop.example"]
    assert (page["hasMore"], page["totalPages"], page["totalResults"]) == (True, 2, 3)
    rest = desk.ask("POST", f"{QUEUES}/agentsbyqueueids?limit=2&skip=2", asked).json()
    assert (len(rest["results"]), rest["hasMore"]) == (1, False)


def test_who_may_not_and_what_is_no_request(desk: Desk) -> None:
    """A reader of reports writes nothing, a foreign app does not exist, and a bad body is refused with its field."""
    body = {"queues": [{"customQueueId": "q-x", "queueName": "X"}]}
    assert desk.ask("POST", QUEUES, body, may_write=False).status_code == 401  # as the vendor answers a missing scope
    foreign, nowhere = (QUEUES.replace(TENANT.app_id, each) for each in (STRANGER.app_id, "st-nowhere"))
    assert desk.ask("POST", foreign, body).status_code == desk.ask("POST", nowhere, body).status_code == 401
    assert "q-x" not in {each.queue_id for each in desk.directory.queues()}
    assert desk.ask("GET", f"{QUEUES}/jobs/qjb-none").status_code == 404
    assert desk.ask("GET", QUEUES).status_code == 405
    for path, wrong in (
        (QUEUES, {"queues": {}}),
        (QUEUES, {}),
        (f"{QUEUES}/agent-mapping", {"mappings": [], "mode": "append"}),
        (f"{QUEUES}/agent-mapping", {"mappings": [{}], "mode": "swap"}),
        (f"{QUEUES}/agentsbyqueueids", {"customQueueIds": "q-1"}),
        (f"{QUEUES}/agentsbyqueueids?limit=0", {"customQueueIds": []}),
    ):
        assert desk.ask("POST", path, wrong).status_code == 400, (path, wrong)
