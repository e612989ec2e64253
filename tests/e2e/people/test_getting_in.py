"""Getting into a new installation: a setup code, good for an hour and once; without it nothing is shown, and no user made."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from auscult import bootstrap
from auscult.config import Settings
from auscult.services.people.first import EMAIL, first_administrator, first_link, is_new
from tests.e2e.consoles import Page
from tests.e2e.people.signing_in import PASSWORD
from tests.e2e.serving import listening
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.landing

Server = tuple[bootstrap.Application, str]
WHO = {"name": "Ada Lindqvist", "email": "Ada@Example.com", "password": PASSWORD}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server on a database that nobody has used."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'new.db'}", state_dir=str(tmp_path))
    with bootstrap.open(settings) as application, listening(application.server_app()) as address:
        yield application, address


def browser(address: str) -> httpx.Client:
    """A browser with its own cookies, on the machine of the server."""
    return httpx.Client(base_url=f"{address}/console", timeout=PATIENCE_S, headers={"Origin": address})


def test_the_setup_code_lets_one_browser_in_and_the_second_gets_nothing(server: Server) -> None:
    """The code signs in once; the first browser gives a name and a password, and signs in with it from then on."""
    application, address = server
    code = first_link(application.store)
    assert code
    assert is_new(application.store)
    with browser(address) as first, browser(address) as second:
        shown = first.get("/sign-in").text
        assert 'action="/console/sign-in/setup"' in shown
        assert 'name="password"' not in shown
        entered = first.post("/sign-in/setup", data={"code": f" {code.lower().replace('-', ' ')} "})
        assert entered.headers["location"] == "/console/welcome"
        late = second.post("/sign-in/setup", data={"code": code})
        assert late.status_code == 401
        assert not second.cookies
        assert second.get("/welcome").headers["location"] == "/console/sign-in"
        refused = first.post("/welcome", data={**WHO, "password": "password1234"})
        assert refused.status_code == 422
        assert "guessable" in refused.text.lower()
        assert 'value="Ada Lindqvist"' in refused.text
        assert first.post("/welcome", data=WHO).headers["location"] == "/console"
        assert first.get("/welcome").headers["location"] == "/console"
        assert "Ada Lindqvist" in first.get("").text
        assert not is_new(application.store)
        assert first_link(application.store) is None
        assert 'name="password"' in second.get("/sign-in").text
        answer = second.post("/sign-in", data={"email": "ada@example.com", "password": PASSWORD})
        assert answer.status_code == 303
        assert "Ada Lindqvist" in second.get("").text
    (user,) = application.store.people.users.listing()
    assert (user.email, user.name) == ("ada@example.com", "Ada Lindqvist")
    assert [each.principal for each in application.store.log.entries(action="user.introduced")] == [
        f"user:{user.email}"
    ]


def test_without_the_code_no_request_makes_a_user_from_loopback_neither(server: Server) -> None:
    """Every page leads to the one that asks for the code, and every way to add or sign in a user is refused."""
    application, address = server
    with browser(address) as stranger:
        for path in ("", "/conversations", "/administration/users", "/welcome", "/account", "/nowhere/x"):
            assert stranger.get(path, follow_redirects=True).text.count('name="code"') == 1, path
        assert stranger.post("/sign-in/setup", data={"code": "00000-00000-00000-00000"}).status_code == 401
        assert stranger.post("/sign-in/setup", data={"code": ""}).status_code == 401
        assert stranger.get("/link/00000-00000-00000-00000").status_code == 401
        assert stranger.post("/sign-in", data={"email": EMAIL, "password": ""}).status_code == 401
        assert stranger.post("/welcome", data=WHO).headers["location"] == "/console/sign-in"
        stranger.post("/administration/users", data={**WHO, "role": "administrator"})
        for path in ("session", "users", "scim/v2/Users"):
            answer = httpx.post(f"{address}/api/v1/{path}", json=WHO, headers={"Origin": address}, timeout=PATIENCE_S)
            assert answer.status_code >= 400, path
    assert application.store.people.users.count() == 0
    assert application.store.tenants() == []


def test_a_code_that_was_lost_is_made_again_until_somebody_has_signed_in(server: Server) -> None:
    """A second start of the server, or the command with an address, prints a code for the same first administrator."""
    application, address = server
    user = first_administrator(application.store, "ann@example.com")
    codes = [first_link(application.store) for _ in range(2)]
    assert user
    assert all(codes)
    with browser(address) as first:
        entered = first.get(f"/link/{codes[1]}", follow_redirects=True)
        page = Page(entered.text)
        assert (page.headings, page.inline) == (1, [])
        assert 'value="ann@example.com"' in entered.text
        assert first.post("/welcome", data=WHO).headers["location"] == "/console"
    (found,) = application.store.people.users.listing()
    assert found.email == "ann@example.com", "only the first administrator of serve has no address of their own"
    assert first_link(application.store) is None


def test_the_pages_are_whole(server: Server) -> None:
    """One heading, the language, nothing inline, no link to a page that needs a session."""
    application, address = server
    with browser(address) as first:
        for page in (
            Page(first.get("/sign-in").text),
            Page(first.get(f"/link/{first_link(application.store)}", follow_redirects=True).text),
        ):
            assert (page.headings, page.inline, page.language) == (1, [], "en")
            assert all(method == "post" for method, _ in page.forms)
