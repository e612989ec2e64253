"""A call spoken by espeak-ng is sent in, transcribed by a real recogniser, and becomes turns that are scored."""

import shutil
import subprocess
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult import bootstrap
from auscult.domain.conversation import Turn
from auscult.domain.errors import EngineError
from auscult.domain.recordings.words import Word
from auscult.services.recordings.transcription import MOST_STARTS, Transcribing
from auscult.workers.background.transcriber import OpenAiRecogniser
from tests.contract.storing import conversation
from tests.e2e.own import Own, problem
from tests.e2e.recognising import recogniser
from tests.e2e.serving import TENANT, Service, process, serving, work
from tests.e2e.sounding import tone, wav
from tests.http_servers import QuietHandler, listening
from tests.waiting import existing

RATE, SPOKEN_RATE, HEAD_BYTES = 16_000, 22_050, 44

pytestmark = [
    pytest.mark.landing,
    pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"),
]


def spoken(text: str) -> "array[int]":
    """What espeak-ng says, at 16 kHz."""
    order = ["espeak-ng", "-v", "en-us", "-s", "140", "--stdout", text]
    said = subprocess.run(order, capture_output=True, check=True).stdout  # noqa: S603  (no shell, our own words)
    samples = array("h", said[HEAD_BYTES : len(said) // 2 * 2])
    return array("h", [samples[index * SPOKEN_RATE // RATE] for index in range(len(samples) * RATE // SPOKEN_RATE)])


def call() -> bytes:
    """The agent speaks at one second, the customer at four."""
    both = array("h", bytes(2 * 2 * 8 * RATE))
    for channel, second, text in ((0, 1, "thank you for calling"), (1, 4, "i want to return my shoes")):
        said = spoken(text)
        first = 2 * second * RATE + channel
        both[first : first + 2 * len(said) : 2] = said
    return wav(both.tobytes(), channels=2, rate=RATE)


class Calls:
    """A served database with a conversation without turns, its recogniser, and what a worker does."""

    def __init__(self, service: Service, refusals: list[int]) -> None:
        """``refusals`` are the statuses that the recogniser answers with first."""
        self.service = service
        self.refusals = refusals
        self.own = Own(service, service.new_client("recordings:write", "conversations:read"))

    def send(self, sound: bytes, **params: Any) -> str:
        """Send a recording and return its id."""
        headers = {"Content-Type": "audio/wav"}
        return self.own.ask("POST", "/conversations/c-call/recordings", sound, headers=headers, params=params).json()[
            "recording_id"
        ]

    def show(self, recording_id: str) -> dict[str, Any]:
        """The transcription."""
        return self.own.ask("GET", f"/recordings/{recording_id}/transcription").json()

    def transcribe(self) -> bool:
        """Do what the thread beside a worker does."""
        application = self.service.application
        found = existing(bootstrap.recordings.transcription(application.settings, application.store))
        return found.run_once()


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    """A server with speech to text."""
    refusals: list[int] = []
    database = f"sqlite:///{tmp_path / 'a.db'}"
    with recogniser(tmp_path, refusals) as url, serving(database, transcriber_url=url) as service:
        process(service.application, [conversation("c-call", turns=())])
        yield Calls(service, refusals)


def test_a_spoken_call_becomes_turns_that_are_scored(calls: Calls) -> None:
    """Each side says its words at their seconds; the conversation has a new revision, evaluated like any other."""
    recording_id = calls.send(call())
    assert calls.show(recording_id)["state"] == "waiting"
    assert calls.transcribe() is True
    assert calls.transcribe() is False
    found = calls.show(recording_id)
    assert (found["state"], found["engine"]) == ("done", "whisper-1")
    said = [" ".join(word["text"] for word in found["words"] if word["channel"] == channel) for channel in (0, 1)]
    assert said == ["thank you for calling", "i want to return my shoes"]
    work(calls.service)
    shown = calls.own.ask("GET", "/conversations/c-call").json()
    assert [(turn["speaker"], turn["text"]) for turn in shown["turns"]] == list(
        zip(("agent", "customer"), said, strict=True)
    )
    assert shown["revision"] == 2
    detail = calls.service.store.within(TENANT).conversations.get("c-call")
    assert detail
    assert detail.conversation.duration_ms == 8_000, "it ends with the recording, so that a form can score it"
    for turn, second in zip(shown["turns"], (1_000, 4_000), strict=True):
        assert abs(turn["start_ms"] - second) < 400


def test_a_transcript_that_is_there_is_kept(calls: Calls) -> None:
    """Words are stored beside the recording, and the turns stay as they are."""
    process(calls.service.application, [conversation("c-call")])
    recording_id = calls.send(call())
    assert calls.transcribe()
    assert calls.show(recording_id)["words"]
    detail = existing(calls.service.store.within(TENANT).conversations.get("c-call"))
    assert [turn.text for turn in detail.conversation.turns] == ["hello"]


def test_a_server_that_is_busy_is_asked_again(calls: Calls) -> None:
    """The state is waiting, with the reason; asked for at once, it succeeds."""
    calls.refusals.append(503)
    recording_id = calls.send(call())
    assert calls.transcribe()
    found = calls.show(recording_id)
    assert (found["state"], found["reason"]) == ("waiting", "the transcriber answered 503")
    assert calls.own.ask("POST", f"/recordings/{recording_id}/transcription").status_code == 202
    assert calls.transcribe()
    assert calls.show(recording_id)["state"] == "done"


def test_a_refusal_fails_with_its_reason(calls: Calls) -> None:
    """It is not tried again until somebody asks."""
    calls.refusals.append(400)
    recording_id = calls.send(tone())
    assert calls.transcribe()
    found = calls.show(recording_id)
    assert (found["state"], found["reason"]) == ("failed", "the transcriber refused the recording with 400")
    assert calls.transcribe() is False


def test_a_recogniser_that_points_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """Sound goes where the settings say: a redirect is a refusal, and the other address is not connected to."""
    taken: list[str] = []

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            taken.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            self.reply(307, b"", {"Location": "/elsewhere"})

    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with listening(Handler) as url, pytest.raises(EngineError, match="307"):
        OpenAiRecogniser(url, "m", None, 5).transcribe(tmp_path / "a.wav", 0, "en")
    assert taken == ["/audio/transcriptions"]


def test_a_transcription_is_claimed_by_one(calls: Calls) -> None:
    """A claim holds for its lease; what a killed worker had claimed is claimed by another afterwards."""
    calls.send(tone())
    transcriptions = calls.service.store.transcriptions
    claims = [transcriptions.claim(lease_ms=0), transcriptions.claim(lease_ms=60_000)]
    assert [claim and claim.starts for claim in claims] == [1, 2]
    assert transcriptions.claim(lease_ms=60_000) is None


def test_what_never_finishes_is_given_up(calls: Calls) -> None:
    """A recording whose transcription ended with its worker each time fails, and says so."""
    recording_id = calls.send(tone())
    for _ in range(MOST_STARTS):
        calls.service.store.transcriptions.claim(lease_ms=0)
    assert calls.transcribe()
    found = calls.show(recording_id)
    assert (found["state"], found["reason"]) == ("failed", f"it did not finish in {MOST_STARTS} tries")


def test_words_of_an_unknown_recording_are_not_there(calls: Calls) -> None:
    """Neither to read nor to ask for."""
    for method in ("GET", "POST"):
        problem(calls.own.ask(method, "/recordings/rec-none/transcription"), 404, "recording.unknown")


def test_figures_stand_in_for_times_that_a_transcript_has_not(calls: Calls) -> None:
    """The stretches of speech of each side are kept with the turns, which stay as they are; the insights use them."""
    untimed = (Turn("m1", "agent", "thank you for calling"), Turn("m2", "customer", "i want to return my shoes"))
    process(calls.service.application, [conversation("c-call", turns=untimed)])
    recording_id = calls.send(call())
    application = calls.service.application
    while bootstrap.recordings.work(application.settings, application.store).run_once():
        pass
    work(calls.service)
    detail = existing(calls.service.store.within(TENANT).conversations.get("c-call"))
    assert [(turn.text, turn.start_ms) for turn in detail.conversation.turns] == [(each.text, None) for each in untimed]
    heard = existing(detail.conversation.heard)
    assert abs(heard.agent[0][0] - 1_000) < 200  # espeak-ng begins with some silence
    assert abs(heard.customer[0][0] - 4_000) < 200
    assert detail.insights is not None
    assert detail.insights.speech is not None
    assert detail.insights.speech.agent_talk_ratio > 0
    figures = calls.own.ask("GET", f"/recordings/{recording_id}/figures").json()
    assert (figures["transcript"], figures["are_channels_swapped"]) == (None, False)


def test_two_mono_recordings_make_one_transcript(calls: Calls) -> None:
    """When the second one is done; a second engine's words replace them in a new revision, and the old ones are kept."""
    samples = array("h", wave_frames(call()))
    for channel, speaker in ((0, "agent"), (1, "customer")):
        calls.send(wav(samples[channel::2].tobytes(), channels=1, rate=RATE), speaker=speaker)
    assert calls.transcribe()
    app = calls.service.store.within(TENANT)
    detail = existing(app.conversations.get("c-call"))
    assert detail.conversation.turns == ()
    assert calls.transcribe()
    detail = existing(app.conversations.get("c-call"))
    assert [turn.speaker for turn in detail.conversation.turns] == ["agent", "customer"]
    (first, _) = app.recordings.of("c-call")
    other = (Word(channel=0, text="thanks", start_ms=1_000, end_ms=1_300, confidence=0.3),)
    calls.service.store.transcriptions.request(first.recording_id)
    claim = existing(calls.service.store.transcriptions.claim(60_000))
    calls.service.store.transcriptions.keep(claim.number, "another", other)
    earlier = calls.own.ask("GET", f"/recordings/{first.recording_id}/transcription/earlier").json()["items"]
    assert [each["engine"] for each in earlier] == ["whisper-1"]
    assert calls.show(first.recording_id)["engine"] == "another"


class OtherEngine:
    """A recogniser that hears one more word of the customer than the first one."""

    name, timeout_s = "another", 60

    def transcribe(self, sound: Path, channel: int, language: str) -> tuple[Word, ...]:
        """Return the words of a channel."""
        del sound, language
        said, start = (("thank you", 1_000), ("i want to return my red shoes", 4_000))[channel]
        return tuple(
            Word(channel=channel, text=text, start_ms=start + 300 * index, end_ms=start + 300 * index + 200)
            for index, text in enumerate(said.split())
        )


def test_a_second_engines_transcript_is_a_new_revision(calls: Calls) -> None:
    """The turns are its words; the first transcript and the first revision's turns are kept."""
    recording_id = calls.send(call())
    assert calls.transcribe()
    assert calls.own.ask("POST", f"/recordings/{recording_id}/transcription").status_code == 202
    application = calls.service.application
    folder = bootstrap.recordings.folder(application.settings)
    assert Transcribing(application.store, folder, OtherEngine(), lambda: datetime.now(UTC)).run_once()
    work(calls.service)
    shown = calls.own.ask("GET", "/conversations/c-call").json()
    assert [turn["text"] for turn in shown["turns"]] == ["thank you", "i want to return my red shoes"]
    assert shown["revision"] == 3
    (earlier,) = calls.own.ask("GET", f"/recordings/{recording_id}/transcription/earlier").json()["items"]
    assert earlier["engine"] == "whisper-1"
    assert " ".join(word["text"] for word in earlier["words"]).startswith("thank you for calling")
    assert calls.show(recording_id)["engine"] == "another"


def test_a_days_limit_of_minutes_holds(calls: Calls) -> None:
    """What is beyond it waits for the next day, with the reason."""
    application = calls.service.application
    found = bootstrap.recordings.transcription(
        msgspec.structs.replace(application.settings, transcriber_minutes_per_day=1), application.store
    )
    assert found is not None
    first, second = calls.send(tone(25_000, channels=2)), calls.send(tone(26_000, channels=2))
    assert found.run_once()
    assert found.run_once()
    assert calls.show(first)["state"] == "done"
    shown = calls.show(second)
    assert (shown["state"], shown["reason"]) == ("waiting", "the day's limit of minutes is reached")
    assert not found.run_once()


def wave_frames(sound: bytes) -> bytes:
    """The frames of a WAV."""
    return sound[HEAD_BYTES:]
