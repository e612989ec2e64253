"""Bad cases of audits: what is erased, loaded again, retired or held while it is assigned; a clear answer, nothing lost."""

from datetime import timedelta

import pytest

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import Frame, PlanAuditor, Quota
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.unit.services.audits.drawing import ANN, BOB, FORM, START, desk, plan, planning, scored, talk, talks
from tests.waiting import existing

YES = (AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id="em-bye", answer="NO"))
CONTENT = talks(10)


def first_item(app: AppStore) -> Assigned:
    """Draw one conversation for one auditor."""
    planner = planning(app)
    document = plan(quota=Quota(count=1), auditors=(PlanAuditor(user=ANN, share=100),))
    return planner.draw(planner.create(document, "mia").plan_id, "mia").items[0]


def test_loaded_again_while_it_is_begun(store: Store, app: AppStore) -> None:
    """The draft stays; submitted before and after the new revision is evaluated, it is one audit of what was seen."""
    one = first_item(app).assignment
    name = one.conversation_id or ""
    number = int(name.removeprefix("c-"))
    desk(app).draft(one.assignment_id, ANN, YES[:1])
    app.conversations.accept([talk(number, language="nl", turns=talk(number).turns)])
    waiting = desk(app).draft(one.assignment_id, ANN, YES[1:])
    assert len(waiting.audit.draft.answers) == 2
    scored(store, [talk(number, language="en", custom_fields={"seen": "twice"})])
    done = desk(app).submit(one.assignment_id, ANN)
    assert done.audit.result is not None
    case = existing(app.audits.case(name))
    assert case.audit is not None
    assert done.audit.result.revision == case.evaluation.revision
    assert case.audit.result == done.audit.result


def test_scored_anew_after_it_was_audited(store: Store, app: AppStore) -> None:
    """The audit stays as it was, and says which form version it was made with."""
    one = first_item(app).assignment
    done = desk(app).submit(one.assignment_id, ANN, YES)
    app.forms.publish("ef-1", FORM.replace(b"weight: 60", b"weight: 70"))
    number = int((one.conversation_id or "").removeprefix("c-"))
    scored(store, [talk(number, custom_fields={"again": "yes"})])
    case = existing(app.audits.case(one.conversation_id or ""))
    assert case.audit is not None
    assert case.evaluation.form is not None
    assert case.evaluation.form.version == 2
    assert case.audit.result == done.audit.result
    assert case.audit.result is not None
    assert case.audit.result.form_version == 1


def test_a_form_that_is_retired_while_an_item_is_begun(app: AppStore) -> None:
    """The audit goes on with the version that scored it."""
    one = first_item(app).assignment
    desk(app).open_item(one.assignment_id, ANN)
    app.forms.retire("ef-1")
    done = desk(app).submit(one.assignment_id, ANN, YES)
    assert done.assignment.state == "submitted"


def test_what_is_refused(app: AppStore) -> None:
    """Unknown draws, and searches without a word."""
    planner = planning(app)
    with pytest.raises(RequestError, match="at least one word"):
        planner.create(plan(frame=Frame(since=START, until=START + timedelta(days=1), said="?")), "mia")
    one = first_item(app).assignment
    with pytest.raises(NotFoundError, match="unknown draw"):
        planner.repeat(one.plan_id or "", "dr-none")


def test_an_auditor_who_is_gone_with_work_in_hand(app: AppStore) -> None:
    """What they have begun goes to another auditor, who starts from nothing; the trail names both."""
    one = first_item(app).assignment
    desk(app).draft(one.assignment_id, ANN, YES[:1])
    with pytest.raises(ConflictError, match="only what is not begun can be reassigned"):
        planning(app).reassign(one.assignment_id, BOB, "mia")
    given = planning(app).reassign(one.assignment_id, BOB, "mia", is_gone=True)
    assert (given.assignment.rater, given.assignment.state) == (BOB, "assigned")
    done = desk(app).submit(one.assignment_id, BOB, YES)
    assert done.audit.auditor == BOB
    trail = app.audits.trail(one.conversation_id or "")
    assert [(line.action, line.auditor) for line in trail] == [
        ("assigned", ANN),
        ("reassigned", BOB),
        ("submitted", BOB),
    ]


def test_a_hold_keeps_what_is_audited(app: AppStore) -> None:
    """The audit goes on; erasing is refused until the hold is lifted."""
    one = first_item(app).assignment
    name = one.conversation_id or ""
    hold = app.retention.place("conversation", name, "a dispute", "mia")
    desk(app).submit(one.assignment_id, ANN, YES)
    with pytest.raises(ConflictError, check=lambda error: error.reason == "conversation.held"):
        app.conversations.erase(name)
    app.retention.lift(hold, "mia")
    app.conversations.erase(name)
    assert desk(app).show(one.assignment_id).assignment.state == "erased"
