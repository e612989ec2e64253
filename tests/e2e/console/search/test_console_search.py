"""The one search: each role finds only what its own pages show; a journey in a real Chromium by keyboard and mouse."""

import re
from html import unescape

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.search import GROUPS
from auscult.server.console.search.dialog import SHOWN
from auscult.services.conversations.latest import Sought, latest
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_leaks import conversations, is_seen
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import AGENT, ROLES, Page, signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

WORDS = ("card", "a", "@example.com", AGENT, "q\u0000x[")
LINK = re.compile(r'<li><a href="([^"]+)">')


def hits(client: httpx.Client, query: str) -> list[str]:
    """Return the addresses of the hits of a search."""
    page = client.get(f"/console/search/part?{query}")
    assert page.status_code == 200, query
    return [unescape(each) for each in LINK.findall(page.text)]


@pytest.mark.landing
@pytest.mark.parametrize("role", ROLES)
def test_every_hit_is_a_page_of_ones_own(served: Service, role: str) -> None:
    """Whatever is typed or pasted: each hit opens for this role, and no invisible conversation, person or form is named."""
    known = conversations(served)
    unseen = [each for each in known.values() if not is_seen(each, role)]
    pasted = [*list(known)[:6], *(f"{served.url}/console/conversations/{each}" for each in list(known)[6:9])]
    links = ["/agents/" + AGENT, "/metrics/em-empathy", "/forms/ef-starter-voice", "/agents/%00", "/forms/no", "/x/y"]
    with signed_in(served, role) as client:
        found: dict[str, set[str]] = {kind: set() for kind in SHOWN}
        for words in WORDS:
            for kind in found:
                query = httpx.QueryParams({"q": words, "kind": kind})
                found[kind] |= set(hits(client, str(query)))
        pages = {each for kind in found for each in found[kind]}
        for text in (*pasted, *(f"{served.url}/console{each}" for each in links)):
            pages |= set(hits(client, str(httpx.QueryParams({"q": text}))))
            pages |= set(hits(client, str(httpx.QueryParams({"recent": text}))))
        assert pages
        for path in sorted({each.partition("#")[0] for each in pages}):
            opened = client.get(path, follow_redirects=path.endswith("/administration"))
            assert opened.status_code == 200, (role, path)
        named = {each.partition("/conversations/")[2].partition("#")[0] for each in pages if "/conversations/" in each}
        assert named & set(known) == {each for each in named if is_seen(known[each], role)}
        assert not named & {each.id for each in unseen}
        if role not in ("inspector", "agent"):
            assert found["said"]
            assert found["people"]
        assert bool(found["forms"]) == (role not in ("agent", "inspector"))


def test_the_api_finds_the_same(served: Service) -> None:
    """Over HTTP with a person's session: the hits of the page, with their paths; too long and empty searches are refused."""
    with signed_in(served, "qa-manager") as client:
        for group in GROUPS:
            found = client.get("/api/v1/search", params={"q": "card", "group": group, "app": TENANT.app_id})
            assert found.status_code == 200, found.text
            paths = [f"/console{each['path']}" for one in found.json()["groups"] for each in one["hits"]]
            assert paths == hits(client, f"q=card&kind={group}")
        few = client.get("/api/v1/search", params={"q": "card", "app": TENANT.app_id}).json()["groups"]
        assert {each["name"] for each in few} >= {"said", "reasons", "help"}
        assert all(len(each["hits"]) <= 3 for each in few)
        assert few[-1]["has_more"]
        for refused in ("", "x" * 201):
            answer = client.get("/api/v1/search", params={"q": refused, "app": TENANT.app_id})
            assert answer.status_code == 400, refused
        assert "at most 200" in client.get("/console/search", params={"q": "x" * 201}).text


@pytest.mark.landing
def test_the_documentation_is_served(served: Service) -> None:
    """Every page opens for everyone who is signed in, with links that lead to pages of the server; no other file is served."""
    with signed_in(served, "inspector") as client:
        listed = re.findall(r'href="(/console/help/[^"#]+)"', client.get("/console/help").text)
        assert len(listed) > 100
        for path in listed:
            page = client.get(path)
            assert page.status_code == 200, path
            read = Page(page.text)
            assert (read.headings, read.inline) == (1, []), path
            assert len(read.ids) == len(set(read.ids)), path
            for link in set(re.findall(r'href="(/console/help/[^"#]+)', page.text)):
                assert link in listed, (path, link)
        for path in ("../pyproject", "decisions/0001-layout", "how-to/none", "%2e%2e/README"):
            assert client.get(f"/console/help/{path}").status_code == 404, path


@pytest.mark.landing
def test_searching_by_keyboard_and_mouse(browser: Browser, served: Service) -> None:
    """Ctrl K, words, arrows, Enter; Esc gives the focus back; a pasted link; recent things; a kind by mouse; axe at all widths."""
    enter(browser, served, "qa-manager")
    newest = latest(served.store.within(TENANT), Sought(statuses=("evaluated",)), limit=1).items[0].id
    browser.driver.get(f"{served.url}/console/metrics/em-empathy")
    browser.driver.get(f"{served.url}/console/conversations")
    browser.reach(".skip")
    browser.control("k")
    browser.until("#finder .hits h2", lambda text: text == "Opened lately")
    assert "Empathy" in browser.text("#finder .hits")
    browser.keys("card")
    browser.until("#finder .hits h2", lambda text: text.startswith("Said in conversations"))
    for theme in browser.themes("light", "dark"):
        for pixels in (360, 768, 1440):
            width(browser, pixels)
            assert browser.barriers() == [], (theme, pixels)
            assert browser.run("return document.querySelector('#finder').scrollWidth") <= pixels
    browser.keys(Keys.ESCAPE)
    assert browser.run("return document.activeElement.matches('.skip')")

    browser.control("k")
    browser.keys(f"{served.url}/console/conversations/{newest}")
    browser.until("#finder .hits h2", lambda text: text == "What you pasted")
    browser.keys(Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ARROW_DOWN, Keys.ENTER)
    wait_for(lambda: browser.driver.current_url, lambda url: url.endswith(f"/conversations/{newest}"))

    browser.driver.get(f"{served.url}/console/overview")
    browser.one("a.findall").click()
    browser.until("#finder .hits h2", lambda text: text == "Opened lately")
    browser.keys("scorecards")
    browser.until("#finder .kinds", lambda text: "Pages" in text)
    browser.run(
        "[...document.querySelectorAll('#finder .kinds a')].find((each) => each.textContent === 'Pages').click()"
    )
    browser.until("#finder .kinds [aria-current]", lambda text: text == "Pages")
    browser.one("#find-all").click()
    browser.keys(Keys.ENTER)
    browser.until("h1", lambda text: text == "Scorecards")
    assert browser.faults() == []


def answer(me: httpx.Client, words: str) -> str:
    """Return the answer to a search, empty without one."""
    found = re.search('class="asked">(.*?)</section>', me.get("/console/search", params={"q": words}).text, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.landing
def test_a_question_is_answered_with_what_its_list_has(served: Service) -> None:
    """Its number is that of the list which it opens, its chips open the list without them; German as well."""
    with signed_in(served, "qa-manager") as me:
        for words in ("how many calls this year", "how many passing calls this year?"):
            said = answer(me, words)
            (href, number), *_ = re.findall('class="count-link" href="([^"]+)">([^<]+)<', said)
            assert f"{number} conversations" in me.get(href.replace("&amp;", "&")).text
            chips = re.findall('class="chip chip--on" href="([^"]+)"', said)
            assert len(chips) == len(set(chips)) > 1
        ranked = answer(me, "which queue has the worst pass rate")
        shares = [float(each) for each in re.findall(r"<td class=\"n\">([0-9.]+)%", ranked)]
        assert shares == sorted(shares)
        assert shares
        me.post("/console/language", data={"language": "de", "back": "/console"})
        assert "Gespräche" in answer(me, "wie viele Anrufe gab es dieses Jahr")


@pytest.mark.landing
def test_what_a_question_lacks_is_said_and_nothing_is_counted(served: Service) -> None:
    """Neither a word nor a figure is left out unseen; agents, whose pages have no insights, get no answer."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "agent") as agent:
        for words, said in (
            ("how many calls about zebras", "\u201czebras\u201d"),
            ("what is our average handle time", "the handling time"),
        ):
            assert said in (found := answer(me, words))
            assert "count-link" not in found
        assert not answer(me, "refund")
        assert not answer(agent, "how many calls did not pass?")
