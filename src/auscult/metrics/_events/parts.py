"""Parts of a metric that are scored one by one: their shares, and their display."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, Part, Qualification
from auscult.metrics._finding.language import Problem

WHOLE = Decimal(100)
_MAX_DECIMALS = 4


def share_problems(whole: str, shares: Mapping[str, Decimal]) -> Iterator[Problem]:
    """Yield the faults in the shares of a whole, by their fields: each above 0, all together exactly 100 percent."""
    for field, share in shares.items():
        if not 0 < share <= WHOLE or share != round(share, _MAX_DECIMALS):
            yield field, coded("{value} must be above 0 and at most 100 percent, with at most 4 decimals", value=share)
    total = sum(shares.values(), Decimal(0))
    if total != WHOLE:
        yield whole, coded("total {n}; they must total exactly 100 percent", n=total)


def part(  # noqa: PLR0913, PLR0917 what a part is made of
    identity: str,
    name: str,
    share: Decimal,
    answer: Qualification,
    evidence: tuple[Evidence, ...] = (),
    reason: str = "",
) -> Part:
    """Make a part that takes the same share of the metric's weight and of its negative weight."""
    return Part(
        id=identity,
        name=name,
        qualification=answer,
        weight=share,
        negative_weight=share,
        evidence=evidence,
        reason=reason,
    )
