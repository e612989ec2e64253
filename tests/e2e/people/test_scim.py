"""SCIM 2.0: users and groups provisioned by a directory, with a client's token or a personal one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.databases import database
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import GOLDEN_SAMPLE, STRANGER, Service, serving
from tests.waiting import existing

pytestmark = pytest.mark.landing

ADA = {"userName": "Ada@Example.com", "name": {"givenName": "Ada", "familyName": "Lovelace"}, "active": True}


class Directory:
    """A directory that provisions."""

    def __init__(self, service: Service, *scopes: str) -> None:
        """Hold a client's token with these scopes."""
        self._service = service
        self._headers = {"Authorization": f"Bearer {service.token(service.new_client(*scopes))}"}

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        """Ask for a path under /scim/v2, as directories do."""
        headers = {**self._headers, "Content-Type": "application/scim+json"}
        url = f"{self._service.url}/scim/v2{path}"
        return self._service.http.request(method, url, json=body, headers=headers, params=query)

    def patch(self, path: str, op: str, name: str | None, value: Any = None) -> httpx.Response:
        """Send one operation."""
        operation = {"op": op, "path": name, "value": value}
        return self.ask(
            "PATCH", path, {"Operations": [{key: each for key, each in operation.items() if each is not None}]}
        )


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A server with an administrator."""
    with database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url, serving(url, rate_limit=0) as service:
        add(service, "root", "administrator")
        yield service


def test_a_user_is_created_found_changed_and_disabled(service: Service) -> None:
    """As Okta and Entra ID do it: create, filter, replace, patch active (a text too), delete; answers are SCIM's."""
    directory = Directory(service, "users:write")
    made = directory.ask("POST", "/Users", ADA)
    assert (made.status_code, made.headers["content-type"]) == (201, "application/scim+json")
    user = made.json()
    assert (user["userName"], user["displayName"], user["active"]) == ("ada@example.com", "Ada Lovelace", True)
    again = directory.ask("POST", "/Users", ADA)
    assert (again.status_code, again.json()["scimType"], again.json()["status"]) == (409, "uniqueness", "409")
    found = directory.ask("GET", "/Users", filter='userName eq "ADA@example.com"').json()
    assert (found["totalResults"], found["Resources"][0]["id"]) == (1, user["id"])
    assert directory.ask("GET", "/Users", filter='emails.value eq "nobody@x"').json()["totalResults"] == 0
    assert directory.ask("GET", "/Users", filter='userName sw "a"').status_code == 400
    path = f"/Users/{user['id']}"
    assert directory.ask("PUT", path, {**ADA, "displayName": "Countess"}).json()["displayName"] == "Countess"
    assert directory.ask("PUT", path, {**ADA, "userName": "other@example.com"}).status_code == 400
    assert directory.patch(path, "Replace", "active", "False").json()["active"] is False
    assert directory.patch(path, "replace", None, {"active": True}).json()["active"] is True
    assert directory.patch(path, "replace", "active", "maybe").json()["scimType"] == "invalidValue"
    assert directory.ask("DELETE", path).status_code == 204
    assert directory.ask("GET", path).json()["active"] is False
    missing = directory.ask("GET", "/Users/u-none")
    assert (missing.status_code, missing.json()["schemas"]) == (404, ["urn:ietf:params:scim:api:messages:2.0:Error"])
    page = directory.ask("GET", "/Users", startIndex="2", count="1").json()
    assert (page["startIndex"], page["itemsPerPage"], page["totalResults"]) == (2, 1, 2)


def test_a_group_is_a_role_and_its_members_hold_it(service: Service) -> None:
    """Members come and go by PATCH and PUT; what they may do follows at once."""
    directory = Directory(service, "users:write")
    bob = add(service, "bob", None)
    user_id = existing(service.store.people.users.by_email(bob))
    member = [{"value": user_id.user_id}]
    browser = Browser(service, bob)
    assert browser.ask("GET", "/conversations").json()["reason"] == "grant.missing"
    assert directory.patch("/Groups/auditor", "add", "members", member).json()["members"][0]["display"] == bob
    assert browser.ask("GET", "/conversations").status_code == 200
    assert (
        directory.patch("/Groups/auditor", "remove", f'members[value eq "{user_id.user_id}"]').json()["members"] == []
    )
    assert browser.ask("GET", "/conversations").json()["reason"] == "grant.missing"
    made = directory.ask("POST", "/Groups", {"displayName": "supervisor", "members": member})
    assert (made.status_code, len(made.json()["members"])) == (201, 1)
    assert (
        directory.ask("PUT", "/Groups/supervisor", {"displayName": "supervisor", "members": []}).json()["members"] == []
    )
    assert directory.ask("POST", "/Groups", {"displayName": "wizards"}).status_code == 400
    assert directory.ask("GET", "/Groups/wizards").status_code == 404
    listed = directory.ask("GET", "/Groups", filter='displayName eq "auditor"').json()
    assert listed["totalResults"] == 1
    assert directory.ask("GET", "/ServiceProviderConfig").json()["patch"] == {"supported": True}


def test_the_last_administrator_stays_and_other_accounts_are_out_of_reach(service: Service) -> None:
    """A directory cannot lock everybody out, a reading token cannot write, and a stranger's user does not exist."""
    directory = Directory(service, "users:write")
    root = existing(service.store.people.users.by_email("root@example.com"))
    assert directory.ask("DELETE", f"/Users/{root.user_id}").status_code == 409
    stranger = add(service, "eve", "auditor", STRANGER)
    eve = existing(service.store.people.users.by_email(stranger))
    assert directory.ask("GET", f"/Users/{eve.user_id}").status_code == 404
    reader = Directory(service, "users:read")
    assert reader.ask("GET", "/Users").status_code == 200
    assert reader.ask("POST", "/Users", ADA).status_code == 401
    assert Directory(service, "forms:read").ask("GET", "/Users").status_code == 401


def test_the_scope_of_scim_makes_no_administrators(service: Service) -> None:
    """A client with ``scim:write`` provisions users and harmless roles; other doors are shut, faults are answered."""
    directory = Directory(service, "scim:write")
    ada = directory.ask("POST", "/Users", ADA).json()["id"]
    root = existing(service.store.people.users.by_email("root@example.com"))
    assert directory.ask("PUT", "/Groups/auditor", {"members": [{"value": ada}]}).status_code == 200
    for method, body in (("PUT", {"members": [{"value": ada}]}), ("DELETE", None)):
        refused = directory.ask(method, "/Groups/administrator", body)
        assert (refused.status_code, "administrator" in refused.json()["detail"]) == (403, True)
    headers = {"auth": service.token(service.new_client("scim:write"))}
    new = {"password": "correct horse battery 9"}
    for path in (f"/users/{root.user_id}/password", f"/users/{ada}/password"):
        assert service.http.put(f"{service.url}/api/v1{path}", json=new, headers=headers).status_code == 403
    for members in ([["x"]], [{"value": ["x"]}], [{"value": None}]):
        assert directory.ask("PUT", "/Groups/auditor", {"members": members}).json()["scimType"] == "invalidValue"


def test_members_come_and_go_together_or_not_at_all(service: Service) -> None:
    """A role that the last administrator cannot leave keeps all members, and a stranger's address says nothing of them."""
    directory = Directory(service, "users:write")
    second = service.store.people.users.by_email(add(service, "second", "administrator"))
    root = existing(service.store.people.users.by_email("root@example.com"))
    assert second is not None
    assert directory.ask("DELETE", "/Groups/administrator").status_code == 409
    members = {each["value"] for each in directory.ask("GET", "/Groups/administrator").json()["members"]}
    assert members == {root.user_id, second.user_id}
    unknown = {"members": [{"value": root.user_id}, {"value": "u-none"}]}
    assert directory.ask("PUT", "/Groups/administrator", unknown).status_code == 404
    assert len(directory.ask("GET", "/Groups/administrator").json()["members"]) == 2
    service.store.ensure(STRANGER)
    add(service, "eve", "auditor", tenant=STRANGER)
    taken = [
        directory.ask("POST", "/Users", {"userName": name}).json() for name in ("eve@example.com", "root@example.com")
    ]
    assert [each["detail"].partition("example.com")[2] for each in taken] == [" cannot be added here"] * 2
