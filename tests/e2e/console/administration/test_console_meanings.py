"""Fields of the console say what they mean: each that is not plain has a "?" with a link to the documentation."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from auscult.server.console.language import LANGUAGES, gettext, speaking
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import ADMINISTRATION, enter
from tests.e2e.consoles import connect, signed_in
from tests.e2e.serving import Service

pytestmark = pytest.mark.slow

PLAIN = frozenset(
    (
        "API token",
        "About",
        "Access key ID",
        "Add a language",
        "Add an agent",
        "Agent",
        "As",
        "Assigned",
        "Audit",
        "Bucket",
        "CSV file",
        "Channel",
        "Channels, none ticked means all",
        "Coaching",
        "Comments",
        "Comments on the conversation",
        "Conversations from",
        "Counts from",
        "Counts until",
        "Daily e-mail at",
        "Date",
        "Days of the week",
        "Decided",
        "Description",
        "Did what",
        "Direction",
        "E-mail address",
        "Figures",
        "File",
        "Find a topic or a sentence",
        "First day",
        "For",
        "Form",
        "From",
        "From which day",
        "From which day (UTC)",
        "How",
        "How often",
        "Customer id",
        "Conversation",
        "Language",
        "Language of e-mails",
        "Language of messages",
        "Last day",
        "Late",
        "Leave out",
        "Length",
        "Mentions you",
        "Missed",
        "Name",
        "Name of the session",
        "New name",
        "New password",
        "Note",
        "One behaviour to work on",
        "Other agents",
        "Other conversations",
        "Other raters",
        "Owner",
        "Part of the country",
        "Passphrase of the private key",
        "Password",
        "Pinned",
        "Port",
        "Queue",
        "Queues, none ticked means all",
        "Reason",
        "Replied",
        "Request",
        "Result",
        "Right agent",
        "Right queue",
        "Score",
        "Secret access key",
        "Sentiment",
        "Server",
        "Session token, of temporary keys only",
        "Spreadsheet",
        "Taken over",
        "To",
        "To decide",
        "To, that day included",
        "Transcript, one turn per line",
        "User",
        "What is scored with it",
        "Where do conversations lie?",
        "Which notices",
        "Who",
        "Who is shown it",
        "Why",
        "Why, for the list of versions",
        "Words that were said, a link or an id",
        "Your own field",
        "Your own id",
        "or a private key",
        "or an OAuth token",
        "to",
    )
)
"""Labels that say by themselves what to enter, or with the hint below."""


def paths(client: httpx.Client, served: Service, ending: str) -> Iterator[str]:
    """Yield one address of every page with fields, builders with an open part included."""
    connect(served)
    yield from ("/plans/new", "/schedules", "/calibration/new", "/coaching/new", "/notices", "/notices/targets")
    yield from ("/forms", "/scorecards", "/taxonomies", "/connectors", "/connectors/inbox", "/connectors/inbox/edit")
    yield from ("/account", "/first-hour/invite", "/conversations", "/insights", "/knowledge", "/collections")
    yield from (f"/administration/{name}" for name in (*ADMINISTRATION, "directory", "working-days"))
    people = client.get("/console/administration/users").text
    yield re.findall(r'href="/console(/administration/users/[^"]+)"', people)[0]
    for path, given in (
        ("/scorecards", {"name": "Service"}),
        ("/taxonomies", {"name": "Shop"}),
        ("/connectors", {"name": "bucket", "kind": "s3"}),
        ("/connectors", {"name": "server", "kind": "sftp"}),
        ("/connectors", {"name": "tickets", "kind": "zendesk"}),
    ):
        answer = client.post(f"/console{path}", data=given | {"name": f"{given['name']}-{ending}"})
        assert answer.status_code == 303, answer.text
        yield answer.headers["location"].removeprefix("/console").partition("?")[0]
    yield "/forms/ef-starter-voice"


def text(html: str) -> str:
    """Return the words of a piece of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def labels(html: str) -> set[str]:
    """Return the labels of fields that are seen."""
    found = re.findall(r'<(label|legend|p)\b[^>]*class="label"[^>]*>(.*?)</\1>', html, re.DOTALL)
    return {text(each) for _, each in found}


def explained(html: str) -> set[str]:
    """Return the labels of fields with a "?"; each has two sentences and a link to its documentation."""
    parts = re.findall(r'<details class="about".*?</details>', html, re.DOTALL)
    beside = re.findall(r'class="label"[^>]*>([^<]+)</(?:label|legend)><details class="about"', html)
    found = {text(each) for each in beside}
    for part in parts:
        assert re.search(r'<p class="small">[^<]+\. <a href="/console/help/[^"]+"', part), part
        found.add(text(re.findall(r'<span class="vh">(.*?)</span></summary>', part, re.DOTALL)[0]).partition(": ")[2])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_is_plain_or_explained(served: Service, language: str) -> None:
    """No page has a field whose label is neither in the list of plain ones nor beside a "?"."""
    with speaking(language):
        plain = {gettext(each) for each in PLAIN}
    missing: dict[str, str] = {}
    with signed_in(served, "administrator") as client:
        client.headers["Accept-Language"] = language
        for path in paths(client, served, language):
            answer = client.get(f"/console{path}")
            assert answer.status_code == 200, (path, answer.status_code)
            missing |= dict.fromkeys(labels(answer.text) - explained(answer.text) - plain, path)
    assert missing == {}


def test_asked_in_the_browser(browser: Browser, served: Service) -> None:
    """The "?" of a field opens by keyboard, and its link leads to the right place in the documentation."""
    enter(browser, served, "administrator")
    for width in (390, 1440):
        browser.driver.set_window_size(width, 900)
        browser.driver.get(f"{served.url}/console/plans/new")
        field = browser.one("#order").rect
        browser.press("label[for=order] + .about summary")
        said = browser.text("label[for=order] + .about p")
        assert said.startswith("The first in this order are drawn")
        assert browser.one("#order").rect["y"] > field["y"], "what is said covers the field"
    browser.reach("label[for=order] + .about a")
    address = browser.run("return document.activeElement.href")
    browser.driver.get(address)
    assert browser.text("h1") == "Plan audits and estimate from them"
    assert browser.all("#h-write-the-plan")
