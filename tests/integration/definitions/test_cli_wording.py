"""``auscult wording``: packs listed, shown and checked; forms that need none."""

from pathlib import Path

import pytest

from auscult.wording import available, pack_text
from tests.integration.program import TENANT, auscult

pytestmark = pytest.mark.night


def test_packs_are_listed_and_shown(tmp_path: Path) -> None:
    """Every pack with its version; one as it is written, and its sentences."""
    listed = auscult(tmp_path, "wording", "list", "--json").lines
    assert [one["pack"] for one in listed] == list(available())
    assert auscult(tmp_path, "wording", "show", "en/greeting").out == pack_text("en/greeting")
    assert auscult(tmp_path, "wording", "show", "en/greeting@1").out == pack_text("en/greeting")
    assert "+ good morning\n" in auscult(tmp_path, "wording", "show", "en/greeting", "--sentences").out


def test_packs_are_checked(tmp_path: Path) -> None:
    """The packs that ship are right; an unknown one is named, with the likeliest name."""
    checked = auscult(tmp_path, "wording", "check", "en/greeting", "en/done", "--json")
    assert checked.status == 0
    assert [one["faults"] for one in checked.lines] == [[], []]
    unknown = auscult(tmp_path, "wording", "check", "en/greting")
    assert unknown.status == 1
    assert "unknown wording pack 'en/greting'; did you mean en/greeting?" in unknown.err


def test_a_published_form_names_versions_and_can_be_written_out(tmp_path: Path) -> None:
    """What is stored has a version for each pack; with --expand it needs none, and is right."""
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT).status == 0
    stored = auscult(tmp_path, "forms", "show", "ef-starter-voice", "--app", "st-1").out
    assert "{wording: en/greeting@1}" in stored
    (tmp_path / "mine.yaml").write_text(
        auscult(tmp_path, "forms", "show", "ef-starter-chat", "--expand").out, encoding="utf-8"
    )
    assert "en/" not in (tmp_path / "mine.yaml").read_text("utf-8")
    assert auscult(tmp_path, "forms", "check", "mine.yaml").status == 0
