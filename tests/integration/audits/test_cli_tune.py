"""``auscult tune``: thresholds fitted to labels and to audits, and nothing changed by itself."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.cli.audits.tune import tune
from auscult.config import read_settings
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.errors import ConflictError, RequestError
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.services.audits.agreement import Selection, audited_in
from auscult.services.audits.tuning import AuditLabels
from auscult.services.scoring.intake.read import read_file
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.e2e.serving import process
from tests.integration.program import auscult, conversation, write
from tests.scripted_judge import Scripted, scripted_judge

pytestmark = pytest.mark.night

TENANT = Tenant(account_id="a-1", org_id="o-1", app_id="st-1")
FORM = data_of(__file__, "form")
JUDGED = data_of(__file__, "judged")
ASKS = (
    "Is there anything else I can help you with today?",
    "Anything else I can help you with?",
    "Can I help you with anything else?",
    "Is there something else I can help you with?",
)
ASKS_NOT = ("Your balance is twelve dollars.", "Goodbye, have a nice day.", "The parcel is late.", "One moment please.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty calls with labels, and a form whose threshold is far too high."""
    folder = tmp_path_factory.mktemp("tune")
    (folder / "form.yaml").write_text(FORM, encoding="utf-8")
    said = [(f"c-{index:02}", (ASKS + ASKS_NOT)[index % 8]) for index in range(40)]
    write(folder / "calls.ndjson", *(conversation(name, (("agent", words),)) for name, words in said))
    answers = {name: "YES" if words in ASKS else "NO" for name, words in said}
    labels = ({"id": name, "metrics": {"em-more": answer, "em-mor": "NA"}} for name, answer in answers.items())
    write(folder / "labels.ndjson", *labels, {"id": "c-99", "metrics": {"em-more": "NO"}})
    return folder


def test_it_says_what_it_would_change_and_changes_nothing(folder: Path) -> None:
    """Cross-validated, prints what it would change; a new file is written only where one is named."""
    tuned = auscult(folder, "tune", "form.yaml", "--labels", "labels.ndjson", "calls.ndjson", "--write", "new.yaml")
    assert tuned.status == 0
    first, second, last = tuned.out.splitlines()
    assert first.startswith("em-more: kappa 0.")
    assert first.endswith("cross-validated 1.00 over 40 answers (20 NO, 20 YES): change it")
    assert second.split()[:2] == ["0.95", "→"]
    assert last.endswith("1 better when cross-validated over 5 parts; nothing was changed")
    assert "1 labelled, but in none of the files" in tuned.err
    assert "1 threshold changed in new.yaml;" in tuned.err
    assert "labelled, but not on the form: em-mor (did you mean em-more?)" in tuned.err
    assert (folder / "form.yaml").read_text(encoding="utf-8") == FORM
    threshold = second.split()[2]
    written = (folder / "new.yaml").read_text(encoding="utf-8")
    assert written == FORM.replace("0.95", threshold)
    again = auscult(folder, "tune", "new.yaml", "--labels", "labels.ndjson", "calls.ndjson", "--json")
    (metric,) = again.last["metrics"]
    assert (metric["kappa_before"], metric["is_better"], metric["thresholds"][0]["new"]) == (
        1.0,
        False,
        float(threshold),
    )


def test_what_cannot_be_done_is_refused(folder: Path) -> None:
    """Neither or both sources, a metric that there is not, a file that is there."""
    assert auscult(folder, "tune", "form.yaml", "--audits").status == 2
    form, labels = folder / "form.yaml", folder / "labels.ndjson"
    with pytest.raises(RequestError, match=r"did you mean em-more\?"):
        tune(form, [folder / "calls.ndjson"], labels=labels, metric=["em-mroe"])
    with pytest.raises(ConflictError, match="is there already"):
        tune(form, [folder / "calls.ndjson"], labels=labels, write=form)


def test_audits_are_labels_too(folder: Path) -> None:
    """Those submitted with the form, of conversations that were not revised since."""
    url = f"sqlite:///{folder / 'audited.db'}"
    with bootstrap.open(read_settings({}, database_url=url)) as application:
        application.store.ensure(TENANT)
        app = application.store.within(TENANT)
        app.forms.publish("ef-1", FORM.encode())
        calls = list(read_file(folder / "calls.ndjson", "st-1", Limits()))
        process(application, calls, TENANT)
        auditing = application.auditing(TENANT)
        for line in (folder / "labels.ndjson").read_text(encoding="utf-8").splitlines()[:38]:
            label = json.loads(line)
            auditing.assign(label["id"], "Jane")
            auditing.submit(label["id"], [AuditAnswer(metric_id="em-more", answer=label["metrics"]["em-more"])])
        (revised,) = read_file(
            write(folder / "revised.ndjson", conversation("c-00", (("agent", "Hi."),))), "st-1", Limits()
        )
        app.conversations.accept([revised])  # type: ignore[list-item]
        labels = AuditLabels(audited_in(app.audits, Selection(form_id="ef-1")), "ef-1")
        assert (len(list(labels)), labels.revised) == (37, 1)
    tuned = auscult(folder, "tune", "form.yaml", "--audits", "--app", "st-1", "--database", url, "--json")
    assert (tuned.status, tuned.err) == (0, "1 audited, but revised since\n")
    (metric,) = tuned.last["metrics"]
    assert (metric["n"], metric["kappa_cross_validated"], metric["is_better"]) == (37, 1.0, True)


def test_a_judge_learns_how_sure_it_may_be(tmp_path: Path) -> None:
    """It states 93 % and is right in two of three: audits fit that, a version has it, and its verdicts show it."""
    names = [f"c-{index:02}" for index in range(45)]
    calls = write(tmp_path / "calls.ndjson", *(conversation(each, (("agent", "I am so sorry."),)) for each in names))
    later = write(tmp_path / "later.ndjson", conversation("c-new", (("agent", "Sorry!"),)))
    (tmp_path / "judged.yaml").write_text(JUDGED, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'judged.db'}"
    with scripted_judge() as server:
        server.always = Scripted(likely=0.93)
        chosen = {"DATABASE_URL": url, "JUDGE_URL": server.url, "JUDGE_MODEL": "m-1", "JUDGE_SUMMARIES": "none"}

        def run(*words: str | Path) -> str:
            done = auscult(tmp_path, *words, settings={f"AUSCULT_{name}": value for name, value in chosen.items()})
            assert done.status == 0, done.err
            return done.out + done.err

        owner = ("--account", "a-1", "--org", "o-1", "--app", "st-1")
        run("forms", "apply", "judged.yaml", *owner)
        run("load", calls, *owner)
        with bootstrap.open(read_settings({}, database_url=url)) as application:
            app, auditing = application.store.within(TENANT), application.auditing(TENANT)
            for at, name in enumerate(names):
                auditing.assign(name, "Jane")
                auditing.submit(name, [AuditAnswer(metric_id="em-sorry", answer="YES" if at % 3 else "NO")])
            tuned = run("tune", "judged.yaml", "--audits", "--app", "st-1", "--write", "new.yaml")
            assert "judge 1 m-1: 45 answers with a confidence, 30 right; log loss 0.9" in tuned
            assert "the judge's confidence changed in new.yaml" in tuned
            run("forms", "apply", "new.yaml", *owner)
            run("load", later, *owner)
            assert origin(app, "c-01") == (Decimal("0.93"), 0)
            assert origin(app, "c-new") == (Decimal("0.68"), 45)


def origin(app: AppStore, name: str) -> tuple[Decimal | None, int]:
    """The confidence of a conversation's one verdict, and the answers of people that it is fitted to."""
    found = app.audits.case(name)
    assert found
    verdict = found.evaluation.results[0].verdict
    return verdict.confidence, verdict.calibration.answers if verdict.calibration else 0
