"""The audit fields of the five reports after each step of an audit, as the golden file has them.

    python -m tests.golden.audit_fields

writes ``audit_fields.json`` again; review the difference before committing it.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from auscult.domain.audits.assignment import ByHand
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import PlanAuditor, Quota
from auscult.domain.record import RecordQuery
from auscult.reports import REPORTS, _wires
from auscult.services.audits.desk import Desk
from auscult.services.audits.plans import Planning
from auscult.services.audits.workflow import Auditing
from auscult.storage import Store, migrate, new_secret_key, open_store
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, BOB, FORM, TENANT, plan, scored, talk

GOLDEN = Path(__file__).parent / "audit_fields.json"
HOURS = {
    step: datetime(2026, 4, 1, hour, tzinfo=UTC) for hour, step in enumerate(("by hand", "plan", "again"), start=9)
}
RIGHT = [AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="YES")]
WRONG = [AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="NO")]

Fields = dict[str, Any]


def audit_fields(app: AppStore) -> Fields:
    """Return the fields about audits of the one conversation, by report."""
    found: Fields = {}
    for name in sorted(REPORTS):
        query = RecordQuery(report=name, app_ids=(TENANT.app_id,), since_ms=0, until_ms=10**14)
        rows = [msgspec.json.decode(row) for row in _wires.shown(app.conversations.page(query), "off").rows]
        found[name] = [_about_audits(cast("Fields", row)) for row in rows]
    return found


def _about_audits(row: Fields) -> Fields:
    found = {key: value for key, value in row.items() if "audit" in key.casefold()}
    for key in ("Metrics", "metrics", "koreEvalutionMetrics"):
        if isinstance(row.get(key), list):
            found[key] = [_about_audits(cast("Fields", metric)) for metric in row[key]]
    return found


def steps(store: Store) -> Iterator[tuple[str, Fields]]:
    """Go through every step of audits of one conversation; yield the name of each, and the fields after it."""
    store.ensure(TENANT)
    store.within(TENANT).forms.publish("ef-1", FORM.replace(b"pass_score", b"re_audit: true\npass_score"))
    app = scored(store, [talk(1)])
    by_hand = Auditing(app, REPORTS, lambda: HOURS["by hand"])
    yield "not assigned", audit_fields(app)
    given = by_hand.assign("c-0001", ANN)
    yield "assigned", audit_fields(app)
    Desk(app, REPORTS, lambda: HOURS["by hand"]).decline(given.assignment_id, ANN, code="no_sound")
    yield "declined", audit_fields(app)
    by_hand.assign("c-0001", ANN)
    yield "assigned once more", audit_fields(app)
    by_hand.draft("c-0001", RIGHT[:1])
    yield "drafted", audit_fields(app)
    by_hand.submit("c-0001", WRONG)
    yield "submitted", audit_fields(app)
    desk, planner = Desk(app, REPORTS, lambda: HOURS["plan"]), Planning(app, REPORTS, lambda: HOURS["plan"])
    document = plan(quota=Quota(percent=100), second_share=1.0, auditors=_two())
    first, second = planner.draw(planner.create(document, "mia").plan_id, "mia").items
    yield "drawn by a plan", audit_fields(app)
    desk.submit(second.assignment.assignment_id, second.assignment.rater or "", RIGHT)
    yield "second opinion submitted", audit_fields(app)
    desk.submit(first.assignment.assignment_id, first.assignment.rater or "", RIGHT)
    yield "audit of the plan submitted", audit_fields(app)
    later = Desk(app, REPORTS, lambda: HOURS["again"])
    later.reaudit(first.assignment.assignment_id, first.assignment.rater or "", WRONG)
    yield "audited again", audit_fields(app)
    own = later.review_oneself("c-0001", "agent@example.com", {"a-1"})
    later.submit(own.assignment.assignment_id, "agent@example.com", RIGHT)
    yield "reviewed by the agent", audit_fields(app)
    other = later.assign(ByHand("c-0001", "zoe@example.com", role="second"), "mia")
    later.decline(other.assignment.assignment_id, "zoe@example.com", "No sound.")
    yield "another opinion declined", audit_fields(app)


def _two() -> tuple[PlanAuditor, ...]:
    return PlanAuditor(user=ANN, share=50), PlanAuditor(user=BOB, share=50)


def main() -> None:
    """Write the golden file."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'golden.db'}"
        migrate(url)
        store = open_store(url, new_secret_key())
        found = dict(steps(store))
        store.close()
    GOLDEN.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


if __name__ == "__main__":
    main()
