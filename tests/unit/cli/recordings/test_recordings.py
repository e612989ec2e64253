"""The commands of recordings, run as a user runs them."""

import json
from pathlib import Path

from typer.testing import CliRunner

from auscult import bootstrap
from auscult.cli import build
from auscult.config import Settings
from tests.contract.storing import TENANT, conversation
from tests.e2e.sounding import tone


def test_a_recording_is_added_once_and_listed(sqlite_url: str, tmp_path: Path) -> None:
    """A file that is none is named and changes nothing; the others are added."""
    with bootstrap.open(Settings(database_url=sqlite_url)) as application:
        application.store.ensure(TENANT)
        application.store.within(TENANT).conversations.accept([conversation("c-1")])
    call, text = tmp_path / "call.wav", tmp_path / "text.wav"
    call.write_bytes(tone(1_500, channels=2))
    text.write_bytes(b"no sound")
    given = ["c-1", "--app", TENANT.app_id, "--database", sqlite_url, "--json"]
    order = ["recordings", "add", *given, str(text), str(call)]
    first = CliRunner().invoke(build(), order)
    assert first.exit_code == 1
    assert "recording.unreadable" in first.stderr
    again = CliRunner().invoke(build(), [*order[:-2], str(call), "--speaker", "agent", "--speaker", "customer"])
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    listed = CliRunner().invoke(build(), ["recordings", "list", *given])
    (line,) = listed.stdout.splitlines()
    assert listed.stdout == first.stdout
    assert json.loads(line)["speakers"] == ["agent", "customer"]


def test_a_speaker_that_is_none_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    """No database is made."""
    call = tmp_path / "call.wav"
    call.write_bytes(tone())
    order = ["recordings", "add", "c-1", str(call), "--app", "x", "--database", sqlite_url, "--speaker", "x"]
    result = CliRunner().invoke(build(), order)
    assert result.exit_code == 2
    assert "--speaker" in result.stderr
    assert not (tmp_path / "auscult.db").exists()


def test_files_next_to_documents_are_added(sqlite_url: str, tmp_path: Path) -> None:
    """As the documents name them, with what they state; one whose ending declares something else is refused."""
    with bootstrap.open(Settings(database_url=sqlite_url)) as application:
        application.store.ensure(TENANT)
        application.store.within(TENANT).conversations.accept([conversation("c-1")])
    (tmp_path / "sound").mkdir()
    (tmp_path / "sound" / "agent.wav").write_bytes(tone(1_000))
    (tmp_path / "sound" / "both.mp3").write_bytes(tone(1_100, 2))
    (tmp_path / "sound" / "short.wav").write_bytes(tone(1_200))
    named = {
        "agent": ["sound/agent.wav", "sound/both.mp3", "https://example.com/elsewhere.wav"],
        "customer": ["sound/both.mp3", "sound/short.wav"],
        "stated": {"sound/agent.wav": {"duration_ms": 1_000}, "sound/short.wav": {"duration_ms": 9_000}},
    }
    document = {"id": "c-1", "channel": "voice", "started_at": "2026-03-23T10:00:00Z", "recordings": named}
    (tmp_path / "calls.ndjson").write_text(json.dumps(document))
    given = [str(tmp_path / "calls.ndjson"), "--app", TENANT.app_id, "--database", sqlite_url, "--json"]
    loaded = CliRunner().invoke(build(), ["recordings", "load", *given])
    added = [(each["duration_ms"], each["speakers"]) for each in map(json.loads, loaded.stdout.splitlines())]
    assert added == [(1_000, ["agent"])]
    for fault in ("recording.type_differs", "recording.length_differs"):
        assert fault in loaded.stderr


def test_a_folder_of_sound_is_added_by_names_or_by_a_list(sqlite_url: str, tmp_path: Path) -> None:
    """Stereo by its name, two mono files by their sides, a list with the vendor's columns; a wrong one is named."""
    with bootstrap.open(Settings(database_url=sqlite_url)) as application:
        application.store.ensure(TENANT)
        application.store.within(TENANT).conversations.accept([conversation(f"c-{each}") for each in range(1, 5)])
    sound = tmp_path / "sound"
    sound.mkdir()
    for name, channels, ms in (("c-1", 2, 1_000), ("c-2.agent", 1, 1_100), ("c-2.customer", 1, 1_200)):
        (sound / f"{name}.wav").write_bytes(tone(ms, channels))
    (sound / "c-9.wav").write_bytes(tone())
    (tmp_path / "left.wav").write_bytes(tone(1_300))
    (tmp_path / "both.wav").write_bytes(tone(1_400, 2))
    (tmp_path / "calls.csv").write_text(
        "conversationId,recordingUrl,agentRecordings,agentChannel\nc-3,,left.wav,\nc-4,both.wav,,1\n"
    )
    given = ["--app", TENANT.app_id, "--database", sqlite_url, "--json"]
    loaded = CliRunner().invoke(build(), ["recordings", "load", str(sound), *given])
    assert loaded.exit_code == 1
    assert "conversation.unknown" in loaded.stderr
    of_folder = [(each["conversation_id"], each["speakers"]) for each in map(json.loads, loaded.stdout.splitlines())]
    assert of_folder == [("c-1", ["agent", "customer"]), ("c-2", ["agent"]), ("c-2", ["customer"])]
    listed = CliRunner().invoke(build(), ["recordings", "load", str(tmp_path / "calls.csv"), *given])
    assert listed.exit_code == 0, listed.stderr
    of_list = [(each["conversation_id"], each["speakers"]) for each in map(json.loads, listed.stdout.splitlines())]
    assert of_list == [("c-3", ["agent"]), ("c-4", ["customer", "agent"])]
