"""The wizard of connectors in a real Chromium, against a server of S3's protocol: by mouse and by keyboard alone."""

import os
import urllib.request
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.bootstrap.scheduling import run_connectors
from auscult.domain.delivery.destinations import Destination
from auscult.domain.people.directory import DirectoryAgent
from auscult.services.definitions.forms.document import read_document
from tests.data_files import tuples_of
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_builder import DOCUMENT, WRITE, becomes, choose, click
from tests.e2e.console.definitions.test_console_scorecards import no_text_area, typed
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.console.test_console_roles import open_page
from tests.e2e.serving import TENANT, Service
from tests.integration.bucket import bucket
from tests.waiting import wait_for

__all__ = ["bucket"]

pytestmark = pytest.mark.night

HEAD = "call_no;begin;sec;party;words said;skill\n"
SAID = "{call};2026-03-30 09:02;{at};{who};{words};{skill}\n"
CALLS = tuples_of(__file__, "calls")
STEPS = ("place", "connection", "format", "columns", "schedule", "dry")
GUESSED = {"started_at": "begin", "speaker": "party", "text": "words said", "id": "call_no"}
CONSOLE = {"weeks": 1, "a_week": 6, "outgoing_networks": "127.0.0.0/8"}


def put(address: str, key: str, body: bytes) -> None:
    """Put an object into the bucket of a server."""
    kind = {"Content-Type": "text/csv"}  # one of a form is read as a form by the server
    request = urllib.request.Request(f"{address}/sound/{key}", body, kind, method="PUT")  # noqa: S310  (our own)
    urllib.request.urlopen(request).close()  # noqa: S310


@pytest.fixture(scope="module")
def address(bucket: str) -> str:
    """A server with a table of three calls and a broken one in its bucket, as an address that is no loopback name."""
    assert bucket
    found = os.environ["AWS_ENDPOINT_URL"]
    rows = "".join(
        SAID.format(call=call, at=at * 5, who=who, words=words, skill=skill)
        for call, skill, turns in CALLS
        for at, (who, words) in enumerate(turns)
    )
    put(found, "calls/2026-03-30.csv", (HEAD + rows).encode())
    put(found, "calls/old/broken.csv", (HEAD + "1;2\n").encode())
    return found


def value(browser: Browser) -> Any:
    """Return the values of the document as it stands in the page."""
    return read_document(browser.run(DOCUMENT).encode()).value


def chosen(browser: Browser, what: str) -> object:
    """Return the column that the document has for a field of a conversation; None without one."""
    return value(browser).get("options", {}).get("columns", {}).get(what)


def step(browser: Browser, name: str) -> None:
    """Open a step by its name in the list."""
    click(browser, f"#tabs [data-tab={name}]")


def place_and_connection(browser: Browser, address: str) -> None:
    """Give a bucket that is not there, no secrets, then all that is right: each error is at its field."""
    typed(browser, "s-place.bucket", "sounds")
    becomes(browser, "s3://sounds")
    typed(browser, "s-place.prefix", "calls")
    becomes(browser, "s3://sounds/calls")
    step(browser, "connection")
    typed(browser, "s-access.endpoint", address)
    becomes(browser, f'endpoint: "{address}"')
    typed(browser, "s-access.region", "us-east-1")
    becomes(browser, "region: us-east-1")
    click(browser, "#test")
    browser.until("#secrets .mend", lambda text: "brings its own credentials" in text)
    for name in ("access_key_id", "secret_access_key"):
        typed(browser, f"secret-{name}", "test")
    click(browser, "#test")
    browser.until("#part-place .mend, #part-connection .mend", lambda text: "no such bucket" in text)
    step(browser, "place")
    typed(browser, "s-place.bucket", "sound")
    becomes(browser, "s3://sound/calls")
    step(browser, "connection")
    click(browser, "#test")
    browser.until("#tested", lambda text: "2 files" in text)


def columns(browser: Browser, served: Service) -> None:
    """Choose columns by their values, others from the list, who is who, and queues by their names."""
    step(browser, "columns")
    for what, column in GUESSED.items():
        if browser.all(f"#panel [value^='use:{what}/']"):  # else it is guessed by its name, and needs no choice
            click(browser, f"#panel [value^='use:{what}/']")
            wait_for(lambda what=what: chosen(browser, what), lambda found, column=column: found == column)
    for what, column in (("start_s", "sec"), ("queue", "skill")):
        choose(browser, f"options.columns.{what}", column)
        wait_for(lambda what=what: chosen(browser, what), lambda found, column=column: found in (column, None))
    for source, who in (("A", "agent"), ("C", "customer")):
        choose(browser, f"options.speakers.~{source}", who)
        becomes(browser, f"{source}: {who}")
    choose(browser, "mapping.queues.~RB_IN", served_queue(served))
    browser.until("#queues .mend", lambda text: "1 queue is not in the table" in text)
    click(browser, "[value='keep:queues']")
    becomes(browser, "XX9: XX9")


def refusals(browser: Browser) -> None:
    """Run dry, fix what is refused by its buttons, and run again."""
    step(browser, "dry")
    click(browser, "#dry")
    browser.until("#rejects", lambda text: "Nothing says who 'M' is" in text)
    click(browser, "#rejects [value='is:bot/~M']")
    becomes(browser, "M: bot")
    browser.until("#dried", lambda text: "changed since" in text)
    click(browser, "#rejects [value^='leave:']")
    becomes(browser, "old/broken.csv")
    click(browser, "#dry")
    browser.until("#dried", lambda text: "Would read 3 conversations from 1 files, and refuse 0." in text)
    assert not browser.all("#rejects")


@pytest.mark.landing
def test_by_mouse(browser: Browser, served: Service, address: str) -> None:
    """From nothing to a run: errors at their fields, columns by their values, a dry run whose refusals are fixed."""
    width(browser, 1440)
    enter(browser, served, "administrator")
    open_page(browser, served, "/connectors")
    browser.one("#name").click()
    browser.keys("pbx-archive")
    click(browser, "#new form button")
    wait_for(lambda: browser.driver.current_url, lambda url: "/connectors/pbx-archive/edit" in url)
    wait_for(lambda: browser.text("#checked"), bool)
    place_and_connection(browser, address)
    columns(browser, served)
    refusals(browser)
    step(browser, "schedule")
    choose(browser, "every", "1d")
    becomes(browser, 'every: "1d"')
    assert no_text_area(browser)
    click(browser, "#publish")
    browser.until("h1", lambda text: text == "pbx-archive")
    assert "secret" not in browser.run("return document.querySelector('#document pre').innerText").lower()
    click(browser, "form[action$=run] button")
    browser.until("#runs", lambda text: "Waits for a worker" in text)
    run_connectors(served.store, served.application.settings)
    browser.until("#runs", lambda text: "3 new" in text)
    assert browser.faults() == []


def served_queue(served: Service) -> str:
    """Return the id of a queue that the app has."""
    return served.store.within(TENANT).people.directory.queues()[0].queue_id


def test_by_keyboard(browser: Browser, served: Service, address: str) -> None:
    """The same by keyboard alone; each byte of the document that no field is about stays."""
    width(browser, 1440)
    enter(browser, served, "administrator")
    open_page(browser, served, "/connectors")
    browser.write("#name", "by-keys", Keys.ENTER)
    wait_for(lambda: browser.text("#checked"), bool)
    browser.write("[id='s-place.bucket']", "sound", Keys.TAB)
    becomes(browser, "s3://sound")
    browser.press("#part-place .wznext a")
    browser.write("[id='s-access.endpoint']", address, Keys.TAB)
    becomes(browser, "endpoint:")
    for name in ("access_key_id", "secret_access_key"):
        browser.write(f"#secret-{name}", "test")
    browser.press("#test")
    browser.until("#tested", lambda text: "2 files" in text)
    browser.press("#tabs [data-tab=columns]")
    for what, column in GUESSED.items():
        if browser.all(f"#panel [value^='use:{what}/']"):
            browser.press(f"#panel [value^='use:{what}/']")
            wait_for(lambda what=what: chosen(browser, what), lambda found, column=column: found == column)
    for source, letter in (("A", "the a"), ("C", "the c"), ("M", "a b")):
        browser.reach(f"[id='s-options.speakers.~{source}']")
        browser.keys(letter, Keys.TAB)
        becomes(browser, f"{source}: ")
    browser.press("#tabs [data-tab=dry]")
    browser.press("#dry")
    browser.until("#dried", lambda text: "Would read 3 conversations" in text)
    browser.press("#publish")
    browser.until("h1", lambda text: text == "by-keys")
    found = served.store.within(TENANT).connectors.secrets("by-keys", Destination("s3", address))
    assert found == {"access_key_id": "test", "secret_access_key": "test"}
    browser.press("header a[href$='/edit']")
    wait_for(lambda: browser.text("#checked"), bool)
    written = "# ours\n" + browser.run(DOCUMENT).replace("every: 1h", "every: 1h  # often")
    browser.run(WRITE, written)
    browser.press("[name=act][value=save]")
    browser.until("main .tell", lambda text: "Draft saved" in text)
    wait_for(lambda: browser.text("#checked"), bool)
    browser.press("#tabs [data-tab=schedule]")
    for wanted, line in (("1d", 'every: "1d"  # often'), ("1h", "every: 1h  # often")):
        choose(browser, "every", wanted)
        becomes(browser, line)
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == written)
    assert browser.faults() == []


def test_two_windows_and_axe(browser: Browser, served: Service, address: str) -> None:
    """A second window's text is kept next to this one's; axe finds nothing in any step at any width."""
    app = served.store.within(TENANT)
    document = (
        f"name: twice\nplace: s3://sound/calls\nformat: described\nevery: 1h\naccess: {{endpoint: '{address}'}}\n"
        "options: {columns: {id: call_no, started_at: begin, speaker: none, text: words said}}\nsettle_s: many\n"
    )
    app.definitions.save_draft("connector", "twice", document.encode())
    enter(browser, served, "administrator")
    open_page(browser, served, "/connectors/twice/edit")
    wait_for(lambda: browser.text("#checked"), bool)
    typed(browser, "s-place.prefix", "calls/old")
    becomes(browser, "calls/old")
    step(browser, "format")
    browser.until("[id='b-settle_s']", bool)
    typed(browser, "s-settle_s", "5")
    becomes(browser, "settle_s: 5")
    step(browser, "connection")
    for name in ("access_key_id", "secret_access_key"):
        typed(browser, f"secret-{name}", "test")
    click(browser, "#test")
    browser.until("#tested", lambda text: "1 file" in text)
    for pixels in (360, 768, 1440):
        width(browser, pixels)
        for name in (*STEPS, "text"):
            step(browser, name)
            assert browser.barriers() == [], (pixels, name)
    app.definitions.save_draft("connector", "twice", document.replace("1h", "6h").encode())
    click(browser, "[value=save]")
    browser.until("#moved", lambda text: "is not saved" in text)
    assert "calls/old" in browser.run(DOCUMENT)
    assert "every: 6h" in browser.run("return document.querySelector('#other').value")
    browser.run("for (const each of document.querySelectorAll('[type=password]')) each.value = ''")
    step(browser, "connection")
    click(browser, "#test")
    browser.until("#tested", lambda text: "1 file" in text)


def test_an_address_of_this_network_is_refused(browser: Browser, served: Service) -> None:
    """An address in a network that is not opened is refused at its field, and nothing asks it."""
    document = "name: inside\nplace: s3://sound\nformat: native\naccess: {endpoint: 'http://10.1.2.3:9000'}\n"
    served.store.within(TENANT).definitions.save_draft("connector", "inside", document.encode())
    enter(browser, served, "administrator")
    width(browser, 1440)
    open_page(browser, served, "/connectors/inside/edit#part-connection")
    wait_for(lambda: browser.text("#checked"), bool)
    typed(browser, "secret-access_key_id", "test")
    typed(browser, "secret-secret_access_key", "test")
    click(browser, "#test")
    browser.until("[id='f-access.endpoint'] .mend", lambda text: "AUSCULT_OUTGOING_NETWORKS" in text)


def connected(browser: Browser, served: Service, address: str, name: str, folder: str) -> None:
    """Open a connector of described files in the wizard, and test its connection; there is one file."""
    place = f"place: s3://sound/{folder}\nformat: described\naccess: {{endpoint: '{address}', region: us-east-1}}\n"
    served.store.within(TENANT).definitions.save_draft("connector", name, f"name: {name}\n{place}".encode())
    enter(browser, served, "administrator")
    width(browser, 1440)
    open_page(browser, served, f"/connectors/{name}/edit#part-connection")
    wait_for(lambda: browser.text("#checked"), bool)
    for secret in ("access_key_id", "secret_access_key"):
        typed(browser, f"secret-{secret}", "test")
    click(browser, "#test")
    browser.until("#tested", lambda text: "1 file" in text)


def test_all_without_text(browser: Browser, served: Service, address: str) -> None:
    """Agents, channels and limits are chosen in fields; a table without a time says what to add to it."""
    head, agent = "contact_id;speaker;text;agent_id;channel", "a-044ff2fa2255"
    rows = (f"7;agent;Good morning;77;{each}\n7;customer;My card is wet;77;{each}" for each in ("telephone", "web"))
    put(address, "timeless/calls.csv", "\n".join((head, *rows)).encode())
    connected(browser, served, address, "whole", "timeless")
    browser.until("#secrets", lambda text: "If you load the page again, type it again." in text)
    step(browser, "columns")
    browser.until(
        "[id='f-options.columns.started_at']",
        lambda text: "No column looks like a time. Add one with the time when the conversation began" in text,
    )
    choose(browser, "mapping.agents.~77", agent)
    becomes(browser, f"id: {agent}")
    for source, channel in (("telephone", "voice"), ("web", "chat")):
        choose(browser, f"mapping.channels.~{source}", channel)
        becomes(browser, f"{source}: {channel}")
    step(browser, "schedule")
    limits = {("rate", "requests_per_s"): "5", ("rate", "at_once"): "2", ("watch", "volume"): "0.3"}
    for (group, key), words in limits.items():
        typed(browser, f"s-{group}.{key}", words)
        becomes(browser, f"{key}: {words}")
    found = value(browser)
    assert found["mapping"]["agents"]["77"]["id"] == agent
    assert found["mapping"]["channels"] == {"telephone": "voice", "web": "chat"}
    assert {key: str(found[group][key]) for group, key in limits} == {key: words for (_, key), words in limits.items()}
    for group, key in limits:
        typed(browser, f"s-{group}.{key}", {"requests_per_s": "0", "at_once": "8", "volume": "0.5"}[key])
        wait_for(lambda: browser.run(DOCUMENT), lambda text, key=key: key not in text)
    step(browser, "place")
    typed(browser, "s-place.bucket", "sounds")
    becomes(browser, "s3://sounds/timeless")
    browser.run("document.querySelector('#test').click()")
    browser.until("#tabs li:first-child", lambda text: "not done" in text)
    assert no_text_area(browser)


def test_many_agents_are_picked_by_name(browser: Browser, served: Service, address: str) -> None:
    """With more agents than a list of each row could hold, a name is typed with a list below; a new one is kept, and said."""
    directory = served.store.within(TENANT).people.directory
    directory.put_agents([DirectoryAgent(agent_id=f"a-many-{n}", name=f"Ann Many {n}") for n in range(60)])
    head = "contact_id;begin;speaker;text;agent_id"
    rows = (f"{n};2026-03-30 09:02;{who};Good morning;x{n}" for n in range(45) for who in ("agent", "customer"))
    put(address, "many/calls.csv", "\n".join((head, *rows)).encode())
    connected(browser, served, address, "many", "many")
    browser.press("#tabs [data-tab=columns]")
    assert len(browser.all("#agents tbody tr")) == 45
    browser.write("[id='s-mapping.agents.~x44']", "ann many 7", Keys.TAB)
    wait_for(lambda: value(browser).get("mapping"), bool)
    assert value(browser)["mapping"]["agents"] == {"x44": {"id": "a-many-7", "name": "Ann Many 7"}}
    shown = "return document.getElementById('s-mapping.agents.~x44').value"
    wait_for(lambda: browser.run(shown), lambda text: text == "Ann Many 7")
    browser.write("[id='s-mapping.agents.~x3']", "someone new", Keys.TAB)
    browser.until("#agents", lambda text: "Not in the directory: it is added." in text)
    assert value(browser)["mapping"]["agents"]["x3"] == "someone new"
    assert "Ann Many 59" in browser.run("return document.querySelector('#list-agents').innerHTML")
    assert browser.barriers() == []
    browser.write("[id='s-mapping.agents.~x3']", Keys.BACKSPACE, Keys.TAB)
    wait_for(lambda: value(browser)["mapping"]["agents"], lambda found: list(found) == ["x44"])
    assert browser.faults() == []
