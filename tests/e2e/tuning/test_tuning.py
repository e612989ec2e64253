"""Fits over HTTP and in the console: looked at, published by their key, undone in one step, in the log; and who may."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.audits.audit import AuditAnswer
from auscult.formats import Limits
from auscult.services.assist.knowledge import Library, add_document
from auscult.services.scoring.intake.read import read_file
from auscult.storage.store import AppStore
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import PEOPLE, email_of, signed_in
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service, listening, opened, process
from tests.integration.assist.test_assist import CODE, KNOWN, START, Desk
from tests.integration.assist.test_teaching import WRONG, decide
from tests.integration.audits.test_cli_tune import ASKS, ASKS_NOT, FORM
from tests.integration.program import conversation, write
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.night


class HereDesk(Desk):
    """A desk of this server's app."""

    def __init__(self, app: AppStore, library: Library) -> None:
        """Know what the other desk knows."""
        self.app, self.time = app, START
        self.library = Library(library.retriever)
        add_document(app, "faq.csv", KNOWN, "en")

    def now(self) -> datetime:
        """A millisecond later at each look."""
        self.time += timedelta(milliseconds=1)
        return self.time


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server with 46 decisions of agents, half of them right, and 40 audits with a form whose threshold is too high."""
    folder = tmp_path_factory.mktemp("tuning")
    with (
        opened(PEOPLE, f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder)) as application,
        listening(application.server_app(None)) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        found = Service(address, application, http)
        app = found.store.within(TENANT)
        app.forms.publish("ef-1", FORM.encode())
        said = {f"c-{index:02}": (ASKS + ASKS_NOT)[index % 8] for index in range(40)}
        file = write(folder / "calls.ndjson", *(conversation(name, (("agent", said[name]),)) for name in said))
        process(application, read_file(file, "st-1", Limits()))
        auditing = application.auditing(TENANT)
        for name, words in said.items():
            auditing.assign(name, "Jane")
            auditing.submit(name, [AuditAnswer(metric_id="em-more", answer="YES" if words in ASKS else "NO")])
        desk = HereDesk(app, bootstrap.assistant(read_settings({})).library)
        assistant = desk.assistant()
        for number in range(23):
            decide(desk, assistant, f"l-{number}", CODE, is_right=True)
            decide(desk, assistant, f"w-{number}", WRONG, is_right=False)
        yield found


def client(served: Service, *scopes: str) -> Own:
    """Return a client with these scopes."""
    return Own(served, served.new_client(*scopes))


def actions(served: Service, count: int) -> list[str]:
    """Return the newest actions of the log, with who acted, the newest first."""
    return [f"{each.principal} {each.action}" for each in served.store.within(TENANT).log.newest(None, count)]


@pytest.mark.landing
def test_a_fit_of_suggestions_over_http(served: Service) -> None:
    """Nothing is changed by looking; another key publishes nothing; publish and undo are in the log by name."""
    me = client(served, "knowledge:write")
    first = me.ask("GET", "/tuning/suggestions").json()
    assert (first["fit"]["answers"], first["fit"]["right"], first["fit"]["wrong"]) == (46, 23, 23)
    assert first["fit"]["left_out"]["log_loss"] < first["fit"]["before"]["log_loss"]
    assert (first["in_force"]["answers"], first["history"]) == (0, [])
    assert me.ask("GET", "/tuning/suggestions").json() == first
    path, body = "/tuning/suggestions", b'{"key": "%s"}'
    json = {"Content-Type": "application/json"}
    problem(me.ask("POST", f"{path}/undo"), 409, "fit.none")
    problem(me.ask("POST", path, body % (b"0" * 16), headers=json), 409, "fit.moved")
    published = me.ask("POST", path, body % first["key"].encode(), headers=json)
    assert published.status_code == 200, published.text
    in_force = published.json()["in_force"]
    assert in_force == first["fit"]["calibration"]
    assert published.json()["history"][0]["by"] == f"client:{me.client.client_id}"
    again = me.ask("GET", path).json()
    assert again["fit"]["before"]["log_loss"] < first["fit"]["before"]["log_loss"]  # what is in force is the fit
    undone = me.ask("POST", f"{path}/undo").json()
    assert (undone["in_force"]["slope"], undone["in_force"]["offset"]) == (1.0, 0.0)
    by = f"client:{me.client.client_id}"
    assert actions(served, 2) == [f"{by} suggestions.undone", f"{by} suggestions.fitted"]
    problem(me.ask("GET", f"{path}?language=fr"), 409, "knowledge.none")


@pytest.mark.landing
def test_a_fit_of_thresholds_over_http(served: Service) -> None:
    """A new version with the threshold, by whom and why; undone, the document of before is in force as a third."""
    me = client(served, "forms:write", "audits:read")
    path, json = "/tuning/forms/ef-1", {"Content-Type": "application/json"}
    first = me.ask("GET", path).json()
    (metric,) = first["fit"]["metrics"]
    assert (metric["n"], metric["kappa_cross_validated"], metric["is_better"]) == (40, 1.0, True)
    problem(me.ask("POST", f"{path}/undo"), 409, "fit.none")
    problem(me.ask("POST", path, b'{"key": "%s"}' % (b"0" * 16), headers=json), 409, "fit.moved")
    made = me.ask("POST", path, b'{"key": "%s"}' % first["key"].encode(), headers=json).json()
    assert made["version"] == 2
    form = me.ask("GET", "/forms/ef-1").json()
    new = metric["thresholds"][0]["new"]
    assert form["document"] == FORM.replace("0.95", f"{new:g}")
    assert (form["published_by"], form["note"]) == (
        me.client.client_id,
        "Thresholds fitted to 40 audited conversations",
    )
    problem(me.ask("GET", "/tuning/forms/ef-none"), 404, "form.unknown")
    undone = me.ask("POST", f"{path}/undo").json()
    assert undone["version"] == 3
    assert me.ask("GET", "/forms/ef-1").json()["document"] == FORM
    problem(me.ask("POST", f"{path}/undo"), 409, "fit.none")
    by = f"client:{me.client.client_id}"
    assert actions(served, 2) == [f"{by} thresholds.undone", f"{by} thresholds.fitted"]


@pytest.mark.parametrize("role", ["auditor", "supervisor", "agent", "analyst"])
def test_who_may_not(served: Service, role: str) -> None:
    """The page and what it posts are refused; a client needs the scopes."""
    with signed_in(served, role) as me:
        assert me.get("/console/tuning").status_code == 403
        assert 'href="/console/tuning"' not in me.get("/console/knowledge").text
        assert me.post("/console/tuning/suggestions", data={"act": "undo"}).status_code == 403
        assert me.post("/console/forms/ef-1/try/fit", data={"fit": "undo"}).status_code == 403
    reader = client(served, "conversations:read")
    for method, path in (("GET", "suggestions"), ("GET", "forms/ef-1"), ("POST", "suggestions/undo")):
        problem(reader.ask(method, f"/tuning/{path}"), 403, "scope.missing")


def test_the_page_in_german(served: Service) -> None:
    """A stale key is refused in words, and nothing is in English."""
    with signed_in(served, "administrator") as me:
        me.cookies.set("auscult_language", "de")
        page = me.get("/console/tuning", params={"fit": "suggestions"}).text
        assert "Agenten haben über 46 Vorschläge entschieden: 23 richtig, 23 falsch." in page
        assert "Nie angepasst" in page or "Änderungen, neueste zuerst" in page
        former = me.get("/console/tuning", params={"fit": "form:ef-1"})
        assert (former.status_code, former.headers["location"]) == (301, "/console/forms/ef-1#part-try")
        document = {"document": FORM, "fit": "0" * 16}
        moved = me.post("/console/forms/ef-1/try/fit", data=document)
        assert moved.status_code == 422
        assert "Seit dieser Anpassung wurde mehr entschieden" in moved.text
        stale = me.post("/console/tuning/suggestions", data={"key": "0" * 16, "language": "en"})
        assert stale.status_code == 409
        assert "Seit dieser Anpassung wurde mehr entschieden" in stale.text


def test_published_and_undone_by_a_person(browser: Browser, served: Service) -> None:
    """From the knowledge base: both fits are looked at, published and undone with buttons; wide and narrow, without faults."""
    width(browser, 1440)
    enter(browser, served, "administrator")
    browser.driver.get(f"{served.url}/console/knowledge")
    browser.one('a[href="/console/tuning"]').click()
    wait_for(lambda: browser.driver.current_url, lambda url: url.endswith("/console/tuning"))
    for page, part, ask, publish in (
        ("tuning", "#suggestions", "Fit to what agents chose", "Publish the fit"),
        ("forms/ef-1#part-try", "#fit", "Fit to audits", "Publish the fit"),
    ):
        browser.driver.get(f"{served.url}/console/{page}")
        if part == "#fit":
            browser.one("#fit summary").click()
        press(browser, part, ask)
        browser.until(part, lambda text, publish=publish: publish in text)
        for pixels in (1440, 390):
            width(browser, pixels)
            assert browser.barriers() == []
        width(browser, 1440)
        press(browser, part, publish)
        browser.until(".tell", lambda text: text == "The fit is in force.")
        if part == "#fit":
            browser.one("#fit summary").click()
        press(browser, part, "Undo")
        browser.until(".tell", lambda text: text == "What was in force before is in force again.")
    assert browser.faults() == []
    person = f"user:{email_of('administrator')}"
    assert actions(served, 4) == [
        f"{person} {each}"
        for each in ("thresholds.undone", "thresholds.fitted", "suggestions.undone", "suggestions.fitted")
    ]


def press(browser: Browser, part: str, label: str) -> None:
    """Press the button of a part whose label begins so."""
    (button,) = [each for each in browser.all(f"{part} button") if re.match(label, each.text)]
    browser.run("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
