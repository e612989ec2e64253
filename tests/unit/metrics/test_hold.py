"""Hold etiquette: every hold, part by part, with the documented shares (domain 2, rule 9)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Event, Turn
from auscult.domain.evaluation import MetricResult, Verdict, score
from auscult.domain.form import Form, Metric
from auscult.domain.probe import Answer, Closest, JudgementAnswer, Probe, Similarity, SimilarityAnswer
from auscult.metrics.hold import Hold, Settings
from tests.data_files import data_of
from tests.strategies import STARTED, conversations, talk

METRIC = Hold()
NOTICE = {"id": "notice", "before": {"any_of": [{"phrases": ["put you on hold"]}]}, "weight": 40}
LENGTH = {"id": "duration", "max_duration": "30s", "weight": 30}
RESUMED = {"id": "resumption", "after": {"any_of": [{"phrases": ["thank you for waiting"]}]}, "weight": 30}
PARTS = [NOTICE, LENGTH, RESUMED]


def hold(start_ms: int | None, end_ms: int | None, agent_id: str | None = None) -> Event:
    """A hold."""
    return Event("hold", start_ms, end_ms, agent_id)


def settings(**written: Any) -> Settings:
    """Settings as a form writes them."""
    read = msgspec.convert({"parts": PARTS} | written, Settings, strict=False)
    assert METRIC.problems(read) == ()
    return read


def judge(
    conversation: Conversation, likeness: float = 0.1, judged: dict[str, Any] | None = None, **written: Any
) -> Verdict:
    """Judge a conversation; every sentence is as like every sample as is said."""
    read = settings(**written)
    answers: dict[Probe, Answer] = {}
    for probe in METRIC.probes(read, conversation):
        answers[probe] = (
            SimilarityAnswer(tuple(Closest(likeness, 0) for _ in probe.texts), "t")
            if isinstance(probe, Similarity)
            else JudgementAnswer(**({"holds": False, "turn_ids": (), "reason": "", "engine": "t"} | (judged or {})))
        )
    return METRIC.judge(read, conversation, answers)


def answered(verdict: Verdict) -> dict[str, str]:
    """The answer of each part."""
    return {one.id: one.qualification for one in verdict.parts}


# Turns begin every 10 s and last 9 s; the hold is from 30 s to 52 s, in which nobody speaks.
CALL = Conversation(
    id="c-1",
    channel="voice",
    started_at=STARTED,
    ended_at=STARTED + timedelta(seconds=90),
    turns=(
        Turn("m1", "agent", "Hello.", "a-1", 0, 9_000),
        Turn("m2", "customer", "I lost my card.", None, 10_000, 19_000),
        Turn("m3", "agent", "May I put you on hold for a minute?", "a-1", 20_000, 29_000),
        Turn("m4", "agent", "Thank you for waiting.", "a-1", 53_000, 60_000),
        Turn("m5", "customer", "Fine.", None, 61_000, 62_000),
        Turn("m6", "agent", "Goodbye.", "a-1", 80_000, 81_000),
    ),
    events=(hold(30_000, 52_000, "a-1"),),
)


def test_every_part_met_is_yes_and_shows_the_turns() -> None:
    """Evidence of each part is its own; the verdict points at the hold."""
    verdict = judge(CALL)
    assert verdict.qualification == "YES"
    assert answered(verdict) == {"notice": "YES", "duration": "YES", "resumption": "YES"}
    assert [[one.turn_id for one in part.evidence] for part in verdict.parts] == [["m3"], ["m3"], ["m4"]]
    assert [(one.start_ms, one.end_ms, one.why) for one in verdict.evidence] == [(30_000, 52_000, "hold at 30000 ms")]
    assert verdict.parts[1].evidence[0].why == "hold at 30000 ms: 22 s; at most 30 s"
    assert [part.name for part in verdict.parts] == ["Notice", "Duration", "Resumption"]


def test_the_documented_example_scores_seventy() -> None:
    """Domain 2: notification 40 % and resumption 30 % met, duration 30 % missed: 70 of the metric's weight."""
    long = replace(CALL, events=(hold(30_000, 52_000),))
    verdict = judge(long, parts=[NOTICE, LENGTH | {"max_duration": "20s"}, RESUMED])
    assert verdict.qualification == "NO"
    assert verdict.reason == "Duration: hold at 30000 ms: 22 s; at most 20 s"
    metric = Metric(id="em", name="Hold", type="hold", weight=Decimal(15))
    form = Form(id="ef", name="f", channel="voice", metrics=(metric,))
    assert score([MetricResult(metric=metric, verdict=verdict)], form) == 70


def test_no_hold_is_not_applicable() -> None:
    """Domain 2: nothing to announce."""
    verdict = judge(replace(CALL, events=(Event("transfer", 1),)))
    assert (verdict.qualification, verdict.reason, verdict.parts) == ("NA", "there is no hold", ())


@pytest.mark.parametrize(("instances", "answer"), [("every", "NO"), ("any", "YES")])
def test_every_hold_or_any(instances: str, answer: str) -> None:
    """A second hold that nobody announced; the NO says which it is, and what was heard."""
    twice = replace(CALL, events=(*CALL.events, hold(63_000, 79_000)))
    verdict = judge(twice, instances=instances)
    assert answered(verdict)["notice"] == answer
    assert len(verdict.evidence) == 2
    if answer == "NO":
        reason = "hold 2 of 2 at 63000 ms: not found in the agent's last turn before it"
        assert verdict.parts[0].reason == reason
        assert verdict.parts[0].evidence[0].start_ms == 63_000


@pytest.mark.parametrize(("window", "found"), data_of(__file__, "the_window_before_counts_back_from_the_hold"))
def test_the_window_before_counts_back_from_the_hold(window: dict[str, str], found: str) -> None:
    """The hold is at 55 s; "one moment" ends at 29 s, and the agent speaks again at 40 s."""
    call = talk(
        "agent: Hello.",
        "customer: Hi.",
        "agent: One moment please.",
        "customer: Sure.",
        "agent: There.",
        "customer: Mhm.",
        "customer: Hello?",
        events=(hold(55_000, 58_000),),
    )
    notice = {"id": "notice", "before": {"window": window, "any_of": [{"phrases": ["one moment"]}]}}
    assert answered(judge(call, parts=[notice])) == {"notice": found}


@pytest.mark.parametrize(("window", "found"), data_of(__file__, "the_window_after_begins_where_the_hold_ends"))
def test_the_window_after_begins_where_the_hold_ends(window: dict[str, str] | None, found: str) -> None:
    """Ten seconds unless said (domain 2); it ends at 52 s, and "goodbye" is said at 80 s."""
    after = {"any_of": [{"phrases": ["goodbye"]}]} | ({"window": window} if window else {})
    parts = [NOTICE | {"weight": None}, {"id": "end", "after": after}]
    assert answered(judge(CALL, parts=parts))["end"] == found


def test_what_another_agent_said_is_no_notice() -> None:
    """Where the hold names its agent, it is theirs to announce; whoever comes back may be another."""
    other = replace(CALL, events=(hold(30_000, 52_000, "a-2"),))
    verdict = judge(other)
    assert answered(verdict) == {"notice": "NA", "duration": "YES", "resumption": "YES"}
    assert verdict.parts[0].reason == "hold at 30000 ms: as far as times are known, the agent has not spoken yet"


def test_a_call_that_ends_on_hold_owes_no_return() -> None:
    """NA of a part: nobody speaks behind it; without an end it lasts to the end of the call."""
    ended = replace(CALL, turns=CALL.turns[:3], events=(hold(30_000, None),))
    verdict = judge(ended)
    assert answered(verdict) == {"notice": "YES", "duration": "NO", "resumption": "NA"}
    assert verdict.parts[1].reason == "hold at 30000 ms: 60 s; at most 30 s"
    unknown = replace(ended, ended_at=None)
    assert answered(judge(unknown))["duration"] == "NA"


def test_a_hold_without_an_end_lasts_until_somebody_speaks() -> None:
    """As for dead air."""
    assert judge(replace(CALL, events=(hold(30_000, None),))).parts[1].evidence[0].end_ms == 53_000


def test_what_cannot_be_known_is_na() -> None:
    """Rule 12's spirit: no times of turns or of the hold, no verdict."""
    untimed = talk("agent: I put you on hold", "agent: thank you for waiting", step_ms=None, events=(hold(5, 9),))
    assert answered(judge(untimed)) == {"notice": "NA", "duration": "YES", "resumption": "NA"}
    assert judge(replace(CALL, events=(hold(None, None),))).qualification == "NA"


def test_likeness_and_judge_decide_as_anywhere() -> None:
    """Domain 2: GenAI description or sample utterances with a threshold, 60 % as is usual; the near miss is told."""
    notice = {"id": "notice", "before": {"any_of": [{"similar": ["May I put you on hold?"], "threshold": 0.6}]}}
    assert judge(CALL, 0.61, parts=[notice]).parts[0].evidence[0].similarity == 0.61
    missed = judge(CALL, 0.59, parts=[notice])
    assert missed.qualification == "NO"
    assert missed.parts[0].evidence[1].turn_id == "m3"
    assert missed.reason.endswith("nearest: similar to 'May I put you on hold?' 0.59 < 0.60")
    asked = {"id": "notice", "before": {"any_of": [{"judge": "The agent asks for leave."}]}}
    assert (
        judge(CALL, judged={"holds": True, "turn_ids": ("m3",), "reason": "asks"}, parts=[asked]).qualification == "YES"
    )
    assert judge(CALL, judged={"holds": None, "reason": "no need"}, parts=[asked]).qualification == "NA"


def test_only_the_turns_around_the_holds_are_asked_about() -> None:
    """A long call costs no more than a short one."""
    written = settings(parts=[{"id": "notice", "before": {"any_of": [{"similar": ["please hold"]}]}}])
    (probe,) = METRIC.probes(written, CALL)
    assert isinstance(probe, Similarity)
    assert probe.texts == ("May I put you on hold for a minute?",)
    assert METRIC.probes(written, replace(CALL, events=())) == ()


@pytest.mark.parametrize(
    ("parts", "field", "reason"),
    [*data_of(__file__, "problems_say_where_and_what_would_be_right"),
([LENGTH | {"weight": 100}], "parts", "at least one with before"),
([NOTICE | {"weight": 100, "max_duration": "3s"}], "parts[0]", "exactly one of before, after, max_duration"),
([NOTICE, {"id": "x", "weight": 60}], "parts[1]", "exactly one"),
([NOTICE, NOTICE | {"weight": 60}], "parts[1].id", "no other part has"),
([NOTICE | {"id": " ", "weight": 100}], "parts[0].id", "must be a short name"),
([NOTICE, LENGTH], "parts", "total 70"),
([NOTICE, LENGTH | {"weight": None}], "parts", "every part a weight, or none"),
([NOTICE | {"weight": 0}, LENGTH | {"weight": 100}], "parts[0].weight", "above 0"),
([NOTICE | {"weight": 70}, LENGTH | {"max_duration": "soon"}], "parts[1].max_duration", "no span of time"),
([NOTICE | {"weight": 70}, LENGTH | {"max_duration": 0}], "parts[1].max_duration", "longer than nothing"),
],
)  # fmt: skip
def test_problems_say_where_and_what_would_be_right(parts: list[Any], field: str, reason: str) -> None:
    """Every fault of the settings has its path and its remedy."""
    found = METRIC.problems(msgspec.convert({"parts": parts}, Settings, strict=False))
    assert [where for where, _ in found] == [field]
    assert reason in found[0][1]


ANY_PARTS = [
    {"id": "notice", "before": {"any_of": [{"phrases": ["please"]}]}, "weight": 50},
    {"id": "duration", "max_duration": "10s", "weight": 20},
    {"id": "back", "after": {"any_of": [{"phrases": ["thanks"]}]}, "weight": 30},
]


@given(conversations())
def test_every_is_never_kinder_than_any(conversation: Conversation) -> None:
    """A part that is met at every hold is met at any; both apply to the same holds."""
    strict, mild = (answered(judge(conversation, parts=ANY_PARTS, instances=one)) for one in ("every", "any"))
    assert strict.keys() == mild.keys()
    for name, answer in strict.items():
        assert (answer == "NA") == (mild[name] == "NA")
        assert answer != "YES" or mild[name] == "YES"


@given(conversations(), st.integers(0, 100_000))
def test_moving_a_whole_call_in_time_changes_nothing(conversation: Conversation, shift: int) -> None:
    """Only distances count."""

    def moved(at: int | None) -> int | None:
        return None if at is None else at + shift

    later = replace(
        conversation,
        turns=tuple(replace(one, start_ms=moved(one.start_ms), end_ms=moved(one.end_ms)) for one in conversation.turns),
        events=tuple(
            replace(one, start_ms=moved(one.start_ms), end_ms=moved(one.end_ms)) for one in conversation.events
        ),
    )
    assert answered(judge(later, parts=ANY_PARTS)) == answered(judge(conversation, parts=ANY_PARTS))


@pytest.mark.parametrize(
    "events",
    [
        (hold(30_000, 40_000), hold(35_000, 52_000)),  # overlap
        (hold(35_000, 40_000), hold(30_000, 52_000)),  # one lies within the other, and is told first
        (hold(30_000, 40_000), hold(40_000, 52_000)),  # touch
        (hold(30_000, 52_000), hold(30_000, 52_000)),  # the same twice
        (hold(30_000, None), hold(30_000, 52_000)),
    ],
)
def test_holds_that_overlap_or_touch_are_one(events: tuple[Event, ...]) -> None:
    """A customer is on hold once at a time: nobody can come back from the first while the second goes on."""
    verdict = judge(replace(CALL, events=events))
    assert (verdict.qualification, len(verdict.evidence)) == ("YES", 1)
    assert (verdict.evidence[0].start_ms, verdict.evidence[0].end_ms) == (30_000, 52_000)


def test_the_length_of_holds_that_overlap_is_that_of_all_of_them() -> None:
    """Two of 20 s each, 35 s together."""
    events = (hold(30_000, 50_000), hold(45_000, 65_000))
    assert answered(judge(replace(CALL, events=events)))["duration"] == "NO"


def test_a_systems_announcement_ends_no_hold() -> None:
    """Music and bells are not somebody who speaks; a customer who hung up meanwhile cannot be thanked."""
    bell = Turn("m9", "system", "Please hold the line.", None, 32_000, 33_000)
    waiting = replace(CALL, turns=(*CALL.turns[:3], bell, *CALL.turns[3:]), events=(hold(30_000, None),))
    assert answered(judge(waiting)) == {"notice": "YES", "duration": "YES", "resumption": "YES"}
    gone = replace(CALL, turns=(*CALL.turns[:3], Turn("m9", "system", "Call ended.", None, 80_000, 81_000)))
    assert answered(judge(replace(gone, events=(hold(30_000, 52_000),))))["resumption"] == "NA"


def test_the_handler_is_whoever_led_and_unknown_speakers_are_not_judged() -> None:
    """An agent's thanks are the handler's; where no turn has a side, only the length of a hold is known."""
    thanks = RESUMED | {"after": RESUMED["after"] | {"speaker": "handler"}}
    told = NOTICE | {"before": NOTICE["before"] | {"speaker": "handler"}}
    assert answered(judge(CALL, parts=[told, LENGTH, thanks])) == dict.fromkeys(
        ("notice", "duration", "resumption"), "YES"
    )
    mono = replace(CALL, turns=tuple(replace(each, speaker="unknown") for each in CALL.turns))
    assert answered(judge(mono)) == {"notice": "NA", "duration": "YES", "resumption": "NA"}
