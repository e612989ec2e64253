"""Steps of a review, one by one and in random order: statuses of rule 28, windows, rounds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.audits.audit import Audit, AuditAnswer, AuditResult
from auscult.domain.audits.sheet import Sheet
from auscult.domain.disputes import steps
from auscult.domain.disputes.dispute import UNDO, Dispute, Review, ReviewPolicy, check_policy, opened
from auscult.domain.errors import ConflictError, RequestError
from tests.data_files import data_of
from tests.waiting import existing

AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def audit() -> Audit:
    """Return a submitted audit with two answers."""
    answers = (AuditAnswer(metric_id="em-1", answer="NO"), AuditAnswer(metric_id="em-2", answer="YES"))
    result = AuditResult(
        sheet=Sheet(answers=answers),
        revision=1,
        form_id="ef-1",
        form_version=1,
        score=None,
        passed=None,
        fatal_errors=0,
        audited_at=AT,
    )
    return Audit(conversation_id="c-1", assignment_id="as-1", auditor="ann@x", assigned_at=AT, result=result)


def review(**policy: Any) -> Review:
    """Return its review."""
    return opened(audit(), check_policy(ReviewPolicy(**policy)), "a-1")


def disputed(found: Review, at: datetime = AT, metric: str = "em-1") -> tuple[Review, Dispute]:
    """Return the review with one open dispute, and that."""
    change = steps.dispute(found, audit(), metric, "I did.", "agent@x", at)
    return change.review, change.disputes[0]


def test_the_vendors_statuses_in_order() -> None:
    """Audited, Pending Agent Review, Pending Supervisor Review, then Resolved; or Closed after the last round."""
    waiting = review(release="second_look", rounds=2)
    assert waiting.status(AT) == "audited"
    released = existing(steps.release(waiting, "max@x", AT))
    assert released.review.status(AT) == "pending_agent_review"
    accepted = existing(steps.accept(released.review, ["em-2"], "agent@x", AT))
    assert accepted.review.status(AT) == "pending_agent_review"
    found, made = disputed(accepted.review)
    assert found.status(AT) == "pending_supervisor_review"
    agreed = steps.decide(found, made, "accept", "True.", "max@x", AT, after="YES").review
    assert agreed.status(AT) == "pending_agent_review", "the acceptance of the other answer can be undone"
    assert agreed.status(AT + UNDO) == "resolved"
    denied = steps.decide(found, made, "deny", "Not so.", "max@x", AT).review
    assert denied.status(AT + UNDO) == "resolved"
    again, last = disputed(denied)
    assert (again.status(AT), last.round) == ("pending_supervisor_review", 2)
    closed = steps.decide(again, last, "deny", "Still not.", "max@x", AT).review
    assert closed.status(AT + UNDO) == "closed"
    with pytest.raises(ConflictError, check=lambda error: error.reason == "dispute.no_rounds"):
        disputed(closed)


def accepted(*metrics: str, at: datetime = AT) -> Review:
    """Return the review of which the agent accepted these metrics, or all."""
    return existing(steps.accept(review(), metrics, "agent@x", at)).review


def test_an_acceptance_is_final_after_ten_minutes() -> None:
    """Until then the audit is not resolved, and the agent takes it back; after that neither."""
    found = accepted()
    last = AT + UNDO - timedelta(seconds=1)
    assert (found.status(last), found.final_at(last)) == ("pending_agent_review", AT + UNDO)
    assert not found.awaits_agent(last), "nothing is left to answer"
    undone = existing(steps.undo(found, (), "agent@x", last))
    assert [each.status for each in undone.review.metrics] == ["pending", "pending"]
    assert undone.review.awaits_agent(last)
    assert (undone.kinds, undone.entries[0].metrics) == (("acceptance_undone",), ("em-1", "em-2"))
    assert steps.undo(undone.review, (), "agent@x", last) is None, "a repetition changes nothing"
    assert (found.status(AT + UNDO), found.final_at(AT + UNDO)) == ("resolved", None)
    with pytest.raises(ConflictError, check=lambda error: error.reason == "acceptance.final"):
        steps.undo(found, (), "agent@x", AT + UNDO)


def test_one_of_two_acceptances_is_undone() -> None:
    """The named one alone, and without a name those that are not final."""
    both = accepted()
    one = existing(steps.undo(both, ["em-2"], "agent@x", AT))
    assert [each.status for each in one.review.metrics] == ["agent_accepted", "pending"]
    later = existing(steps.accept(accepted("em-1"), ["em-2"], "agent@x", AT + UNDO))
    undone = existing(steps.undo(later.review, (), "agent@x", AT + UNDO))
    assert [each.status for each in undone.review.metrics] == ["agent_accepted", "pending"]
    with pytest.raises(ConflictError):
        steps.undo(later.review, ["em-1", "em-2"], "agent@x", AT + UNDO)


def test_an_acceptance_is_accepted_again_for_ten_minutes() -> None:
    """The time counts from the later acceptance."""
    undone = existing(steps.undo(accepted(), (), "agent@x", AT + UNDO / 2))
    again = existing(steps.accept(undone.review, (), "agent@x", AT + UNDO / 2))
    assert again.review.final_at(AT + UNDO) == AT + UNDO / 2 + UNDO


def test_what_was_accepted_before_there_was_an_undo_is_final() -> None:
    """Stored reviews without the time of the acceptance are resolved, and stay so."""
    old = accepted()
    for each in old.metrics:
        old = old.with_metric(replace(each, accepted_at=None))
    assert old.status(AT) == "resolved"
    with pytest.raises(ConflictError):
        steps.undo(old, (), "agent@x", AT)


def test_a_dispute_after_its_window_is_refused() -> None:
    """An answer is settled when the window ends, and the message names the instant."""
    found = review(window_days=14)
    assert found.status(AT + 14 * DAY) == "pending_agent_review"
    assert found.status(AT + 15 * DAY) == "resolved"
    for act in (lambda at: disputed(found, at), lambda at: steps.accept(found, [], "agent@x", at)):
        act(AT + 14 * DAY)
        with pytest.raises(ConflictError, match="2026-04-15T09:00:00Z") as caught:
            act(AT + 15 * DAY)
        assert caught.value.reason == "review.window_closed"


def test_another_round_has_a_window_of_its_own() -> None:
    """It counts from the decision."""
    found, made = disputed(review(window_days=2), AT + DAY)
    denied = steps.decide(found, made, "deny", "No.", "max@x", AT + 5 * DAY).review
    assert disputed(denied, AT + 7 * DAY)[1].round == 2
    with pytest.raises(ConflictError):
        disputed(denied, AT + 8 * DAY)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda: disputed(review(release="second_look")), "review.not_released"),
        (lambda: disputed(review(release="at", release_at=AT + DAY)), "review.not_released"),
        (lambda: disputed(review(disputes=False)), "dispute.off"),
        (lambda: disputed(disputed(review())[0]), "dispute.open"),
        (lambda: steps.accept(disputed(review())[0], ["em-1"], "agent@x", AT), "dispute.open"),
        (lambda: disputed(review(), metric="em-9"), "metric.unknown"),
        (lambda: steps.dispute(review(), audit(), "em-1", " ", "agent@x", AT), "comment.missing"),
        (lambda: steps.dispute(review(), audit(), "em-1", "x" * 10_001, "agent@x", AT), "comment.too_long"),
        (lambda: steps.dispute(review(), audit(), "em-1", "x", "agent@x", AT, proposed="NO"), "dispute.no_change"),
    ],
)
def test_what_is_refused(act: Any, reason: str) -> None:
    """Each with its reason."""
    with pytest.raises((ConflictError, RequestError), check=lambda error: error.reason == reason):
        act()


def test_a_decision_needs_a_reason_and_an_open_dispute() -> None:
    """The second decision finds the first."""
    found, made = disputed(review())
    with pytest.raises(RequestError, match="a reason is missing"):
        steps.decide(found, made, "deny", "", "max@x", AT)
    decided = steps.decide(found, made, "deny", "No.", "max@x", AT)
    with pytest.raises(ConflictError, check=lambda error: error.reason == "dispute.decided"):
        steps.decide(decided.review, decided.disputes[0], "accept", "Yes.", "eva@x", AT)


def test_a_changed_answer_is_open_again() -> None:
    """Its dispute ends as re-opened; the other metric keeps its state."""
    accepted = existing(steps.accept(review(), ["em-2"], "agent@x", AT))
    found, made = disputed(accepted.review)
    change = steps.reopen(found, ["em-1"], [made], "ann@x", AT + DAY)
    assert [each.state for each in change.disputes] == ["reopened"]
    assert [each.status for each in change.review.metrics] == ["pending", "agent_accepted"]
    assert change.review.ends_at == AT + 15 * DAY
    assert change.review.status(AT + DAY) == "pending_agent_review"


def test_a_withdrawn_dispute_is_an_acceptance() -> None:
    """Nothing changes, and nothing is open."""
    found, made = disputed(review())
    change = steps.withdraw(found, made, "agent@x", AT)
    assert (change.disputes[0].state, change.disputes[0].decided_answer) == ("withdrawn", "NO")
    assert change.review.metrics[0].status == "agent_accepted"


@pytest.mark.parametrize(
    "policy",
    [
        *data_of(__file__, "policies_that_cannot_be_used"),
        {"reviewers": ("eva@x",)},
        {"release_at": AT},
        {"release": "at", "release_at": datetime(2026, 4, 1)},  # noqa: DTZ001  (the fault)
    ],
)
def test_policies_that_cannot_be_used(policy: dict[str, Any]) -> None:
    """Each is refused with its field."""
    with pytest.raises(RequestError, check=lambda error: error.reason == "policy.invalid"):
        check_policy(ReviewPolicy(**policy))


@given(
    st.lists(
        st.tuples(st.sampled_from(["accept", "undo", "dispute", "yes", "no", "withdraw", "reopen"]), st.booleans()),
        max_size=30,
    )
)
def test_no_order_of_steps_breaks_a_review(orders: list[tuple[str, bool]]) -> None:
    """At most one open dispute a metric, never more rounds than the cap, and a status that follows."""
    found, known = review(rounds=2), dict[str, Dispute]()
    at = AT
    for step, is_first in orders:
        at += timedelta(hours=1)
        metric = "em-1" if is_first else "em-2"
        open_ = next((each for each in known.values() if each.is_open and each.metric_id == metric), None)
        try:
            if step == "accept":
                change = steps.accept(found, [metric], "agent@x", at)
            elif step == "undo":
                change = steps.undo(found, [metric], "agent@x", at - timedelta(minutes=55))
            elif step == "dispute":
                change = steps.dispute(found, audit(), metric, "No.", "agent@x", at)
            elif step == "reopen":
                change = steps.reopen(found, [metric], list(known.values()), "ann@x", at)
            elif open_ is None:
                continue
            elif step == "withdraw":
                change = steps.withdraw(found, open_, "agent@x", at)
            else:
                change = steps.decide(
                    found, open_, "accept" if step == "yes" else "deny", "So.", "max@x", at, after="NA"
                )
        except ConflictError:  # also of a dispute that another step has ended
            continue
        if change is None:
            continue
        assert change.review.changes == found.changes + 1
        found = change.review
        known |= {each.dispute_id: each for each in change.disputes}
        opens = [each for each in known.values() if each.is_open]
        assert len({each.metric_id for each in opens}) == len(opens)
        assert (found.status(at) == "pending_supervisor_review") == bool(opens)
        assert all(each.round <= 2 for each in found.metrics)
