"""Audits that wait for a second look before their agent sees them."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from auscult.domain.disputes.separation import Person
from auscult.server.console.reader import Reader
from auscult.services.disputes.reviewing import ReviewView


class ReleaseRow(Struct, frozen=True, kw_only=True):
    """One audit to release. ``is_mine``: another person releases it."""

    assignment_id: str
    href: str
    about: str
    score: str
    auditor: str
    is_mine: bool


def releases_view(
    found: Sequence[ReviewView], person: Person, names: Mapping[str, str], reader: Reader
) -> tuple[ReleaseRow, ...]:
    """Show audits that wait for a second look, the oldest first. ``names``: of people, by e-mail address."""
    return tuple(_row(each, person, names, reader) for each in found)


def _row(whole: ReviewView, person: Person, names: Mapping[str, str], reader: Reader) -> ReleaseRow:
    result, review = whole.audit.result, whole.review
    is_agent = review.agent_id is not None and review.agent_id in person.agent_ids
    return ReleaseRow(
        assignment_id=review.assignment_id,
        href=f"/console/conversations/{whole.case.conversation.id}",
        about=reader.lately(whole.case.conversation.started_at),
        score="\u2013" if result is None or result.score is None else reader.number(result.score),
        auditor=names.get(review.auditor, review.auditor),
        is_mine=is_agent or person.name == review.auditor,
    )
