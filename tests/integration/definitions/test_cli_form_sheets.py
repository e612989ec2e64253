"""``auscult forms import``, ``export`` and ``copy``, as a QA manager uses them."""

from pathlib import Path

import pytest

from auscult.services.definitions.forms.reading import read_form
from tests.integration.definitions.test_cli_form_versions import auscult
from tests.integration.program import TENANT
from tests.integration.scoring.test_cli_score import FORM

pytestmark = pytest.mark.night
EXAMPLES = Path(__file__).parents[3] / "examples" / "forms"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a database in which the form is in force."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUSCULT_DATABASE_URL", "sqlite:///test.db")
    (tmp_path / "form.yaml").write_text(f"# ours\n{FORM.lstrip()}")
    assert auscult("forms", "apply", "form.yaml", *TENANT).status == 0
    return tmp_path


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_form_in_force_goes_to_a_sheet_and_back(folder: Path, suffix: str) -> None:
    """It differs in nothing."""
    assert auscult("forms", "export", "ef-small", "--app", "st-1", "--out", f"form.{suffix}").status == 0
    done = auscult("forms", "import", f"form.{suffix}", "--out", "again.yaml")
    assert (done.status, done.err) == (0, "again.yaml written\n")
    assert "They say the same." in auscult("forms", "diff", "again.yaml", "--app", "st-1").out
    assert auscult("forms", "export", "ef-small", "--app", "st-1").out.startswith("form id,ef-small\n")
    assert auscult("forms", "check", "again.yaml").status == 0
    assert (folder / "again.yaml").exists()


@pytest.mark.usefixtures("folder")
def test_faults_of_a_sheet_end_the_command() -> None:
    """All of them, with their cells; nothing is written."""
    Path("bad.csv").write_text("question,weight,secret\nA?,=1+1,x\n,5,y\nTotal,9,\n", encoding="utf-8")
    done = auscult("forms", "import", "bad.csv", "--channel", "voice", "--out", "form2.yaml")
    assert done.status != 0
    assert "bad.csv:B2: is a formula, =1+1; paste its value" in done.err
    assert "bad.csv:B3: has no question in its row" in done.err
    assert "bad.csv:C1: column 'secret' is not carried; it has no place in a form (note)" in done.err
    assert not Path("form2.yaml").exists()
    assert auscult("forms", "import", "none.csv").status != 0
    assert "use .csv or .xlsx" in auscult("forms", "export", "form.yaml", "--out", "form.pdf").err


@pytest.mark.usefixtures("folder")
def test_a_copy_is_a_draft_under_another_id() -> None:
    """Of a form in force, comments and all; of a file it is printed."""
    done = auscult("forms", "copy", "ef-small", "ef-2", "--name", "Second: form", "--app", "st-1")
    assert done.out == "draft of ef-2 saved for st-1, a copy of ef-small\n"
    shown = auscult("forms", "show", "ef-2", "--draft", "--app", "st-1").out
    assert shown.startswith("# ours\n")
    copied, original = read_form(shown.encode()), read_form(FORM.encode())
    assert (copied.id, copied.name, copied.metrics) == ("ef-2", "Second: form", original.metrics)
    assert "has a form ef-2 already" in auscult("forms", "copy", "ef-small", "ef-2", "--app", "st-1").err
    assert "unknown form ef-9" in auscult("forms", "copy", "ef-9", "ef-3", "--app", "st-1").err
    printed = auscult("forms", "copy", str(EXAMPLES / "collections.yaml"), "ef-3")
    assert read_form(printed.out.encode()).id == "ef-3"
    assert "without spaces" in auscult("forms", "copy", "form.yaml", "ef 3").err
    assert "has the id ef-small already" in auscult("forms", "copy", "form.yaml", "ef-small").err


@pytest.mark.usefixtures("folder")
def test_a_document_for_several_channels_needs_one() -> None:
    """The starter form is two forms."""
    assert "name one with --channel voice or --channel chat" in auscult("forms", "export", "starter").err
    assert auscult("forms", "export", "starter", "--channel", "chat").out.startswith("form id,ef-starter-chat\n")
