"""``auscult rescore`` and ``auscult rescores``, and what ``load`` and ``forms apply`` say of stored conversations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from tests.integration import program
from tests.integration.in_process import auscult
from tests.integration.program import TENANT, conversation, write
from tests.integration.scoring.test_cli_score import FORM
from tests.integration.working import working

pytestmark = pytest.mark.night

APP = ("--app", "st-1")
URL = "sqlite:///test.db"
CHANGED = FORM.replace("weight: 60", "weight: 90").replace("weight: 40", "weight: 10")


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with forms and calls in it; nobody works there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUSCULT_DATABASE_URL", URL)
    (tmp_path / "form.yaml").write_text(FORM)
    (tmp_path / "changed.yaml").write_text(CHANGED)
    write(tmp_path / "calls.ndjson", conversation("c-1"), conversation("c-2"))
    return tmp_path


@contextmanager
def busy() -> Iterator[None]:
    """A worker, so that no command has to start its own."""
    with bootstrap.open(read_settings()) as application, working(application.store, URL):
        yield


@pytest.fixture
def folder(quiet: Path) -> Iterator[Path]:
    """The same, and a worker."""
    with busy():
        yield quiet


@pytest.mark.usefixtures("folder")
def test_loaded_before_there_was_a_form() -> None:
    """The load says what to do, publishing says how many wait for it, and the re-score scores them."""
    loaded = auscult("load", "calls.ndjson", *TENANT)
    assert "2 not evaluated" in loaded.out
    assert "no form is in force for st-1: `auscult forms apply FORM --app st-1`" in loaded.err
    applied = auscult("forms", "apply", "form.yaml", *APP)
    assert "2 stored conversations fit it" in applied.err
    assert "auscult rescore --form ef-small --app st-1" in applied.err
    again = auscult("load", "calls.ndjson", *APP)
    assert "auscult rescore --form ef-small --app st-1" in again.err
    rescored = auscult("rescore", "--form", "ef-small", *APP, "--json")
    assert (rescored.status, rescored.last["state"], rescored.last["rescored"]) == (0, "done", 2)
    once_more = auscult("load", "calls.ndjson", *APP)
    assert ("2 scored" in once_more.out, once_more.err) == (True, "")
    assert auscult("verify").status == 0


@pytest.mark.usefixtures("folder")
def test_a_language_without_a_form_waits_for_none(tmp_path: Path) -> None:
    """A form in English refuses a conversation in Hebrew, so no re-score is offered for it."""
    auscult("forms", "apply", "form.yaml", *TENANT)
    turns = (("customer", "שלום, אני צריך עזרה עם החשבון שלי בבקשה"), ("agent", "בוודאי, אשמח לעזור לך עם החשבון"))
    write(tmp_path / "other.ndjson", conversation("c-3", turns, language="he"))
    loaded = auscult("load", "other.ndjson", *APP)
    assert "1 not evaluated" in loaded.out
    assert "auscult rescore" not in loaded.err
    assert "no form in force is for them (ef-small)" in loaded.err
    assert "stored conversation" not in auscult("forms", "apply", "changed.yaml", *APP).err


@pytest.mark.landing
def test_rescored_under_another_version(folder: Path) -> None:
    """Waited for by default; told in a sentence; listed, shown, and told in the trail."""
    auscult("forms", "apply", "form.yaml", *TENANT)
    auscult("load", "calls.ndjson", *APP)
    assert "2 stored conversations fit it" in auscult("forms", "apply", "changed.yaml", *APP).err
    done = program.auscult(folder, "rescore", "--form", "ef-small", "--by", "Ada", *APP)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("rs-")
    assert "done: ef-small version 2, 2 of 2 looked at, 2 re-scored" in done.out
    again = auscult("rescore", "--form", "ef-small", *APP)
    assert "2 scored by this version already" in again.out
    first, second = auscult("rescores", "list", *APP, "--json").last["items"]
    assert [one["rescored"] for one in (first, second)] == [0, 2]
    shown = auscult("rescores", "show", second["id"], *APP, "--json").last
    assert shown == second
    assert (shown["by"], shown["version"], shown["form_id"]) == ("Ada", 2, "ef-small")
    (rescored,) = auscult("audits", "show", "c-1", *APP, "--json").last["trail"]
    assert (rescored["action"], rescored["by"]) == ("rescored", "Ada")


def doctored(word: str) -> list[dict[str, str]]:
    """What the doctor finds with this word in it."""
    return [one for one in auscult("doctor", "--json").lines if word in one["what"]]


@pytest.mark.usefixtures("quiet")
def test_left_to_others_and_cancelled() -> None:
    """--no-wait begins it and ends; cancelled it stays where it is, resumed it goes on."""
    with busy():
        auscult("forms", "apply", "form.yaml", *TENANT)
        auscult("load", "calls.ndjson", *APP)
        auscult("forms", "apply", "changed.yaml", *APP)
    begun = auscult("rescore", "--form", "ef-small", *APP, "--no-wait", "--json").last
    assert (begun["state"], begun["total"], begun["rescored"]) == ("running", 2, 0)
    second = auscult("rescore", "--form", "ef-small", *APP)
    assert (second.status, begun["id"] in second.err) == (1, True)
    (at_work,) = doctored("under way")
    assert f"{begun['id']} of st-1 is under way, 0 of 2" in at_work["what"]
    with bootstrap.open(read_settings()) as application:
        application.store.backfills.fail(f"{begun['id']}-1", "OSError: the disk has gone")
    (failed,) = doctored("failed")
    assert failed["what"].endswith(f"{begun['id']} of st-1 failed: OSError: the disk has gone")
    assert f"auscult rescores resume {begun['id']} --app st-1" in failed["fix"]
    assert "cancelled" in auscult("rescores", "cancel", begun["id"], *APP).out
    assert doctored(begun["id"]) == []
    with busy():
        resumed = auscult("rescores", "resume", begun["id"], *APP, "--json")
    assert (resumed.status, resumed.last["state"], resumed.last["rescored"]) == (0, "done", 2)


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_is_told() -> None:
    """An unknown form, version or re-score, a range the wrong way round, a time that is none."""
    auscult("forms", "apply", "form.yaml", *TENANT)
    for words, told in (
        (("rescore", "--form", "ef-none"), "no form ef-none"),
        (("rescore", "--form", "ef-small", "--version", "7"), "version 7"),
        (("rescore", "--form", "ef-small", "--since", "2026-02-01", "--until", "2026-01-01"), "before since"),
        (("rescores", "show", "rs-none"), "no re-score rs-none"),
    ):
        refused = auscult(*words, *APP)
        assert (refused.status, told in refused.err) == (1, True), (words, refused.err)
    assert auscult("rescore", "--form", "ef-small", "--since", "soon", *APP).status == 2
