"""One call from its upload to a link in the reports: spoken, transcribed, scored, played, and redacted."""

import io
import shutil
from array import array
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from auscult.domain.privacy.settings import PrivacySettings
from tests.contract.storing import STARTED, conversation
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import console
from tests.e2e.own import Own, problem
from tests.e2e.recognising import recogniser
from tests.e2e.recordings.test_recording_links import RAWDATA
from tests.e2e.recordings.test_recording_redaction import CARD, do_all
from tests.e2e.recordings.test_transcriptions import RATE, spoken
from tests.e2e.serving import TENANT, Service, process, work
from tests.e2e.sounding import wav
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.night,
    pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"),
]
AGENT, CUSTOMER = 0, 1
SCRIPT = (
    (AGENT, 1, "thank you for calling"),
    (CUSTOMER, 4, CARD),
    (CUSTOMER, 15, "i want to return my shoes"),
    (AGENT, 16, "one moment please"),  # while the customer talks
    (AGENT, 28, "how can i help you"),  # after a hold
)
SECONDS = 32
LINK_S = 30


def call() -> bytes:
    """The script as a stereo WAV: the agent on the left."""
    both = array("h", bytes(2 * 2 * SECONDS * RATE))
    for channel, second, text in SCRIPT:
        said = spoken(text)
        first = 2 * second * RATE + channel
        both[first : first + 2 * len(said) : 2] = said
    return wav(both.tobytes(), channels=2, rate=RATE)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A console and API with a recogniser, of an app that masks personal data, with a call that has no turns."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with (
        recogniser(tmp_path, []) as speech,
        console(url, weeks=1, a_week=1, transcriber_url=speech, recording_link_s=LINK_S) as found,
    ):
        found.store.within(TENANT).privacy.change(PrivacySettings(redaction="mask"))
        ended_at = STARTED + timedelta(seconds=SECONDS)
        process(found.application, [conversation("c-story", turns=(), ended_at=ended_at)])
        yield found


def test_a_call_goes_all_its_way(service: Service, browser: Browser) -> None:
    """Uploaded, transcribed, scored, played at the evidence's second, silent where it is redacted, and in the reports."""
    own = Own(service, service.new_client("recordings:write", "conversations:read"))
    sent = own.ask("POST", "/conversations/c-story/recordings", call(), headers={"Content-Type": "audio/wav"})
    recording_id = sent.json()["recording_id"]
    do_all(service)
    work(service)
    check_words(own, recording_id)
    check_figures(own.ask("GET", f"/recordings/{recording_id}/figures").json())
    check_player(service, browser)
    own = Own(service, service.new_client("recordings:write"))  # who may read conversations may play originals
    (item,) = own.ask("GET", "/conversations/c-story/recordings").json()["items"]
    assert item["variant"] == "redacted"
    check_silence(own, recording_id, item["url"])
    check_report(service)


def check_words(own: Own, recording_id: str) -> None:
    """Every side says its words at their second, and the card is nowhere."""
    turns = own.ask("GET", "/conversations/c-story").json()["turns"]
    said = [(turn["speaker"], turn["text"]) for turn in turns]
    assert said == [
        ("agent", "thank you for calling"),
        ("customer", "[card 1]"),
        ("customer", "i want to return my shoes"),
        ("agent", "one moment please"),
        ("agent", "how can i help you"),
    ]
    for turn, (_, second, _) in zip(turns, SCRIPT, strict=True):
        assert abs(turn["start_ms"] - 1000 * second) < 500
    assert "one one" not in own.ask("GET", f"/recordings/{recording_id}/transcription").text


def check_figures(figures: dict[str, Any]) -> None:
    """The overlap is the agent's, the hold is dead air between them, and talk is what the words' times say."""
    (overlap,) = figures["overlaps"]
    assert overlap["begun_by"] == "agent"
    assert 15_000 < overlap["start_ms"] < overlap["end_ms"] < 18_500
    longest = max(figures["dead_air"], key=lambda each: each["end_ms"] - each["start_ms"])
    assert 17_000 < longest["start_ms"] < 19_000
    assert 27_500 < longest["end_ms"] < 29_000
    said = figures["transcript"]
    talk = [channel["talk_ms"] for channel in figures["channels"]]
    assert said["agent_talk_ms"] == pytest.approx(talk[AGENT], abs=1_000)
    assert said["customer_talk_ms"] == pytest.approx(talk[CUSTOMER], abs=1_500)
    assert 0 < said["overlap_ms"] < 2_500


def check_player(service: Service, browser: Browser) -> None:
    """Chromium plays from the second of the evidence on."""
    recorded = service.store.within(TENANT).conversations.recorded(["c-story"])["c-story"]
    cited = [each for one in recorded.evaluation.results for each in one.verdict.evidence]
    assert any(each.text == "thank you for calling" for each in cited)
    enter(browser, service, "qa-manager")
    browser.driver.get(f"{service.url}/console/conversations/c-story")
    wait_for(lambda: browser.run("return document.querySelector('.player[data-ready]') !== null"), bool)
    assert float(browser.run("return document.querySelector('.seek').max")) == pytest.approx(SECONDS, abs=0.1)
    browser.one('[data-do="evidence"]').click()
    at = position(browser)
    assert any((each.start_ms or 0) / 1000 - 0.6 <= at <= (each.end_ms or 0) / 1000 + 0.1 for each in cited), at
    browser.one('[data-do="play"]').click()
    wait_for(lambda: position(browser), lambda now: now > at + 0.2)


def position(browser: Browser) -> float:
    """The player's position in seconds."""
    return float(browser.run("return document.querySelector('.seek').value"))


def check_silence(own: Own, recording_id: str, url: str) -> None:
    """The copy is as long, silent around the card and nowhere else; its proof is kept."""
    words = own.ask("GET", f"/recordings/{recording_id}/transcription").json()["words"]
    mark = next(word for word in words if word["text"] == "[card 1]")
    played, rate = soundfile.read(io.BytesIO(httpx.get(url).content), dtype="int16")
    assert len(played) == SECONDS * RATE
    silent = slice((mark["start_ms"] - 240) * rate // 1000, (mark["end_ms"] + 240) * rate // 1000)
    assert not played[silent].any()
    assert np.abs(played[rate : 2 * rate, AGENT]).max() > 1_000
    entries = own.service.store.within(TENANT).log.entries()
    proofs = [entry.details or "" for entry in entries if entry.action == "recording.redacted"]
    assert '"findings":0' in proofs[-1]


def check_report(service: Service) -> None:
    """The row's link opens the redacted sound, and nothing once it has ended."""
    day = f"{STARTED:%Y-%m-%d}"
    rows = service.ask({"startDate": day, "endDate": day}, path=RAWDATA).json()["results"]
    (row,) = [each for each in rows if "c-story" in each.values()]
    (url,) = row["agentRecordings"]
    assert row["customerRecordings"] == [url]
    assert httpx.get(url).headers["content-type"] == "audio/flac"
    ended = wait_for(lambda: httpx.get(url), lambda answer: answer.status_code != 200)
    problem(ended, 403, "recording_link.ended")
