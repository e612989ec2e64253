"""Sound of an app that redacts: silent where words are redacted, proved, and its original for few."""

import io
import shutil
import wave
from array import array
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
import sqlalchemy as sa

from auscult import bootstrap
from auscult.domain.conversation import Turn
from auscult.domain.privacy.settings import PrivacySettings
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.privacy.redaction import erase_redactions
from auscult.storage.recordings.repository import erase_transcripts
from tests.contract.storing import conversation
from tests.e2e.own import Own, problem
from tests.e2e.recognising import recogniser
from tests.e2e.recordings.test_transcriptions import RATE, spoken
from tests.e2e.serving import TENANT, Service, process, serving, work
from tests.e2e.sounding import tone, wav

CARD = "four five three nine one four eight eight zero three four three six four six seven"

pytestmark = [
    pytest.mark.night,
    pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"),
]


def call_with_card() -> bytes:
    """The agent asks at one second; the customer says a card number at four, and more at thirteen."""
    both = array("h", bytes(2 * 2 * 18 * RATE))
    for channel, second, text in (
        (0, 1, "thank you for calling"),
        (1, 4, CARD),
        (1, 15, "i want to return my shoes"),
    ):
        said = spoken(text)
        first = 2 * second * RATE + channel
        both[first : first + 2 * len(said) : 2] = said
    return wav(both.tobytes(), channels=2, rate=RATE)


def do_all(service: Service) -> None:
    """Do all that is due with recordings, as the threads beside a worker do."""
    application = service.application
    transcribing = bootstrap.recordings.transcription(application.settings, application.store)
    tasks = bootstrap.recordings.work(application.settings, application.store)
    while (transcribing is not None and transcribing.run_once()) or tasks.run_once():
        pass


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A server with a recogniser, of an app that masks personal data."""
    with recogniser(tmp_path, []) as url, serving(f"sqlite:///{tmp_path / 'a.db'}", transcriber_url=url) as found:
        found.store.within(TENANT).privacy.change(PrivacySettings(redaction="mask"))
        process(found.application, [conversation("c-call", turns=())])
        yield found


@pytest.mark.landing
def test_a_card_number_is_silent_in_what_is_played(service: Service) -> None:
    """Words and turns have a placeholder; the copy is as long and silent there, and is proved by hearing it again."""
    own = Own(service, service.new_client("recordings:write"))
    sent = own.ask("POST", "/conversations/c-call/recordings", call_with_card(), headers={"Content-Type": "audio/wav"})
    assert (sent.json()["state"], sent.json()["url"]) == ("media_unavailable", None), "nothing is known of it yet"
    do_all(service)
    recording_id = sent.json()["recording_id"]
    words = own.ask("GET", f"/recordings/{recording_id}/transcription").json()["words"]
    said = " ".join(word["text"] for word in words)
    assert "[card 1]" in said
    assert "eight" not in said
    mark = next(word for word in words if word["text"] == "[card 1]")
    (item,) = own.ask("GET", "/conversations/c-call/recordings").json()["items"]
    assert (item["state"], item["variant"]) == ("success", "redacted")
    played, rate = soundfile.read(io.BytesIO(httpx.get(item["url"]).content), dtype="int16")
    with wave.open(io.BytesIO(call_with_card())) as file:
        original = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    assert len(played) == len(original)
    silent = played[(mark["start_ms"] - 240) * rate // 1000 : (mark["end_ms"] + 240) * rate // 1000]
    assert not silent.any()
    kept = slice(14 * rate, len(original))
    assert (played[kept] == original[kept]).all()
    entries = list(service.store.within(TENANT).log.entries())
    redacted = [entry for entry in entries if entry.action == "recording.redacted"]
    assert '"findings":0' in (redacted[-1].details or "")
    work(service)
    detail = service.store.within(TENANT).conversations.get("c-call")
    assert detail is not None
    assert any("[card 1]" in turn.text for turn in detail.conversation.turns)


def test_the_original_needs_its_own_permission(service: Service) -> None:
    """Who may read what redaction hides hears it; a link to the copy opens nothing else."""
    listener = Own(service, service.new_client("recordings:write"))
    listener.ask("POST", "/conversations/c-call/recordings", call_with_card(), headers={"Content-Type": "audio/wav"})
    do_all(service)
    (item,) = listener.ask("GET", "/conversations/c-call/recordings").json()["items"]
    problem(httpx.get(httpx.URL(item["url"]).copy_remove_param("variant")), 403, "recording_link.invalid")
    trusted = Own(service, service.new_client("recordings:read", "conversations:read"))
    (item,) = trusted.ask("GET", "/conversations/c-call/recordings").json()["items"]
    assert item["variant"] == "original"
    assert httpx.get(item["url"]).content == call_with_card()


def test_a_whole_turn_is_silenced_where_no_word_has_times(tmp_path: Path) -> None:
    """Without a recogniser the times of turns decide; without these nothing is played."""
    with serving(f"sqlite:///{tmp_path / 'a.db'}") as service:
        service.store.within(TENANT).privacy.change(PrivacySettings(redaction="mask"))
        turns = (Turn("m1", "customer", "my card is 4539 1488 0343 6467", None, 1_000, 2_000),)
        process(
            service.application,
            [
                conversation("c-timed", turns=turns),
                conversation("c-untimed", turns=(Turn("m1", "customer", turns[0].text),)),
            ],
        )
        own = Own(service, service.new_client("recordings:write"))
        for name in ("c-timed", "c-untimed"):
            own.ask("POST", f"/conversations/{name}/recordings", tone(4_000), headers={"Content-Type": "audio/wav"})
        do_all(service)
        (item,) = own.ask("GET", "/conversations/c-timed/recordings").json()["items"]
        played, rate = soundfile.read(io.BytesIO(httpx.get(item["url"]).content), dtype="int16")
        assert not played[int(0.76 * rate) : int(2.24 * rate)].any()
        assert played[: int(0.7 * rate)].any()
        assert played[int(2.3 * rate) :].any()
        (item,) = own.ask("GET", "/conversations/c-untimed/recordings").json()["items"]
        assert (item["state"], item["url"]) == ("media_unavailable", None)
        assert "no times" in item["reason"]


def test_words_that_are_erased_are_not_in_the_recording_either(service: Service) -> None:
    """Its transcription goes with them, and the original stays as hidden as before, whatever the app redacts then."""
    app = service.store.within(TENANT)
    own = Own(service, service.new_client("recordings:write"))
    sent = own.ask("POST", "/conversations/c-call/recordings", call_with_card(), headers={"Content-Type": "audio/wav"})
    do_all(service)
    work(service)
    recording_id = sent.json()["recording_id"]
    assert service.store.transcriptions.get(recording_id) is not None
    with app.recordings._database.writing() as connection:
        number = connection.execute(sa.select(conversations.c.conversation).filter_by(conversation_id="c-call"))
        erase_transcripts(connection, number.scalar_one())
        erase_redactions(connection, app.recordings.app, ["c-call"])
    app.privacy.change(PrivacySettings())
    problem(own.ask("GET", f"/recordings/{recording_id}/transcription"), 404, "recording.unknown")
    (item,) = own.ask("GET", "/conversations/c-call/recordings").json()["items"]
    assert item["variant"] == "redacted"


def test_a_clip_is_a_link_to_some_seconds(service: Service) -> None:
    """It opens without a token, and is as long as was asked for."""
    service.store.within(TENANT).privacy.change(PrivacySettings())
    own = Own(service, service.new_client("recordings:write"))
    sent = own.ask("POST", "/conversations/c-call/recordings", tone(4_000), headers={"Content-Type": "audio/wav"})
    path = f"/recordings/{sent.json()['recording_id']}/clip"
    clip = own.ask("GET", path, params={"start_ms": 1_000, "end_ms": 2_500}).json()
    with wave.open(io.BytesIO(httpx.get(clip["url"]).content)) as file:
        assert file.getnframes() == 1.5 * file.getframerate()
    problem(own.ask("GET", path, params={"start_ms": 2_000, "end_ms": 1_000}), 400, "field.out_of_range")
    problem(httpx.get(clip["url"].replace("clip-original-1000", "clip-original-0")), 403, "recording_link.invalid")
