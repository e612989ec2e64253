"""What stands behind the agent's page, asked as no page would: on a real server, without a browser."""

import time

import httpx
import pytest

from auscult.cli.operations.token import make_link
from auscult.domain.tenancy import Client
from tests.e2e.assisting import Assisted, Body, said
from tests.e2e.serving import Service
from tests.waiting import PATIENCE_S, wait_for

ADA: dict[str, str | None] = {"id": "a-ada", "name": "Ada"}


@pytest.fixture(scope="module")
def live(service: Service) -> Assisted:
    """The server with an app that knows something."""
    return Assisted(service)


def link(client: Client) -> str:
    """The token of a link by which this client signs Ada in."""
    return make_link("", client.client_id, client.secret, ADA).removeprefix("#")


def bearing(token: str) -> dict[str, str]:
    """The header that the page sends the token of a link with."""
    return {"authorization": f"Bearer {token}"}


def test_what_stands_behind_the_page_is_for_the_page_alone(live: Assisted) -> None:
    """Without its header, without its cookie, or with another token nothing is told; files say what they may do."""
    http, address = httpx.Client(base_url=live.service.url, timeout=PATIENCE_S), f"{live.service.url}/assist/-"
    mine = {"x-auscult-page": "1"}
    token = link(live.client)
    with http:
        assert http.post(f"{address}/session", headers=bearing(token)).json()["reason"] == "page.only"
        answer = http.post(f"{address}/session", headers=mine | bearing(token))
        assert (answer.status_code, answer.json()["agent"]) == (200, ADA)
        assert answer.json()["expires_at"] <= time.time() + 10 * 3600
        assert http.get(f"{address}/conversations").json()["reason"] == "page.only"
        assert http.get(f"{address}/conversations", headers=mine).status_code == 200
        other = {"about": "widget", "value": "like", "agent": {"id": "a-other"}}
        live.told("c-behind", said("hello"))
        assert http.post(f"{address}/conversations/c-behind/feedback", json=other, headers=mine).status_code == 204
        assert live.state("c-behind")["feedback"][0]["agent"] == ADA
        assert http.put(f"{address}/settings", json={}, headers=mine).status_code == 405
        live.service.store.clients.revoke(_other_client(live, http, mine))
        gone = wait_for(lambda: http.get(f"{address}/session", headers=mine), lambda answer: answer.status_code == 401)
        assert gone.json()["reason"] == "session.expired"
        http.cookies.clear()
        assert http.get(f"{address}/conversations", headers=mine).json()["reason"] == "session.missing"
        http.cookies.set("auscult_assist", token)
        assert http.get(f"{address}/conversations", headers=mine).json()["reason"] == "session.expired"
        page = http.get("/assist/c-behind")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "'unsafe" not in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"
        assert http.post("/assist/c-behind").status_code == 405
        assert http.get("/assist/-/none.js").status_code == 404


def _other_client(live: Assisted, http: httpx.Client, headers: Body) -> str:
    """Sign in by a client of its own, whose id this is."""
    client = live.service.new_client("assist:write", tenant=live.app.tenant)
    token = link(client)
    assert http.post("/assist/-/session", headers=headers | bearing(token)).status_code == 200
    reader = live.service.new_client("assist:read", tenant=live.app.tenant)
    refused = link(reader)
    answer = http.post("/assist/-/session", headers=headers | bearing(refused))
    assert (answer.status_code, answer.json()["reason"]) == (403, "scope.missing")
    return client.client_id
