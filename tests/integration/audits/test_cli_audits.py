"""``auscult audits``: assigned, answered, submitted, listed and shown."""

from pathlib import Path

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


def words(result: Result) -> list[str]:
    """The lines without the spaces between their columns."""
    assert result.status == 0, result.err
    return [" ".join(line.split()) for line in result.out.splitlines()]


@pytest.mark.landing
def test_from_assignment_to_submission(folder: Path) -> None:
    """Rules 8 and 28: each step in one command, told to people and to programs, and all of it shown at the end."""
    assigned = audits(folder, "assign", "c-1", "c-2", "--auditor", "Jane", "--by", "Max")
    assert words(assigned) == ["conversation_id state auditor", "c-1 assigned Jane", "c-2 assigned Jane"]
    drafted = audits(folder, "answer", "c-1", "em-tone=yes", "--note", "em-tone=warm = kind", "--comment", "Well done.")
    assert words(drafted)[-2:] == ["metric_id answer comment", "em-tone YES warm = kind"]

    refused = audits(folder, "submit", "c-1", "--json")
    assert refused.status == 1
    assert '"reason":"audit.incomplete"' in refused.err
    assert '"value":["em-hello","em-sorry"]' in refused.err

    done = audits(folder, "submit", "c-1", "em-sorry=NA", "--as-machine", "--by", "Jane", "--json").last
    result = done.pop("result")
    assert (result["score"], result["passed"], result["fatal_errors"], result["comment"]) == (
        100,
        True,
        0,
        "Well done.",
    )
    shown = audits(folder, "show", "c-1", "--json").last
    assert shown.pop("result") == result
    assert shown == done
    assert (shown["conversation_id"], shown["state"], shown["auditor"]) == ("c-1", "audited", "Jane")
    answers = {one["metric_id"]: one["answer"] for one in result["answers"]}
    assert [each | {"answer": answers[each["id"]]} for each in shown["metrics"]] == data_of(__file__, "answered")
    assert [(each["action"], each["by"]) for each in shown["trail"]] == [("assigned", "Max"), ("submitted", "Jane")]

    listed = audits(folder, "list", "--state", "audited", "--json").last["items"]
    assert [one["conversation_id"] for one in listed] == ["c-1"]
    listed = words(audits(folder, "list", "--auditor", "Jane"))
    assert listed[1:] == ["c-1 audited Jane 100 yes", "c-2 assigned Jane"]


def test_show_tells_people(folder: Path) -> None:
    """What is asked, and who answered what."""
    shown = words(audits(folder, "show", "c-3"))
    assert shown[:2] == ["state not_assigned", "conversation_id c-3"]
    assert shown[-3:] == ["em-hello Hello no yes YES", "em-sorry Sorry no yes NO", "em-tone Tone no yes -"]


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
