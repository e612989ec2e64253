"""Evaluations of Amazon Connect, taken in as audits of conversations that are here."""

import json
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from auscult.domain.connectors.run import Order, Run
from auscult.domain.conversation import derive_id
from auscult.domain.delivery.addresses import OPERATOR
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.connectors.connecting import Connectors
from auscult.services.scoring.process import Processing
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.golden.rendering import HERE
from tests.golden.storing import NEVER_ANALYSED
from tests.integration.connectors.placing import document
from tests.integration.working import FORM, conversation
from tests.waiting import existing

MANUAL = Order(kind="manual")
FORMAT = "amazon-connect-evaluations"
METRICS: dict[str, Any] = {"metrics": {"q1": "em-greeting", "q2": None, "q3": None}}
NOW = partial(datetime.now, UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One evaluation, at both of the paths that Amazon writes it to."""
    folder = tmp_path / "in"
    shutil.copytree(HERE / "connectors" / FORMAT, folder)
    (file,) = folder.rglob("*.json")
    shutil.copy(file, folder / "evaluation_ev-1.json")
    return folder


def connectors(app: AppStore, folder: Path, **options: Any) -> Connectors:
    """The connectors of an app, with one that reads the folder."""
    made = Connectors(app, Limits(), NOW, OPERATOR, reports=REPORTS)
    made.apply(document(f"folder:{folder}", format=FORMAT, options=METRICS | options))
    return made


def auditing(app: AppStore) -> Auditing:
    """The audits of an app."""
    return Auditing(app, REPORTS, NOW)


def loaded(store: Store, app: AppStore) -> str:
    """Let the conversation of the evaluation be here, with a form; its id."""
    app.forms.publish("ef-1", FORM)
    name = derive_id(app.tenant.app_id, "c7d1")
    accepted = app.conversations.accept([replace(conversation(name), custom_id="c7d1")])
    processing = Processing(store, NEVER_ANALYSED, REPORTS, NOW)
    finished = existing(processing.evaluate(accepted.batch_id or ""))
    processing.record(finished)
    return name


def outcome(run: Run) -> tuple[str, int, int, int]:
    """State, items read, evaluations taken in, and refusals."""
    return (run.state, run.counts.read, run.counts.audits, run.counts.refused)


def test_an_evaluation_becomes_an_audit_once(store: Store, app: AppStore, folder: Path) -> None:
    """As soon as its conversation is here; at both paths it is one, and read again it changes nothing."""
    made = connectors(app, folder)
    assert outcome(made.run("inbox", MANUAL)) == ("done", 2, 0, 2)
    assert {each.reason for each in app.connectors.refusals("inbox")} == {
        "conversation c7d1 is not here, or not evaluated yet; the next run tries again"
    }
    name = loaded(store, app)
    assert made.check("inbox").counts.audits == 2
    assert outcome(made.run("inbox", MANUAL)) == ("done", 2, 2, 0)
    view = auditing(app).show(name)
    audit = existing(view.case.audit)
    assert audit.result is not None
    assert (audit.auditor, audit.answer_to("em-greeting")) == ("jane", "YES")
    assert audit.result.audited_at == datetime(2026, 3, 24, 7, 59, 29, 52_000, tzinfo=UTC)
    assert [each.comment for each in audit.result.sheet.answers] == ["By first name"]
    assert [(each.action, each.by) for each in view.trail] == [
        ("assigned", "connector inbox"),
        ("submitted", "connector inbox"),
    ]
    assert app.connectors.refusals("inbox") == []
    assert made.run("inbox", MANUAL).counts.known == 2
    repeated = Order(kind="backfill", is_repeated=True)
    assert outcome(made.run("inbox", repeated)) == ("done", 2, 2, 0)
    assert len(auditing(app).show(name).trail) == 2


def test_what_does_not_fit_is_refused_and_an_audit_of_ours_stays(store: Store, app: AppStore, folder: Path) -> None:
    """An answer that the form does not have, a question without a metric, an audit that somebody else works on."""
    (folder / "evaluation_ev-1.json").unlink()
    name = loaded(store, app)
    for metrics, reason in (
        ({"q1": "em-greeting", "q2": None}, "q3"),
        ({"q1": None, "q3": None, "q2": "em-greeting"}, "invalid answer '7' to em-greeting; use YES, NO or NA"),
        (dict.fromkeys(("q1", "q2", "q3")), "not answered yet: em-greeting"),
    ):
        made = connectors(app, folder, metrics=metrics)
        assert outcome(made.run("inbox", Order(kind="backfill", is_repeated=True))) == ("done", 1, 0, 1)
        (refusal,) = app.connectors.refusals("inbox")
        assert refusal.where == "evaluation ev-1"
        assert reason in refusal.reason, refusal.reason
    assert made.run("inbox", MANUAL).counts.known == 1
    auditing(app).assign(name, "Ann")
    made = connectors(app, folder)
    assert outcome(made.run("inbox", Order(kind="backfill", is_repeated=True))) == ("done", 1, 0, 1)
    assert "is assigned to Ann, whose audit counts" in app.connectors.refusals("inbox")[0].reason
    audit = existing(auditing(app).show(name).case.audit)
    assert (audit.auditor, audit.state) == ("Ann", "assigned")


def test_a_run_that_was_killed_between_the_steps_goes_on(store: Store, app: AppStore, folder: Path) -> None:
    """The evaluator's assignment is there; the next run submits it."""
    name = loaded(store, app)
    auditing(app).assign(name, "jane", by="connector inbox")
    assert outcome(connectors(app, folder).run("inbox", MANUAL)) == ("done", 2, 2, 0)
    assert existing(auditing(app).show(name).case.audit).state == "audited"
    file = folder / "later.json"
    shutil.copy(folder / "evaluation_ev-1.json", file)
    changed = json.loads(file.read_text(encoding="utf-8"))
    changed["questions"][0]["answer"] = {"value": "No"}
    file.write_text(json.dumps(changed), encoding="utf-8")
    assert outcome(connectors(app, folder).run("inbox", MANUAL))[2:] == (0, 1)
    assert "was submitted, and stays as it is" in app.connectors.refusals("inbox")[0].reason
