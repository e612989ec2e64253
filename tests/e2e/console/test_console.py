"""The console over HTTP: signing in, what each role sees, and what every page has."""

import re
from collections import deque
from collections.abc import Iterator

import httpx
import pytest

from auscult.server.console.frame.templating import Persona
from auscult.server.console.operations.demo import Demo
from tests.databases import Place
from tests.e2e.consoles import PASSWORD, ROLES, Page, assign, connect, console, email_of, example, signed_in
from tests.e2e.serving import TENANT, Service
from tests.tiers import drawn

pytestmark = pytest.mark.night

CONTENT = example()
DEMO = Demo(
    secret="the-secret-of-the-link",
    people=tuple(Persona(email=email_of(role), name=role, role=role) for role in ("qa-manager", "agent")),
)
MOST_PAGES = 150
MANUAL = "/console/help/"
"""The pages of the documentation are the same for every role: ``search/test_console_search.py`` opens them."""


@pytest.fixture(scope="module")
def served(place: Place) -> Iterator[Service]:
    """A console over each kind of database."""
    with console(place.url, DEMO, state_dir=str(place.folder)) as found:
        yield found


def walked(client: httpx.Client) -> dict[str, httpx.Response]:
    """Every page that links lead to from home, by address; one of each kind where there are many."""
    found: dict[str, httpx.Response] = {}
    waiting = deque(["/console"])
    kinds: dict[str, int] = {}
    while waiting and len(found) < MOST_PAGES:
        path = waiting.popleft()
        kind = re.sub(r"(c|a|em)-[\w-]+|=[^&]*", "", path)
        if path in found or kinds.get(kind, 0) >= 3:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = found[path] = client.get(path, follow_redirects=True)
        if "text/html" in answer.headers.get("content-type", ""):
            links = [link.partition("#")[0] for link in Page(answer.text).links]
            waiting.extend(
                link for link in links if link.startswith("/") and link not in found and not link.startswith(MANUAL)
            )
    return found


@pytest.mark.landing
@pytest.mark.parametrize("role", drawn([*ROLES], 1))
def test_walk_as_each_role(served: Service, role: str) -> None:
    """Every page that a role's links lead to is there and is for it: one heading, a language, nothing inline."""
    assign(served, "auditor", 1)
    connect(served)
    with signed_in(served, role) as client:
        pages = walked(client)
    assert len(pages) >= 1
    assert ("/console/connectors/inbox" in pages) is (role in ("administrator", "qa-manager"))
    for path, answer in pages.items():
        assert answer.status_code == 200, (path, answer.status_code)
        if "tables=" in path:  # a file
            continue
        page = Page(answer.text)
        assert page.headings == 1, path
        assert page.language == "en", path
        assert page.inline == [], path
        assert len(page.ids) == len(set(page.ids)), path
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        nonce = re.search(r"'nonce-([\w-]+)'", policy)
        assert nonce, path
        assert all(f'nonce="{nonce[1]}"' in tag for tag in re.findall(r"<script[^>]*>", answer.text)), path


@pytest.mark.parametrize(
    "path", ["/none", "/none/at/all", "/knowledge/none", "/forms/ef-1/none", "/conversations/a/b/c"]
)
def test_an_address_without_a_page_is_answered_by_one(served: Service, path: str) -> None:
    """However deep the address is, a reader is told in words, not in JSON."""
    with signed_in(served, "qa-manager") as client:
        answer = client.get(f"/console{path}", follow_redirects=True)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is nothing at this address" in answer.text


@pytest.mark.parametrize("path", ["/forms/ef-example/try", "/taxonomies/tx-1/edit/counts", "/theme"])
def test_an_address_that_takes_what_a_page_sends_leads_to_the_page(served: Service, path: str) -> None:
    """Opened from the bar of a browser, what a button posts to is the page above it."""
    with signed_in(served, "qa-manager") as client:
        answer = client.get(f"/console{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console{path.rpartition('/')[0]}")


def test_nothing_without_session(served: Service) -> None:
    """Without a session every page leads to signing in, which repeats neither the address nor a word."""
    known = served.store.within(TENANT).conversations.rerender("", 1)[0].conversation
    paths = (f"/conversations/{known.id}", "/conversations/c-none", "", "/overview", "/audits", "/agents/a-1?app=x")
    for path in paths:
        with httpx.Client(base_url=served.url) as client:
            answer = client.get(f"/console{path}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in"), path
            assert known.id not in answer.text
            page = client.get("/console/sign-in")
            assert page.status_code == 200
            assert path.strip("/") == "" or path not in page.text
            assert Page(page.text).headings == 1


def test_page_after_sign_in(served: Service) -> None:
    """Signing in leads to the page that was asked for, and nowhere outside of the console."""
    with httpx.Client(base_url=served.url, headers={"Origin": served.url}) as client:
        client.get("/console/overview?queue=Retail+Banking")
        form = {"email": email_of("qa-manager"), "password": PASSWORD}
        assert (
            client.post("/console/sign-in", data=form).headers["location"] == "/console/overview?queue=Retail+Banking"
        )
    for elsewhere in ("https://evil.example/", "//evil.example", "/console\\evil", "/assist/", "/consoles"):
        cookies = {"auscult_after": elsewhere}
        with httpx.Client(base_url=served.url, headers={"Origin": served.url}, cookies=cookies) as client:
            assert client.post("/console/sign-in", data=form).headers["location"] == "/console"


def test_sign_out(served: Service) -> None:
    """Signing out ends the session itself, not only the cookie."""
    with signed_in(served, "analyst") as client:
        kept = dict(client.cookies)
        assert client.get("/console").status_code == 200
        assert client.post("/console/sign-out").headers["location"] == "/console/sign-in"
    with httpx.Client(base_url=served.url, cookies=kept) as client:
        assert client.get("/console").status_code == 303


def test_writes_from_elsewhere(served: Service) -> None:
    """A write that a page of another site causes is refused in words that name both sites, also one of no known site."""
    with signed_in(served, "qa-manager") as client:
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            bare = {"Origin": "https://evil.example"} | headers
            answer = client.post("/console/sign-out", headers=bare)
            assert answer.status_code == 403
            assert f"page of {bare['Origin']} may not write here" in answer.text
            assert str(client.base_url.netloc, "ascii") in answer.text
        assert client.get("/console").status_code == 200


def test_links_only_read(served: Service) -> None:
    """Whatever changes something is a form with POST, and its address only leads to a page by GET."""
    with signed_in(served, "qa-manager") as client:
        pages = walked(client)
        posts = {
            action
            for path, answer in pages.items()
            for method, action in Page(answer.text).forms
            if method == "post" and (action or path) not in pages
        }
        assert {"/console/theme", "/console/sign-out", "/console/demo/person"} <= posts
        for action in posts - {"/console/sign-in"}:
            if not re.fullmatch(r"/console/(audits/[^/]+|conversations/[^/]+/pins)", action):
                answer = client.get(action)
                above = (303, action.rpartition("/")[0])
                assert answer.status_code == 404 or (answer.status_code, answer.headers["location"]) == above, action


def test_demo(served: Service) -> None:
    """The demo's link signs in, as often as it is opened, and its people can be switched by a form alone."""
    with httpx.Client(base_url=served.url, headers={"Origin": served.url}) as client:
        for _ in range(2):
            answer = client.get(f"/console/link/{DEMO.secret}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        assert "Qa-manager" in client.get("/console").text
        client.get(f"/console/demo/person?email={email_of('agent')}")
        assert "Qa-manager" in client.get("/console").text
        assert client.post("/console/demo/person", data={"email": email_of("agent")}).status_code == 303
        assert client.get("/console/overview").status_code == 403
        assert client.post("/console/demo/person", data={"email": email_of("administrator")}).status_code == 404
    with httpx.Client(base_url=served.url) as client:
        answer = client.get("/console/link/wrong")
        assert answer.status_code == 401
        assert client.get("/console").status_code == 303


def test_files(served: Service) -> None:
    """Styles, scripts and fonts are named by their content, kept by browsers, and need no session."""
    with signed_in(served, "auditor") as client:
        text = client.get("/console").text
    files = re.findall(r'(?:href|src)="(/console/assets/[^"]+)"', text)
    assert len(files) >= 3
    with httpx.Client(base_url=served.url) as client:
        for file in files:
            answer = client.get(file)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
        style = next(file for file in files if file.endswith(".css"))
        fonts = re.findall(r'url\("(fonts/[^"]+)"\)', client.get(style).text)
        assert fonts
        for font in fonts:
            assert client.get(f"{style.rpartition('/')[0]}/{font}").headers["content-type"] == "font/woff2"
        assert client.get(f"{style.rpartition('/')[0]}/../session.py").status_code == 404
