"""The first hour: from an empty folder to a first score in a browser, by mouse and by keyboard; and who may do what."""

import base64
import gzip
import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openpyxl
import pytest
import soundfile
from msgspec.structs import replace
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from typer.testing import CliRunner

from auscult import bootstrap
from auscult.cli import build
from auscult.cli.terminal import options
from auscult.config import Settings
from auscult.domain.connectors import Item, Setup
from auscult.domain.conversation import Conversation
from auscult.domain.people.directory import DirectoryAgent
from auscult.formats import Source
from auscult.server.api.scoring.conversations import given as query_of
from auscult.services.connectors.any_format import AnyFormat
from auscult.services.people.first import first_link
from auscult.services.privacy.log import SYSTEM
from auscult.services.privacy.settings import change_settings
from auscult.services.scoring.intake.asked import NAMED, given_of
from auscult.services.scoring.intake.read import read_source
from auscult.storage.store import AppStore
from tests.data_files import tuples_of
from tests.databases import database
from tests.e2e.browsing import Browser, browsing
from tests.e2e.console.test_console_pages import is_clean
from tests.e2e.consoles import console, signed_in
from tests.e2e.people.signing_in import PASSWORD as STRONG
from tests.e2e.serving import listening
from tests.e2e.sounding import tone
from tests.integration.program import AUSCULT, auscult, conversation, environment
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.landing

READY = re.compile(r"auscult serves (http://127\.0\.0\.1:\d+) ")
WHO = {"name": "Ada Lindqvist", "email": "ada@example.com", "password": STRONG}
FILE = b"".join(json.dumps(conversation(f"c-{n}")).encode() + b"\n" for n in range(3)) + b'{"id": 3}\n{"oops"\n'


DROP = """
  const dataTransfer = new DataTransfer();
  for (const [name, content, modified] of arguments[0]) {
    const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name, { lastModified: modified }));
  }
  document.querySelector("#zone").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
"""


@contextmanager
def entered(folder: Path, url: str = "", **more: Any) -> Iterator[tuple[bootstrap.Application, httpx.Client]]:
    """A new server, and a browser in which its first administrator has signed in."""
    settings = Settings(database_url=url or f"sqlite:///{folder / 'new.db'}", state_dir=str(folder), **more)
    with (
        bootstrap.open(settings) as application,
        listening(application.server_app()) as address,
        httpx.Client(base_url=f"{address}/console", timeout=PATIENCE_S, headers={"Origin": address}) as http,
    ):
        http.get(f"/link/{first_link(application.store)}")
        assert http.post("/welcome", data=WHO).status_code == 303
        yield application, http


def states(page: str) -> dict[str, str]:
    """The state of each step that a page shows."""
    found = re.findall(r'<li class="(now|open|done|skipped)"[^>]* id="step-(\w+)"', page)
    return {step: state for state, step in found}


@pytest.mark.landing
def test_an_empty_server_shows_five_steps_and_keeps_what_is_skipped(tmp_path: Path) -> None:
    """The first is the current one; skipped steps are taken up again; put away, the steps leave Home and can return."""
    with entered(tmp_path) as (_, http):
        home = http.get("").text
        assert list(states(home)) == ["load", "form", "score", "invite", "plan"]
        assert list(states(home).values()) == ["now", "open", "open", "open", "open"]
        http.post("/first-hour", data={"do": "skip", "step": "load", "back": "home"})
        assert states(http.get("").text)["load"] == "skipped"
        assert states(http.get("").text)["form"] == "now"
        http.post("/first-hour", data={"do": "take_up", "step": "load"})
        assert states(http.get("").text)["load"] == "now"
        http.post("/first-hour", data={"do": "away"})
        assert states(http.get("").text) == {}
        assert "Nothing here yet" in http.get("").text
        assert states(http.get("/first-hour").text)["load"] == "now"
        http.post("/first-hour", data={"do": "show"})
        assert states(http.get("").text)["load"] == "now"
        for step in ("load", "form", "score", "invite", "plan"):
            http.post("/first-hour", data={"do": "skip", "step": step})
        assert states(http.get("").text) == {}


def test_a_preview_stores_nothing_and_names_what_is_refused(tmp_path: Path) -> None:
    """With line, field and reason; the order of dates is chosen; loading stores the others, and leads to the steps."""
    with entered(tmp_path) as (application, http):
        (tenant,) = application.store.tenants()
        app = application.store.within(tenant)
        shown = http.post("/first-hour/load/preview", content=FILE).text
        assert "3 conversations can be loaded: 3 voice, 23 March 2026." in shown
        assert "Load 3 conversations" in shown
        assert "2 are refused" in shown
        assert re.search(r'<th scope="row" class="n">4</th><td class="mono">id</td>', shown)
        change_settings(app, SYSTEM, {"redaction": "mask"})
        spoilt = FILE + b'{"id": "c-9", "channel": "fax", "note": "ann@example.com"}\n'
        refused = [json.loads(each) for each in http.post("/first-hour/load/refused", content=spoilt).text.splitlines()]
        assert [(each["line"], each["field"]) for each in refused] == [(4, "id"), (5, None), (6, "channel")]
        assert refused[2]["source"].startswith('{"id": "c-9"')
        assert "ann@example.com" not in str(refused)
        assert app.conversations.get("c-0") is None
        assert application.store.batches.waiting() == []
        undecided = b"call_id,start_time,speaker,text\nD-1,03/04/2026 09:15,agent,hello\n"
        assert "and no row decides; choose date_order" in http.post("/first-hour/load/preview", content=undecided).text
        chosen = {"date_order": "day", "decimal": "half"}
        shown = http.post("/first-hour/load/preview", content=undecided, params=chosen).text
        assert "Decimal is &#39;half&#39;; choose one of: comma, point" in shown
        shown = http.post("/first-hour/load/preview", content=undecided, params={"date_order": "day"}).text
        assert "1 conversation can be loaded: 1 voice, 3 April 2026." in shown
        assert '<option value="day" selected>' in shown
        answer = http.post("/first-hour/load", content=gzip.compress(FILE))
        assert 'href="/console/first-hour?loaded=3"' in answer.text
        assert app.conversations.get("c-0") is not None
        assert states(http.get("/first-hour").text)["load"] == "done"


def test_each_value_has_one_name_at_every_door(tmp_path: Path) -> None:
    """Commands, the query, the page and connectors: what files do not say is given alike, and read alike."""
    table = b"call;day;amount;who;said\n1;03/04/2026;1,250;Ann;hello\n1;03/04/2026;1,250;Bo;hi there\n"
    values: dict[str, Any] = {
        "format": "csv",
        "agent": "ines",
        "queue": "bikes",
        "channel": "chat",
        "language": "en",
        "started_at": "2026-04-03T10:00",
        "time_zone": "Europe/Berlin",
        "date_order": "day",
        "decimal": "comma",
    }
    assert set(NAMED) == set(values)
    columns, sides = {"id": "call", "started_at": "day", "speaker": "who", "text": "said"}, {"Ann": "agent"}
    pairs = {"columns": [f"{what}={name}" for what, name in columns.items()], "sides": ["Ann=agent"]}
    wanted = given_of(values, **pairs)
    assert options.given_of("csv", tuple(values.values())[1:], **pairs) == wanted
    assert query_of(**values, columns=tuple(pairs["columns"]), sides=("Ann=agent",)) == wanted
    for command in ("load", "score"):
        shown = CliRunner().invoke(build(), [command, "--help"], terminal_width=200).output
        assert all(f"--{name.replace('_', '-')}" in shown for name in (*values, *pairs))
    mapper = AnyFormat(Setup(app_id="st-1", options={**values, "columns": columns, "sides": sides}))
    (mapped,) = mapper.map(Item("a.csv", None, len(table), table, lambda _key: None))
    (read,) = read_source(io.BytesIO(table), Source(app_id="st-1", given=wanted, name="a.csv"))
    assert isinstance(read, Conversation)
    assert (mapped, "Ann", "2026-04-02T22:00:00+00:00") == (
        read,
        read.turns[0].speaker_label,
        read.started_at.isoformat(),
    )
    with entered(tmp_path) as (_, http):
        shown = http.post("/first-hour/load/preview", content=table, params={**values, **pairs, "file": "a.csv"}).text
    assert {*values, *pairs} <= set(re.findall(r' name="(\w+)"', shown))
    assert 'value="Ann=agent" selected' in shown
    assert "1 conversation can be loaded: 1 chat, 2 April 2026." in shown


def only_app(application: bootstrap.Application) -> AppStore:
    """The store of the one app."""
    (tenant,) = application.store.tenants()
    return application.store.within(tenant)


def id_of(sound: bytes) -> str:
    """The id of the conversation of a recording: its bytes are known again."""
    return f"rec-{sha256(sound).hexdigest()[:32]}"


@pytest.mark.night
def test_a_recording_is_dropped_and_loaded(browser: Browser, tmp_path: Path) -> None:
    """On an empty server: recognised by its content, described by hand, kept with its bytes; what is missing is said."""
    sound, modified = tone(3_000, channels=2), datetime(2026, 3, 23, 10, 15, tzinfo=UTC)
    with entered(tmp_path) as (application, http):
        browser.driver.get(f"{http.base_url}/sign-in")
        browser.one("#email").send_keys(WHO["email"])
        browser.one("#password").send_keys(STRONG, Keys.ENTER)
        browser.one("#step-load a.btn").click()
        browser.one("#zone")
        browser.run(DROP, [["call.bin", base64.b64encode(sound).decode(), modified.timestamp() * 1000]])
        assert "A recording of 3 s, with a channel for each side." in browser.text("#found section")
        assert "ask your administrator" in browser.text("#transcript")
        assert browser.run("return document.querySelector('#sound-began').value").startswith("2026-03-23T")
        is_clean(browser)
        browser.one("#sound-agent").send_keys("Elizabeth Ward")
        browser.one("#sound-queue").send_keys("Retail Desk")
        browser.one("#found footer button").click()
        assert browser.text("main .tell") == "1 conversation was added."
        app = only_app(application)
        (recording,) = app.recordings.of(id_of(sound))
        assert recording.speakers == ("agent", "customer")
        with bootstrap.recordings.folder(application.settings).open(recording.location) as kept:
            assert kept.read() == sound
        found = app.conversations.get(id_of(sound))
        assert found
        assert (found.conversation.channel, found.conversation.started_at) == ("voice", modified)
        assert [each.name for each in (*found.conversation.agents, *found.conversation.queues)] == [
            "Elizabeth Ward",
            "Retail Desk",
        ]
        assert browser.faults() == []


def test_a_recording_is_described_once_and_transcribed(tmp_path: Path) -> None:
    """Sides as they were given, a known agent by name; the same bytes again are refused, and keep what was typed."""
    stereo, mono = tone(2_000, channels=2), tone(1_000)
    with entered(tmp_path, transcriber_folder=str(tmp_path)) as (application, http):
        app = only_app(application)
        app.people.directory.put_agents([DirectoryAgent(agent_id="a-ward", name="Elizabeth Ward")])
        for kind in ("FLAC", "OGG"):
            soundfile.write(other := io.BytesIO(), np.ones((8_000, 2)) / 9, 8_000, format=kind)
            shown = http.post("/first-hour/load/preview", content=other.getvalue()).text
            assert "A recording of 1 s, with a channel for each side." in shown
        shown = http.post("/first-hour/load/preview", content=mono).text
        assert "on one channel, which does not show who speaks" in shown
        assert "It is transcribed once it is loaded" in shown
        assert '<option value="Elizabeth Ward">' in shown
        given = {"agent": "elizabeth ward", "began": "2026-03-23T10:15", "language": "de", "left": "customer"}
        for sound in (stereo, mono):
            answer = http.post("/first-hour/load", content=sound, params=given)
            assert 'href="/console/first-hour?loaded=1"' in answer.text
        both = [app.conversations.get(id_of(sound)) for sound in (stereo, mono)]
        assert [(each.conversation.agents[0].id, each.conversation.language) for each in both if each] == [
            ("a-ward", "de")
        ] * 2
        recordings = [one for sound in (stereo, mono) for one in app.recordings.of(id_of(sound))]
        assert [each.speakers for each in recordings] == [("customer", "agent"), ("unknown",)]
        assert all(application.store.transcriptions.get(each.recording_id) for each in recordings)
        again = http.post("/first-hour/load", content=mono, params=given | {"agent": "Somebody Else"}).text
        assert "This recording is here already." in again
        assert 'value="Somebody Else"' in again
        undated = http.post("/first-hour/load", content=tone(500), params={"agent": "Bo", "began": "soon"}).text
        assert "When it began: soon is not a date" in undated
        assert 'value="Bo"' in undated
        for path in ("/first-hour/load/preview", "/first-hour/load"):
            assert "send it whole" in http.post(path, content=mono[:-2_000]).text
        assert app.conversations.get(id_of(mono[:-2_000])) is None


def test_a_recording_without_a_place_is_refused(postgresql_server: str, tmp_path: Path) -> None:
    """Where other servers could not play it, the setting is named and no conversation is made."""
    with (
        database("postgresql", postgresql_server, tmp_path) as url,
        entered(tmp_path, url) as (application, http),
    ):
        for path in ("/first-hour/load/preview", "/first-hour/load"):
            assert "set AUSCULT_RECORDINGS" in http.post(path, content=tone(500)).text
        assert application.store.batches.waiting() == []


@pytest.mark.landing
def test_what_is_sent_is_bounded(tmp_path: Path) -> None:
    """An empty file, one beyond the limit of a request, and one that unpacks to much more are refused in words."""
    with entered(tmp_path) as (application, http):
        settings = application.settings
        assert "The file is empty." in http.post("/first-hour/load/preview", content=b"").text
        bomb = gzip.compress(b'{"id": "' + b"x" * (80 << 20))
        for path in ("/first-hour/load/preview", "/first-hour/load"):
            assert "first-hour?loaded=" not in http.post(path, content=bomb).text
    with (
        bootstrap.open(replace(settings, request_bytes=1000)) as application,
        listening(application.server_app()) as address,
        httpx.Client(base_url=f"{address}/console", timeout=PATIENCE_S, headers={"Origin": address}) as http,
    ):
        http.post("/sign-in", data={"email": WHO["email"], "password": STRONG})
        for path in ("/first-hour/load/preview", "/first-hour/load"):
            shown = http.post(path, content=b"x" * 2000).text
            assert "larger than 1000 bytes" in shown


@pytest.mark.landing
def test_steps_are_shown_to_who_may_take_them(tmp_path: Path) -> None:
    """Who may not load, publish, invite or plan sees no step, and every address of one is refused; strangers get nothing."""
    with console(f"sqlite:///{tmp_path / 'auscult.db'}", weeks=1, state_dir=str(tmp_path)) as served:
        for role in ("auditor", "supervisor", "agent", "analyst"):
            with signed_in(served, role) as http:
                for path in ("load", "form", "invite"):
                    assert http.get(f"/console/first-hour/{path}").status_code == 403, (role, path)
                for path in ("load", "load/preview"):
                    assert http.post(f"/console/first-hour/{path}", content=FILE).status_code == 403, (role, path)
                assert http.post("/console/first-hour", data={"do": "skip", "step": "load"}).status_code == 403
                assert states(http.get("/console").text) == {}
        with httpx.Client(base_url=served.url, timeout=PATIENCE_S, headers={"Origin": served.url}) as stranger:
            for path in ("", "/load", "/form", "/invite"):
                assert stranger.get(f"/console/first-hour{path}").status_code == 303
            for path in ("/load", "/load/preview", "/form", "/invite", "/score"):
                answer = stranger.post(f"/console/first-hour{path}", content=FILE)
                assert answer.status_code in {303, 401}, path
                assert "first-hour" not in answer.headers.get("location", "")
        assert served.store.batches.waiting() == []
        with signed_in(served, "administrator") as http:
            assert states(http.get("/console").text) == {}, "a server with data that nobody set up in the browser"
            assert states(http.get("/console/first-hour").text)["load"] == "done"


def test_an_invitation_signs_in_a_new_person_alone(tmp_path: Path) -> None:
    """Its link asks for name and password, once; who is here already gets no link, for it would sign in as them."""
    with entered(tmp_path) as (application, http):
        shown = http.post("/first-hour/invite", data={"email": "bo@example.com", "name": "Bo", "role": "auditor"}).text
        found = re.search(r'value="(http[^"]+/console/link/[^"]+)"', shown)
        assert found
        with httpx.Client(timeout=PATIENCE_S, headers={"Origin": str(http.base_url)[: -len("/console/")]}) as guest:
            assert guest.get(found[1]).headers["location"] == "/console/welcome"
        assert httpx.get(found[1], timeout=PATIENCE_S).status_code == 401
        again = http.post("/first-hour/invite", data={"email": "Ada@example.com", "role": "auditor"})
        assert again.status_code == 422
        assert "/console/link/" not in again.text
        unknown = http.post("/first-hour/invite", data={"email": "cy@example.com", "role": "no-such"})
        assert unknown.status_code == 422
        assert application.store.people.users.by_email("cy@example.com") is None
        assert states(http.get("/first-hour").text)["invite"] == "done"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """``auscult serve`` with its worker in an empty folder; the link for the first administrator."""
    command = [str(AUSCULT), "serve", "--database", "sqlite:///test.db", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout
            ready = READY.match(process.stdout.readline())
            assert ready
            made = auscult(folder, "users", "link", "ada@example.com", "--url", ready[1])
            assert made.status == 0, made.err
            yield made.out.strip()
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@pytest.mark.landing
def test_from_an_empty_folder_to_a_first_score_by_mouse(browser: Browser, tmp_path: Path) -> None:
    """A link, a name and a password, a file with a look at it, ready forms, a score; a second browser gets nothing."""
    (tmp_path / "calls.ndjson").write_bytes(FILE)
    with serving(tmp_path) as link:
        browser.driver.get(link)
        browser.one("#name").send_keys("Ada Lindqvist")
        browser.one("#password").send_keys(STRONG)
        browser.one("form button").click()
        browser.one("#first-hour")
        is_clean(browser)
        with browsing() as second:
            second.driver.get(link)
            assert "first-hour" not in second.driver.page_source
            second.driver.get(link.partition("/link/")[0])
            assert "/console/sign-in" in second.driver.current_url
        browser.one("#step-load a.btn").click()
        browser.one("#file").send_keys(str(tmp_path / "calls.ndjson"))
        assert "3 conversations can be loaded" in browser.text("#found section")
        assert "2 are refused" in browser.text("#refused h2")
        is_clean(browser)
        browser.one("#found footer button").click()
        browser.until("main .tell", lambda text: text == "3 conversations were added.")
        browser.one("#step-form a.btn").click()
        browser.one(".starters")
        is_clean(browser)
        browser.one("main .act button").click()
        assert "Is it right?" in browser.until("#step-score", lambda text: "Open it" in text)
        is_clean(browser)
        browser.one("#step-score button.btn").click()
        wait_for(lambda: browser.driver.current_url, lambda url: "/console/conversations/c-" in url)
        browser.one("#verdicts, .ledger")
        browser.driver.get(f"{link.partition('/link/')[0]}")
        assert browser.text("#step-score").startswith("Look at a score")
        browser.one("#step-invite a.btn").click()
        browser.one("#f-email").send_keys("bo@example.com")
        Select(browser.one("#f-role")).select_by_value("auditor")
        browser.one("main form button.btn--main").click()
        assert "bo@example.com is invited" in browser.text("#invited h2")
        is_clean(browser)
        browser.one("#invited footer a").click()
        browser.one("#step-plan a.btn").click()
        wait_for(lambda: browser.driver.current_url, lambda url: url.endswith("/console/plans/new"))
        browser.driver.back()
        browser.one("#step-plan button").click()
        browser.until("#step-plan", lambda text: "Skipped" in text)
        assert browser.faults() == []


@pytest.mark.night
def test_from_an_empty_folder_to_a_first_score_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    """The same without a mouse, with a table whose columns have names of its own."""
    rows = [f"{turn['speaker']};{turn['text']}" for turn in conversation("c-1")["turns"]]
    lines = [f"t-1;2026-03-23T10:00:00Z;{n * 5};{row}" for n, row in enumerate(rows)]
    (tmp_path / "calls.csv").write_text("\n".join(["ticket;began;offset;who;words", *lines]))
    with serving(tmp_path) as link:
        browser.driver.get(link)
        browser.write("#name", "Ada Lindqvist")
        browser.write("#password", STRONG, Keys.ENTER)
        browser.one("#first-hour")
        browser.press("#step-load a.btn")
        browser.reach("#file")
        browser.one("#file").send_keys(str(tmp_path / "calls.csv"))
        assert "Which column is what?" in browser.text("#found section")
        is_clean(browser)
        for name, column in (("id", "ticket"), ("started_at", "began"), ("speaker", "who"), ("text", "words")):
            shown = f"#column-{name}"
            if browser.run("return document.querySelector(arguments[0]).value", shown) == column:
                continue
            browser.reach(shown)
            browser.keys(column)
            browser.until(f"{shown} option:checked", lambda text, column=column: text == column)
            wait_for(lambda: browser.run("return document.querySelector('#found').ariaBusy"), lambda busy: busy is None)
        browser.until("#found section", lambda text: "1 conversation can be loaded" in text)
        browser.press("#found footer button")
        browser.one("#step-form")
        browser.press("#step-form a.btn")
        browser.press("main .act button")
        browser.until("#step-score", lambda text: "Open it" in text)
        browser.press("#step-score button.btn")
        wait_for(lambda: browser.driver.current_url, lambda url: "/console/conversations/c-" in url)
        assert browser.faults() == []


DIALOGUE = tuples_of(__file__, "dialogue")


def files_of_a_person(folder: Path) -> list[Path]:
    """A chat of WhatsApp, a transcript of Zoom, a table of a helpdesk, an Excel sheet, and a ZIP of two calls."""
    lines = [(f"15:{30 + at // 6}:{at % 6 * 10:02}", who, said) for at, (who, said) in enumerate(DIALOGUE)]
    chat = "".join(f"[14/10/2026, {at}] {who}: {said}\n" for at, who, said in lines)
    cues = "".join(
        f"00:0{at // 6}:{at % 6 * 10:02}.000 --> 00:0{at // 6}:{at % 6 * 10 + 9:02}.000\nSpeaker {who[0]}: {said}\n\n"
        for at, (who, said) in enumerate(DIALOGUE)
    )
    rows = [("Ticket No", "Created", "Author", "Comment")]
    rows += [("4711", f"2026-10-14 {at}", who, said) for at, who, said in lines]
    call = "".join(f"[00:{at // 6:02}:{at % 6 * 10:02}] {who}: {said}\n" for at, (who, said) in enumerate(DIALOGUE))
    files = [folder / name for name in ("chat.txt", "call.vtt", "helpdesk.csv", "october.xlsx", "calls.zip")]
    files[0].write_text(chat)
    files[1].write_text(f"WEBVTT\n\n{cues}")
    files[2].write_text("\n".join(";".join(row) for row in rows))
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append([each.replace("4711", "4712") for each in row])
    book.save(files[3])
    with zipfile.ZipFile(files[4], "w") as archive:
        for hour in (9, 10):
            archive.writestr(f"2026-10-15_{hour:02}00_ines.txt", call)
    return files


class Person:
    """Someone who never saw the product: each click, and each drop, is counted."""

    def __init__(self, browser: Browser) -> None:
        """Begin with none."""
        self.browser = browser
        self.clicks = 0

    def click(self, selector: str) -> None:
        """Click on what is shown there."""
        self.browser.one(selector).click()
        self.clicks += 1

    def pick(self, label: str, side: str) -> None:
        """Pick the side of a speaker, and wait until the files are shown with it."""
        Select(self.browser.one(f'select:has(option[value="{label}={side}"])')).select_by_value(f"{label}={side}")
        self.clicks += 2
        wait_for(
            lambda: self.browser.run("return document.querySelector('#found').ariaBusy"), lambda busy: busy is None
        )

    def drop(self, files: list[Path]) -> None:
        """Drop files on the page at once."""
        given = [[file.name, base64.b64encode(file.read_bytes()).decode(), 1_792_000_000_000] for file in files]
        self.browser.run(DROP, given)
        self.clicks += 1


@pytest.mark.landing
def test_a_person_has_ordinary_files_scored_by_clicks_alone(browser: Browser, tmp_path: Path) -> None:
    """Dropped at once on an empty server: how each was read is shown, a side is picked, and all six are scored."""
    began, person = time.monotonic(), Person(browser)
    with serving(tmp_path) as link:
        browser.driver.get(link)
        browser.one("#name").send_keys("Ada Lindqvist")
        browser.one("#password").send_keys(STRONG)
        person.click("form button")
        person.click("#step-load a.btn")
        browser.one("#zone")
        person.drop(files_of_a_person(tmp_path))
        assert "4 conversations can be loaded: 1 chat, 3 voice" in browser.text("#found section")
        assert browser.text("#read-as strong") == "a WhatsApp chat, WebVTT, a CSV, an Excel workbook"
        assert browser.text("#then span") == "calls.zip"
        assert "Ines Adler" in browser.text("#found tbody")
        is_clean(browser)
        person.pick("Speaker I", "bot")
        assert "Speaker I=bot" in browser.run(
            "return [...document.querySelectorAll('#found select')].map((one) => one.value)"
        )
        person.pick("Speaker I", "agent")
        person.click("#found footer button")
        browser.until("#read-as strong", lambda text: text == "a plain transcript")
        assert "2 conversations can be loaded" in browser.text("#found section")
        person.click("#found footer button")
        browser.until("main .tell", lambda text: text == "6 conversations were added.")
        person.click("#step-form a.btn")
        person.click("main .act button")
        browser.until("#step-score", lambda text: "Open it" in text)
        person.click("#step-score button.btn")
        browser.one("#verdicts, .ledger")
        person.click('nav a[href$="/console/conversations"]')

        def listed() -> str:
            browser.driver.refresh()  # a worker scores them
            return browser.text("main")

        wait_for(listed, lambda page: "6 conversations · 6 scored" in page)
        assert browser.faults() == []
    sys.stderr.write(f"from a link to six scores: {person.clicks} clicks, {time.monotonic() - began:.0f} s\n")
    assert person.clicks <= 14
