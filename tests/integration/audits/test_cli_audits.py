"""``auscult audits``: assigned, answered, submitted, listed and shown."""

from pathlib import Path
from typing import Any

import pytest

from tests.data_files import data_of
from tests.integration.program import TENANT, Result, auscult, conversation, write

pytestmark = pytest.mark.night

APP = ("--app", "st-1")
FORM = data_of(__file__, "form")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that holds three scored conversations."""
    folder = tmp_path_factory.mktemp("audits")
    (folder / "form.yaml").write_text(FORM, encoding="utf-8")
    write(folder / "three.ndjson", *(conversation(f"c-{number}") for number in (1, 2, 3)))
    assert auscult(folder, "forms", "apply", "form.yaml", *TENANT).status == 0
    assert auscult(folder, "load", "three.ndjson", *TENANT).status == 0
    return folder


def audits(folder: Path, *words: str) -> Result:
    """Run ``auscult audits`` on the app."""
    return auscult(folder, "audits", *words, *APP)


def line(state: str, **more: Any) -> dict[str, Any]:
    """What a program reads of an audit, times left out."""
    nothing = {"score": None, "passed": None, "fatal_errors": None}
    return {"conversation_id": "c-1", "state": state, "auditor": "Jane"} | nothing | more


def told(result: Result) -> dict[str, Any]:
    """The last line without its times."""
    assert result.status == 0, result.err
    return {key: value for key, value in result.last.items() if not key.endswith("_at")}


@pytest.mark.landing
def test_from_assignment_to_submission(folder: Path) -> None:
    """Rules 8 and 28: each step in one command, told to people and to programs, and all of it shown at the end."""
    assert audits(folder, "assign", "c-1", "c-2", "--auditor", "Jane", "--by", "Max").out == (
        "c-1  assigned to Jane\nc-2  assigned to Jane\n"
    )
    drafted = audits(folder, "answer", "c-1", "em-tone=yes", "--note", "em-tone=warm = kind", "--comment", "Well done.")
    assert drafted.out == "c-1  assigned to Jane, 1 answered\n"

    refused = audits(folder, "submit", "c-1", "--json")
    assert refused.status == 1
    assert '"reason":"audit.incomplete"' in refused.err
    assert '"value":["em-hello","em-sorry"]' in refused.err

    done = told(audits(folder, "submit", "c-1", "em-sorry=NA", "--as-machine", "--json"))
    assert done == line("audited", score=100, passed=True, fatal_errors=0)

    shown = told(audits(folder, "show", "c-1", "--json"))
    trail = shown.pop("trail")
    assert shown == done | data_of(__file__, "from_assignment_to_submission")
    assert [(entry["action"], entry["by"], entry["auditor"]) for entry in trail] == [
        ("assigned", "Max", "Jane"),
        ("submitted", "Jane", "Jane"),
    ]

    listed = audits(folder, "list", "--state", "audited", "--json")
    assert [one["conversation_id"] for one in listed.lines] == ["c-1"]
    assert audits(folder, "list", "--auditor", "Jane").out == (
        "c-1  audited by Jane: score 100, passed\nc-2  assigned to Jane\n"
    )


def test_show_tells_people(folder: Path) -> None:
    """What is asked, and who answered what."""
    shown = audits(folder, "show", "c-3")
    assert shown.out.splitlines() == [
        "c-3  not assigned",
        "ef-1 version 1, machine: score 67",
        "  em-hello  machine YES   audit       Hello",
        "  em-sorry  machine NO    audit       Sorry",
        "  em-tone   machine -     audit       Tone",
    ]


def test_what_is_wrong_is_named(folder: Path) -> None:
    """Exit 1 with a stable reason; 2 where the command line itself is wrong."""
    for reason, words in {
        "conversation.unknown": ("show", "c-9"),
        "audit.not_assigned": ("submit", "c-3"),
        "answer.invalid": ("answer", "c-3", "em-tone="),
        "auditor.invalid": ("assign", "c-3", "--auditor", " "),
    }.items():
        refused = audits(folder, *words, "--json")
        assert refused.status == 1
        assert f'"reason":"{reason}"' in refused.err
    assert audits(folder, "list", "--state", "done").status == 2
