"""Points for and against a request being met.

They were fitted on labelled conversations and rounded (docs/reference/analyzers.md).
"""

from auscult.analyzers.outcome._turn_indexes import TurnIndexes

ENOUGH = 4
"""Points from which on a request counts as met."""


def points(indexes: TurnIndexes) -> int:
    """Return the points for the request being met, less those against."""
    if not indexes.is_answered:
        return -10
    last_met, last_refused = indexes.last("met"), indexes.last("refused")
    total = 11 * min(len(indexes.met), 3) + 5 * min(len(indexes.informed), 2) - 7 * min(len(indexes.refused), 3)
    total += 9 * (last_met > last_refused) - 8 * (last_refused > last_met)
    total += 9 * indexes.ends_agreed + 7 * _agrees_to_a_way_forward(indexes)
    total += 7 * (indexes.last("pleased") > last_refused) + 10 * indexes.is_closed
    total -= 12 * (indexes.last("protests") > max(last_met, indexes.last("pleased"), 0))
    return total - 20 * indexes.is_cut_off - 15 * indexes.is_left - 6 * indexes.is_left_open


def _agrees_to_a_way_forward(indexes: TurnIndexes) -> bool:
    """Return whether the customer agrees after the last refusal, and to an alternative, which a bare refusal lacks."""
    after = indexes.last("refused")
    ways = [index for index in (*indexes.met, *indexes.informed, *indexes.offered) if index > after]
    return any(index > min(ways, default=-1 if after < 0 else index) for index in indexes.agreed if index > after)
