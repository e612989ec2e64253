"""``auscult scorecards``: the example scorecard over the example calls."""

import json
from pathlib import Path

import pytest

from tests.integration.program import TENANT, auscult

pytestmark = pytest.mark.night

EXAMPLES = Path(__file__).parents[3] / "examples"
CARD = EXAMPLES / "scorecards" / "service.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example calls, scored with the example form, and the scorecard in force."""
    folder = tmp_path_factory.mktemp("cards")
    form = (EXAMPLES / "forms" / "questions.yaml").read_text() + '\nassignments: [{queue: "*", direction: both}]\n'
    (folder / "form.yaml").write_text(form)
    for words in (
        ("forms", "apply", "form.yaml", *TENANT),
        ("load", EXAMPLES / "forms" / "calls.ndjson", *TENANT),
        ("scorecards", "apply", CARD, *TENANT),
    ):
        done = auscult(folder, *words)
        assert done.status == 0, done.err
    return folder


def test_applied_listed_and_shown(folder: Path) -> None:
    """The same document again is the same version; it is shown as it was written."""
    again = auscult(folder, "scorecards", "apply", CARD, *TENANT)
    assert (again.status, again.out, again.err) == (0, "sc-service: version 1 is in force\n", "")
    listed = auscult(folder, "scorecards", "list", "--app", "st-1").out
    assert listed.splitlines()[1].split() == ["sc-service", "1", "Service", "Courtesy,", "Diligence", "yes", "yes"]
    assert auscult(folder, "scorecards", "show", "sc-service", "--app", "st-1").out == CARD.read_text()


def test_what_agents_come_to_and_why(folder: Path) -> None:
    """Every figure is the mean of the conversations that are shown behind it."""
    figures = auscult(folder, "scorecards", "agents", "sc-service", "--app", "st-1", "--json").lines
    assert figures
    for one in figures:
        behind = auscult(
            folder, "scorecards", "agents", "sc-service", "--app", "st-1", "--agent", one["agent_id"], "--json"
        ).lines
        scores = [each["score"] for each in behind]
        assert len(scores) == one["interactions"]
        assert one["score"] == pytest.approx(sum(scores) / len(scores), abs=0.005)
        assert one["fatal"] == sum(each["fatal_errors"] > 0 for each in behind)
    table = auscult(folder, "scorecards", "agents", "sc-service", "--app", "st-1").out
    assert "Courtesy" in table
    assert "Robert" in table
    none = auscult(folder, "scorecards", "agents", "sc-service", "--app", "st-1", "--since", "2030-01-01", "--json")
    assert (none.status, none.out) == (0, "")


def test_agents_of_one_name_are_distinct(folder: Path) -> None:
    """The table has the id with the name: two people may have one name."""
    (first, *_) = auscult(folder, "scorecards", "agents", "sc-service", "--app", "st-1", "--json").lines
    table = auscult(folder, "scorecards", "agents", "sc-service", "--app", "st-1", settings={"COLUMNS": "200"}).out
    assert f"{first['name']} ({first['agent_id']})" in table


def test_faults_are_told_and_nothing_is_published(folder: Path, tmp_path: Path) -> None:
    """Line, field and what would be right, for every file, before any is published; exit 1."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(CARD.read_text().replace("weight: 70}", "weight: 60}"))
    other = tmp_path / "other.yaml"
    other.write_text(CARD.read_text().replace("sc-service", "sc-other"))
    refused = auscult(folder, "scorecards", "apply", other, wrong, *TENANT)
    assert refused.status == 1
    assert "weights total 90; they must total exactly 100" in refused.err
    listed = auscult(folder, "scorecards", "list", "--app", "st-1", "--json").last["items"]
    assert [one["id"] for one in listed] == ["sc-service"]
    unknown = auscult(folder, "scorecards", "agents", "sc-servic", "--app", "st-1")
    assert unknown.status == 1
    assert "sc-service" in unknown.err


def test_removed(folder: Path, tmp_path: Path) -> None:
    """A scorecard that is removed measures nobody; a metric that no form has is a warning."""
    card = json.loads('{"id":"sc-gone","name":"Gone","attributes":[{"id":"a","name":"A","weight":100}]}')
    card["attributes"][0]["metrics"] = [{"metric": "em-greting", "weight": 100}]
    (tmp_path / "gone.json").write_text(json.dumps(card))
    applied = auscult(folder, "scorecards", "apply", tmp_path / "gone.json", *TENANT, "--json")
    assert applied.last == {"id": "sc-gone", "version": 1}
    assert "no form in force has em-greting" in applied.err
    assert auscult(folder, "scorecards", "remove", "sc-gone", "--app", "st-1", "--json").last["id"] == "sc-gone"
    gone = auscult(folder, "scorecards", "show", "sc-gone", "--app", "st-1")
    assert gone.status == 1
    assert "There is no scorecard sc-gone" in gone.err
