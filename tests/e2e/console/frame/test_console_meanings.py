"""Fields of the console say what they mean: each that is not plain has a "?" with a link to the documentation."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from auscult.language import LANGUAGES, gettext, speaking
from auscult.metrics import METRICS
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.reading import ai_starter_documents
from tests.data_files import lines_of
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_definition_fields import CARDS, TREES
from tests.e2e.console.test_console_pages import ADMINISTRATION, enter
from tests.e2e.consoles import connect, signed_in
from tests.e2e.serving import TENANT, Service
from tests.unit.services.definitions.forms.editing.test_changes import FORMS

pytestmark = pytest.mark.night

PLAIN = lines_of(Path(__file__).with_name("plain_fields.txt"))
"""Labels that say by themselves what to enter, or with the hint below."""


BUILT = ("starter-voice", *(name for name in FORMS if name.startswith("examples/forms/")))
"""Forms that together have every type of question."""
TOPICS = ("topics.0", "topics.0.topics.0.topics.0")


def paths(client: httpx.Client, served: Service, ending: str) -> Iterator[str]:
    """Yield one address of every page with fields."""
    connect(served)
    yield from ("/plans/new", "/schedules", "/calibration/new", "/coaching/new", "/notices", "/notices/targets")
    yield from ("/forms", "/scorecards", "/taxonomies", "/connectors", "/connectors/inbox", "/connectors/inbox/edit")
    yield from ("/account", "/first-hour/invite", "/conversations", "/insights", "/knowledge", "/collections")
    yield from (f"/administration/{name}" for name in ADMINISTRATION)
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
    yield "/tuning"


def opened(client: httpx.Client, served: Service, ending: str) -> Iterator[tuple[str, str]]:
    """Yield the page of each question of forms with every type, of each metric of a scorecard, and of topics: open."""
    found: set[str] = set()
    for document in (*map(FORMS.__getitem__, BUILT), next(iter(ai_starter_documents().values()))):
        value: Any = read_document(document).value
        found |= {each["type"] for each in value["metrics"]}
        served.store.within(TENANT).forms.save_draft(value["id"], document)
        for at, _ in enumerate(value["metrics"]):
            yield page(client, f"/forms/{value['id']}", document, str(at))
    assert found == {*METRICS} - {"by_example"}  # which is taught on a page of its own
    for path, document, places in (
        (
            f"/scorecards/sc-service-{ending}/edit",
            CARDS["examples/scorecards/service.yaml"],
            ("attributes.0.metrics.0",),
        ),
        (f"/taxonomies/tx-shop-{ending}/edit", TREES["src/auscult/starter/taxonomy/general.yaml"], TOPICS),
    ):
        yield from (page(client, path, document, place) for place in places)


def page(client: httpx.Client, path: str, document: bytes, place: str) -> tuple[str, str]:
    """Open a part of a document in its builder; return the path and the page."""
    answer = client.post(f"/console{path}", data={"document": document.decode(), "act": f"open:{place}"})
    assert answer.status_code == 200, (path, place, answer.text[:500])
    assert 'id="inspector"' in answer.text, (path, place)
    return f"{path} {place}", answer.text


def text(html: str) -> str:
    """Return the words of a piece of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def labels(html: str) -> set[str]:
    """Return the labels of fields that are seen, of parts with fields of their own, and of buttons that add one."""
    html = re.sub(r'<div class="picker"><label.*?</label>', "", html)  # a button with a field, which says what it adds
    found = re.findall(r'<(?:label|legend|p)\b[^>]*class="label"[^>]*>(.*?)</(?:label|legend|p)>', html, re.DOTALL)
    parts = re.findall(r'<fieldset class="bpart"[^>]*><legend>([^<]+)', html)
    added = re.findall(r'<button[^>]*value="part:[^"]*"[^>]*>(.*?)</button>', html, re.DOTALL)
    return {text(each).removesuffix("…") for each in (*found, *parts, *(each for each in added if "…" in each))}


def explained(html: str) -> set[str]:
    """Return the labels of fields with a "?"; each has two sentences and a link to its documentation."""
    parts = re.findall(r'<details class="about".*?</details>', html, re.DOTALL)
    beside = re.findall(r'class="label"[^>]*>([^<]+)</(?:label|legend)><details class="about"', html)
    found = {text(each) for each in beside}
    for part in parts:
        assert re.search(r'<p class="small">[^<]+\. <a href="/console/help/[^"]+"', part), part
        found.add(text(re.findall(r'<span class="vh">(.*?)</span></summary>', part, re.DOTALL)[0]).partition(": ")[2])
    return found


@pytest.mark.landing
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
        for path, html in opened(client, served, language):
            missing |= dict.fromkeys(labels(html) - explained(html) - plain, path)
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
