"""``auscult forms``: drafts, what differs between versions, and forms put out of force."""

from pathlib import Path

import pytest

from tests.integration.in_process import auscult
from tests.integration.program import TENANT, Result
from tests.integration.scoring.test_cli_score import FORM

pytestmark = pytest.mark.night

APP = ("--app", "st-1")
CHANGED = FORM.replace("pass_score: 50", "pass_score: 60")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a database in which the form is in force."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUSCULT_DATABASE_URL", "sqlite:///test.db")
    (tmp_path / "form.yaml").write_text(FORM)
    (tmp_path / "changed.yaml").write_text(CHANGED)
    assert auscult("forms", "apply", "form.yaml", *TENANT).status == 0
    return tmp_path


def fields(done: Result) -> list[str]:
    """The fields that differ."""
    assert done.status == 0, done.err
    return [change["field"] for change in done.last["changes"]]


@pytest.mark.landing
@pytest.mark.usefixtures("folder")
def test_a_draft_from_beginning_to_end() -> None:
    """Saved, listed, compared, published; and nothing of it in force before."""
    saved = auscult("forms", "draft", "changed.yaml", *APP)
    assert (saved.status, saved.out) == (0, "draft of ef-small saved for st-1, beside version 1\n")
    assert auscult("forms", "list", *APP, "--json").last["version"] == 1
    (listed,) = auscult("forms", "drafts", *APP, "--json").last["items"]
    assert (listed["id"], listed["based_on"], listed["can_be_published"]) == ("ef-small", 1, True)
    assert auscult("forms", "drafts", *APP).out.splitlines()[1].endswith("yes")
    assert fields(auscult("forms", "diff", "ef-small", *APP, "--json")) == ["pass_score"]
    assert auscult("forms", "show", "ef-small", "--draft", *APP).out == CHANGED
    published = auscult("forms", "publish", "ef-small", *APP)
    assert published.out == "ef-small version 2 is in force for st-1\n"
    assert auscult("forms", "drafts", *APP).out == ""
    listed = auscult("forms", "versions", "ef-small", *APP, "--json").last["items"]
    newest, first = (each["changes"] for each in listed)
    assert (newest["fields"], newest["changed"], newest["added"], newest["removed"]) == (["pass_score"], [], [], [])
    assert first["changed"] is None
    assert set(newest["metric_versions"].values()) == {1}
    _, *lines = auscult("forms", "versions", "ef-small", *APP).out.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert lines[0].endswith("  pass_score")


@pytest.mark.usefixtures("folder")
def test_a_draft_that_is_not_right_yet() -> None:
    """It is kept, what has to be mended is told, and publishing it is refused until it is."""
    wrong = FORM.replace("pass_score: 50", "pass_score: 500")
    saved = auscult("forms", "draft", "-", *APP, stdin=wrong)
    assert (saved.status, "pass_score" in saved.err) == (0, True)
    refused = auscult("forms", "publish", "ef-small", *APP)
    assert (refused.status, "pass_score" in refused.err) == (1, True)
    assert auscult("forms", "discard", "ef-small", *APP).status == 0
    gone = auscult("forms", "discard", "ef-small", *APP)
    assert (gone.status, "no draft" in gone.err) == (1, True)
    nameless = auscult("forms", "draft", "-", *APP, stdin="name: x")
    assert (nameless.status, "stdin" in nameless.err) == (1, True)


def test_what_is_compared(folder: Path) -> None:
    """Two versions, a version and a file, two files without a database, a draft; the older stands before the newer."""
    auscult("forms", "apply", "changed.yaml", *APP)
    (folder / "third.yaml").write_text(CHANGED.replace("name: Small", "name: Third"))
    for words, wanted in (
        (("ef-small",), ["pass_score"]),
        (("ef-small", "1"), ["pass_score"]),
        (("ef-small", "third.yaml"), ["name"]),
        (("ef-small", "1", "third.yaml"), ["name", "pass_score"]),
        (("third.yaml",), ["name"]),
        (("third.yaml", "1"), ["name", "pass_score"]),
    ):
        assert fields(auscult("forms", "diff", *words, *APP, "--json")) == wanted, words
    told = auscult("forms", "diff", "ef-small", "1", *APP, "--json").last
    assert (told["before"]["version"], told["after"]["version"]) == (1, 2)
    assert told["changes"][0] | {"aspect": ""} == {"field": "pass_score", "aspect": "", "before": 50, "after": 60}
    files = auscult("forms", "diff", "form.yaml", "changed.yaml")
    assert "pass_score  50 → 60" in files.out
    assert "A re-score keeps every answer that was given." in files.out
    same = auscult("forms", "diff", "form.yaml", "-", stdin=FORM)
    assert "They say the same." in same.out


def test_words_that_changed(folder: Path) -> None:
    """What came and went of a list, and which metrics a re-score would judge anew."""
    (folder / "words.yaml").write_text(FORM.replace('["sorry"]', '["sorry", "apologies"]'))
    told = auscult("forms", "diff", "form.yaml", "words.yaml").out
    assert '+ "apologies"' in told
    assert '- "sorry"' not in told
    assert "judged anew" in told


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_compared_is_told() -> None:
    """An unknown form or version, nothing to compare with, no app."""
    for words, told in (
        (("ef-small", *APP), "nothing to compare it with"),
        (("ef-small", "7", *APP), "no version 7"),
        (("ef-none", *APP), "no form ef-none"),
        (("ef-small", "none.yaml", *APP), "names no version"),
        (("ef-small",), "--app"),
    ):
        refused = auscult("forms", "diff", *words)
        assert (refused.status, told in refused.err) == (1, True), (words, refused.err)


@pytest.mark.usefixtures("folder")
def test_retired() -> None:
    """No longer in force; every version can still be read."""
    assert auscult("forms", "retire", "ef-small", *APP).status == 0
    assert auscult("forms", "list", *APP).out == ""
    (version,) = auscult("forms", "versions", "ef-small", *APP, "--json").last["items"]
    assert version["retired_at"] is not None
    assert auscult("forms", "show", "ef-small", *APP).out == FORM
    again = auscult("forms", "apply", "form.yaml", *APP)
    assert again.out == "ef-small version 2 is in force for st-1\n"
