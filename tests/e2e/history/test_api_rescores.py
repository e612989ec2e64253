"""Our own API over re-scores and backtests."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from auscult import bootstrap
from auscult.reports import REPORTS
from auscult.services.scoring.process import Processing
from tests.data_files import tuples_of
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service
from tests.integration.working import FORM, conversation
from tests.waiting import existing

HEAVIER = FORM.replace(b"pass_score: 50", b"pass_score: 60")
GREETED = FORM.replace(b"[hello]", b"[thanks]")


@pytest.fixture
def own(service: Service, request: pytest.FixtureRequest) -> Own:
    """An app of its own for each test, with a form and two conversations that it scored."""
    tenant = msgspec.structs.replace(TENANT, app_id=f"st-{request.node.originalname}")
    service.store.ensure(tenant)
    app = service.store.within(tenant)
    app.forms.publish("ef-1", FORM)
    evaluator = bootstrap.evaluator(service.application.settings)
    work = Processing(service.store, evaluator, REPORTS, lambda: datetime.now(UTC))
    chats = [conversation("c-1"), conversation("c-2", "thanks")]
    finished = existing(work.evaluate(app.conversations.accept(chats).batch_id or ""))
    work.record(finished)
    return Own(service, service.new_client("forms:write", "conversations:read", tenant=tenant))


def backfill(service: Service) -> None:
    """Do what waits, as the worker of `auscult serve` would."""
    settings = service.application.settings
    evaluator = bootstrap.evaluator(settings, spending=service.store.spending, store=service.store)
    work = bootstrap.chunk_processing(service.store, evaluator._replace(conversation_s=settings.conversation_s))
    for chunk_id in service.store.work.next("chunk", 100):
        written = existing(work.process(chunk_id))
        work.record(work.ask_judge(written) if written.must_ask else written)


def ask(own: Own, method: str, path: str, body: Any = None, **given: Any) -> Any:
    """Ask with a JSON body."""
    content = None if body is None else msgspec.json.encode(body)
    headers = {} if body is None else {"Content-Type": "application/json"}
    return own.ask(method, path, content, headers=headers, **given)


@pytest.mark.landing
def test_a_rescore_from_beginning_to_end(service: Service, own: Own) -> None:
    """202 with where to look; watched, listed, done; the conversation shows both evaluations and the trail."""
    own.ask("POST", "/forms", HEAVIER)
    begun = ask(own, "POST", "/rescores", {"form_id": "ef-1", "by": "Ada"})
    assert (begun.status_code, begun.json()["state"], begun.json()["total"]) == (202, "running", 2)
    path = begun.headers["location"].removeprefix("/api/v1")
    told = problem(ask(own, "POST", "/rescores", {"form_id": "ef-1"}), 409, "backfill.running")
    assert told["value"] == begun.json()["id"]
    backfill(service)
    done = own.ask("GET", path).json()
    assert (done["state"], done["looked"], done["rescored"], done["version"], done["by"]) == ("done", 2, 2, 2, "Ada")
    assert done["ended_at"].endswith("Z")
    assert own.ask("GET", "/rescores").json()["items"] == [done]
    shown = own.ask("GET", "/conversations/c-1").json()
    assert (shown["evaluation"]["form"]["version"], shown["earlier_evaluations"][0]["form"]["version"]) == (2, 1)
    (step,) = shown["audit"]["trail"]
    assert (step["action"], step["by"], step["auditor"]) == ("rescored", "Ada", None)
    assert step["rescore"]["id"] == done["id"]
    assert step["rescore"]["before"] == {
        "form": {"id": "ef-1", "version": 1},
        "status": "evaluated",
        "score": 100,
        "passed": True,
    }


def test_cancelled_and_resumed(service: Service, own: Own) -> None:
    """What is cancelled writes nothing more, and goes on where it was."""
    own.ask("POST", "/forms", HEAVIER)
    begun = ask(own, "POST", "/rescores", {"form_id": "ef-1"}).json()
    for _ in range(2):
        cancelled = own.ask("POST", f"/rescores/{begun['id']}/cancel")
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    backfill(service)
    assert own.ask("GET", f"/rescores/{begun['id']}").json()["looked"] == 0
    assert own.ask("POST", f"/rescores/{begun['id']}/resume").json()["state"] == "running"
    backfill(service)
    done = own.ask("GET", f"/rescores/{begun['id']}").json()
    assert (done["state"], done["rescored"]) == ("done", 2)
    assert done["by"] == own.client.client_id


def test_what_cannot_be_rescored(own: Own) -> None:
    """Each with its reason."""
    for body, status, reason in tuples_of(__file__, "what_cannot_be_rescored"):
        problem(ask(own, "POST", "/rescores", body), status, reason)
    own.ask("POST", "/forms/ef-1/retire")
    problem(ask(own, "POST", "/rescores", {"form_id": "ef-1"}), 400, "form.retired")
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/resume")):
        problem(own.ask(method, f"/rescores/rs-none{path}"), 404, "rescore.unknown")


def test_a_backtest_of_a_draft(service: Service, own: Own) -> None:
    """Begun, watched, read and forgotten; nothing of the conversations changes."""
    before = own.ask("GET", "/conversations/c-2").json()
    own.ask("PUT", "/forms/ef-1/draft", GREETED)
    begun = ask(own, "POST", "/forms/ef-1/backtest", {})
    assert (begun.status_code, begun.json()["state"], begun.json()["result"]) == (202, "running", None)
    path = begun.headers["location"].removeprefix("/api/v1")
    backfill(service)
    result = own.ask("GET", path).json()["result"]
    assert (result["counted"], result["gained"], result["lost"]) == (2, 1, 1)
    assert {shift["conversation_id"] for shift in result["most_changed"]} == {"c-1", "c-2"}
    assert any(metric["evidence"] for shift in result["most_changed"] for metric in shift["metrics"])
    assert own.ask("GET", "/conversations/c-2").json() == before
    assert own.ask("GET", "/forms/ef-1").json()["version"] == 1
    assert own.ask("DELETE", path).status_code == 204
    problem(own.ask("GET", path), 404, "backtest.unknown")
    problem(own.ask("DELETE", path), 404, "backtest.unknown")


def test_what_a_backtest_is_of(service: Service, own: Own) -> None:
    """A document, a version, else the draft, else what is in force; with ``wait`` a first answer may be the last."""
    own.ask("POST", "/forms", HEAVIER)

    def counts(body: dict[str, Any]) -> tuple[int, int]:
        begun = ask(own, "POST", "/forms/ef-1/backtest", body)
        assert begun.status_code == 202
        backfill(service)
        result = own.ask("GET", f"/backtests/{begun.json()['id']}").json()["result"]
        return result["gained"], result["lost"]

    assert counts({}) == (0, 0)
    assert counts({"document": GREETED.decode()}) == (1, 1)
    own.ask("PUT", "/forms/ef-1/draft", GREETED)
    assert counts({}) == (1, 1)
    assert counts({"version": 1}) == (0, 0)
    empty = {"until": "2020-01-01T00:00:00Z"}
    over = ask(own, "POST", "/forms/ef-1/backtest?wait=5", empty)
    assert (over.status_code, over.json()["state"], over.json()["result"]["looked"]) == (200, "done", 0)


def test_what_cannot_be_tried(own: Own) -> None:
    """Each with its reason."""
    problem(ask(own, "POST", "/forms/ef-none/backtest", {}), 404, "form.unknown")
    problem(ask(own, "POST", "/forms/ef-1/backtest", {"version": 9}), 404, "form.unknown")
    problem(ask(own, "POST", "/forms/ef-2/backtest", {"document": FORM.decode()}), 400, "draft.misnamed")
    told = problem(ask(own, "POST", "/forms/ef-1/backtest", {"document": "id: ef-1"}), 422, "form.invalid")
    assert told["errors"]
    problem(ask(own, "POST", "/forms/ef-1/backtest", {"sample": 0}), 400, "field.wrong_type")


def test_scopes(service: Service, own: Own) -> None:
    """Who may read forms may watch re-scores, and begin nothing; backtests show what was said, and need more."""
    (app,) = own.client.app_ids
    reader = Own(service, service.new_client("forms:read", tenant=msgspec.structs.replace(TENANT, app_id=app)))
    assert reader.ask("GET", "/rescores").status_code == 200
    problem(ask(reader, "POST", "/rescores", {"form_id": "ef-1"}), 403, "scope.missing")
    problem(ask(reader, "POST", "/forms/ef-1/backtest", {}), 403, "scope.missing")
    problem(reader.ask("GET", "/backtests/bt-1"), 403, "scope.missing")
