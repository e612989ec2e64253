"""Values that were said, against a source of truth: which value counts, and what that is worth (domain 2)."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.conversation import Conversation, Customer
from auscult.domain.evaluation import Evidence, Verdict
from auscult.domain.probe import (
    Answer,
    Extracted,
    Extraction,
    ExtractionAnswer,
    Lookup,
    LookupAnswer,
    Probe,
    TableLookup,
)
from auscult.metrics.by_value import ByValue, Settings
from tests.data_files import data_of, tuples_of
from tests.strategies import talk

METRIC = ByValue()
RATE = {"kind": "percentage", "name": "interest rate"}
FIELD = {"custom_field": "rate"}


def settings(**written: Any) -> Settings:
    """Settings as a form writes them."""
    read = msgspec.convert({"said": RATE, "source": FIELD} | written, Settings, strict=False)
    assert METRIC.problems(read) == ()
    return read


def call(*lines: str, rate: str | None = "4.8", **more: Any) -> Conversation:
    """A conversation whose custom field tells the rate."""
    return talk(*lines, custom_fields={} if rate is None else {"rate": rate}, **more)


def judge(conversation: Conversation, told: dict[type, Answer] | None = None, **written: Any) -> Verdict:
    """Judge it; engines answer by the kind of question."""
    read = settings(**written)
    answers: dict[Probe, Answer] = {one: (told or {})[type(one)] for one in METRIC.probes(read, conversation)}
    return METRIC.judge(read, conversation, answers)


BARGAIN = tuples_of(__file__, "bargain")


@pytest.mark.parametrize(("rule", "rate", "answer"), data_of(__file__, "the_rule_says_which_value_counts"))
def test_the_rule_says_which_value_counts(rule: str, rate: str, answer: str) -> None:
    """First, last, agreed on, any, and zero tolerance; the agent's values only."""
    assert judge(call(*BARGAIN, rate=rate), rule=rule).qualification == answer


def test_yes_shows_the_turn_and_both_values() -> None:
    """Evidence: the words, what they come to, and the source; and both as fields of their own."""
    verdict = judge(call("customer: What is my rate?", "agent: It is four and a half percent.", rate="4.50"))
    (evidence,) = verdict.evidence
    assert (verdict.qualification, evidence.turn_id) == ("YES", "m2")
    assert evidence.why == "says 'four and a half percent' (4.5), and so does the source"
    assert verdict.compared is not None
    assert (verdict.compared.name, verdict.compared.said, verdict.compared.source) == ("interest rate", "4.5", "4.5")


def test_no_shows_what_was_said_instead() -> None:
    """Wrong is NO; so is missing, unless the form says that it is then not relevant."""
    verdict = judge(call("agent: It is 5%.", rate="4.5"))
    assert (verdict.qualification, verdict.reason) == ("NO", "says 5 where the source says 4.5")
    assert verdict.evidence[0].why == "says '5%' (5), the source says 4.5"
    missing = judge(call("agent: It is good."))
    assert (missing.qualification, missing.evidence) == ("NO", (Evidence(why="nothing of the kind in turn 1"),))
    assert missing.reason == "no interest rate is said in the agent's turns; the source says 4.8"
    assert judge(call("agent: It is good."), when_not_said="na").qualification == "NA"


def test_strict_shows_every_deviation() -> None:
    """Zero tolerance: each value that differs, not only the last."""
    verdict = judge(call("agent: 4.8% or 4.9%", "agent: say 5%"), rule="strict")
    assert [one.why[:11] for one in verdict.evidence] == ["says '4.9%'", "says '5%' ("]
    assert judge(call("agent: 4.8%", "agent: so 4.80 percent"), rule="strict").qualification == "YES"


@pytest.mark.parametrize(
    ("lines", "agreed"),
    tuples_of(__file__, "agreement"),
)
def test_agreement(lines: tuple[str, ...], agreed: str | None) -> None:
    """The last value of one side that the other repeats in the end, or says yes to."""
    verdict = judge(call(*lines, rate=agreed or "5"), rule="negotiated")
    assert verdict.qualification == ("YES" if agreed else "NO")
    if agreed is None:
        assert verdict.reason.startswith("no value is agreed on")


def test_dynamic_only_with_a_trigger_and_behind_it() -> None:
    """NA without the trigger; values before it are left out where the form says so."""
    trigger = {"any_of": [{"phrases": ["what is my rate"]}]}
    said = RATE | {"after": "trigger"}
    assert judge(call("agent: 4.8%"), trigger=trigger, said=said).qualification == "NA"
    verdict = judge(
        call("agent: 9%", "customer: what is my rate", "agent: 4.8%"), trigger=trigger, said=said, rule="first"
    )
    assert verdict.qualification == "YES"
    assert [one.turn_id for one in verdict.trigger] == ["m2"]


def test_near_and_window_tell_it_from_other_values() -> None:
    """Only in turns with these words, only in that part of the conversation."""
    talked = call("agent: 20% off shoes, and the rate is 4.8%.", "agent: 30% of people agree.")
    assert judge(talked, said=RATE | {"near": ["the rate"]}).qualification == "YES"
    assert judge(talked, said=RATE | {"window": {"first": "1 turn"}}).qualification == "YES"
    assert judge(talked).qualification == "NO"


def test_a_pattern_gives_its_group() -> None:
    """What the pattern captures is read as the kind that the form says."""
    said = {"kind": "text", "name": "plan", "pattern": r"on the (\w+) plan"}
    assert judge(call("agent: You are on the Gold plan now.", rate="gold"), said=said).qualification == "YES"
    assert (
        judge(call("agent: Rate of 4.8 it is", rate="4.8"), said=RATE | {"pattern": r"rate of ([\d.]+)"}).qualification
        == "YES"
    )


def test_a_judge_hears_what_patterns_do_not() -> None:
    """Extraction by judge; what it says is read as the kind, and only the turns that were asked count."""
    conversation = call("customer: so what's the damage", "agent: twenty bucks", "agent: bye", rate="$20")
    said = {"kind": "amount", "name": "fee", "judge": "The monthly fee that the agent quotes."}
    (probe,) = METRIC.probes(settings(said=said), conversation)
    assert isinstance(probe, Extraction)
    assert (probe.name, probe.kind, probe.turn_ids) == ("fee", "amount", ("m2", "m3"))
    heard = ExtractionAnswer((Extracted("m2", "twenty bucks", "20"), Extracted("m1", "damage", "9")), "t")
    verdict = judge(conversation, {Extraction: heard}, said=said)
    assert (verdict.qualification, verdict.evidence[0].turn_id) == ("YES", "m2")
    assert judge(conversation, {Extraction: ExtractionAnswer((), "t")}, said=said).qualification == "NO"


@pytest.mark.parametrize(("rule", "more", "told"), [("negotiated", {}, "both sides agreed"), ("custom", {"custom_rule": "After they accept."}, "After they accept.")])  # fmt: skip
def test_a_judge_is_told_the_rule(rule: str, more: dict[str, str], told: str) -> None:
    """Negotiated and custom rules are for it to read."""
    said = RATE | {"judge": "The rate."}
    (probe,) = METRIC.probes(settings(said=said, rule=rule, **more), call("agent: 4.8%"))
    assert isinstance(probe, Extraction)
    assert probe.description.startswith("The rate. ")
    assert told in probe.description


@pytest.mark.parametrize(("key", "asked"), data_of(__file__, "the_key_by_which_it_is_looked_up"))
def test_the_key_by_which_it_is_looked_up(key: dict[str, Any], asked: str | None) -> None:
    """A custom field, an id, or what the customer says; without it nobody can know."""
    table = {"name": "rates", "key_column": "plan", "column": "rate", "key": key}
    conversation = talk(
        "customer: it's one two three no seven seven eight eight",
        "agent: 4.8%",
        custom_fields={"plan": "gold"},
        custom_id="crm-1",
        customer=Customer(id="u-1"),
    )
    written = settings(source={"table": table})
    probes = METRIC.probes(written, conversation)
    assert probes == (() if asked is None else (TableLookup("rates", "plan", asked, "rate"),))
    verdict = METRIC.judge(written, conversation, dict.fromkeys(probes, LookupAnswer("4.8", "", "t")))
    assert verdict.qualification == ("NA" if asked is None else "YES")
    assert asked or "to look it up by" in verdict.reason


def test_a_request_carries_the_key_and_no_word_of_the_talk() -> None:
    """The key is quoted in the address and in the body, wherever it stands."""
    request = data_of(__file__, "request")
    (probe,) = METRIC.probes(settings(source={"request": request}), call("agent: 4.8%", rate='a/"b&c'))
    assert isinstance(probe, Lookup)
    assert probe.url == "https://crm.example.com/v1/a%2F%22b%26c/rate?of=a%2F%22b%26c"
    assert (probe.method, probe.headers, probe.path) == ("POST", (("Accept", "application/json"),), "data.rate")
    assert probe.body == '{"id": "a/\\"b&c"}'


@pytest.mark.parametrize(
    ("found", "answer", "reason"),
    [
        (LookupAnswer("4.8", "", "t"), "YES", ""),
        (LookupAnswer(None, "nobody of that name", "t"), "NA", "nobody of that name"),
        (LookupAnswer("soon", "", "t"), "NA", "the source says 'soon', which is no percentage"),
    ],
)
def test_what_the_source_does_not_know_is_na(found: LookupAnswer, answer: str, reason: str) -> None:
    """No value of the source, no verdict."""
    request = {"url": "https://crm.example.com/rate", "path": "rate"}
    verdict = judge(call("agent: 4.8%"), {Lookup: found}, source={"request": request})
    assert (verdict.qualification, verdict.reason) == (answer, reason)
    assert judge(call("agent: 4.8%", rate=None)).reason == "the conversation has no custom field rate"


def test_who_never_speaks_cannot_be_judged() -> None:
    """NA with the reason, and nothing is asked."""
    verdict = judge(call("customer: 4.8%"))
    assert (verdict.qualification, verdict.reason) == ("NA", "the agent never speaks")


TABLE = {"name": "t", "key_column": "k", "column": "c", "key": {"field": "id"}}
REQUEST = {"url": "https://a.example.com/{key}", "path": "a.b[0]", "key": {"field": "id"}}


@pytest.mark.parametrize(
    ("written", "field", "reason"),
    [*data_of(__file__, "problems_say_where_and_what_would_be_right"),
({"said": RATE | {"pattern": "a", "judge": "b"}}, "said", "by one of them"),
({"said": RATE | {"pattern": "("}}, "said.pattern", "missing )"),
({"said": RATE | {"judge": " "}}, "said.judge", "is empty"),
({"said": RATE | {"name": ""}}, "said.name", "is empty"),
({"said": RATE | {"near": ["?"]}}, "said.near[0]", "no word"),
({"said": RATE | {"after": "trigger"}}, "said.after", "none to come after"),
({"said": RATE | {"window": {"first": "x"}}}, "said.window", "no span of time"),
({"said": RATE | {"speaker": "any"}, "rule": "negotiated"}, "said.speaker", "both have to agree"),
({"source": FIELD | {"table": TABLE}}, "source", "exactly one"),
({"source": {"table": TABLE | {"column": ""}}}, "source.table.column", "is empty"),
({"source": {"table": TABLE | {"key": {}}}}, "source.table.key", "exactly one of custom_field, field and said"),
({"source": {"table": TABLE | {"key": {"said": {"judge": "x"}}}}}, "source.table.key.said.judge", "cannot find a key"),
({"source": {"request": REQUEST | {"url": "ftp://a/{key}"}}}, "source.request.url", "https://"),
({"source": {"request": REQUEST | {"url": "https://{key}.example.com/"}}}, "source.request.url", "without {key}"),
({"source": {"request": REQUEST | {"url": "https://me@a.example.com/{key}"}}}, "source.request.url", "no user"),
({"source": {"request": REQUEST | {"url": "https://a.example.com/{key} b"}}}, "source.request.url", "no spaces"),
({"source": {"request": REQUEST | {"url": "https://a.example.com:x/{key}"}}}, "source.request.url", "is no address"),
({"source": {"request": REQUEST | {"url": "https://a.example.com/"}}}, "source.request.key", "used nowhere"),
({"source": {"request": REQUEST | {"key": None}}}, "source.request", "no key"),
({"source": {"request": REQUEST | {"path": "a..b"}}}, "source.request.path", "must lead to the value"),
({"source": {"request": REQUEST | {"body": "x"}}}, "source.request.body", "POST"),
({"source": {"request": REQUEST | {"headers": [{"name": "a b", "value": ""}]}}}, "source.request.headers[0]", "no header"),
({"source": {"request": REQUEST | {"headers": [{"name": "Authorization", "value": "x"}]}}}, "source.request.headers[0].name", "hosts file"),
],
)  # fmt: skip
def test_problems_say_where_and_what_would_be_right(written: dict[str, Any], field: str, reason: str) -> None:
    """Every fault of the settings has its path and its remedy."""
    found = METRIC.problems(msgspec.convert({"said": RATE, "source": FIELD} | written, Settings, strict=False))
    assert found[0][0] == field
    assert reason in found[0][1]


AMOUNTS = st.decimals(0, 100, places=1)


@given(st.lists(AMOUNTS, min_size=1, max_size=5), AMOUNTS, st.decimals(0, 5, places=1))
def test_the_laws_of_the_rules(said: list[Decimal], truth: Decimal, tolerance: Decimal) -> None:
    """Strict is the strictest, any the mildest; more tolerance is never stricter."""
    conversation = call(*(f"agent: {one}%" for one in said), rate=str(truth))

    def is_yes(rule: str, tolerance: Decimal = Decimal(0)) -> bool:
        return judge(conversation, rule=rule, tolerance=str(tolerance)).qualification == "YES"

    assert is_yes("strict") == all(one == truth for one in said)
    assert is_yes("any") == any(one == truth for one in said)
    assert (is_yes("first"), is_yes("last")) == (said[0] == truth, said[-1] == truth)
    assert is_yes("last", tolerance) == (abs(said[-1] - truth) <= tolerance)


def test_a_window_of_time_is_not_held_against_the_agent_where_no_times_are_known() -> None:
    """Nobody can know whether the value was said in time: NA, as with questions, and no NO."""
    written: dict[str, Any] = {"said": RATE | {"window": {"first": "60 seconds"}}}
    untimed = judge(call("agent: Our rate is 4.8%.", step_ms=None), **written)
    assert (untimed.qualification, untimed.compared) == ("NA", None)
    assert untimed.reason == "no times are known, and the agent's first 60 seconds were asked for; the source says 4.8"
    assert judge(call("agent: Our rate is 4.8%."), **written).qualification == "YES"
    assert judge(call("agent: Hello."), **written).qualification == "NO"


def test_a_masked_value_is_held_against_a_masked_field_and_nothing_else() -> None:
    """One value has one placeholder in a conversation; one that is in plain on one side cannot be compared: NA."""
    phone: dict[str, Any] = {"said": {"kind": "phone", "name": "number"}}
    lines = ("agent: I have [phone 1] here.",)
    assert judge(call(*lines, rate="[phone 1]"), **phone).qualification == "YES"
    assert judge(call(*lines, rate="[phone 2]"), **phone).qualification == "NO"
    verdict = judge(call(*lines, rate="202-555-0143"), **phone)
    assert (verdict.qualification, "redacted on one side" in verdict.reason) == ("NA", True)
