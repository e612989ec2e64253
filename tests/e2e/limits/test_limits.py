"""Limits over HTTP, on both databases: who is refused, with which words, and who is not."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.limits import Limits, Owner
from auscult.domain.tenancy import Tenant
from tests.e2e.own import Own, problem
from tests.e2e.serving import GOLDEN_SAMPLE, STRANGER, TENANT, Service, opened, serving, work
from tests.e2e.sounding import wav
from tests.waiting import wait_until

Served = Callable[[dict[Owner, Limits]], AbstractContextManager[Service]]

ACCOUNT, APP = Owner(TENANT.account_id), Owner(TENANT.account_id, TENANT.app_id)
HOOK = "/agentassist/api/v1/hooks/{app}"
CONTENT = GOLDEN_SAMPLE


@pytest.fixture
def served(database_url: str, tmp_path: Path, store: Any) -> Served:  # noqa: ARG001  (the store makes the database)
    """A server whose limits are set before it begins."""

    @contextmanager
    def serve(limits: dict[Owner, Limits]) -> Iterator[Service]:
        folder: dict[str, Any] = {"state_dir": str(tmp_path), "recordings": str(tmp_path / "sound")}
        with opened(GOLDEN_SAMPLE, database_url, **folder) as application:
            for owner, each in limits.items():
                application.store.limits.save(owner, each)
        with serving(database_url, **folder) as service:
            yield service

    return serve


def document(name: str) -> bytes:
    """Return a conversation to load."""
    turns = [
        {"id": "m1", "speaker": "agent", "text": "hello there", "start_ms": 0},
        {"id": "m2", "speaker": "customer", "text": "thanks", "start_ms": 10_000},
    ]
    return msgspec.json.encode({"id": name, "channel": "chat", "started_at": "2026-03-01T08:00:00Z", "turns": turns})


def loading(service: Service, tenant: Tenant = TENANT) -> Own:
    """Return a client that loads conversations and recordings into an app."""
    scopes = ("conversations:write", "conversations:read", "recordings:write", "assist:write", "assist:read")
    return Own(service, service.new_client(*scopes, tenant=tenant))


def message(name: str, conversation_id: str) -> dict[str, Any]:
    """Return the body of a live message."""
    return {"conversationId": conversation_id, "query": "good morning", "messageId": name, "author": {"type": "user"}}


@pytest.mark.landing
def test_requests_of_account_and_app_are_limited(served: Served) -> None:
    """Reports and our own API alike, each in its own words; others keep the limit of the settings."""
    with served({APP: Limits(requests=3), Owner(STRANGER.account_id): Limits(requests=2)}) as service:
        own, other = loading(service), loading(service, STRANGER)
        assert [own.ask("GET", "/conversations").status_code for _ in range(3)] == [200] * 3
        told = problem(own.ask("GET", "/conversations"), 429, "rate.exceeded")
        assert "app st-1: 3 of 3 requests of this minute are used" in told["detail"]
        refused = service.ask()
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, 429)
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        answers = [other.ask("GET", "/conversations") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert answers[0].headers["ratelimit-limit"] == "2"
        assert "account acc-2" in answers[2].json()["detail"]


@pytest.mark.landing
def test_a_backlog_is_refused_and_what_was_accepted_is_scored(served: Served) -> None:
    """Single conversations, loads and new live conversations; live ones that go on, and other accounts, are served."""
    with served({ACCOUNT: Limits(backlog=2)}) as service:
        own, other = loading(service), loading(service, STRANGER)
        headers = {"auth": service.token(own.client), "Content-Type": "application/json"}
        hook = f"{service.url}{HOOK.replace('{app}', TENANT.app_id)}"
        assert service.http.post(hook, json=message("m-1", "c-live"), headers=headers).status_code == 200
        assert own.ask("POST", "/conversations", document("c-1") + b"\n" + document("c-2")).status_code == 202
        answer = own.ask("POST", "/conversations", document("c-3"))
        told = problem(answer, 429, "backlog.exceeded")
        assert "account acc-1: 2 conversations wait to be scored, of 2 that may" in told["detail"]
        assert answer.headers["retry-after"] == "10"
        assert service.http.post(hook, json=message("m-2", "c-live"), headers=headers).status_code == 200
        begun = service.http.post(hook, json=message("m-1", "c-live-2"), headers=headers)
        assert (begun.status_code, begun.json()["errors"][0]["reason"]) == (429, "backlog.exceeded")
        assert other.ask("POST", "/conversations", document("c-9")).status_code == 202
        work(service)
        wait_until(lambda: own.ask("POST", "/conversations", document("c-3")).status_code == 202)
        found = own.ask("GET", "/conversations?limit=100").json()["items"]
        assert {"c-1", "c-2"} <= {each["id"] for each in found}


@pytest.mark.landing
def test_storage_and_sound_are_refused_with_their_figures(served: Served) -> None:
    """403 for bytes, which do not come back by waiting; 429 for minutes, until the month ends."""
    with served({ACCOUNT: Limits(storage_bytes=1)}) as service:
        own = loading(service)
        told = problem(own.ask("POST", "/conversations", document("c-1")), 403, "storage.exceeded")
        assert "of 1 bytes are stored (limit storage_bytes)" in told["detail"]
        assert told["value"] > 1
        sound = own.ask(
            "POST", "/conversations/none/recordings", wav(b"\0\0" * 8000), headers={"Content-Type": "audio/wav"}
        )
        problem(sound, 403, "storage.exceeded")
    with served({ACCOUNT: Limits(), APP: Limits(sound_minutes=1)}) as service:
        own = loading(service)
        assert own.ask("POST", "/conversations?wait=0", document("c-1")).status_code == 202
        path, kind = "/conversations/c-1/recordings", {"Content-Type": "audio/wav"}
        assert own.ask("POST", path, wav(b"\0\0" * 8000 * 60), headers=kind).status_code == 201
        answer = own.ask("POST", path, wav(b"\1\0" * 8000), headers=kind)
        told = problem(answer, 429, "sound.exceeded")
        assert "app st-1: 1 of 1 minutes of sound of this month are used" in told["detail"]
        assert int(answer.headers["retry-after"]) > 0
