"""``auscult agreement``: the machine beside submitted audits, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.errors import AuscultError
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.services.audits.agreement import Selection, agreement_of
from auscult.services.scoring.intake.read import read_file
from tests.data_files import data_of, tuples_of
from tests.databases import database
from tests.e2e.serving import process
from tests.integration.program import Result, auscult, conversation, write

pytestmark = pytest.mark.night

TENANT = Tenant(account_id="a-1", org_id="o-1", app_id="st-1")
FORM = data_of(__file__, "form").encode()
# Conversation: its day in March, what is said, the auditor, and their answers to hello, sorry and tone.
AUDITS = tuples_of(__file__, "audits")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to run commands in, with the keys of the databases."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    """A database of either kind with five audited conversations, and one that is only assigned."""
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    with (
        database(request.param, server, home) as made,
        bootstrap.open(read_settings({"HOME": str(home)}, database_url=made)) as application,
    ):
        application.store.ensure(TENANT)
        app = application.store.within(TENANT)
        app.forms.publish("ef-1", FORM)
        said = {name: (f"2026-03-{day:02}T10:00:00Z", words) for name, (day, words, *_) in AUDITS.items()}
        said["c-6"] = ("2026-03-06T10:00:00Z", "hello")
        documents = [
            conversation(name, (("agent", words),), started_at=start, ended_at=start.replace("10:00", "10:02"))
            for name, (start, words) in said.items()
        ]
        process(application, read(write(home / "calls.ndjson", *documents)), TENANT)
        auditing = application.auditing(TENANT)
        auditing.assign("c-6", "Ali")
        for name, (_, _, auditor, answers) in AUDITS.items():
            auditing.assign(name, auditor)
            auditing.submit(name, given(*answers))
        yield made


def read(file: Path) -> list[Any]:
    """The conversations of a file."""
    return list(read_file(file, "st-1", Limits()))


def given(*answers: str) -> list[AuditAnswer]:
    """Answers to the form's metrics, each with its comment."""
    ids = ("em-hello", "em-sorry", "em-tone")
    return [
        AuditAnswer(metric_id=metric, answer=answer, comment=f"heard {answer}")  # type: ignore[arg-type]
        for metric, answer in zip(ids, answers, strict=True)
    ]


def agreement(url: str, folder: Path, *words: str) -> Result:
    """Run ``auscult agreement`` on the app."""
    settings = {"AUSCULT_DATABASE_URL": url, "HOME": str(folder)}
    return auscult(folder, "agreement", "--app", "st-1", *words, settings=settings)


def test_agreement_with_audits(url: str, home: Path) -> None:
    """Per metric and form raw agreement, kappa, base rate, n and confusion, and the disagreements to read."""
    with bootstrap.open(read_settings({"HOME": str(home)}, database_url=url)) as application:
        found = msgspec.to_builtins(agreement_of(application.store.within(TENANT), Selection(), 3), enc_hook=str)
    (form,) = found["forms"]
    assert (found["audits"], found["unmatched"], form["audits"], form["versions"]) == (5, 0, 5, (1,))
    hello, sorry = form["metrics"]
    assert (hello["id"], hello["n"], hello["agreement"], hello["kappa"]) == ("em-hello", 5, 0.8, 0.5455)
    assert hello["confusion"] == {"NO": {"NO": 1}, "YES": {"NO": 1, "YES": 3}}
    assert (sorry["base_rate"], sorry["differ"]) == (0.6, 1)
    (shown,) = sorry["disagreements"]
    assert (shown["conversation_id"], shown["machine"], shown["answer"]) == ("c-2", "NO", "YES")
    assert (shown["auditor"], shown["comment"], shown["reason"]) == (
        "Jane",
        "heard YES",
        "not found in the agent's turns",
    )
    assert form["passed"]["n"] == form["score"]["n"] == 5
    assert found["interval"] == {"name": "BCa bootstrap", "level": 0.95, "resamples": 2000, "seed": 1960}


def test_people_get_a_table_and_what_to_read(url: str, home: Path) -> None:
    """One line a metric, then both sides of each disagreement; manual metrics have nothing to compare."""
    lines = agreement(url, home, "--disagreements", "1").out.splitlines()
    assert lines[0] == "Bank calls (ef-1, version 1): 5 audits, macro kappa 0.55"
    assert lines[1].split() == ["metric", "n", "agreement", "kappa", "95", "%", "base", "rate"]
    assert [line.split()[:4] for line in lines[2:5]] == [
        ["em-hello", "5", "80.0%", "0.55"],
        ["em-sorry", "5", "80.0%", "0.55"],
        ["passed", "5", "80.0%", "0.55"],
    ]
    assert "  c-2  machine NO, Jane YES: heard YES" in lines
    assert not any("em-tone" in line for line in lines)


def test_programs_get_one_line(url: str, home: Path) -> None:
    """Of those that are asked for."""
    found = agreement(url, home, "--json", "--auditor", "Ali", "--until", "2026-03-05")
    assert (found.status, found.last["audits"], found.last["forms"][0]["id"]) == (0, 1, "ef-1")


def test_only_what_is_asked_for(url: str, home: Path) -> None:
    """By form, version, auditor and start; what cannot be is refused."""
    with bootstrap.open(read_settings({"HOME": str(home)}, database_url=url)) as application:
        app = application.store.within(TENANT)
        instant = datetime(2026, 3, 3, 10, tzinfo=UTC)

        def audits(**only: Any) -> int:
            return agreement_of(app, Selection(**only), 0).audits

        assert (audits(), audits(form_id="ef-1", version=1), audits(auditor="Ali")) == (5, 5, 2)
        assert (audits(since=instant), audits(until=instant), audits(since=instant, auditor="Jane")) == (3, 2, 1)
        assert agreement_of(app, Selection(auditor="nobody"), 5).forms == ()
        for wrong, reason, words in (
            ({"form_id": "ef-2"}, "form.unknown", "ef-2 in this app; did you mean ef-1"),
            ({"form_id": "ef-1", "version": 2}, "form.unknown", "version 2 in this app; its newest version is 1"),
            ({"since": instant, "until": instant - timedelta(days=1)}, "range.reversed", "until lies before since"),
        ):
            with pytest.raises(AuscultError, match=words) as refused:
                audits(**wrong)
            assert refused.value.reason == reason
