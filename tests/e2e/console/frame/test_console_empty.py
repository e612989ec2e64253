"""Pages of an empty app: each states its purpose, and offers its one next step to those who may take it."""

import re
from collections.abc import Iterator

import httpx
import pytest

from auscult.domain.tenancy import Client, Tenant
from tests.e2e.browsing import UNMARKED, Browser
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import PEOPLE, ROLES, signed_in
from tests.e2e.serving import STRANGER, Service, listening, opened
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.night

EMPTY = re.compile(r'<div class="empty"><h2>(.+?)</h2><p>(.+?)</p>(.*?)</div>', re.DOTALL)
STEP = re.compile(r'<a class="btn" href="([^"]+)">[^<]+</a>')
MORE = ("/exports", "/notices/targets", "/disputes/statistics")
TABS = ("clients", "webhooks", "holds", "approvals", "jobs", "directory")
UNLISTED = ("/administration", "/search", "/help", "/account")
NO_STEP = ("/my-results", "/administration/jobs")
"""Pages on which there is nothing to do but to wait."""
SHOWN = ("/forms", "/scorecards", "/taxonomies", "/calibration", "/live", "/coaching", "/plans")
"""Pages with a sample of what will be there."""


class Emptied(Service):
    """A server whose client, which each has, is one of another account."""

    def new_client(self, *scopes: str, tenant: Tenant = STRANGER, apps: frozenset[str] | None = None) -> Client:
        """Make a client of the other account."""
        return super().new_client(*scopes, tenant=tenant, apps=apps)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """An app with one user of each role, and nothing else."""
    folder = tmp_path_factory.mktemp("console")
    with (
        opened(PEOPLE, f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder)) as application,
        listening(application.server_app()) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        yield Emptied(address, application, http)


def pages(client: httpx.Client) -> list[str]:
    """Return the pages that a visitor may open and that list something: those of the menu, and those below them."""
    menu = client.get("/console").text.partition('id="menu"')[2].partition("</nav>")[0]
    found = [each for each in re.findall(r'href="/console(/[a-z-]+)"', menu) if each not in UNLISTED]
    below = (*(f"/administration/{name}" for name in TABS), *MORE)
    return [*found, *(each for each in below if client.get(f"/console{each}").status_code == 200)]


def empties(client: httpx.Client, path: str) -> list[tuple[str, list[str]]]:
    """Return the rest of each empty list of a page, after its title and purpose, and the steps in it."""
    answer = client.get(f"/console{path}")
    return [(rest, STEP.findall(rest)) for _title, _purpose, rest in EMPTY.findall(answer.text)]


def can_be_taken(client: httpx.Client, path: str, step: str) -> bool:
    """Return whether a step leads a visitor of a page to something."""
    if step.startswith("#"):
        return f'id="{step[1:]}"' in client.get(f"/console{path}").text
    return client.get(step).status_code == 200


@pytest.mark.landing
@pytest.mark.parametrize("role", ROLES)
def test_every_empty_page_has_a_purpose_and_one_step(served: Service, role: str) -> None:
    """Title and purpose on each, and the step of an administrator where the role may take it; none where not."""
    with signed_in(served, role) as client, signed_in(served, "administrator") as other:
        found = pages(client)
        assert found
        for path in found:
            said = empties(client, path)
            assert said, path
            steps = [step for _rest, steps in said for step in steps]
            offered = {step for _rest, steps in empties(other, path) for step in steps}
            assert len(offered) == (path not in NO_STEP), (path, offered)
            expected = [step for step in offered if can_be_taken(client, path, step)]
            assert steps == expected, (path, steps)
            assert any('class="likeline"' in rest for rest, _ in said) == (path in SHOWN), path


def test_home_leads_on(served: Service) -> None:
    """Users who may load conversations see the first steps, with the current one; others see what Home will show."""
    with signed_in(served, "administrator") as client:
        home = client.get("/console").text
        assert home.count('aria-current="step"') == 1
        assert not EMPTY.findall(home)
    with signed_in(served, "auditor") as client:
        ((title, _purpose, rest),) = EMPTY.findall(client.get("/console").text)
        assert title == "Nothing here yet"
        assert not STEP.findall(rest)


def test_empty_pages_are_accessible(browser: Browser, served: Service) -> None:
    """Axe finds nothing on any of them, light and dark, narrow and wide, and nothing reaches out of the window."""
    enter(browser, served, "administrator")
    with signed_in(served, "administrator") as client:
        found = pages(client)
    for path in found:
        browser.driver.get(f"{served.url}/console{path}")
        for pixels, theme in ((360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")):
            width(browser, pixels)
            browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
            assert browser.barriers() == [], (path, pixels, theme)
            assert browser.run(UNMARKED) == [], (path, pixels)
    width(browser, 1280)
