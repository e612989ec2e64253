"""Our own API over jobs, and the same from the command line."""

import msgspec
import pytest

from auscult.storage.store import AppStore
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service
from tests.integration.working import conversation


@pytest.fixture
def app(service: Service, request: pytest.FixtureRequest) -> AppStore:
    """An app of its own for each test."""
    tenant = msgspec.structs.replace(TENANT, app_id=f"st-{request.node.originalname}")
    service.store.ensure(tenant)
    return service.store.within(tenant)


@pytest.fixture
def own(service: Service, app: AppStore) -> Own:
    """A client that may look after the app's jobs."""
    return Own(service, service.new_client("jobs:write", "conversations:read", tenant=app.tenant))


def test_jobs_are_looked_after(service: Service, app: AppStore, own: Own) -> None:
    """Listed, shown, retried and cancelled; a conversation of a cancelled one says so."""
    first, second = (str(app.conversations.accept([conversation(f"c-{n}")]).batch_id) for n in range(2))
    service.store.work.fail(first, "no engine")
    page = own.ask("GET", "/jobs?limit=1").json()
    assert [item["id"] for item in page["items"]] == [second]
    rest = own.ask("GET", f"/jobs?limit=1&cursor={page['next_cursor']}").json()
    assert ([item["id"] for item in rest["items"]], rest["next_cursor"]) == ([first], None)
    (failed,) = own.ask("GET", "/jobs?state=failed").json()["items"]
    assert (failed["id"], failed["state"], failed["reason"]) == (first, "failed", "no engine")
    assert failed["ended_at"].endswith("Z")
    assert own.ask("GET", f"/jobs/{first}").json() == {**failed, "unscored": ["c-0"]}
    assert own.ask("POST", f"/jobs/{first}/retry").json()["state"] == "waiting"
    assert own.ask("POST", f"/jobs/{second}/cancel").json()["state"] == "cancelled"
    assert own.ask("GET", "/conversations/c-1").json()["status"] == "cancelled"
    assert own.ask("GET", "/conversations/c-0").json()["status"] == "pending"
    app.jobs.cancel(first)


def test_what_is_refused(service: Service, app: AppStore, own: Own) -> None:
    """Jobs that are not there, states that there are not, clients that may not."""
    for method, path in (("GET", "/jobs/b-none"), ("POST", "/jobs/b-none/retry"), ("POST", "/jobs/b-none/cancel")):
        problem(own.ask(method, path), 404, "job.unknown")
    problem(own.ask("GET", "/jobs?state=done"), 400, "field.unknown_value")
    reader = Own(service, service.new_client("jobs:read", tenant=app.tenant))
    assert reader.ask("GET", "/jobs").json() == {"items": [], "next_cursor": None}
    problem(reader.ask("POST", "/jobs/b-none/retry"), 403, "scope.missing")
