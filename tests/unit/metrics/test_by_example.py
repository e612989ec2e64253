"""Taught questions: a Yes with its turn, a No, an occasion that is missing, and answers that wait for a person."""

import zlib
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.definitions.form_difference import differences
from auscult.domain.errors import EngineError
from auscult.domain.evaluation import Verdict
from auscult.domain.form import Form, Metric
from auscult.domain.probe import Acts, Lesson, LessonAnswer, Probe, Resemblance, ResemblanceAnswer, Said
from auscult.domain.questions.taught import agreement, chosen, parts_of, speaker_of, yes_from_of
from auscult.domain.said.negation import denies
from auscult.engines import ENGINES
from auscult.engines.taught import OF_TEXT, OF_TURN, OF_WORDS
from auscult.engines.wordllama import WordLlama
from auscult.metrics.by_example import ByExample, Settings
from tests.data_files import data_of

TAUGHT = {"weights": "e", "answers": 24, "right": 15, "kappa": 0.8, "least": 0.5, "most": 1, "encoder": "words"}
CALL = Conversation(
    id="c-1",
    channel="voice",
    started_at=datetime(2026, 3, 1, tzinfo=UTC),
    turns=(Turn("m1", "agent", "hello"), Turn("m2", "customer", "cancel it"), Turn("m3", "agent", "join our club")),
)


def judged(odds: dict[str, int], yes_from: int = 0, call: Conversation = CALL, **changed: Any) -> Verdict:
    """Return the verdict on the call where turns have these odds."""
    settings = msgspec.convert({"question": "Was it said?", "taught": TAUGHT} | changed, Settings, strict=False)
    answers: dict[Probe, Any] = {
        probe: ResemblanceAnswer(tuple(odds[each.text] for each in probe.turns), "test 1", yes_from)
        for probe in ByExample().probes(settings, call)
        if isinstance(probe, Resemblance)
    }
    return ByExample().judge(settings, call, answers)


def test_the_likeliest_turn_decides() -> None:
    """A Yes cites it; a No names what was looked through; a speaker who is not asked about does not count."""
    yes = judged({"hello": -900, "join our club": 1200})
    assert (yes.qualification, yes.evidence[0].turn_id, yes.confidence) == ("YES", "m3", Decimal("0.77"))
    no = judged({"hello": -900, "join our club": -1200})
    assert (no.qualification, no.evidence[0].is_absence, no.confidence) == ("NO", True, Decimal("0.71"))
    assert judged({"cancel it": 500}, speaker="customer").evidence[0].turn_id == "m2"
    seldom = judged({"hello": -900, "join our club": -400}, yes_from=-500)
    assert (seldom.qualification, seldom.confidence) == ("YES", Decimal("0.40"))


def test_without_an_occasion_it_is_not_asked() -> None:
    """NA names where the occasion was looked for; with it the answer is given."""
    odds = {"hello": -900, "join our club": 1200}
    trigger = {"speaker": "customer", "any_of": [{"phrases": ["refund"]}]}
    assert judged(odds, trigger=trigger).qualification == "NA"
    found = judged(odds, trigger=trigger | {"any_of": [{"phrases": ["cancel"]}]})
    assert (found.qualification, found.trigger[0].turn_id) == ("YES", "m2")


def test_only_turns_on_one_side_of_the_occasion_count() -> None:
    """A likely turn on the other side is no Yes; an order without an occasion is a fault."""
    trigger = {"speaker": "customer", "any_of": [{"phrases": ["cancel"]}]}
    odds = {"hello": 900, "join our club": 1200}
    assert judged(odds, trigger=trigger, order="before").evidence[0].turn_id == "m1"
    assert judged(odds, trigger=trigger, order="after").evidence[0].turn_id == "m3"
    assert judged({"hello": -900, "join our club": 1200}, trigger=trigger, order="before").qualification == "NO"
    first = trigger | {"speaker": "agent", "any_of": [{"phrases": ["hello"]}]}
    nothing = judged(odds, trigger=first, order="before")
    assert (nothing.qualification, nothing.confidence) == ("NO", Decimal("1.00"))
    assert [key for key, _fault in ByExample().problems(Settings(question="Was it said?", order="before"))] == ["order"]


def test_turns_that_deny_count_only_where_the_question_says_so() -> None:
    """Of a likely turn that denies and a less likely one that does not, the setting chooses; no others are left out."""
    call = structs.replace(
        CALL, turns=(Turn("m1", "agent", "we have no refund"), Turn("m2", "agent", "you get a refund"))
    )
    odds = {"we have no refund": 900, "you get a refund": 300}
    assert [judged(odds, call=call, denials=each).evidence[0].turn_id for each in (None, "only", "never")] == [
        "m1", "m1", "m2",
    ]  # fmt: skip
    questions = {"isn't it nice?": False, "no doubt about it": False, "it is fine. No, not at all.": True}
    assert {each: denies(each, "en") for each in questions} == questions
    assert (denies("das geht leider nicht", "de"), denies("ei käy", "fi")) == (True, False)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "a", "b"]))))
def test_ticks_propose_what_every_yes_has_and_seldom_a_no(ticks: list[tuple[bool, str]]) -> None:
    """A value is proposed for all Yes or not at all; that every turn has it, is no reason; more of the same keep it."""
    found = parts_of([(says, {"key": value}) for says, value in ticks])
    yes = [value for says, value in ticks if says]
    assert [(each.key, each.value, each.ticks) for each in found] in ([], [("key", yes[0] if yes else "", len(yes))])
    assert parts_of([(says, {"key": value}) for says, value in ticks], is_one=True) == found
    assert not found or (yes[0] and {*yes} == {yes[0]} and any(value != yes[0] for says, value in ticks if not says))
    whole = [(says, {"key": "a" if says else "b"}) for says in (True, False)]
    assert [parts_of(whole * many) != () for many in (1, 3, 5, 20)] == [False, False, True, True]
    assert not found or parts_of([(says, {"key": value}) for says, value in [*ticks, (False, "c")]]) == found


@pytest.mark.parametrize("changed", [{"taught": None}, {"counts_from": "0.9"}], ids=["not taught", "under the limit"])
def test_what_does_not_agree_well_enough_waits_for_a_person(changed: dict[str, Any]) -> None:
    """It is no answer, whatever the odds; under the limit it says how often it was right."""
    found = judged({"hello": -900, "join our club": 1200}, **changed)
    assert found.qualification == "-"
    assert found.reason == (
        "not taught yet: tick turns of past conversations"
        if "taught" in changed
        else "tried on 24 of your answers: 15 right; a person or a judge should answer this one"
        " (the machine would say YES)"
    )


def test_a_worker_without_the_encoder_does_not_answer() -> None:
    """The error names the encoder that is missing, and weights that cannot be read are an error, too."""
    for probe, reason in (
        (Resemblance("e", "meaning of another", ()), "encoder.missing"),
        (Resemblance("no weights", ENGINES["taught"]().version, ()), "weights.unreadable"),
    ):
        with pytest.raises(EngineError) as caught:
            ENGINES["taught"]().answer([probe])
        assert caught.value.reason == reason


def test_agreement_is_that_of_all_conversations() -> None:
    """Answers count where there are any, likelihoods elsewhere; one answer against the machine lowers kappa."""
    odds = {"a": 30_000, "b": 30_000, "c": -30_000, "d": -30_000}
    whole = agreement(odds, {"a": True, "c": False})
    assert (whole.kappa, whole.right, whole.answers) == (1.0, 2, 2)
    less = agreement(odds, {"a": True, "c": True})
    assert (less.kappa, less.right) == (0.5, 1)
    assert less.least < less.kappa < less.most
    assert agreement(odds, {}).answers == 0


def test_what_is_said_seldom_is_found_below_even_odds() -> None:
    """The limit is that with the highest kappa to expect, even odds where they are as good; right answers follow it."""
    odds = {"a": -400, "b": -500, **{f"no-{number}": -4000 for number in range(18)}}
    limit = yes_from_of(odds.values())
    assert -4000 <= limit < -500
    assert agreement(odds, {"a": True}, limit).right == 1
    assert agreement(odds, {"a": True}).right == 0
    assert yes_from_of([3000, -3000]) == 0


def test_what_was_taught_before_is_read_as_it_was() -> None:
    """Weights of the first revision have no signs of the turns around, and no limit but even odds."""
    numbers = bytes([127]) * OF_TEXT + bytes(OF_WORDS)
    old = b64encode(zlib.compress(msgspec.msgpack.encode((numbers, (0.1, 1.0), -2.0)))).decode()
    encoder = f"taught 1 on {WordLlama().version}"
    said = Said("join our club", 0, 0, "hello", "no")
    (found,) = ENGINES["taught"]().answer([Resemblance(old, encoder, (said, said._replace(said_before="bye")))])
    assert isinstance(found, ResemblanceAnswer)
    assert (found.yes_from, found.engine, len({*found.odds})) == (0, encoder, 1)
    assert found.odds[0] > 0


def test_dialogue_acts_are_signs_of_what_is_taught_now_and_not_of_what_was_taught_before() -> None:
    """Weights of the second revision give the same odds with acts and without; those that are taught now do not."""
    turns = (Turn("m1", "agent", "how can I help you"), Turn("m2", "agent", "we can not refund that"))
    acts = Acts(turns, "chat")
    said = (Said(turns[0].text, 0, 1, "", turns[1].text, 0), Said(turns[1].text, 1, 0, turns[0].text, "", 1))
    lesson = Lesson("Was it refused?", "en", (said, said), ((False, True), (False, True)), (acts, acts))
    (now,) = ENGINES["teacher"]().answer([lesson])
    assert isinstance(now, LessonAnswer)
    numbers = bytes([1]) * (OF_TURN + OF_WORDS)
    old = b64encode(zlib.compress(msgspec.msgpack.encode((numbers, (0.1, 1.0), -2.0)))).decode()
    for weights, encoder, is_same in (
        (old, f"taught 2 on {WordLlama().version}", True),
        (now.weights, now.encoder, False),
    ):
        probes = [Resemblance(weights, encoder, said, given) for given in (acts, None)]
        with_acts, without = ENGINES["taught"]().answer(probes)
        assert (with_acts == without) is is_same


def test_a_difference_of_weights_is_shown_by_their_digest() -> None:
    """Thousands of characters are not shown to a person who reviews a form."""
    forms = [
        Form(
            id="ef",
            name="F",
            channel="voice",
            metrics=(
                Metric(
                    id="em",
                    name="M",
                    type="by_example",
                    settings=msgspec.convert(
                        {"question": "Was it?", "taught": TAUGHT | {"weights": weights}}, Settings
                    ),
                ),
            ),
        )
        for weights in ("a" * 2000, "b" * 2000)
    ]
    (metric,) = differences(*forms).metrics
    (change,) = metric.changes
    assert (change.path, len(str(change.before)), len(str(change.after))) == (("taught", "weights"), 12, 12)


def test_proposals_are_likely_unsure_and_drawn() -> None:
    """Before anything is taught they are the likeliest; then each kind has its turn, and none comes twice."""
    odds = {f"c-{number}": 1000 - 300 * number for number in range(10)}
    assert list(chosen(odds, 3, 0, is_taught=False)) == ["c-0", "c-1", "c-2"]
    found = chosen(odds, 5, 0, is_taught=True)
    assert list(found.values()) == ["likely", "unsure", "likely", "unsure", "chance"]
    assert list(found)[:2] == ["c-0", "c-3"]
    assert len(chosen(odds, 20, 3, is_taught=True)) == 10


@pytest.mark.parametrize(("question", "speaker"), data_of(__file__, "whose_turns_are_read_follows_from_the_words"))
def test_whose_turns_are_read_follows_from_the_words(question: str, speaker: str) -> None:
    """The first word for a side decides; without one it is the agent."""
    assert speaker_of(question) == speaker
