"""Two periods whose shares that pass are compared, for tests of pages."""

from datetime import datetime, timedelta

from auscult.domain.insights.changes import Group, change_of, share
from auscult.services.insights.drivers import Compared, FormChange, PassedChange
from auscult.services.insights.quality import Passed

Counted = tuple[int, int]
"""Conversations that were scored, and those that passed."""


def compared(
    until: datetime,
    lengths: tuple[timedelta, timedelta],
    counted: tuple[Counted, Counted],
    groups: tuple[Group, ...] = (),
    forms: tuple[FormChange, ...] = (),
) -> PassedChange:
    """Compare the period that ends at an instant with the one before; the later one is first of each pair."""
    periods = Compared(since=until - lengths[0], until=until, before=lengths[1])
    now, before = (
        Passed(since=span[0], until=span[1], scored=scored, passed=passed)
        for span, (scored, passed) in zip(reversed(periods.spans), counted, strict=True)
    )
    samples = share(before.passed, before.scored), share(now.passed, now.scored)
    change = change_of(*samples, groups)
    return PassedChange(
        figure="pass", compared=periods, samples=samples, before=before, now=now, change=change, forms=forms
    )
