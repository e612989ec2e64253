"""Change of a figure and its drivers: an identity, and worlds with and without a cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.insights.changes import NOTHING, REST, Group, Kind, Sample, change_of, share
from bench.quality.drivers import PLANTED, alarms, is_found
from tests.waiting import existing

SCORES = st.lists(st.integers(0, 100), max_size=12)
GROUPS = st.lists(st.tuples(SCORES, SCORES), min_size=1, max_size=6)


def sample(values: list[int]) -> Sample:
    """Return the sample of scores."""
    return Sample(len(values), sum(values), sum(each * each for each in values))


def group(kind: Kind, name: str, before: Sample, now: Sample) -> Group:
    """Return a group that is called as its id."""
    return Group(kind=kind, id=name, name=name, before=before, now=now)


@given(GROUPS, SCORES, SCORES)
def test_parts_of_a_kind_add_up_to_the_change(
    groups: list[tuple[list[int], list[int]]], old: list[int], new: list[int]
) -> None:
    """Also where groups leave conversations out; mix and rate add up to each part."""
    before = sample([*old, *(value for first, _ in groups for value in first)])
    now = sample([*new, *(value for _, last in groups for value in last)])
    found = change_of(
        before, now, [group("queue", f"q{n}", sample(first), sample(last)) for n, (first, last) in enumerate(groups)]
    )
    if before.value is None or now.value is None:
        assert found is None
        return
    assert found is not None
    assert found.value.value == pytest.approx(now.value - before.value)
    if found.drivers:
        assert sum(each.part.value for each in found.drivers) == pytest.approx(found.value.value, abs=1e-6)
    for each in found.drivers:
        assert each.mix + each.rate == pytest.approx(each.part.value, abs=1e-6)
        assert each.part.low <= each.part.value <= each.part.high
    if not (old or new):
        assert REST not in {each.group.id for each in found.drivers}


def test_a_new_queue_that_fails_is_named_first() -> None:
    """60 of 68 passed, then 24 of 35, and 0 of 7 in a new queue: 17.5 of 19.7 points, all of them mix."""
    old = [group("queue", name, share(30, 34), share(12, 14)) for name in ("a", "b")]
    found = existing(change_of(share(60, 68), share(24, 35), [group("queue", "store", NOTHING, share(0, 7)), *old]))
    (first,) = found.leading
    assert (first.group.id, first.is_new, first.rate) == ("store", True, 0)
    assert (round(found.value.value, 3), round(first.part.value, 3)) == (-0.197, -0.175)


def test_two_groups_have_the_same_parts_in_either_order() -> None:
    """Of two groups the share of one grows as that of the other falls: the parts are those of what grew."""
    groups = [group("queue", "a", share(45, 50), share(18, 20)), group("queue", "b", share(10, 50), share(16, 80))]
    both = [change_of(share(55, 100), share(34, 100), given) for given in (groups, groups[::-1])]
    one, other = ({each.group.id: each.mix for each in found.drivers} if found else {} for found in both)
    assert one == other
    assert (round(one["a"], 3), round(one["b"], 3)) == (0, -0.21)


def test_a_change_of_everything_has_no_group_to_name() -> None:
    """Both queues and the only form fell alike: the change is beyond chance, and nothing in particular drives it."""
    groups = [group("queue", name, share(90, 100), share(60, 100)) for name in ("a", "b")]
    found = change_of(share(180, 200), share(120, 200), [*groups, group("form", "f", share(180, 200), share(120, 200))])
    assert found is not None
    assert found.is_beyond_chance
    assert found.leading == ()


def test_a_new_version_of_a_form_is_named_before_what_moved_with_it() -> None:
    """The form is named even if one queue has all of the fall."""
    forms = [group("form", "v1", share(180, 200), NOTHING), group("form", "v2", NOTHING, share(120, 200))]
    queues = [group("queue", name, share(90, 100), share(60, 100)) for name in ("a", "b")]
    found = existing(change_of(share(180, 200), share(120, 200), [*queues, *forms]))
    assert [each.group.id for each in found.leading] == ["v2"]


@pytest.mark.landing
@pytest.mark.parametrize("cause", PLANTED)
def test_a_planted_cause_is_named_first(cause: str) -> None:
    """In simulated months, three for each kind of cause (300 in ``bench.quality.drivers``)."""
    assert [is_found(cause, seed)[0] for seed in (1, 2, 3)] == [True] * 3


@pytest.mark.landing
def test_worlds_without_a_cause_raise_no_alarm() -> None:
    """Agents of different skill, weekdays and drift are chance: at most one of twenty may be called more."""
    assert sum(alarms(seed) for seed in range(20)) <= 1


def test_a_metric_is_beyond_chance_where_it_moved_itself() -> None:
    """Its part is the same, but it is named only among the metrics that moved; and then only if no group is."""
    metric = group("metric", "m", share(0, 2), share(0, 30))
    for moved, named in (((), []), (("m",), ["m"]), (("other",), [])):
        found = existing(change_of(share(180, 200), share(160, 200), [metric], moved_metrics=moved))
        assert [each.group.id for each in found.leading] == named
        assert found.may_be_chance is not (bool(named) or found.is_beyond_chance)
