"""Review policies: when an agent sees an audit, for how long it can be disputed, how often, and who decides."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.domain.stated import between

Release = Literal["at_once", "at", "second_look"]
"""An audit is released when it is submitted, at ``release_at``, or when another person has looked at it."""
ReviewerRule = Literal["other", "same", "named"]
"""Disputes are decided by anyone but the auditor, by the auditor, or by one of ``reviewers``."""

LONGEST_WINDOW_DAYS = 90
MOST_ROUNDS = 10
Days = Annotated[int, between(1, LONGEST_WINDOW_DAYS)]
Rounds = Annotated[int, between(1, MOST_ROUNDS)]


class ReviewPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The rules for what follows a submitted audit.

    ``window_days`` counts from the release, and for another round from the decision before. ``rounds`` is the number
    of disputes of one metric, ``decide_days`` the time to decide each. Without ``disputes`` an agent can only accept.
    """

    disputes: bool = True
    window_days: Days = 14
    rounds: Rounds = 3
    reviewer: ReviewerRule = "other"
    reviewers: tuple[str, ...] = ()
    decide_days: Days = 5
    release: Release = "at_once"
    release_at: datetime | None = None

    @property
    def window(self) -> timedelta:
        """Return the time in which an agent can answer."""
        return timedelta(days=self.window_days)

    @property
    def time_to_decide(self) -> timedelta:
        """Return the time in which a dispute is to be decided."""
        return timedelta(days=self.decide_days)


DEFAULT_POLICY = ReviewPolicy()


def check_policy(policy: ReviewPolicy) -> ReviewPolicy:
    """Return a policy that can be used. Raises ``RequestError`` ``policy.invalid`` with the field."""
    bounds = (
        ("window_days", policy.window_days, LONGEST_WINDOW_DAYS),
        ("rounds", policy.rounds, MOST_ROUNDS),
        ("decide_days", policy.decide_days, LONGEST_WINDOW_DAYS),
    )
    for field, given, most in bounds:
        if not 1 <= given <= most:
            raise _invalid(f"give 1 to {most}", field, given)
    if (policy.reviewer == "named") != bool(policy.reviewers):
        raise _invalid("reviewers are named with reviewer: named, and only then", "reviewers", list(policy.reviewers))
    if (policy.release == "at") != (policy.release_at is not None):
        raise _invalid("release_at is given with release: at, and only then", "release_at", str(policy.release_at))
    if policy.release_at is not None and policy.release_at.tzinfo is None:
        raise _invalid("release_at needs a zone, as in 2026-04-01T09:00:00Z", "release_at", str(policy.release_at))
    return policy


def _invalid(message: str, field: str, value: object) -> RequestError:
    return RequestError(f"invalid {field} {value!r}: {message}", code="policy.invalid", field=field, value=value)
