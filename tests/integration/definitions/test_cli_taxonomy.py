"""``auscult taxonomy``: checked, published, listed, shown and retired; and what it finds."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.form_examples import NewTopicExample
from auscult.domain.people.principal import operator
from auscult.services.definitions.taxonomies import read_taxonomy
from auscult.services.form_examples import TopicExamples
from tests.data_files import data_of
from tests.integration.program import TENANT, auscult, conversation

pytestmark = pytest.mark.night

TAXONOMY = data_of(__file__, "taxonomy")


def test_check_tells_every_fault_with_its_line(tmp_path: Path) -> None:
    """file:line: field: reason; exit 1 when there is any."""
    (tmp_path / "t.yaml").write_text(TAXONOMY.replace("- name: Closing", "- name: balance"))
    checked = auscult(tmp_path, "taxonomy", "check", "t.yaml")
    assert checked.status == 1
    assert checked.out == (
        "t.yaml:11: topics[0].topics[0].topics[1].name: 'balance' is the name of topics[0].topics[0].topics[0] too; "
        "give each its own\n"
    )
    (tmp_path / "t.yaml").write_text(TAXONOMY)
    right = auscult(tmp_path, "taxonomy", "check", "t.yaml", "starter")
    assert (right.status, right.out.splitlines()[0]) == (0, "t.yaml: tx-bank is right: 1 > 1 > 2 topics")
    told = auscult(tmp_path, "taxonomy", "check", "t.yaml", "--json").last
    assert told == {"file": "t.yaml", "ok": True, "problems": []}


def test_versions_are_published_listed_shown_and_retired(tmp_path: Path) -> None:
    """A changed document is a new version, the same one is not."""
    for number, name in enumerate(("Bank", "Bank", "Other")):
        (tmp_path / "t.yaml").write_text(TAXONOMY.replace("name: Bank", f"name: {name}", 1))
        applied = auscult(tmp_path, "taxonomy", "apply", "t.yaml", *TENANT)
        assert applied.out == f"tx-bank version {max(1, number)} is in force for st-1\n"
    noted = auscult(tmp_path, "taxonomy", "apply", "t.yaml", *TENANT, "--note", "x" * 501)
    assert (noted.status, "500" in noted.err) == (1, True)
    app = ("--app", "st-1")
    listed = auscult(tmp_path, "taxonomy", "list", *app, "--json").lines
    assert [(one["id"], one["version"], one["topics"]) for one in listed] == [("tx-bank", 2, [1, 1, 2])]
    versions = auscult(tmp_path, "taxonomy", "list", "tx-bank", *app, "--json").lines
    assert [one["version"] for one in versions] == [2, 1]
    assert auscult(tmp_path, "taxonomy", "show", "tx-bank", *app, "--version", "1").out == TAXONOMY
    assert auscult(tmp_path, "taxonomy", "retire", "tx-bank", *app).status == 0
    assert auscult(tmp_path, "taxonomy", "list", *app).out == ""
    unknown = auscult(tmp_path, "taxonomy", "show", "tx-9", *app)
    assert (unknown.status, "tx-9" in unknown.err) == (1, True)


def test_the_starter_can_be_read_without_a_database(tmp_path: Path) -> None:
    """What comes along is there to look at, and to copy."""
    (listed,) = auscult(tmp_path, "taxonomy", "list", "--json").lines
    assert (listed["id"], listed["version"]) == ("tx-general", 1)
    assert "id: tx-general" in auscult(tmp_path, "taxonomy", "show", "tx-general").out


def test_scores_with_a_taxonomy_and_without_a_database(tmp_path: Path) -> None:
    """``auscult score --taxonomy``."""
    (tmp_path / "in.ndjson").write_text(json.dumps(conversation("one")) + "\n")
    (tmp_path / "t.yaml").write_text(TAXONOMY)
    insights = auscult(tmp_path, "score", "in.ndjson", "--taxonomy", "t.yaml").last["insights"]
    assert insights["taxonomies"] == ["tx-bank 1"]
    (tree,) = insights["configured_intents"]
    assert tree["topics"][0]["topics"][0]["name"] == "Balance"
    plain = auscult(tmp_path, "score", "in.ndjson").last["insights"]
    assert (plain["configured_intents"], plain["taxonomies"]) == (None, [])
    assert plain["unknown"]["configured_intents"] == "no taxonomy is configured"
    (tmp_path / "t.yaml").write_text(TAXONOMY.replace("id: tx-bank", "id: tx bank"))
    refused = auscult(tmp_path, "score", "in.ndjson", "--taxonomy", "t.yaml")
    assert (refused.status, "t.yaml:1: id:" in refused.err) == (1, True)


def test_check_tries_examples(tmp_path: Path) -> None:
    """Wrong topics are listed with what they should be, counted, and make the exit status; without a file, those in force."""
    (tmp_path / "t.yaml").write_text(TAXONOMY)
    (tmp_path / "in.ndjson").write_text(json.dumps(conversation("one")) + "\n")
    assert auscult(tmp_path, "load", "in.ndjson", *TENANT).status == 0
    assert auscult(tmp_path, "taxonomy", "apply", "t.yaml", *TENANT).status == 0
    with bootstrap.open(read_settings(database_url=f"sqlite:///{tmp_path}/test.db")) as application:
        (tenant,) = application.store.tenants()
        examples = TopicExamples(application.store.within(tenant), lambda: datetime.now(UTC), operator())
        example = NewTopicExample(conversation_id="one", turn_id="m1", wanted="Bank > Accounts > Closing")
        examples.keep([read_taxonomy(TAXONOMY.encode())], example)
    tried = auscult(tmp_path, "taxonomy", "check", "--examples")
    assert (tried.status, tried.out.splitlines()) == (
        1,
        [
            "tx-bank: the topic in one m1 should be Bank > Accounts > Closing, is Bank > Accounts > Balance",
            "tx-bank: 0 of 1 examples right",
        ],
    )
    draft = TAXONOMY.replace("name: Closing", "name: Opening").replace("name: Balance", "name: Closing")
    (tmp_path / "draft.yaml").write_text(draft)
    other = auscult(tmp_path, "taxonomy", "check", "draft.yaml", "--examples", "--app", "st-1", "--json")
    assert (other.status, other.last["right"], other.last["wrong"]) == (0, 1, [])
    assert auscult(tmp_path, "taxonomy", "check").status == 2
