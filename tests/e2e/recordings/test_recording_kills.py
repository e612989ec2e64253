"""A worker that is killed at each stage of a recording's way loses nothing and doubles nothing."""

import io
import shutil
from pathlib import Path

import httpx
import pytest
import soundfile
import sqlalchemy as sa

from auscult.domain.conversation import Turn
from auscult.domain.privacy.settings import PrivacySettings
from tests.contract.storing import conversation
from tests.e2e.killing import DIE, run_until_killed
from tests.e2e.own import Own
from tests.e2e.recognising import recogniser
from tests.e2e.recordings.test_recording_links import files, load, vcon
from tests.e2e.recordings.test_recording_redaction import do_all
from tests.e2e.recordings.test_transcriptions import call
from tests.e2e.serving import TENANT, Service, process, serving
from tests.e2e.sounding import tone
from tests.waiting import existing

pytestmark = pytest.mark.night
KILLED = (
    DIE
    + """
import sys
from auscult import bootstrap
from auscult.config import Settings
from auscult.services.recordings import arrival, work
from auscult.storage.conversations.repository import AppConversations
from auscult.storage.recordings import blobs, folder, repository, tasks, transcriptions

kind, name = {
    "the file is stored": (blobs.FolderBlobs, "put"),
    "the file is kept": (folder.RecordingFolder, "keep_derived"),
    "the conversation is accepted": (AppConversations, "accept"),
    "the row is written": (repository.AppRecordings, "complete"),
    "the task ends": (tasks.RecordingTasks, "finish"),
    "the words are stored": (transcriptions.Transcriptions, "keep"),
    "the transcription ends": (transcriptions.Transcriptions, "finish"),
}[sys.argv[3].partition(" ")[2]]
if sys.argv[3].startswith("before"):
    setattr(kind, name, die)
else:
    after(kind, name)
url = sys.argv[4] or None
settings = Settings(database_url=sys.argv[1], recordings=sys.argv[2], recording_links="any", transcriber_url=url)
with bootstrap.open(settings) as application:
    due = bootstrap.recordings.transcription(settings, application.store)
    (due or bootstrap.recordings.work(settings, application.store)).run_once()
"""
)
STAGES = (
    "before the file is stored",
    "after the file is stored",
    "after the row is written",
    "before the task ends",
    "after the task ends",
)


def killed(service: Service, where: str) -> None:
    """Do one task in a process that is killed there."""
    settings = service.application.settings
    stores = (settings.database_url, str(settings.recordings), where, settings.transcriber_url or "")
    run_until_killed(KILLED, *stores)


def expire_leases(service: Service) -> None:
    """Let what the killed process had claimed be claimed again, as hours later."""
    with service.store.recording_tasks._database.writing() as connection:
        for table in ("recording_tasks", "transcriptions"):
            connection.execute(sa.text(f"UPDATE {table} SET due_at = 1 WHERE state = 'running'"))  # noqa: S608


@pytest.mark.parametrize("where", STAGES)
def test_a_fetch_that_is_killed_is_done_once(tmp_path: Path, where: str) -> None:
    """One recording with all its bytes, one file, whatever was left behind."""
    sound = tone(2_000, channels=2)
    folder = str(tmp_path / "sound")
    with (
        serving(f"sqlite:///{tmp_path / 'a.db'}", recording_links="any", recordings=folder) as service,
        files({"/a.wav": (200, "audio/wav", sound)}) as address,
    ):
        name = load(service, vcon("9d3c2b5e-0d6e-4d43-9d07-777777777777", url=f"{address}/a.wav"))
        killed(service, where)
        expire_leases(service)
        do_all(service)
        own = Own(service, service.new_client("recordings:read"))
        (item,) = own.ask("GET", f"/conversations/{name}/recordings").json()["items"]
        assert item["state"] == "success"
        assert httpx.get(item["url"]).content == sound
        recordings = [each for each in Path(folder).rglob("rec-*") if each.is_file() and "." not in each.name]
        assert len(recordings) == 1
        assert not list(Path(folder).rglob("*.part"))
        assert existing(service.store.recording_tasks.get(item["recording_id"], "figures")).state == "done"


@pytest.mark.parametrize("where", ["before the file is stored", "after the file is stored", "before the task ends"])
def test_a_redaction_that_is_killed_is_done_once(tmp_path: Path, where: str) -> None:
    """Until it is done, nothing is played; afterwards the copy is whole."""
    folder = str(tmp_path / "sound")
    with serving(f"sqlite:///{tmp_path / 'a.db'}", recordings=folder) as service:
        app = service.store.within(TENANT)
        app.privacy.change(PrivacySettings(redaction="mask"))
        turns = (Turn("m1", "customer", "my card is 4539 1488 0343 6467", None, 1_000, 2_000),)
        process(service.application, [conversation("c-kill", turns=turns)])
        own = Own(service, service.new_client("recordings:write"))
        sent = own.ask("POST", "/conversations/c-kill/recordings", tone(3_000), headers={"Content-Type": "audio/wav"})
        tasks = service.store.recording_tasks
        recording_id = sent.json()["recording_id"]
        only(service, "redacted")
        killed(service, where)
        (item,) = own.ask("GET", "/conversations/c-kill/recordings").json()["items"]
        assert (item["state"], item["url"]) == ("media_in_progress", None)
        expire_leases(service)
        do_all(service)
        assert existing(tasks.get(recording_id, "redacted")).state == "done"
        (item,) = own.ask("GET", "/conversations/c-kill/recordings").json()["items"]
        assert httpx.get(item["url"]).content[:4] in (b"fLaC", b"RIFF")


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("where", ["after the words are stored", "before the transcription ends"])
def test_a_transcription_that_is_killed_is_done_once(tmp_path: Path, where: str) -> None:
    """Its words are the conversation's turns, in one new revision, and there is one transcript."""
    folder = str(tmp_path / "sound")
    with (
        recogniser(tmp_path, []) as url,
        serving(f"sqlite:///{tmp_path / 'a.db'}", transcriber_url=url, recordings=folder) as service,
    ):
        process(service.application, [conversation("c-call", turns=())])
        own = Own(service, service.new_client("recordings:write", "conversations:read"))
        sent = own.ask("POST", "/conversations/c-call/recordings", call(), headers={"Content-Type": "audio/wav"})
        killed(service, where)
        expire_leases(service)
        do_all(service)
        shown = own.ask("GET", "/conversations/c-call").json()
        assert [turn["speaker"] for turn in shown["turns"]] == ["agent", "customer"]
        path = f"/recordings/{sent.json()['recording_id']}/transcription"
        assert own.ask("GET", path).json()["state"] == "done"
        assert own.ask("GET", f"{path}/earlier").json()["items"] == []
        assert existing(service.store.within(TENANT).conversations.get("c-call")).revision == 2


def only(service: Service, kind: str) -> None:
    """Leave one kind of task as what is due."""
    with service.store.recording_tasks._database.writing() as connection:
        ended = sa.text("UPDATE recording_tasks SET due_at = NULL, state = 'done' WHERE kind <> :kind")
        connection.execute(ended, {"kind": kind})


FIGURES = ("after the file is kept", "after the conversation is accepted", "before the task ends")


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("where", FIGURES)
def test_figures_that_are_killed_are_used_once(tmp_path: Path, where: str) -> None:
    """One file of figures, and one further revision of the conversation, with what was heard."""
    folder = str(tmp_path / "sound")
    with serving(f"sqlite:///{tmp_path / 'a.db'}", recordings=folder) as service:
        turns = (Turn("m1", "agent", "thank you for calling"), Turn("m2", "customer", "i want to return my shoes"))
        process(service.application, [conversation("c-kill", turns=turns)])
        own = Own(service, service.new_client("recordings:write"))
        sent = own.ask("POST", "/conversations/c-kill/recordings", call(), headers={"Content-Type": "audio/wav"})
        killed(service, where)
        expire_leases(service)
        do_all(service)
        detail = existing(service.store.within(TENANT).conversations.get("c-kill"))
        assert detail.revision == 2
        assert detail.conversation.heard is not None
        assert detail.conversation.heard.agent != ()
        task = existing(service.store.recording_tasks.get(sent.json()["recording_id"], "figures"))
        assert task.state == "done"
        assert len(list(Path(folder).rglob("*.figures-*.json"))) == 1


@pytest.mark.parametrize("where", ["before the file is stored", "after the file is stored", "before the task ends"])
def test_a_copy_for_browsers_that_is_killed_is_made_once(tmp_path: Path, where: str) -> None:
    """One whole MP3 next to the recording, which stays what it was."""
    folder = str(tmp_path / "sound")
    samples, rate = soundfile.read(io.BytesIO(tone(3_000)), dtype="int16")
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="GSM610")
    with serving(f"sqlite:///{tmp_path / 'a.db'}", recordings=folder) as service:
        process(service.application, [conversation("c-kill")])
        own = Own(service, service.new_client("recordings:write"))
        own.ask("POST", "/conversations/c-kill/recordings", file.getvalue(), headers={"Content-Type": "audio/wav"})
        only(service, "playable")
        killed(service, where)
        expire_leases(service)
        do_all(service)
        (copy,) = Path(folder).rglob("*.mp3")
        assert abs(soundfile.info(copy).duration - 3) < 0.2
        (item,) = own.ask("GET", "/conversations/c-kill/recordings").json()["items"]
        assert httpx.get(item["url"]).content == file.getvalue()
