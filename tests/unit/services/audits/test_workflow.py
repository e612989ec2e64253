"""Audits through the pipeline, on both databases: what reports show of each step, and steps that cross (rules 8, 28)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.audit import Audit, AuditAnswer, AuditChange, AuditMovedError
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.tenancy import Tenant
from auscult.metrics import METRICS
from auscult.reports import REPORTS, _wires
from auscult.reports._contract import ReportRequest
from auscult.services.audits.workflow import Auditing
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.process import Processing
from auscult.services.scoring.rebuild import rebuild
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.waiting import existing

TENANT = Tenant(account_id="ac-1", org_id="o-1", app_id="st-1")
AT = datetime(2026, 3, 24, 9, 30, tzinfo=UTC)
MANUAL = "".join(f"  - {{id: em-{n}, name: Manual {n}, type: manual, weight: 5, question: Well?}}\n" for n in range(8))
FORM = data_of(__file__, "form").encode() + MANUAL.encode()
ALL_YES = [AuditAnswer(metric_id=f"em-{name}", answer="YES") for name in ("hello", "fatal", *range(8))]


def talk(name: str, text: str = "hello") -> Conversation:
    """A conversation of one turn."""
    return Conversation(
        id=name,
        channel="voice",
        started_at=datetime(2026, 3, 23, 10, tzinfo=UTC),
        ended_at=datetime(2026, 3, 23, 10, 1, tzinfo=UTC),
        turns=(Turn("m1", "agent", text, start_ms=0, end_ms=900),),
    )


@pytest.fixture
def app(app: AppStore, store: Store) -> AppStore:
    """An app with one scored conversation."""
    app.forms.publish("ef-1", FORM)
    process(store, talk("c-1"))
    return app


def processing(store: Store) -> Processing:
    """Processing without engines."""
    return Processing(store, Evaluator(METRICS, {}), REPORTS, lambda: AT)


def process(store: Store, *conversations: Conversation, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Take conversations to their end, with something between evaluating and recording them."""
    work = processing(store)
    finished = existing(work.evaluate(store.within(TENANT).conversations.accept(conversations).batch_id or ""))
    meanwhile()
    work.record(finished)


def auditing(app: AppStore) -> Auditing:
    """Audits at a fixed time."""
    return Auditing(app, REPORTS, lambda: AT)


def row(app: AppStore, report: str = "rawdata") -> dict[str, Any]:
    """The row of c-1 in a report."""
    request = ReportRequest(
        path={}, headers={}, query={}, body={"startDate": "2026-03-23", "endDate": "2026-03-23", "limit": 1}
    )
    query = REPORTS[report].query(request, ("st-1",), REPORTS[report].limits)
    page = REPORTS[report].page(request, query, _wires.shown(app.conversations.page(query), "off"))
    return msgspec.json.decode(page)["results"][0]


def standing(app: AppStore) -> tuple[Any, ...]:
    """What the row says of audit and machine."""
    shown = row(app)
    return (
        shown["AuditStatus"],
        shown["AuditScore"],
        shown["auditor"],
        shown["audit_date"],
        shown["koreEvalutionScore"],
    )


def qualifications(app: AppStore, report: str) -> dict[str, str]:
    """The outcome of each metric of c-1 in a report."""
    return {metric["Metric Name"]: metric["Qualification"] for metric in row(app, report)["Metrics"]}


def test_reports_show_each_step(store: Store, app: AppStore) -> None:
    """Rules 8 and 28: at once, and the machine's score is the same throughout; drafts are not shown."""
    audits = auditing(app)
    assert standing(app) == ("Not Assigned", None, None, None, 100)
    audits.assign("c-1", "Jane")
    assert standing(app) == ("Assigned", None, None, None, 100)
    before = row(app)
    audits.draft("c-1", ALL_YES)
    assert row(app) == before
    audits.submit("c-1", [AuditAnswer(metric_id="em-hello", answer="NO")])
    assert standing(app) == ("Audited", 40, "Jane", "2026-03-24 09:30:00", 100)
    assert store.recount() == []


@pytest.mark.parametrize("report", ["scorereporting", "rawdata", "account_rawdata"])
def test_what_only_a_person_can_answer_is_answered_by_the_audit(app: AppStore, report: str) -> None:
    """Rule 1: "-" until the audit is submitted; what the machine answered stays the machine's."""
    audits = auditing(app)
    audits.assign("c-1", "Jane")
    audits.draft("c-1", ALL_YES)
    assert qualifications(app, report) == {"Hello": "YES", "Fatal": "-", **{f"Manual {n}": "-" for n in range(8)}}
    audits.submit("c-1", [AuditAnswer(metric_id="em-hello", answer="NO"), AuditAnswer(metric_id="em-3", answer="NA")])
    expected = {"Hello": "YES", "Fatal": "YES", **{f"Manual {n}": "YES" for n in range(8)}, "Manual 3": "NA"}
    assert qualifications(app, report) == expected


def test_a_fatal_metric_that_a_person_found_not_met(app: AppStore) -> None:
    """Rules 3 and 8: the row counts it, the audit's score is 0, and the machine's stays."""
    audits = auditing(app)
    audits.assign("c-1", "Jane")
    audits.submit("c-1", [*ALL_YES, AuditAnswer(metric_id="em-fatal", answer="NO")])
    assert standing(app)[1] == 0
    shown = row(app)
    assert (shown["koreEvalutionScore"], shown["fatalErrorCount"]) == (100, 1)
    assert [metric["Metric ID"] for metric in shown["Metrics"] if metric["isFatalError"]] == ["em-fatal"]


def test_the_machines_answers_are_taken_where_there_are_none(app: AppStore) -> None:
    """Neither over a draft nor over what is answered now; and not where the machine has none."""
    audits = auditing(app)
    audits.assign("c-1", "Jane")
    audits.draft("c-1", [AuditAnswer(metric_id="em-hello", answer="NO")])
    assert audits.draft("c-1", as_machine=True).draft.answers == (AuditAnswer(metric_id="em-hello", answer="NO"),)
    audits.draft("c-1", [AuditAnswer(metric_id="em-hello", answer="-")])
    assert audits.draft("c-1", as_machine=True).draft.answers == (AuditAnswer(metric_id="em-hello", answer="YES"),)
    with pytest.raises(RequestError) as refused:
        audits.submit("c-1", as_machine=True)
    assert refused.value.value == ["em-fatal", *(f"em-{n}" for n in range(8))]


def test_unknown_conversations(app: AppStore) -> None:
    """One that waits to be evaluated is not known yet."""
    app.conversations.accept([talk("c-2")])
    for name in ("c-2", "c-3"):
        with pytest.raises(NotFoundError, check=lambda error: error.reason == "conversation.unknown"):
            auditing(app).assign(name, "Jane")


def test_answers_of_many_at_once_are_all_kept(app: AppStore) -> None:
    """Eight programs draft an answer each, all at the same time."""
    auditing(app).assign("c-1", "Jane")
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(auditing(app).draft, "c-1", [answer]) for answer in ALL_YES[2:]]:
            done.result()
    audit = existing(auditing(app).show("c-1").case.audit)
    assert [answer.metric_id for answer in audit.draft.answers] == [f"em-{n}" for n in range(8)]


def test_an_audit_that_goes_on_while_its_conversation_is_evaluated_anew(store: Store, app: AppStore) -> None:
    """Rows show both: the new revision, and the audit as it stands now."""
    audits = auditing(app)
    audits.assign("c-1", "Jane")

    def submit() -> Audit:
        return audits.submit("c-1", ALL_YES)

    process(store, talk("c-1", text="goodbye"), meanwhile=submit)
    assert standing(app) == ("Audited", 100, "Jane", "2026-03-24 09:30:00", 0)
    assert store.recount() == []


def test_a_rebuild_shows_the_same(store: Store, app: AppStore) -> None:
    """Audits are not disposable; rows are."""
    audits = auditing(app)
    audits.assign("c-1", "Jane")
    audits.submit("c-1", ALL_YES)
    before = row(app)
    assert rebuild(store, REPORTS, lambda _done, _total: None) == 1
    assert row(app) == before


class Contended:
    """The audits of an app, where somebody else is always quicker."""

    def __init__(self, app: AppStore) -> None:
        """Count the tries."""
        self.app = app
        self.tries = 0

    def case(self, conversation_id: str) -> EvaluatedConversation | None:
        """As it is."""
        return self.app.audits.case(conversation_id)

    def all_of(self, conversation_id: str) -> list[Assigned]:
        """As they are."""
        return self.app.audits.all_of(conversation_id)

    def save(self, change: AuditChange, *_: object) -> None:
        """Too late."""
        self.tries += 1
        raise AuditMovedError(f"the audit of {change.audit.conversation_id} was changed meanwhile")


def test_whoever_is_never_quick_enough_is_told(app: AppStore) -> None:
    """Rather than trying for ever."""

    class Crowded:
        tenant = TENANT
        aliases = app.aliases
        audits = Contended(app)

    with pytest.raises(AuditMovedError):
        Auditing(Crowded(), REPORTS, lambda: AT).assign("c-1", "Jane")  # type: ignore[arg-type]
    assert 1 < Crowded.audits.tries < 100
