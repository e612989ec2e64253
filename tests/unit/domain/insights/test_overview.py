"""Overviews: counting is exact and in no order, impact and trends do what their formulas say."""

from decimal import Decimal
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.insights.drivers import MOST_DRIVERS, Bar, drivers
from auscult.domain.insights.overview import (
    EXAMPLES,
    KINDS,
    MEASURES,
    NUMBERS,
    Counted,
    Fact,
    Key,
    Kind,
    Mention,
    Number,
    Tally,
    hundredths,
    trends,
)

OPEN = Bar(conversations=1, share=Decimal(0), sentiment=Decimal(0), score=Decimal(0))
KNOWN = st.none() | st.booleans()
TENTHS = st.none() | st.integers(10, 100)
MENTIONS = st.builds(
    Mention, kind=st.sampled_from(KINDS), name=st.sampled_from("abc"), sentiment=TENTHS, is_resolved=KNOWN
)


@st.composite
def facts(draw: st.DrawFn, mentions: st.SearchStrategy[Any] | None = None) -> list[Fact]:
    """Any conversations, each under an id of its own."""
    made = draw(
        st.lists(
            st.builds(
                Fact,
                conversation_id=st.just(""),
                is_analysed=st.booleans(),
                score=st.none() | st.integers(-100, 100),
                passed=KNOWN,
                sentiment=TENTHS,
                is_resolved=KNOWN,
                is_escalated=KNOWN,
                is_churn_risk=KNOWN,
                mentions=mentions if mentions is not None else st.lists(MENTIONS, max_size=4).map(tuple),
                csat=st.none() | st.integers(1, 5),
                nps=st.none() | st.integers(0, 10),
            ),
            max_size=30,
        )
    )
    return [fact._replace(conversation_id=f"c-{index}") for index, fact in enumerate(made)]


def fact(name: str = "a", **known: Any) -> Fact:
    """A conversation about one thing."""
    nothing: dict[str, Any] = dict.fromkeys(Fact._fields) | {"conversation_id": "c-1", "is_analysed": True}
    given: dict[str, Any] = {**nothing, "mentions": (Mention("intent", name),), **known}
    return Fact(**given)


def tally(of: list[Fact], kinds: tuple[Kind, ...] = KINDS, most: int = 1_000) -> Tally:
    """These, counted."""
    counted = Tally(kinds, most)
    for each in of:
        counted.add(each)
    return counted


def told(counted: Tally) -> tuple[Any, ...]:
    """All that was counted, but for the examples, which are the first that came."""
    return (
        counted.total.numbers,
        added(counted.total),
        {key: (group.numbers, added(group)) for key, group in counted.groups.items()},
    )


def added(counted: Counted) -> list[tuple[int, int, int]]:
    """Count, sum and squares of each measure, of what is known under the name and of the whole."""
    return [
        (one.n, one.total, one.squares)
        for sums in (counted.sums, counted.whole)
        for one in map(sums.__getitem__, MEASURES)
    ]


def test_every_number_has_a_predicate() -> None:
    """What is shown is what can be followed."""
    assert tuple(NUMBERS) == get_args(Number)


@given(facts(), st.randoms())
def test_order_changes_nothing(of: list[Fact], chance: Any) -> None:
    """Counting is in whole numbers, so that no order of reading gives another result."""
    shuffled = list(of)
    chance.shuffle(shuffled)
    assert told(tally(shuffled)) == told(tally(of))


@given(facts())
def test_answers_alone_have_the_same_drivers(of: list[Fact]) -> None:
    """What customers answered is counted alike, whether or not everything else is counted with it."""
    whole, answers = tally(of), tally([each.answer for each in of])
    for measure in ("csat", "nps"):
        assert drivers(answers, measure, OPEN) == drivers(whole, measure, OPEN)
        assert (answers.total.known(measure), answers.total.mean(measure)) == (
            whole.total.known(measure),
            whole.total.mean(measure),
        )


@given(facts())
def test_each_number_counts_the_conversations_behind_it(of: list[Fact]) -> None:
    """For all and for each group: the number is how many conversations its predicate holds for, examples the first."""
    counted = tally(of)
    for number, holds in NUMBERS.items():
        behind = [each.conversation_id for each in of if holds(each)]
        assert counted.total.numbers[number] == len(behind)
        assert counted.total.examples.get(number, []) == behind[:EXAMPLES]
        for (kind, name), group in counted.groups.items():
            under = [
                each.under(mention)
                for each in of
                if (mention := next((m for m in each.mentions if (m.kind, m.name) == (kind, name)), None))
            ]
            assert group.numbers[number] == sum(map(holds, under))


@given(facts())
def test_numbers_add_up(of: list[Fact]) -> None:
    """Bands and outcomes partition what is known, and a group is never larger than all."""
    counted = tally(of)
    for one in (counted.total, *counted.groups.values()):
        numbers = one.numbers
        assert numbers["negative"] + numbers["neutral"] + numbers["positive"] == numbers["with_sentiment"]
        assert numbers["resolved"] + numbers["unresolved"] <= numbers["conversations"]
        assert all(n <= counted.total.numbers["conversations"] for n in numbers.values())
        assert one.mean("sentiment") is None or 1 <= (one.mean("sentiment") or 0) <= 10


@given(facts(st.sampled_from("abc").map(lambda name: (Mention("intent", name),))))
def test_impacts_of_a_partition_cancel_out(of: list[Fact]) -> None:
    """Impact = (mean - baseline) x conversations; over groups that share out all, they sum to 0."""
    for measure in ("sentiment", "score"):  # of the others only what is more than chance is shown
        found = drivers(tally(of), measure, OPEN)
        total = sum(each.impact for each in (*found.low, *found.high))
        assert abs(total) <= Decimal("0.02")  # each is rounded to hundredths, and there are three
        assert all(each.impact < 0 for each in found.low)
        assert all(each.impact > 0 for each in found.high)


def test_a_driver_reaches_the_bar() -> None:
    """At least 30 conversations and 2 % of all, and 0.8 away from the baseline; both bounds count."""
    of = [fact("low", sentiment=36)] * 30 + [fact("rare", sentiment=10)] * 29 + [fact("rest", sentiment=50)] * 100
    found = drivers(tally(of), "sentiment", Bar())
    assert found.low == ()
    found = drivers(tally([*of, *[fact("rest", sentiment=60)] * 100]), "sentiment", Bar())
    (low,) = found.low
    baseline = Decimal(30 * 36 + 29 * 10 + 100 * 50 + 100 * 60) / 259 / 10
    assert (low.name, low.conversations, low.mean) == ("low", 30, Decimal("3.60"))
    assert low.baseline == hundredths(baseline)
    assert low.impact == hundredths((Decimal("3.6") - baseline) * 30)
    many = [fact("low", sentiment=20)] * 30 + [fact("rest", sentiment=50)] * 1_471
    assert drivers(tally(many), "sentiment", Bar()).low == ()  # 30 of 1,501 are less than 2 %
    assert len(drivers(tally(many[:-1]), "sentiment", Bar()).low) == 1


def test_nothing_true_by_definition_drives_a_score() -> None:
    """A missed metric lowers the score of every conversation that misses it; a sentiment it may drive."""
    missed = Mention("missed_metric", "em-hello")
    of = [fact("low", score=20, sentiment=20)._replace(mentions=(missed,))] * 40
    of += [fact("rest", score=90, sentiment=60)] * 60
    counted = Tally(KINDS, 1_000)
    for one in of:
        counted.add(one)
    assert all(each.kind != "missed_metric" for each in drivers(counted, "score", Bar()).low)
    assert [each.name for each in drivers(counted, "sentiment", Bar()).low] == ["em-hello"]


def test_impact_is_in_points_of_the_mean() -> None:
    """So much higher would the mean of all be, were the group as all are; with the group's share."""
    of = [fact("low", score=20)] * 40 + [fact("rest", score=90)] * 160
    (low,) = drivers(tally(of), "score", Bar()).low
    assert (low.mean, low.baseline, low.points, low.share) == (20, 76, Decimal("-11.20"), 20)


def test_what_drives_satisfaction_is_more_than_chance() -> None:
    """Long waits lower CSAT: points with Welch's interval, and the conversations. What differs by chance is none."""
    waited = Mention("wait", "over 2 min")
    low = [fact(csat=1 + index % 3, mentions=(waited,)) for index in range(40)]
    low[1] = low[1]._replace(conversation_id="c-first")
    rest = [fact(csat=3 + index % 3, mentions=()) for index in range(160)]
    found = drivers(tally([*low[1:], low[0], *rest]), "csat", Bar())
    (driver,) = found.low
    assert found.high == ()
    assert (driver.kind, driver.name, driver.conversations, driver.share) == ("wait", "over 2 min", 40, 20)
    assert (driver.mean, driver.baseline) == (Decimal("1.98"), Decimal("3.59"))
    assert driver.examples[0] == "c-first"
    # the means differ by -2.019, with a standard error of 0.1466; 2.0017 is Student's quantile; times 0.2 x 0.8
    assert (driver.points_low, driver.points, driver.points_high) == (
        Decimal("-0.37"),
        Decimal("-0.32"),
        Decimal("-0.28"),
    )
    of = [fact("a", nps=index % 11) for index in range(60)] + [fact("b", nps=(index + 4) % 11) for index in range(60)]
    assert drivers(tally(of), "nps", Bar(nps=Decimal(0))).low == ()


def test_the_net_promoter_score_is_promoters_less_detractors() -> None:
    """Of ten answers, five promoters, three passive, two detractors: 30. CSAT is a plain mean."""
    counted = tally(
        [fact(nps=n) for n in (10, 9, 9, 10, 9, 8, 7, 8, 6, 0)] + [fact(csat=5), fact(csat=2), fact(csat=3)]
    )
    assert (counted.total.mean("nps"), counted.total.known("nps")) == (30, 10)
    assert counted.total.mean("csat") == Decimal(10) / 3
    assert (counted.total.numbers["satisfied"], counted.total.numbers["dissatisfied"]) == (6, 3)


def test_the_strongest_drivers_of_scores_come_first() -> None:
    """At most six a side, by impact; what is not known counts nowhere."""
    of = [fact(f"t{index}", score=50 - 10 * index) for index in range(1, 9) for _ in range(30)]
    of += [fact("good", score=100)] * 60 + [fact("unscored")] * 100
    found = drivers(tally(of), "score", Bar())
    assert [each.name for each in found.low] == ["t8", "t7", "t6", "t5", "t4", "t3"][: len(found.low)]
    assert len(found.low) <= MOST_DRIVERS
    assert found.high[0].name == "good"
    assert all(each.name != "unscored" for each in (*found.low, *found.high))
    assert drivers(tally([fact("a")]), "score", OPEN) == drivers(tally([]), "score", OPEN)


def test_what_is_known_of_a_topic_goes_before_the_whole() -> None:
    """A conversation that ends well may have had a topic that went badly."""
    mention = Mention("topic", "delivery", sentiment=20, is_resolved=False)
    counted = tally([fact(sentiment=80, is_resolved=True, mentions=(mention, Mention("intent", "other")))])
    delivery, other = counted.groups["topic", "delivery"], counted.groups["intent", "other"]
    assert (delivery.numbers["negative"], delivery.numbers["unresolved"]) == (1, 1)
    assert (other.numbers["positive"], other.numbers["resolved"]) == (1, 1)


def test_too_many_names_lose_the_smallest() -> None:
    """Memory is bounded: large groups stay exact, and it is told how many were let go."""
    of = [fact("large")] * 50 + [fact(f"once {index}") for index in range(200)] + [fact("large")] * 50
    counted = tally(of, most=20)
    assert counted.groups["intent", "large"].numbers["conversations"] == 100
    assert len(counted.groups) <= 20
    assert counted.dropped > 0
    assert counted.total.numbers["conversations"] == 300


COUNTS = st.dictionaries(st.tuples(st.just("intent"), st.sampled_from("abcdef")), st.integers(1, 500), max_size=6)


@given(COUNTS, st.integers(500, 5_000))
def test_the_same_again_is_no_trend(counts: dict[Key, int], total: int) -> None:
    """Two periods alike: nothing is new, rising or falling; nor is anything where there was nothing before."""
    same = trends(counts, total, counts, total)
    assert (same.new, same.rising, same.falling) == ((), (), ())
    assert trends(counts, total, {}, 0) == trends({}, 0, counts, total)


@given(COUNTS, COUNTS, st.integers(500, 5_000), st.integers(500, 5_000))
def test_what_rises_falls_the_other_way_round(
    now: dict[Key, int], before: dict[Key, int], total: int, old: int
) -> None:
    """Swapping the periods swaps rising and falling; new ones were not there, and rising ones have a larger share."""
    there, back = trends(now, total, before, old), trends(before, old, now, total)
    both = {each.name for each in there.rising} & {name for _, name in now.keys() & before.keys()}
    assert both == {each.name for each in back.falling} & both
    assert all(each.before == 0 < each.conversations for each in there.new)
    assert all(each.conversations * old > each.before * total for each in there.rising)


def test_twice_as_many_conversations_are_no_trend() -> None:
    """Shares are compared: growth of everything is not growth of one thing. 61 to 120 of 1,200 is one."""
    grown = trends(
        {("intent", "a"): 200, ("intent", "b"): 20}, 2_000, {("intent", "a"): 100, ("intent", "b"): 10}, 1_000
    )
    assert (grown.rising, grown.falling) == ((), ())
    (rising,) = trends({("intent", "a"): 120}, 1_200, {("intent", "a"): 61}, 1_200).rising
    assert rising.excess == Decimal("59.0")
    assert [each.name for each in trends({("topic", "n"): 5}, 1_000, {}, 1_000).new] == ["n"]
    assert trends({("topic", "n"): 4}, 1_000, {}, 1_000).new == ()
    assert trends({("topic", "n"): 50}, 1_000, {}, 50).new == ()  # two would have come before: none is no wonder
