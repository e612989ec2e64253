"""What an overturned verdict teaches, on both databases: agreement, ``auscult agree`` and ``auscult tune`` see it."""

from datetime import timedelta
from pathlib import Path

import msgspec

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.people.principal import operator
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.audits.agreement import Selection, agreement_of, audited_in
from auscult.services.audits.labels import compare_labels, read_labels
from auscult.services.audits.tuning import AuditLabels
from auscult.services.audits.workflow import Auditing
from auscult.services.disputes.opening import overturned_labels
from auscult.services.disputes.reviewing import Reviewing
from auscult.storage import Store
from tests.unit.domain.disputes.viewers import agent_of
from tests.unit.services.audits.drawing import ANN, AT, BOB, scored, talk


def test_an_overturned_verdict_is_a_labelled_example(store: Store, tmp_path: Path) -> None:
    """Before, auditor and machine differ on the greeting; after the decision they agree, and a label says why."""
    app = scored(store, [talk(1)])
    auditing = Auditing(app, REPORTS, lambda: AT)
    audit = auditing.assign("c-0001", ANN)
    auditing.submit("c-0001", [AuditAnswer(metric_id="em-hello", answer="NO")], as_machine=True)
    found = agreement_of(app, Selection(form_id="ef-1"), 5).forms[0].metrics[0]
    assert (found.id, found.agreement, found.overturned) == ("em-hello", 0.0, 0)
    agent, reviewer = (
        Reviewing(app, REPORTS, lambda: AT + timedelta(hours=1), each) for each in (agent_of("a-1"), operator(BOB))
    )
    made = agent.dispute(audit.assignment_id, "em-hello", "I said hello.")
    reviewer.decide(made.dispute_id, "accept", "True.")
    found = agreement_of(app, Selection(form_id="ef-1"), 5).forms[0].metrics[0]
    assert (found.agreement, found.overturned) == (1.0, 1)
    labelled = list(AuditLabels(audited_in(app.audits, Selection(form_id="ef-1")), "ef-1"))
    assert labelled[0].answers["em-hello"] == "YES"
    file = tmp_path / "labels.ndjson"
    file.write_bytes(msgspec.json.Encoder().encode_lines(list(overturned_labels(app, with_conversations=True))))
    labels = read_labels(file, Limits())
    assert labels.answers == {"c-0001": {"em-hello": "YES"}}
    assert [each.id for each in labels.conversations] == ["c-0001"]
    case = app.audits.case("c-0001")
    assert case is not None
    assert compare_labels(labels, [case.evaluation]).report.metrics["em-hello"].agreement == 1.0
