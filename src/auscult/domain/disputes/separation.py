"""Separation of duties: who may decide a dispute, release an audit, and answer for an agent."""

from collections.abc import Iterable

from msgspec import Struct

from auscult.domain.disputes.review import Dispute, Review
from auscult.domain.errors import AccessError


class Person(Struct, frozen=True, kw_only=True):
    """A caller as the rules see them: their name in trails, and the agents that they are."""

    name: str
    agent_ids: frozenset[str] = frozenset()


def check_reviewer(review: Review, dispute: Dispute, person: Person) -> None:
    """Refuse a person who must not decide a dispute.

    No person decides about their own conversation or their own dispute, and an auditor about their own audit only where
    the policy allows it. Raises ``AccessError`` ``dispute.own_conversation``, ``dispute.own_dispute``,
    ``dispute.own_audit``, ``dispute.not_reviewer``.
    """
    if review.agent_id is not None and review.agent_id in person.agent_ids:
        raise _refused("it is about their own conversation", "dispute.own_conversation", dispute)
    if person.name == dispute.raised_by:
        raise _refused("they raised it", "dispute.own_dispute", dispute)
    rule, is_auditor = review.policy.reviewer, person.name == review.auditor
    if is_auditor and rule != "same" and not (rule == "named" and person.name in review.policy.reviewers):
        raise _refused("it is about their own audit", "dispute.own_audit", dispute)
    named = designated(review)
    if named and person.name not in named:
        raise _refused(f"it is for {', '.join(named)} to decide", "dispute.not_reviewer", dispute)


def may_decide(review: Review, dispute: Dispute, person: Person) -> bool:
    """Return whether a person may decide a dispute, as far as duties are separated."""
    try:
        check_reviewer(review, dispute, person)
    except AccessError:
        return False
    return True


def designated(review: Review) -> tuple[str, ...]:
    """Return who decides the disputes of a review; empty where anyone may who has the permission."""
    if review.policy.reviewer == "same":
        return (review.auditor,)
    return review.policy.reviewers if review.policy.reviewer == "named" else ()


def check_second_look(review: Review, person: Person) -> None:
    """Refuse the auditor and the agent as those who release an audit. Raises ``AccessError`` ``release.own_audit``."""
    is_agent = review.agent_id is not None and review.agent_id in person.agent_ids
    if is_agent or person.name == review.auditor:
        raise AccessError(
            f"the audit of assignment {review.assignment_id} is released after a second look, and"
            f" {person.name} {'was judged in it' if is_agent else 'made it'}; another person releases it",
            code="release.own_audit",
            field="assignment_id",
            value=review.assignment_id,
        )


def check_answerer(review: Review, person: Person, *, represents: bool) -> None:
    """Refuse who may not answer for the agent of an audit: another agent, or the auditor.

    ``represents``: they reach the conversation otherwise than as an agent, as a supervisor does.
    Raises ``AccessError`` ``dispute.not_yours``.
    """
    is_agent = review.agent_id is not None and review.agent_id in person.agent_ids
    if is_agent:
        return
    if not represents or person.name == review.auditor:
        raise AccessError(
            f"the audit of assignment {review.assignment_id} is about another agent, who answers it; or a supervisor"
            " who did not make it",
            code="dispute.not_yours",
            field="assignment_id",
            value=review.assignment_id,
        )


def eligible(review: Review, dispute: Dispute, people: Iterable[Person]) -> tuple[Person, ...]:
    """Return those who may decide a dispute."""
    return tuple(person for person in people if may_decide(review, dispute, person))


def _refused(why: str, code: str, dispute: Dispute) -> AccessError:
    return AccessError(
        f"another person decides dispute {dispute.dispute_id}: {why}",
        code=code,
        field="dispute_id",
        value=dispute.dispute_id,
    )
