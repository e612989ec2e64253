"""``auscult load``: a file in, scores readable, nothing doubled, what is bad named."""

import json
from pathlib import Path

import pytest

from tests.data_files import data_of
from tests.integration.program import TENANT, auscult, conversation, write

pytestmark = pytest.mark.night

COUNTS = data_of(__file__, "counts")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three conversations, one of them too short, and the starter forms in force."""
    short = conversation("c-3", ended_at="2026-03-23T10:17:56Z")
    write(tmp_path / "three.ndjson", conversation("c-1"), conversation("c-2"), short)
    applied = auscult(tmp_path, "forms", "apply", "starter", *TENANT)
    assert applied.status == 0, applied.err
    return tmp_path


@pytest.mark.landing
def test_load_scores_and_a_second_load_adds_nothing(folder: Path) -> None:
    """The last line of --json is the shape of docs/reference/output.md; the same file again is all unchanged."""
    first = auscult(folder, "load", "three.ndjson", *TENANT, "--json")
    again = auscult(folder, "load", "three.ndjson", "--app", "st-1", "--json")
    assert (first.status, first.last) == (0, COUNTS)
    assert (again.status, again.last) == (0, COUNTS | {"unchanged": 3})
    assert auscult(folder, "verify").status == 0


@pytest.mark.landing
def test_legs_in_a_folder_are_one_conversation_and_replaced_ones_are_named(folder: Path) -> None:
    """Two transcripts of a call are one with all turns; two documents of one id are named, and so it goes the second time."""
    legs = str(Path(__file__).parents[2] / "golden" / "connectors" / "genesys" / "year=2026")
    for unchanged in (0, 1):
        loaded = auscult(folder, "load", legs, "--format", "genesys", "--app", "st-1", "--json")
        counts = ("accepted", "unchanged", "replaced")
        assert [loaded.last[name] for name in counts] == [1, unchanged, 0]
    write(folder / "twice.ndjson", conversation("c-9"), conversation("c-9", language="de"))
    twice = auscult(folder, "load", "twice.ndjson", "--app", "st-1", "--json")
    assert (twice.status, twice.last["replaced"], twice.last["replaced_ids"]) == (0, 1, ["c-9"])
    assert "replaced by another of the same id: c-9" in twice.err


@pytest.mark.landing
def test_a_longer_export_of_a_chat_replaces_what_grew_and_adds_what_is_new(folder: Path) -> None:
    """Conversations end after a pause of the app's length; the same export again adds nothing."""
    text = (Path(__file__).parents[2] / "golden" / "files" / "others" / "wa-android.txt").read_text()
    chat, counts = folder / "chat.txt", ("accepted", "unchanged", "replaced", "rejected")
    grown = f"{text}13/03/2026, 22:25 - Priya Nair: thanks\n15/03/2026, 10:00 - Priya Nair: hi again\n"
    stored: list[list[str]] = []
    for each, wanted in ((text, [2, 0, 0, 0]), (grown, [3, 1, 0, 0]), (grown, [3, 3, 0, 0])):
        chat.write_text(each)
        loaded = auscult(folder, "load", str(chat), "--app", "st-1", "--json", "--sides", "Ravi Shop=agent")
        assert [loaded.last[name] for name in counts] == wanted
        listed = auscult(folder, "conversations", "list", "--app", "st-1", "--json").lines
        stored.append([one["id"] for one in listed])
    assert [len(each) for each in stored] == [2, 3, 3]
    assert stored[1][:2] == stored[0]
    changed = auscult(folder, "apps", "set", "--app", "st-1", "--chat-inactivity-minutes", "10080", "--json")
    assert changed.last["chat_inactivity_minutes"] == 10080
    other = folder / "other.txt"
    other.write_text(grown.replace("Priya Nair", "Ines"))
    assert auscult(folder, "load", str(other), "--app", "st-1", "--json").last["accepted"] == 1


def test_bad_lines_are_named_and_the_good_ones_load(folder: Path) -> None:
    """Line, field and reason go to a rejects file; the exit status says that something was refused."""
    write(folder / "mixed.ndjson", conversation("c-4"), "{not json", conversation("c-5", channel="fax"))
    loaded = auscult(folder, "load", "mixed.ndjson", "--app", "st-1", "--json")
    assert loaded.status == 1
    assert (loaded.last["accepted"], loaded.last["scored"], loaded.last["rejected"]) == (1, 1, 2)
    rejects = [json.loads(line) for line in (folder / loaded.last["rejects"]).read_text().splitlines()]
    assert [(one["line"], one["field"]) for one in rejects] == [(2, None), (3, "channel")]
    assert str(loaded.last["rejects"]) in loaded.err


def test_without_json_it_ends_with_a_sentence(folder: Path) -> None:
    """People get one line, and nothing on stderr when all went well."""
    loaded = auscult(folder, "load", "three.ndjson", "--app", "st-1")
    assert loaded.out.splitlines()[-1] == "3 loaded, 2 scored, 1 below threshold, 0 rejected"
    assert loaded.err == ""


def test_a_new_app_needs_account_and_org(tmp_path: Path) -> None:
    """Whoever names an app for the first time is told what is missing."""
    write(tmp_path / "one.ndjson", conversation("c-1"))
    refused = auscult(tmp_path, "load", "one.ndjson", "--app", "st-new", "--json")
    assert refused.status == 1
    assert json.loads(refused.err)["error"]["reason"] == "app.incomplete"


@pytest.mark.parametrize(
    ("option", "given"), [("--app", ""), ("--app", "st 1/../x"), ("--account", ""), ("--org", " ")]
)
def test_what_is_no_id_makes_no_app(tmp_path: Path, option: str, given: str) -> None:
    """A variable of the shell that is not set is an empty word; no report could be asked for under it."""
    write(tmp_path / "one.ndjson", conversation("c-1"))
    named = {"--account": "a-1", "--org": "o-1", "--app": "st-1"} | {option: given}
    words = [word for pair in named.items() for word in pair]
    refused = auscult(tmp_path, "load", "one.ndjson", *words, "--json")
    assert refused.status == 1
    error = json.loads(refused.err)["error"]
    assert (error["reason"], error["field"]) == ("app.invalid", option)
    assert "account" not in auscult(tmp_path, "apps", "list").out


def test_a_folder_is_read_but_for_what_the_program_left_there(tmp_path: Path) -> None:
    """The database, its key, and what was refused before are no transcripts; a device is no file."""
    (tmp_path / "notes.txt").write_text("garbage")
    write(tmp_path / "one.ndjson", conversation("c-1"))
    for _ in range(2):
        refused = auscult(tmp_path, "load", ".", *TENANT)
        assert f"1 rejected, with reasons, in {tmp_path.name}.rejects.ndjson" in refused.err
    assert "/dev/null is no regular file; give - to read stdin" in auscult(tmp_path, "score", "/dev/null").err


def test_an_app_of_another_account_is_refused(folder: Path) -> None:
    """An app stays where it belongs."""
    refused = auscult(folder, "load", "three.ndjson", "--account", "a-2", "--org", "o-1", "--app", "st-1")
    assert refused.status == 1
    assert refused.err.startswith("error: ")


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    """2 for a command line that cannot be right; nothing is made."""
    refused = auscult(tmp_path, "load", "nowhere.ndjson", *TENANT)
    assert refused.status == 2
    assert "nowhere.ndjson" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_reached_is_an_error_of_one_line(folder: Path) -> None:
    """No traceback for a wrong URL."""
    wrong = auscult(folder, "load", "three.ndjson", *TENANT, "--database", "postgresql://nobody@127.0.0.1:1/none")
    assert wrong.status == 1
    assert wrong.err.startswith("error: ")
    assert "Traceback" not in wrong.err


def test_a_load_waits_while_too_much_waits(tmp_path: Path) -> None:
    """It goes on as what waits is scored, and calls in workers where nobody works, though it need not wait itself."""
    file = write(tmp_path / "calls.ndjson", *(conversation(f"c-{n}") for n in range(12)))
    settings = {"AUSCULT_BACKLOG": "4", "AUSCULT_BATCH_SIZE": "2"}
    done = auscult(tmp_path, "load", file, *TENANT, "--no-wait", "--json", settings=settings)
    assert (done.status, done.last["accepted"]) == (0, 12)
    waiting = auscult(tmp_path, "jobs", "list", "--json").lines
    assert sum(job["conversations"] for job in waiting) < 12
