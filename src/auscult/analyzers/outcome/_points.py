"""Points for and against a request being met.

They were fitted on labelled conversations and rounded (docs/reference/analyzers.md).
"""

from auscult.analyzers.outcome._course import Course

ENOUGH = 4
"""Points from which on a request counts as met."""


def points(course: Course) -> int:
    """Return the points for the request being met, less those against."""
    if not course.is_answered:
        return -10
    last_met, last_refused = course.last("met"), course.last("refused")
    total = 11 * min(len(course.met), 3) + 5 * min(len(course.informed), 2) - 7 * min(len(course.refused), 3)
    total += 9 * (last_met > last_refused) - 8 * (last_refused > last_met)
    total += 9 * course.ends_agreed + 7 * _agrees_to_a_way_forward(course)
    total += 7 * (course.last("pleased") > last_refused) + 10 * course.is_closed
    total -= 12 * (course.last("protests") > max(last_met, course.last("pleased"), 0))
    return total - 20 * course.is_cut_off - 15 * course.is_left - 6 * course.is_left_open


def _agrees_to_a_way_forward(course: Course) -> bool:
    """Return whether the customer agrees after the last refusal, and to an alternative, which a bare refusal lacks."""
    after = course.last("refused")
    ways = [index for index in (*course.met, *course.informed, *course.offered) if index > after]
    return any(index > min(ways, default=-1 if after < 0 else index) for index in course.agreed if index > after)
