"""The player in a real Chromium: peaks from the server, two lanes, evidence, words, the position in the address."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from auscult import bootstrap
from auscult.domain.conversation import Turn
from auscult.domain.recordings.recording import Claims
from auscult.services.recordings.accept import Upload
from auscult.services.recordings.derived import Derived
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.store import AppStore
from tests.contract.storing import STARTED, conversation
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import console
from tests.e2e.serving import TENANT, Service, process
from tests.e2e.sounding import tone
from tests.waiting import wait_for

pytestmark = pytest.mark.night

TURNS = (
    Turn("m1", "agent", "Good morning, thank you for calling Example Bank, my name is Ann.", "a-1", 1_000, 5_000),
    Turn("m2", "customer", "Hello, I lost my card and I am quite worried.", None, 6_000, 9_000),
    Turn("m3", "agent", "I am so sorry to hear that, let me help you.", "a-1", 20_000, 24_000),
    Turn("m4", "customer", "Thank you, bye.", None, 25_000, 27_000),
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with a conversation that has a stereo recording of half a minute."""
    folder = tmp_path_factory.mktemp("player")
    with console(f"sqlite:///{folder / 'auscult.db'}", weeks=1, a_week=1, state_dir=str(folder)) as service:
        ended_at = STARTED + timedelta(minutes=2)
        process(service.application, [conversation("c-sound", turns=TURNS, ended_at=ended_at)])
        app = service.store.within(TENANT)
        sound = bootstrap.recordings.folder(service.application.settings)
        add(app, sound, "c-sound", tone(30_000, channels=2), Claims())
        (recording,) = app.recordings.of("c-sound")
        Derived(app, sound).figures(recording.recording_id)
        process(service.application, [conversation("c-pair", turns=TURNS, ended_at=ended_at)])
        add(app, sound, "c-pair", tone(20_000, hertz=330), Claims(speakers=("customer",)))
        add(app, sound, "c-pair", tone(30_000), Claims(speakers=("agent",)))
        yield service


def add(app: AppStore, folder: RecordingFolder, conversation_id: str, sound: bytes, claims: Claims) -> None:
    """Add a recording to a conversation."""
    upload = Upload(app, folder, conversation_id, claims, lambda: datetime.now(UTC))
    upload.write(sound)
    upload.finish()


def now(browser: Browser) -> float:
    """The player's position in seconds."""
    return float(browser.run("return document.querySelector('.seek').value"))


@pytest.fixture
def page(browser: Browser, served: Service) -> Browser:
    """The page of the conversation, its player drawn."""
    enter(browser, served, "qa-manager")
    show(browser, f"{served.url}/console/conversations/c-sound")
    return browser


def show(browser: Browser, url: str) -> None:
    """Go to a page, and wait for its player."""
    browser.driver.get(url)
    wait_for(lambda: browser.run("return document.querySelector('.player[data-ready]') !== null"), bool)


def test_two_lanes_are_drawn_from_peaks_of_the_server(page: Browser) -> None:
    """The wave is drawn, and the browser decodes nothing: it has asked for peaks, and for a range of the sound."""
    assert page.run("return document.querySelector('.wave > div').shadowRoot.querySelectorAll('canvas').length") >= 2
    asked = page.run("return performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname)")
    assert any("/sound/peaks/" in each for each in asked)
    assert float(page.run("return document.querySelector('.seek').max")) == 30


@pytest.mark.night
def test_it_plays_and_keeps_its_position_in_the_address(page: Browser, served: Service) -> None:
    """Playing, pausing and skipping five seconds work, and a reload returns to the same position."""
    page.one('[data-do="play"]').click()
    wait_for(lambda: now(page), lambda at: at > 0.2)
    page.one('[data-do="play"]').click()
    before = now(page)
    page.one('[data-do="forward"]').click()
    wait_for(lambda: now(page), lambda at: abs(at - before - 5) < 0.5)
    wait_for(lambda: page.driver.current_url, lambda url: "?at=" in url)
    show(page, f"{served.url}/console/conversations/c-sound?at=12.5")
    assert abs(now(page) - 12.5) < 0.1


def test_next_evidence_and_next_silence(page: Browser) -> None:
    """Evidence is in the second of its words; the silence of eleven seconds begins when the customer ends."""
    page.one('[data-do="evidence"]').click()
    starts = [turn.start_ms / 1000 for turn in TURNS if turn.start_ms]
    ends = [turn.end_ms / 1000 for turn in TURNS if turn.end_ms]
    at = now(page)
    assert any(start <= at <= end for start, end in zip(starts, ends, strict=True)), at
    page.one('[data-do="silence"]').click()
    assert now(page) == pytest.approx(9.0, abs=0.11)
    assert page.run("return document.querySelectorAll('.ticks span').length") > 0


def test_evidence_is_a_link_with_a_start_and_an_end(page: Browser) -> None:
    """The address has both after the jump; opened anew, it plays this stretch and stops."""
    page.one('[data-do="evidence"]').click()
    wait_for(lambda: page.driver.current_url, lambda url: "to=" in url)
    link = page.driver.current_url
    start, end = (float(parse_qs(urlsplit(link).query).get(name, ["0"])[0]) for name in ("at", "to"))
    assert 0 <= start < end <= 27
    show(page, link)
    assert now(page) == pytest.approx(start, abs=0.1)
    page.one('[data-do="play"]').click()
    wait_for(lambda: page.one('[data-do="play"]').get_attribute("aria-pressed"), lambda pressed: pressed == "true")
    wait_for(lambda: page.one('[data-do="play"]').get_attribute("aria-pressed"), lambda pressed: pressed == "false")
    assert end - 0.1 <= now(page) <= end + 1
    assert page.driver.current_url == link


def test_a_recording_of_each_side_is_played_together(page: Browser, served: Service) -> None:
    """Two lanes, the agent's first, as long as the longer one; both are asked for, and play."""
    show(page, f"{served.url}/console/conversations/c-pair")
    assert float(page.run("return document.querySelector('.seek').max")) == 30
    assert page.run("return document.querySelector('.wave > div').shadowRoot.querySelectorAll('canvas').length") >= 2
    page.one('[data-do="play"]').click()
    wait_for(lambda: now(page), lambda at: at > 0.2)
    asked = page.run("return performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname)")
    assert len({each for each in asked if each.endswith("/media")}) == 2
    assert len({each for each in asked if "/sound/peaks/" in each}) == 2


def test_what_is_wrong_with_the_channels_is_said(page: Browser, served: Service) -> None:
    """Where both have the same sound; nothing is said where each side has a recording."""
    assert "same sound" in page.one(".player [data-fault]").text
    show(page, f"{served.url}/console/conversations/c-pair")
    assert page.run("return document.querySelector('.player [data-fault]').hidden") is True


def test_a_word_is_heard_when_it_is_clicked(page: Browser) -> None:
    """From about where it is in its turn."""
    page.one("#t-m3 .text").click()
    wait_for(lambda: now(page), lambda at: 20 <= at <= 24.5)
    page.one('[data-do="play"]').click()


@pytest.mark.landing
def test_the_player_is_without_barriers(page: Browser) -> None:
    """As axe-core sees it, wide and narrow."""
    for pixels in (1440, 360):
        width(page, pixels)
        page.run("scrollTo(0, document.documentElement.scrollHeight)")  # there the player covers no target in part
        assert page.barriers() == []
    width(page, 1440)


def test_who_may_not_play_has_the_map(browser: Browser, served: Service) -> None:
    """The page has no player for an analyst, and the links are refused."""
    enter(browser, served, "analyst")
    browser.driver.get(f"{served.url}/console/conversations/c-sound")
    assert browser.run("return document.querySelector('[data-sound]')") is None
