"""Assignments: the audit that reports show, and the steps of a rater."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.audits.assignment import Assignment, Shown, begin, decline, effective_of, reassign
from auscult.domain.errors import AccessError, ConflictError, RequestError

AT = datetime(2026, 4, 1, tzinfo=UTC)


def assignment(**changes: object) -> Assignment:
    """Return an assignment of Ann's."""
    made: dict[str, object] = {
        "assignment_id": "as-1",
        "conversation_id": "c-1",
        "rater": "ann@x",
        "state": "assigned",
        "created_at": AT,
    }
    return Assignment(**made | changes)  # type: ignore[arg-type]


shown = st.lists(
    st.tuples(
        st.sampled_from(["audit", "second", "calibration", "self"]), st.integers(0, 1), st.none() | st.integers(0, 9)
    ),
    max_size=6,
)


@given(shown)
def test_the_effective_audit(made: list[tuple[str, int, int | None]]) -> None:
    """The proper audit of the whole that was submitted last; while none is, the one that was assigned first."""
    audits = [
        Shown(f"as-{n}", role, segment, None if hour is None else AT + timedelta(hours=hour))  # type: ignore[arg-type]
        for n, (role, segment, hour) in enumerate(made)
    ]
    found = effective_of(audits)
    proper = [one for one in audits if one.role == "audit" and one.segment == 0]
    submitted = [one for one in proper if one.submitted_at]
    if not proper:
        assert found is None
    elif not submitted:
        assert found == proper[0].assignment_id
    else:
        chosen = next(one for one in submitted if one.assignment_id == found)
        assert all(one.submitted_at is not None and one.submitted_at <= AT + timedelta(hours=9) for one in submitted)
        assert chosen.submitted_at == max(one.submitted_at or AT for one in submitted)


def test_an_item_is_begun_once_and_by_its_rater() -> None:
    """Beginning again changes nothing; another rater is refused; an open one goes to the first who begins it."""
    begun = begin(assignment(), "ann@x", AT)
    assert (begun.state, begun.begun_at) == ("begun", AT)
    assert begin(begun, "ann@x", AT + timedelta(hours=1)) == begun
    with pytest.raises(AccessError):
        begin(assignment(), "bob@x", AT)
    assert begin(assignment(rater=None, state="open"), "bob@x", AT).rater == "bob@x"


@pytest.mark.parametrize("state", ["submitted", "declined", "erased"])
def test_what_has_ended_stays(state: str) -> None:
    """It is neither begun, declined nor reassigned."""
    ended = assignment(state=state)
    with pytest.raises(ConflictError):
        begin(ended, "ann@x", AT)
    with pytest.raises(ConflictError):
        decline(ended, "ann@x", "no sound", AT)
    with pytest.raises(ConflictError):
        reassign(ended, "bob@x")


def test_declining_needs_a_reason() -> None:
    """Which is kept."""
    declined = decline(assignment(state="begun"), "ann@x", " no sound ", AT)
    assert (declined.state, declined.reason, declined.ended_at) == ("declined", "no sound", AT)
    for reason in ("", " ", "x" * 10_001):
        with pytest.raises(RequestError):
            decline(assignment(), "ann@x", reason, AT)


def test_only_what_is_not_begun_is_reassigned() -> None:
    """To anyone."""
    assert reassign(assignment(), "bob@x").rater == "bob@x"
    with pytest.raises(ConflictError, match="begun"):
        reassign(assignment(state="begun"), "bob@x")
