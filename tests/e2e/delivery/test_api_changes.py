"""The feed and the webhooks over HTTP, on a real server over each kind of database."""

import json

import pytest

from auscult.domain.tenancy import Tenant
from auscult.server.rest.cursors import write_cursor
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service

EVERYTHING = ("conversations:write", "webhooks:write")


@pytest.fixture
def own(service: Service) -> Own:
    """A client that may follow everything."""
    return Own(service, service.new_client(*EVERYTHING))


def test_the_feed_is_read_on_and_on(own: Own) -> None:
    """Pages by cursor; the last cursor waits for what comes next."""
    whole = own.ask("GET", "/changes").json()
    ids = [each["conversation_id"] for each in whole["items"]]
    assert len(ids) == len(set(ids)) == 6
    assert {each["kind"] for each in whole["items"]} == {"created"}
    assert whole["more"] is False
    pages, cursor = [], None
    while True:
        asked = f"/changes?limit=4{f'&cursor={cursor}' if cursor else ''}"
        page = own.ask("GET", asked).json()
        pages += page["items"]
        cursor = page["next_cursor"]
        if not page["more"]:
            break
    assert pages == whole["items"]
    again = own.ask("GET", f"/changes?cursor={cursor}").json()
    assert again == {"items": [], "next_cursor": cursor, "more": False}
    assert own.ask("DELETE", f"/conversations/{ids[0]}").status_code == 204
    (erased,) = own.ask("GET", f"/changes?cursor={cursor}").json()["items"]
    assert (erased["conversation_id"], erased["kind"]) == (ids[0], "erased")
    problem(own.ask("GET", "/changes?cursor=nonsense"), 400, "cursor.unreadable")


def test_a_cursor_of_another_database_is_told(own: Own) -> None:
    """One that is ahead of all that there is would pass over what comes next in silence."""
    last = own.ask("GET", "/changes?limit=1000").json()["items"][-1]["number"]
    assert own.ask("GET", f"/changes?cursor={write_cursor(last)}").status_code == 200
    problem(own.ask("GET", f"/changes?cursor={write_cursor(last + 1)}"), 400, "cursor.ahead")


def test_webhooks_are_made_listed_and_removed(own: Own) -> None:
    """The secret is shown once; what is wrong with an address is said; nobody else's app shows."""
    made = own.ask("POST", "/webhooks", json.dumps({"url": "https://w.example.com/x", "kinds": ["audited"]}))
    assert made.status_code == 201
    told = made.json()
    assert told["secret"].startswith("whsec_")
    (listed,) = own.ask("GET", "/webhooks").json()["items"]
    assert listed == {**told, "secret": None}
    assert listed["waiting"] == 0
    assert own.ask("GET", f"/webhooks/{told['id']}/deliveries").json() == {"items": []}
    assert own.ask("POST", f"/webhooks/{told['id']}/enable").status_code == 204
    for url in ("http://w.example.com/x", "ftp://w.example.com", "https://", "nothing", "https://[::1"):
        problem(own.ask("POST", "/webhooks", json.dumps({"url": url})), 400, "webhook.bad_url")
    for host in ("127.0.0.1", "localhost", "10.0.0.5", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "2130706433"):
        problem(own.ask("POST", "/webhooks", json.dumps({"url": f"https://{host}/x"})), 422, "address.not_allowed")
    for bad in ({"format": "slack", "template": "{scores}"}, {"template": "{score}"}):
        wanted = json.dumps({"url": "https://w.example.com/x", **bad})
        problem(own.ask("POST", "/webhooks", wanted), 400, "webhook.bad_template")
    chat = {"url": "https://hooks.slack.com/services/T1/B1/x", "format": "slack", "template": "{score} {link}"}
    message = own.ask("POST", "/webhooks", json.dumps(chat)).json()
    assert (message["format"], message["template"]) == ("slack", "{score} {link}")
    assert own.ask("DELETE", f"/webhooks/{message['id']}").status_code == 204
    other = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-other")
    own.service.store.ensure(other)
    stranger = Own(own.service, own.service.new_client(*EVERYTHING, apps=frozenset({"st-other"})))
    assert stranger.ask("GET", "/webhooks").json() == {"items": []}
    problem(stranger.ask("DELETE", f"/webhooks/{told['id']}"), 404, "webhook.unknown")
    assert own.ask("DELETE", f"/webhooks/{told['id']}").status_code == 204
    problem(own.ask("DELETE", f"/webhooks/{told['id']}"), 404, "webhook.unknown")
