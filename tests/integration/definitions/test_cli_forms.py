"""``auscult forms``: checked, published, listed and shown."""

import json
from pathlib import Path

import pytest

from tests.integration.program import TENANT, auscult
from tests.integration.scoring.test_cli_score import FORM

pytestmark = pytest.mark.night


@pytest.mark.landing
def test_check_tells_every_fault_with_its_line(tmp_path: Path) -> None:
    """file:line: field: reason; exit 1 when there is any."""
    (tmp_path / "form.yaml").write_text(
        FORM.replace("weight: 60", "weight: -60").replace("type: by_question", "type: by_guess", 1)
    )
    checked = auscult(tmp_path, "forms", "check", "form.yaml")
    assert checked.status == 1
    assert any(line.startswith("form.yaml:10: metrics[0].type: ") for line in checked.out.splitlines())


def test_check_of_a_right_form(tmp_path: Path) -> None:
    """A right form is said to be right; for programs with --json."""
    (tmp_path / "form.yaml").write_text(FORM)
    checked = auscult(tmp_path, "forms", "check", "form.yaml", "--json")
    assert checked.status == 0
    assert checked.last == {"file": "form.yaml", "ok": True, "problems": []}


def test_check_says_that_no_judge_is_configured(tmp_path: Path) -> None:
    """A form that asks a judge is right, and cannot be answered here; publishing it is refused."""
    (tmp_path / "form.yaml").write_text(FORM.replace('{phrases: ["sorry"]}', '{judge: "The agent says sorry."}'))
    checked = auscult(tmp_path, "forms", "check", "form.yaml")
    applied = auscult(tmp_path, "forms", "apply", "form.yaml", *TENANT)
    assert checked.status == 0
    assert "no engine that answers one is configured" in checked.out
    assert applied.status == 1
    assert "no engine that answers one is configured" in applied.err


@pytest.mark.landing
def test_apply_makes_versions(tmp_path: Path) -> None:
    """Rule 7: a changed document is a new version, the same one is not; each can be shown as it was written."""
    (tmp_path / "form.yaml").write_text(FORM)
    (tmp_path / "changed.yaml").write_text(FORM.replace("pass_score: 50", "pass_score: 60"))
    said = [
        auscult(tmp_path, "forms", "apply", name, *TENANT).out for name in ("form.yaml", "form.yaml", "changed.yaml")
    ]
    assert said == [f"ef-small version {version} is in force for st-1\n" for version in (1, 1, 2)]
    listed = auscult(tmp_path, "forms", "list", "--app", "st-1", "--json").lines
    assert [(one["id"], one["version"], one["metrics"]) for one in listed] == [("ef-small", 2, 2)]
    assert auscult(tmp_path, "forms", "show", "ef-small", "--app", "st-1").out == FORM.replace(
        "pass_score: 50", "pass_score: 60"
    )
    assert auscult(tmp_path, "forms", "show", "ef-small", "--app", "st-1", "--version", "1").out == FORM


def test_one_form_for_each_queue_channel_and_direction(tmp_path: Path) -> None:
    """Rule 6: a second form for the same conversations is refused, and names the first."""
    (tmp_path / "form.yaml").write_text(FORM)
    (tmp_path / "rival.yaml").write_text(FORM.replace("ef-small", "ef-rival"))
    auscult(tmp_path, "forms", "apply", "form.yaml", *TENANT)
    refused = auscult(tmp_path, "forms", "apply", "rival.yaml", *TENANT)
    assert refused.status == 1
    assert "ef-small" in refused.err
    assert len(auscult(tmp_path, "forms", "list", "--app", "st-1").out.splitlines()) == 1


def test_several_files_are_checked_and_published_together(tmp_path: Path) -> None:
    """Rule 6 across files: one form for each; of files that do not fit each other none is published."""
    (tmp_path / "form.yaml").write_text(FORM)
    (tmp_path / "rival.yaml").write_text(FORM.replace("ef-small", "ef-rival"))
    (tmp_path / "chat.yaml").write_text(FORM.replace("ef-small", "ef-chat").replace("voice", "chat"))
    checked = auscult(tmp_path, "forms", "check", "form.yaml", "rival.yaml", "chat.yaml")
    first, second, third = checked.out.splitlines()
    assert checked.status == 1
    assert first == "form.yaml: ef-small is right: 2 metrics, voice"
    assert second.startswith("rival.yaml:2: assignments[0]: queue *, direction both has the form ef-small in form.yaml")
    assert third == "chat.yaml: ef-chat is right: 2 metrics, chat"
    refused = auscult(tmp_path, "forms", "apply", "form.yaml", "rival.yaml", *TENANT)
    assert (refused.status, "rival.yaml:2" in refused.err) == (1, True)
    applied = auscult(tmp_path, "forms", "apply", "form.yaml", "chat.yaml", *TENANT)
    assert applied.out == "ef-small version 1 is in force for st-1\nef-chat version 1 is in force for st-1\n"


def test_starter_forms_come_along(tmp_path: Path) -> None:
    """Without an app the forms of the package are listed and shown; no database is made for that."""
    listed = auscult(tmp_path, "forms", "list", "--json").lines
    assert {one["id"]: one["channel"] for one in listed} == {
        f"ef-starter-{language}{channel}": channel
        for language in ("", "es-", "de-", "fr-", "pt-")
        for channel in ("voice", "chat")
    }
    (tmp_path / "copy.yaml").write_text(auscult(tmp_path, "forms", "show", "ef-starter-chat").out)
    assert auscult(tmp_path, "forms", "check", "copy.yaml").status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["copy.yaml"]


def test_copied_starter_form_is_published_without_votes(tmp_path: Path) -> None:
    """Its metrics may be voted on, but need no heads: words alone decide where AUSCULT_VOTES is off."""
    words_alone = {"AUSCULT_VOTES": "off"}
    copied = auscult(tmp_path, "forms", "show", "ef-starter-chat").out.replace("ef-starter-chat", "ef-copy")
    assert "vote: em-introduction" in copied
    (tmp_path / "copy.yaml").write_text(copied)
    assert auscult(tmp_path, "forms", "apply", "copy.yaml", *TENANT, settings=words_alone).status == 0


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    """An unknown form, app or file: one line, and what there is."""
    (tmp_path / "form.yaml").write_text(FORM)
    auscult(tmp_path, "forms", "apply", "form.yaml", *TENANT)
    form = auscult(tmp_path, "forms", "show", "ef-none", "--app", "st-1")
    app = auscult(tmp_path, "forms", "list", "--app", "st-none", "--json")
    file = auscult(tmp_path, "forms", "check", "none.yaml")
    assert (form.status, "ef-small" in form.err) == (1, True)
    near = auscult(tmp_path, "forms", "show", "ef-smal", "--app", "st-1")
    assert near.err == "error: FORM_ID: there is no form ef-smal; did you mean ef-small?\n"
    assert (app.status, json.loads(app.err)["error"]["reason"]) == (1, "app.unknown")
    assert (file.status, "none.yaml" in file.err) == (1, True)


def test_check_tries_examples(tmp_path: Path) -> None:
    """Wrong answers are listed with what they should be, counted, and make the exit status; without a file, those in force."""
    (tmp_path / "form.yaml").write_text(FORM)
    assert auscult(tmp_path, "forms", "apply", "form.yaml", *TENANT).status == 0
    words = ("--metric", "em-hello", "--wanted", "NO", "--transcript", "Agent: hello\nCustomer: hi")
    kept = auscult(tmp_path, "examples", "keep", "ef-small", *words, "--app", "st-1")
    assert kept.status == 0, kept.err
    tried = auscult(tmp_path, "forms", "check", "--examples")
    assert tried.status == 1
    assert tried.out.splitlines()[-1] == "ef-small: 0 of 1 examples right"
    assert "em-hello in ex-" in tried.out
    assert "should be NO, is YES" in tried.out
    (tmp_path / "other.yaml").write_text(FORM.replace("hello", "zzz").replace("em-zzz", "em-hello"))
    other = auscult(tmp_path, "forms", "check", "other.yaml", "--examples", "--app", "st-1", "--json")
    assert (other.status, other.last["right"], other.last["wrong"]) == (0, 1, [])
    assert auscult(tmp_path, "forms", "check").status == 2
