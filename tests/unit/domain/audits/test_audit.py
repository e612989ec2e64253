"""Audits: assigned, drafted, submitted, and what they come to (rules 8 and 28)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.audits.audit import (
    LONGEST_COMMENT,
    Audit,
    AuditAnswer,
    AuditChange,
    Sheet,
    assign,
    assignment_id_of,
    draft,
    machine_answers,
    results_of,
    state_of,
    submit,
    unanswered,
)
from auscult.domain.errors import ConflictError, RequestError
from auscult.domain.evaluation import Evaluation, MetricResult, Qualification, score
from auscult.domain.form import Form, Metric
from tests.strategies import cited, evaluation_of
from tests.waiting import existing

AT = datetime(2026, 3, 23, 12, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
GREETING = Metric(id="em-greeting", name="Greeting", type="by_question", weight=Decimal(60))
SIGN_OFF = Metric(id="em-signoff", name="Sign-off", type="by_question", weight=Decimal(30), negative_weight=Decimal(20))
TONE = Metric(id="em-tone", name="Tone", type="manual", weight=Decimal(10))
NOTE = Metric(id="em-note", name="Note", type="manual")
FORM = Form(
    id="ef-1",
    name="Form",
    channel="voice",
    scoring="points",
    pass_score=Decimal(70),
    metrics=(GREETING, SIGN_OFF, TONE, NOTE),
)


def evaluated(form: Form | None = FORM, *answers: Qualification) -> Evaluation:
    """What the machine decided."""
    given = answers or ("YES", "NO", "-", "-")
    return evaluation_of(
        revision=3,
        form=form,
        status="evaluated" if form else "not_evaluated",
        score=Decimal(44),
        passed=False,
        results=tuple(
            MetricResult(metric=metric, verdict=cited(answer))
            for metric, answer in zip(form.metrics if form else (), given, strict=False)
        ),
        evaluated_at=AT,
    )


def sheet(comment: str = "", **answers: Qualification) -> Sheet:
    """Answers by the metric's id without its em-."""
    return Sheet(
        answers=tuple(AuditAnswer(metric_id=f"em-{name}", answer=answer) for name, answer in answers.items()),
        comment=comment,
    )


def assigned(evaluation: Evaluation | None = None) -> Audit:
    """An audit that Jane has before her."""
    return existing(assign(None, evaluation or evaluated(), "Jane", "Max", AT)).audit


def after(change: AuditChange | None) -> Audit:
    """The audit after a step that changes something."""
    assert change is not None
    return change.audit


FULL = sheet(greeting="YES", signoff="NO", tone="YES")


class TestAssign:
    """Not Assigned becomes Assigned."""

    def test_it_is_told_in_the_trail(self) -> None:
        """Rule 28: who gave it to whom, and when."""
        change = existing(assign(None, evaluated(), " Jane ", "Max", AT))
        assert change.audit == Audit(
            conversation_id="c-1", assignment_id=assignment_id_of("c-1"), auditor="Jane", assigned_at=AT
        )
        assert change.entry is not None
        entry = change.entry
        assert (entry.action, entry.auditor, entry.by, entry.at) == ("assigned", "Jane", "Max", AT)
        assert (state_of(None), state_of(change.audit)) == ("not_assigned", "assigned")

    def test_to_the_same_changes_nothing(self) -> None:
        """Twice is once."""
        assert assign(assigned(), evaluated(), "Jane", "Max", LATER) is None

    def test_another_starts_anew(self) -> None:
        """What one drafted is not shown to the next."""
        audit = after(draft(assigned(), evaluated(), sheet(greeting="YES"), AT))
        change = existing(assign(audit, evaluated(), "Ali", "Max", LATER))
        assert (change.audit.auditor, change.audit.assigned_at, change.audit.draft) == ("Ali", LATER, Sheet())
        assert change.entry is not None
        assert change.entry.action == "reassigned"
        assert change.audit.changes == audit.changes + 1

    @pytest.mark.parametrize("name", ["", "  ", "a" * 201, "two\nlines", "nul\0"])
    def test_a_name_is_one_line(self, name: str) -> None:
        """It is shown in reports."""
        with pytest.raises(RequestError, check=lambda error: error.reason == "auditor.invalid"):
            assign(None, evaluated(), name, "Max", AT)

    def test_without_a_form_there_is_nothing_to_audit(self) -> None:
        """A conversation that no form is for."""
        with pytest.raises(ConflictError, check=lambda error: error.reason == "audit.no_form"):
            assign(None, evaluated(None), "Jane", "Max", AT)


class TestDraft:
    """Drafts change nothing that anybody else sees."""

    def test_it_is_told_to_nobody(self) -> None:
        """No line in the trail, no other state, no result."""
        change = existing(draft(assigned(), evaluated(), sheet(greeting="NO"), AT))
        assert change.entry is None
        assert (change.audit.state, change.audit.result) == ("assigned", None)
        assert change.audit.answer_to("em-greeting") == "-"

    def test_the_later_answer_counts_and_can_be_taken_back(self) -> None:
        """In the form's order."""
        audit = after(draft(assigned(), evaluated(), sheet("first", tone="YES", greeting="NO"), AT))
        audit = after(draft(audit, evaluated(), sheet(greeting="YES", signoff="NA"), AT))
        assert audit.draft == sheet("first", greeting="YES", signoff="NA", tone="YES")
        audit = after(draft(audit, evaluated(), sheet("second", signoff="-"), AT))
        assert audit.draft == sheet("second", greeting="YES", tone="YES")
        assert draft(audit, evaluated(), sheet(greeting="YES"), AT) is None

    def test_unknown_metrics_are_refused(self) -> None:
        """With those that there are."""
        with pytest.raises(RequestError) as refused:
            draft(assigned(), evaluated(), sheet(greting="YES"), AT)
        assert (refused.value.reason, refused.value.value) == ("metric.unknown", "em-greting")
        assert "em-greeting" in refused.value.message

    def test_what_the_form_no_longer_asks_is_dropped(self) -> None:
        """Rule 7: the conversation was scored again with a new version meanwhile."""
        audit = after(draft(assigned(), evaluated(), FULL, AT))
        shorter = Form(id="ef-1", name="Form", channel="voice", version=2, metrics=(GREETING, TONE))
        assert after(draft(audit, evaluated(shorter), sheet("x"), AT)).draft == sheet("x", greeting="YES", tone="YES")

    def test_comments_have_an_end(self) -> None:
        """Of the whole and of each answer."""
        long = "x" * (LONGEST_COMMENT + 1)
        for wordy in (
            Sheet(comment=long),
            Sheet(answers=(AuditAnswer(metric_id="em-tone", answer="NO", comment=long),)),
        ):
            with pytest.raises(RequestError, check=lambda error: error.reason == "comment.too_long"):
                draft(assigned(), evaluated(), wordy, AT)


class TestSubmit:
    """Assigned becomes Audited."""

    def test_its_score_is_of_the_same_formula(self) -> None:
        """Rules 2, 5 and 8: manual metrics included: (60 - 20 + 10) / 100."""
        change = existing(submit(assigned(), evaluated(), FULL, "Jane", LATER))
        result = existing(change.audit.result)
        assert (result.score, result.passed, result.fatal_errors, result.audited_at) == (50, False, 0, LATER)
        assert (result.form_id, result.form_version, result.revision) == ("ef-1", 1, 3)
        assert change.audit.state == "audited"
        assert change.audit.answer_to("em-tone") == "YES"
        assert change.audit.answer_to("em-note") == "-"

    def test_the_trail_counts(self) -> None:
        """Rule 28: what was met, not met, and does not apply."""
        change = submit(assigned(), evaluated(), sheet(greeting="YES", signoff="NO", tone="NA", note="NO"), "Max", AT)
        assert change is not None
        entry = existing(change.entry)
        assert (entry.action, entry.auditor, entry.by) == ("submitted", "Jane", "Max")
        assert (entry.adhered, entry.not_adhered, entry.not_applicable) == (1, 2, 1)
        assert entry.result == change.audit.result

    def test_the_draft_counts(self) -> None:
        """And what is answered now goes before it."""
        audit = after(draft(assigned(), evaluated(), sheet("well", greeting="NO", signoff="YES", tone="YES"), AT))
        audit = after(submit(audit, evaluated(), sheet(greeting="YES"), "Jane", LATER))
        assert audit.result is not None
        assert audit.result.sheet == sheet("well", greeting="YES", signoff="YES", tone="YES")
        assert (audit.result.score, audit.result.passed, audit.draft) == (100, True, Sheet())

    def test_every_metric_that_counts_must_be_answered(self) -> None:
        """The ones that are not are named; one without weight may be left."""
        with pytest.raises(RequestError) as refused:
            submit(assigned(), evaluated(), sheet(signoff="YES", note="YES"), "Jane", AT)
        assert (refused.value.reason, refused.value.value) == ("audit.incomplete", ["em-greeting", "em-tone"])
        fatal = Metric(id="em-fatal", name="Fatal", type="manual", fatal=True)
        costly = Metric(id="em-costly", name="Costly", type="manual", negative_weight=Decimal(1))
        form = Form(id="ef-1", name="Form", channel="voice", metrics=(fatal, costly, NOTE))
        assert unanswered(form, Sheet()) == ("em-fatal", "em-costly")

    def test_a_fatal_metric_that_is_not_met(self) -> None:
        """Rules 3 and 8: the audit's score is 0, and not passed."""
        form = Form(
            id="ef-1",
            name="Form",
            channel="voice",
            metrics=(GREETING, Metric(id="em-tone", name="Tone", type="manual", weight=Decimal(40), fatal=True)),
        )
        evaluation = evaluated(form, "YES", "-")
        audit = after(submit(assigned(evaluation), evaluation, sheet(greeting="YES", tone="NO"), "Jane", AT))
        assert audit.result is not None
        assert (audit.result.score, audit.result.passed, audit.result.fatal_errors) == (0, False, 1)

    def test_the_same_again_changes_nothing_and_another_is_refused(self) -> None:
        """Twice is once; and what was submitted stays."""
        audit = after(submit(assigned(), evaluated(), FULL, "Jane", AT))
        assert submit(audit, evaluated(), FULL, "Jane", LATER) is None
        for step in (
            lambda: submit(audit, evaluated(), sheet(greeting="NO"), "Jane", LATER),
            lambda: draft(audit, evaluated(), sheet(greeting="NO"), AT),
            lambda: assign(audit, evaluated(), "Ali", "Max", LATER),
        ):
            with pytest.raises(ConflictError, check=lambda error: error.reason == "audit.finished"):
                step()

    def test_nobody_submits_what_is_not_assigned(self) -> None:
        """Nor drafts it."""
        for step in (
            lambda: submit(None, evaluated(), FULL, "Jane", AT),
            lambda: draft(None, evaluated(), FULL, AT),
        ):
            with pytest.raises(ConflictError, check=lambda error: error.reason == "audit.not_assigned"):
                step()


def test_the_machines_answers_are_a_start() -> None:
    """Without those that only a person can give."""
    assert machine_answers(evaluated()) == sheet(greeting="YES", signoff="NO").answers


ANSWERS = st.sampled_from(["YES", "NO", "NA", "-"])


@given(
    weights=st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 20), st.booleans(), st.sampled_from(["yes", "no"]), ANSWERS),
        max_size=6,
    )
)
def test_an_audit_is_scored_as_the_machine_would_be(
    weights: list[tuple[int, int, bool, str, Qualification]],
) -> None:
    """Rule 8: whatever is answered, the score is rule 2's over those answers; and what counts is never left out."""
    metrics = tuple(
        Metric(
            id=f"em-{at}",
            name=f"M{at}",
            type="manual",
            weight=Decimal(weight),
            negative_weight=Decimal(negative),
            fatal=fatal,
            correct_answer=correct,  # type: ignore[arg-type]
        )
        for at, (weight, negative, fatal, correct, _) in enumerate(weights)
    )
    form = Form(id="ef-1", name="Form", channel="voice", metrics=metrics)
    given = Sheet(
        answers=tuple(
            AuditAnswer(metric_id=metric.id, answer=one[-1]) for metric, one in zip(metrics, weights, strict=True)
        )
    )
    results = tuple(
        MetricResult(metric=metric, verdict=cited(one[-1])) for metric, one in zip(metrics, weights, strict=True)
    )
    evaluation = evaluated(form, *("-" for _ in metrics))
    left = [
        metric.id
        for metric, one in zip(metrics, weights, strict=True)
        if one[-1] == "-" and (metric.weight or metric.negative_weight or metric.fatal)
    ]
    if left:
        with pytest.raises(RequestError) as refused:
            submit(assigned(evaluation), evaluation, given, "Jane", AT)
        assert (refused.value.reason, refused.value.value) == ("audit.incomplete", left)
        return
    audit = after(submit(assigned(evaluation), evaluation, given, "Jane", AT))
    assert audit.result is not None
    assert audit.result.score == score(results, form)
    assert [each.verdict.qualification for each in results_of(form, audit.result.sheet)] == [one[-1] for one in weights]
