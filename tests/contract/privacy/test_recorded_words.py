"""Words of recordings, redacted on both databases: as the text of a conversation, with originals where they are kept."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.conversation import Customer, Heard
from auscult.domain.privacy.conversations import Redaction
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.recordings.recording import Claims, Speaker
from auscult.domain.recordings.words import Word
from auscult.services.privacy.originals import read_unredacted
from auscult.services.privacy.rules import change_rule
from auscult.services.recordings.accept import Upload
from auscult.services.recordings.arrival import has_arrived
from auscult.services.recordings.transcription import Transcribing
from auscult.services.recordings.variants import offer
from auscult.storage import Store
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.store import AppStore
from tests.contract.privacy.test_masking import score
from tests.contract.privacy.test_retention_kinds import erasing
from tests.contract.storing import TENANT, conversation
from tests.e2e.sounding import tone
from tests.waiting import existing

CARD, OTHER_CARD = "4539 1488 0343 6467", "4539 5787 6362 1486"
SAID = {
    "agent": f"so your card is {CARD} is it",
    "customer": f"no it is {OTHER_CARD} and not {CARD} my name is Grace Hopper",
}


class Script:
    """A recogniser that hears these words, one every 300 ms, whatever the sound; in turn, for each recording."""

    name, timeout_s = "script", 60

    def __init__(self, texts: list[str]) -> None:
        """One text for each recording."""
        self.texts = texts

    def transcribe(self, sound: Path, channel: int, language: str) -> tuple[Word, ...]:
        """The next text."""
        del sound, language
        words = enumerate(self.texts.pop(0).split())
        return tuple(Word(channel=channel, text=each, start_ms=300 * n, end_ms=300 * n + 250) for n, each in words)


class Calls:
    """An app that keeps originals, with a call whose sides come in as two recordings."""

    def __init__(self, store: Store, folder: Path) -> None:
        """The call has no words yet."""
        store.ensure(TENANT)
        self.store, self.app, self.folder = store, store.within(TENANT), RecordingFolder(folder)
        self.app.privacy.change(PrivacySettings(redaction="token"))
        self.app.conversations.accept([conversation("c-1", turns=(), customer=Customer(id="u-1", name="Ada Lovelace"))])

    def send(self, speaker: Speaker, hertz: float) -> None:
        """Add a recording of one side."""
        upload = Upload(self.app, self.folder, "c-1", Claims(speakers=(speaker,)), lambda: datetime.now(UTC))
        upload.write(tone(2_000, hertz=hertz))
        has_arrived(self.store, self.app, upload.finish(), transcribes=True)

    def transcribe(self, *texts: str) -> None:
        """Transcribe what waits, as these texts."""
        at_work = Transcribing(self.store, self.folder, Script(list(texts)), lambda: datetime.now(UTC))
        while at_work.run_once():
            pass


@pytest.fixture
def calls(store: Store, tmp_path: Path) -> Calls:
    """A call with both sides' recordings, which wait for their transcription."""
    found = Calls(store, tmp_path / "sound")
    found.send("agent", 300)
    found.send("customer", 500)
    return found


def texts(app: AppStore) -> Mapping[str, str]:
    """The words of each side, as they are stored."""
    detail = existing(app.conversations.get("c-1"))
    return {turn.speaker: turn.text for turn in detail.conversation.turns}


def test_originals_of_recorded_words_are_read_as_those_of_text(calls: Calls) -> None:
    """Each value has one number in the whole conversation, its name fields too, and originals are there for few."""
    calls.transcribe(SAID["agent"], SAID["customer"])
    assert texts(calls.app) == {
        "agent": "so your card is [card 1] is it",
        "customer": "no it is [card 2] and not [card 1] my name is [name 2]",
    }
    before = read_unredacted(calls.app, "user:ann@example.com", "c-1")
    assert {turn.speaker: turn.text for turn in before.turns} == SAID
    kept = existing(calls.app.privacy.redaction("c-1"))
    assert kept.originals["[name 1]"] == "Ada Lovelace"
    spans = [span for its in kept.spans.values() for span in its]
    assert {(span.kind, span.number) for span in spans} == {("card", 1), ("card", 2), ("name", 2)}
    first = next(span for span in kept.spans["r1"] if span.number == 1)
    assert (first.start_ms, first.end_ms) == (4 * 300, 7 * 300 + 250), "the times of its words"
    assert SAID["agent"][first.original_start : first.original_end] == CARD


def test_originals_stay_where_a_conversation_is_revised_from_the_store(calls: Calls) -> None:
    """Figures of the sound, and words of another engine, leave what was kept; a document from outside replaces it."""
    calls.transcribe(SAID["agent"], SAID["customer"])
    detail = existing(calls.app.conversations.get("c-1"))
    calls.app.conversations.accept([replace(detail.conversation, heard=Heard(agent=((0, 900),)))])
    assert read_unredacted(calls.app, "user:ann@example.com", "c-1").turns[0].text == SAID["agent"]
    (recording, _) = calls.app.recordings.of("c-1")
    calls.store.transcriptions.request(recording.recording_id)
    calls.transcribe(f"the card {CARD}")
    assert texts(calls.app)["agent"] == "the card [card 1]"
    assert read_unredacted(calls.app, "user:ann@example.com", "c-1").turns[0].text == f"the card {CARD}"
    calls.app.privacy.change(PrivacySettings(redaction="mask"))
    calls.app.conversations.accept([conversation("c-1")])
    kept = calls.app.privacy.redaction("c-1")
    assert kept is None or kept.originals == {}


def test_what_is_erased_while_it_is_transcribed_stays_erased(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the conversation comes back with its words, nor what is kept of their redaction."""
    found = Transcribing._words

    def erasing(at_work: Transcribing, app: AppStore, name: str) -> object:
        words = found(at_work, app, name)
        assert app.conversations.erase(name)
        return words

    monkeypatch.setattr(Transcribing, "_words", erasing)
    calls.transcribe(SAID["agent"])
    with calls.app.recordings._database.writing() as connection:
        calls.app.privacy.add(connection, "c-1", Redaction(originals={"[card 1]": CARD}))
    assert (calls.app.conversations.get("c-1"), calls.app.privacy.redaction("c-1")) == (None, None)


def test_a_recording_with_a_code_is_not_played_once_its_words_are_erased(store: Store, tmp_path: Path) -> None:
    """Its redacted copy alone is played, also to those with the permission for originals: its silences show what was said."""
    calls = Calls(store, tmp_path)
    calls.send("customer", 500)
    calls.transcribe("my pin is 4821")
    score(store)
    change_rule(calls.app, "cli:test", "*", "transcript", 30)
    assert erasing(calls.app).run("retention", erasing(calls.app).due()).parts == {"transcript": 1}
    (recording,) = calls.app.recordings.of("c-1")
    assert store.transcriptions.get(recording.recording_id) is None
    assert offer(store, calls.app, calls.folder, recording, may_original=True).variant is None
    store.recording_tasks.request(recording.recording_id, "redacted")
    settings = Settings(database_url=f"sqlite:///{tmp_path}/a.db", recordings=str(tmp_path), recording_encryption="off")
    while bootstrap.recordings.work(settings, store).run_once():
        pass
    again = existing(store.recording_tasks.get(recording.recording_id, "redacted"))
    assert again.state == "failed", "a copy would be silent nowhere"


def test_a_worker_that_ends_between_words_and_turns_is_followed_by_another(calls: Calls) -> None:
    """The claim holds until the words are used: the next one comes to the same words, and keeps nothing twice."""
    claim = existing(calls.store.transcriptions.claim(60_000))
    assert calls.store.transcriptions.claim(60_000) is None, "the recordings of a conversation take turns"
    calls.store.transcriptions.keep(claim.number, "script", ())
    with calls.store.transcriptions._database.writing() as connection:
        connection.execute(sa.text("UPDATE transcriptions SET due_at = 1 WHERE state = 'running'"))
    calls.transcribe(SAID["agent"], SAID["customer"])
    assert set(texts(calls.app)) == {"agent", "customer"}
    assert existing(calls.store.transcriptions.get(claim.recording.recording_id)).state == "done"
