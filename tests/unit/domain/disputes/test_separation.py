"""Separation of duties, over random people, roles and policies."""

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.disputes.dispute import (
    Dispute,
    Review,
    ReviewerRule,
    ReviewPolicy,
    check_answerer,
    check_second_look,
    may_decide,
)
from auscult.domain.errors import AccessError
from auscult.domain.people.principal import Principal
from tests.unit.domain.disputes.viewers import agent_of

AT = datetime(2026, 4, 1, tzinfo=UTC)
NAMES = st.sampled_from(["ann@x", "bob@x", "cleo@x", "dan@x"])
AGENTS = st.sampled_from(["a-1", "a-2", "a-3"])
PEOPLE = st.builds(lambda name, agents: agent_of(*agents, name=name), NAMES, st.frozensets(AGENTS, max_size=2))
RULES: st.SearchStrategy[ReviewerRule] = st.sampled_from(["other", "same", "named"])


def review(rule: ReviewerRule, reviewers: tuple[str, ...], auditor: str, agent: str | None) -> Review:
    """Return a released review."""
    return Review(
        assignment_id="as-1",
        conversation_id="c-1",
        agent_id=agent,
        auditor=auditor,
        policy=ReviewPolicy(reviewer=rule, reviewers=reviewers if rule == "named" else ()),
        submitted_at=AT,
        released_at=AT,
        metrics=(),
    )


def test_the_name_of_a_hidden_auditor_is_in_no_part() -> None:
    """Neither as the auditor's nor as that of who decided; another decider is named, and others see both."""
    mine, decided = (
        agent_of("a-1", name="lee@x"),
        replace(dispute("lee@x", "ann@x"), agent_id="a-1", decided_by="ann@x"),
    )
    seen = decided.hidden_from(mine, ("auditor",))
    assert (seen.auditor, seen.decided_by) == (None, None)
    assert replace(decided, decided_by="bob@x").hidden_from(mine, ("auditor",)).decided_by == "bob@x"
    assert decided.hidden_from(agent_of(name="bob@x"), ("auditor",)) == decided


def dispute(raised_by: str, auditor: str) -> Dispute:
    """Return an open dispute."""
    return Dispute(
        dispute_id="di-1",
        assignment_id="as-1",
        conversation_id="c-1",
        metric_id="em-1",
        round=1,
        state="open",
        form_id="ef-1",
        form_version=1,
        auditor=auditor,
        raised_by=raised_by,
        raised_at=AT,
        due_at=AT,
        comment="no",
        answer="NO",
        queue="",
        agent_id=None,
        proposed=None,
        decided_by=None,
        decided_at=None,
        reason="",
        decided_answer=None,
    )


def refusal(check: Callable[[], None]) -> str | None:
    """Return the reason for which a check refuses, None where it does not."""
    try:
        check()
    except AccessError as error:
        return error.reason
    return None


@given(
    rule=RULES,
    reviewers=st.lists(NAMES, min_size=1, max_size=2, unique=True).map(tuple),
    auditor=NAMES,
    agent=st.none() | AGENTS,
    raised_by=NAMES,
    person=PEOPLE,
)
def test_nobody_decides_about_themselves(  # noqa: PLR0913, PLR0917  (all that roles consist of)
    rule: ReviewerRule, reviewers: tuple[str, ...], auditor: str, agent: str | None, raised_by: str, person: Principal
) -> None:
    """Whoever may decide is not the agent, did not raise it, audited it only if the policy says so, and is named if any is."""
    found = review(rule, reviewers, auditor, agent)
    is_agent = agent is not None and agent in person.agent_ids
    is_free = not is_agent and person.name != raised_by
    right = {
        "other": person.name != auditor,
        "same": person.name == auditor,
        "named": person.name in reviewers,
    }[rule]
    assert may_decide(found, dispute(raised_by, auditor), person) == (is_free and right)


@given(auditor=NAMES, agent=st.none() | AGENTS, person=PEOPLE)
def test_a_second_look_is_another_persons(auditor: str, agent: str | None, person: Principal) -> None:
    """Neither the auditor nor the agent releases an audit."""
    is_refused = person.name == auditor or (agent is not None and agent in person.agent_ids)
    assert refusal(lambda: check_second_look(review("other", (), auditor, agent), person)) == (
        "release.own_audit" if is_refused else None
    )


@given(auditor=NAMES, agent=st.none() | AGENTS, person=PEOPLE, represents=st.booleans())
def test_only_the_agent_or_a_supervisor_answers(
    auditor: str, agent: str | None, person: Principal, represents: bool
) -> None:
    """The agent answers; others only where they represent the agent and did not audit."""
    is_agent = agent is not None and agent in person.agent_ids
    allowed = is_agent or (represents and person.name != auditor)
    found = review("other", (), auditor, agent)
    assert refusal(lambda: check_answerer(found, person, represents=represents)) == (
        None if allowed else "dispute.not_yours"
    )
