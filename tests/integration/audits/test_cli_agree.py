"""``auscult agree``: the machine compared with people."""

import json
from pathlib import Path

import pytest

from tests.data_files import data_of
from tests.integration.program import auscult, conversation, write
from tests.integration.scoring.test_cli_score import FORM

pytestmark = pytest.mark.night

RUDE = (("agent", "What is it?"), ("customer", "My card is lost."), ("agent", "So what."))
SORRY = (*RUDE, ("agent", "Hello? I am sorry."))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three conversations and a form whose verdicts are known."""
    (tmp_path / "form.yaml").write_text(FORM)
    write(tmp_path / "calls.ndjson", conversation("c-1"), conversation("c-2", RUDE), conversation("c-3", SORRY))
    return tmp_path


def label(name: str, hello: str, sorry: str) -> dict[str, object]:
    """One line of labels; the resolution is of no concern here."""
    return {"id": name, "metrics": {"em-hello": [hello, None], "em-sorry": [sorry, None]}, "resolved": "YES"}


@pytest.mark.landing
def test_agreement_of_each_metric(folder: Path) -> None:
    """n, agreement, kappa, base rate and confusion, by hand: one of three wrong on the second metric."""
    write(folder / "labels.ndjson", label("c-1", "YES", "NO"), label("c-2", "NO", "YES"), label("c-3", "YES", "YES"))
    compared = auscult(folder, "agree", "labels.ndjson", "calls.ndjson", "--form", "form.yaml", "--json")
    assert (compared.status, compared.err) == (0, "")
    hello, sorry = (compared.last["metrics"][name] for name in ("em-hello", "em-sorry"))
    assert hello == data_of(__file__, "agreement_of_each_metric")
    assert (sorry["agreement"], sorry["kappa"]) == (0.6667, 0.4)
    assert compared.last["macro_kappa"] == 0.7


def test_labels_without_a_conversation_are_counted_and_named(folder: Path) -> None:
    """What could not be compared is said, and does not count."""
    write(folder / "labels.ndjson", label("c-1", "YES", "NO"), label("c-9", "NO", "NO"))
    compared = auscult(folder, "agree", "labels.ndjson", "calls.ndjson", "--form", "form.yaml", "--json")
    assert compared.last["metrics"]["em-hello"]["n"] == 1
    assert (compared.last["labels"], compared.last["missing"]) == (2, ["c-9"])
    assert "c-9" in compared.err


def test_a_label_of_a_metric_that_no_form_asks_is_named(folder: Path) -> None:
    """A slip in a metric's id would else look like a metric on which nothing is known. A byte order mark does no harm."""
    line = json.dumps({"id": "c-1", "metrics": {"em-hallo": "YES", "em-sorry": "NO"}})
    (folder / "labels.ndjson").write_text(f"\ufeff{line}\r\n", encoding="utf-8")
    compared = auscult(folder, "agree", "labels.ndjson", "calls.ndjson", "--form", "form.yaml", "--json")
    assert compared.status == 0
    assert compared.err == "em-hallo is labelled, but no form asks it; did you mean em-hello?\n"
    assert (compared.last["metrics"]["em-hallo"]["n"], compared.last["metrics"]["em-sorry"]["n"]) == (0, 1)


def test_labels_may_bring_their_conversations(folder: Path) -> None:
    """The shape {"conversation", "gold"} needs no file; short conversations are judged as well."""
    brought = conversation("c-4", SORRY, ended_at="2026-03-23T10:17:56Z")
    write(folder / "labels.ndjson", {"conversation": brought, "gold": label("c-4", "YES", "YES"), "aim": "a trap"})
    compared = auscult(folder, "agree", "labels.ndjson", "--form", "form.yaml", "--json")
    assert compared.status == 0
    assert compared.last["metrics"]["em-sorry"]["confusion"] == {"YES": {"YES": 1}}


@pytest.mark.landing
def test_people_get_a_table(folder: Path) -> None:
    """One line a metric, and the mean of the kappas."""
    write(folder / "labels.ndjson", label("c-1", "YES", "NO"), label("c-2", "NO", "YES"), label("c-3", "YES", "YES"))
    lines = auscult(folder, "agree", "labels.ndjson", "calls.ndjson", "--form", "form.yaml").out.splitlines()
    assert [line.split() for line in lines] == [
        ["metric", "n", "agreement", "kappa", "95", "%", "base", "rate"],
        ["em-hello", "3", "100.0%", "1.00", "-", "66.7%"],
        ["em-sorry", "3", "66.7%", "0.40", "-", "66.7%"],
        ["macro", "kappa", "0.70", "over", "3", "conversations"],
    ]


def test_a_bad_label_is_refused_with_its_line(folder: Path) -> None:
    """Half a comparison misleads."""
    write(folder / "labels.ndjson", label("c-1", "YES", "NO"), label("c-2", "PERHAPS", "NO"))
    refused = auscult(folder, "agree", "labels.ndjson", "calls.ndjson", "--form", "form.yaml", "--json")
    error = json.loads(refused.err)["error"]
    assert (refused.status, refused.out) == (1, "")
    assert (error["line"], error["field"]) == (2, "em-hello")
