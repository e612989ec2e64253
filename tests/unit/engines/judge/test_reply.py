"""A judge's reply is checked against the conversation before anybody relies on it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.probe import Extracted, Extraction, ExtractionAnswer, JudgementAnswer, Summarization, SummaryAnswer
from auscult.engines._judge.reply import NO_JSON, Read, read
from tests.data_files import data_of
from tests.unit.engines.judging import CALL, HELLO, SORRY, judgement, transcript

YES = {"evidence": [{"turn": 1, "quote": "Hello, thank you"}], "reason": "It says so.", "answer": "YES"}


def reading(*answers: dict[str, Any] | None, questions: list[Any] | None = None) -> Read:
    """Read answers to these questions, given by index."""
    asked = questions or [HELLO, SORRY][: len(answers)]
    given = {f"q{at}": answer for at, answer in enumerate(answers, 1) if answer is not None}
    return read(json.dumps(given), asked, CALL, range(len(asked)), "judge 1 m")


def test_an_answer_that_can_be_used() -> None:
    """YES with the turn, the words as they stand there, the reason, and who said it."""
    found = reading(YES)
    assert found.faults == {}
    assert found.answers[0] == JudgementAnswer(
        holds=True, turn_ids=("m1",), reason="It says so.", engine="judge 1 m", quotes=("Hello, thank you",)
    )


@pytest.mark.parametrize(("answer", "holds"), [("NO", False), ("NA", None)])
def test_no_and_na_need_no_evidence(answer: str, holds: bool | None) -> None:
    """There is nothing to point at where something is missing or does not come up."""
    found = reading({"evidence": [], "reason": "", "answer": answer})
    assert found.answers[0] == JudgementAnswer(holds, (), "", "judge 1 m")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        *data_of(__file__, "what_is_wrong_is_a_fault_of_that_answer_alone"),
        ({"evidence": [*YES["evidence"], {"turn": 3, "quote": "a refund"}]}, "the words it quotes are not in turn 3"),
    ],
)
def test_what_is_wrong_is_a_fault_of_that_answer_alone(changed: dict[str, Any], fault: str) -> None:
    """The other answers of the reply stand; the fault says what is wrong, in words of ours."""
    sorry = {"evidence": [{"turn": 3, "quote": "I am so sorry"}], "reason": "", "answer": "YES"}
    found = reading({**YES, **changed}, sorry)
    assert list(found.answers) == [1]
    assert found.faults[0].startswith(fault)


@pytest.mark.parametrize("quote", ["hello, THANK you", "Hello — thank\nyou", '"Hello thank you"', "Hello... thank you"])
def test_quotes_may_differ_in_case_and_punctuation(quote: str) -> None:
    """Words count; what is kept is how they stand in the turn."""
    found = reading({**YES, "evidence": [{"turn": 1, "quote": quote}]})
    answer = found.answers[0]
    assert isinstance(answer, JudgementAnswer)
    assert answer.quotes == ("Hello, thank you",)


def test_a_reason_may_quote_the_conversation_and_the_statement() -> None:
    """Only a quote of nothing is a fault; a word or two in quotation marks is no quote."""
    said = 'It says "thank you for calling", asked was "The agent says hello", and that is a "fine greeting".'
    assert reading({**YES, "reason": said}).faults == {}


@pytest.mark.parametrize(
    "reply",
    ["", "no", "{", '{"q1": {"evidence": [', "[]", "null", '"q1"', '{"q1": ]}', "\x00"],
)
def test_a_reply_that_is_no_json_answers_nothing(reply: str) -> None:
    """All that was asked has that fault."""
    assert read(reply, [HELLO, SORRY], CALL, [0, 1], "e") == Read({}, {0: NO_JSON, 1: NO_JSON})


def test_what_stands_around_the_json_is_passed_over() -> None:
    """Some models think aloud, in braces even, and some fence their code."""
    reply = f"<think>{{perhaps}} YES?</think>\nHere it is:\n```json\n{json.dumps({'q1': YES})}\n```"
    assert list(read(reply, [HELLO], CALL, [0], "e").answers) == [0]


def test_line_ends_within_a_text_are_no_fault() -> None:
    """As llama-cpp-python's grammar lets a model write them."""
    reply = json.dumps({"q1": YES | {"reason": "It NEWLINE says so."}}).replace("NEWLINE", "\n\t")
    answer = read(reply, [HELLO], CALL, [0], "e").answers[0]
    assert isinstance(answer, JudgementAnswer)
    assert answer.reason == "It says so."


def test_what_was_not_asked_is_passed_over_and_what_is_missing_is_a_fault() -> None:
    """Nobody can slip in an answer to another question."""
    found = read(json.dumps({"q2": YES, "q9": YES}), [HELLO, SORRY], CALL, [0], "e")
    assert found == Read({}, {0: "there is no answer"})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["q1", "evidence", "turn", "quote", "reason", "answer"]) | st.text(), inner
            )
        ),
    )
)
def test_whatever_comes_back_is_an_answer_or_a_fault(reply: object) -> None:
    """Law: no reply raises, and none is both answered and faulty, or neither."""
    found = read(json.dumps({"q1": reply, "q2": reply}), [HELLO, SORRY], CALL, [0, 1], "e")
    assert set(found.answers) ^ set(found.faults) == {0, 1}


@given(st.text(), st.integers(-2, 6), st.sampled_from(["YES", "NO", "NA"]))
def test_evidence_that_passes_is_in_its_turn(quote: str, turn: int, answer: str) -> None:
    """Law: what is kept as evidence is a slice of the turn that it points at."""
    found = reading({"evidence": [{"turn": turn, "quote": quote}], "reason": "", "answer": answer})
    for one in found.answers.values():
        assert isinstance(one, JudgementAnswer)
        texts = {each.id: each.text for each in CALL.turns}
        assert all(kept and kept in texts[name] for name, kept in zip(one.turn_ids, one.quotes, strict=True))


def test_values_are_slices_of_what_was_said_in_order() -> None:
    """Each with its turn; a turn or quote that is not there is a fault here too."""
    talk = transcript("agent: It is 25 dollars.", "agent: No, twenty.")
    asked = Extraction("fee", "the fee", "number", talk, ("m1", "m2"))
    said = [{"turn": 2, "quote": "twenty", "value": "20"}, {"turn": 1, "quote": "25 Dollars", "value": "25"}]
    found = read(json.dumps({"q1": {"values": said}}), [asked], talk, [0], "e")
    assert found.answers[0] == ExtractionAnswer(
        (Extracted("m1", "25 dollars", "25"), Extracted("m2", "twenty", "20")), "e"
    )
    for wrong in ({"turn": 3}, {"quote": "thirty"}, {"value": " "}):
        assert read(json.dumps({"q1": {"values": [{**said[0], **wrong}]}}), [asked], talk, [0], "e").faults


@pytest.mark.parametrize(
    ("quote", "value", "is_fault"), data_of(__file__, "a_value_is_what_the_figures_it_quotes_come_to")
)
def test_a_value_is_what_the_figures_it_quotes_come_to(quote: str, value: str, is_fault: bool) -> None:
    """Right words beside a wrong value would be evidence against the verdict that rests on them."""
    talk = transcript(f"agent: It {quote} today.")
    asked = Extraction("fee", "the fee", "percentage" if "percent" in quote else "amount", talk, ("m1",))
    said = [{"turn": 1, "quote": quote, "value": value}]
    assert bool(read(json.dumps({"q1": {"values": said}}), [asked], talk, [0], "e").faults) == is_fault


def test_a_summary_names_the_turns_behind_it() -> None:
    """In the order of its sentences, each once."""
    told = [{"sentence": "A card was lost.", "turns": [2, 1]}, {"sentence": "\x1bIt ended\nwell.", "turns": [4, 2]}]
    found = read(json.dumps({"q1": {"sentences": told}}), [Summarization(CALL)], CALL, [0], "e")
    assert found.answers[0] == SummaryAnswer("A card was lost. It ended well.", ("m2", "m1", "m4"), "e")
    for wrong in (
        [],
        [{"sentence": "x", "turns": []}],
        [{"sentence": " ", "turns": [1]}],
        [{"sentence": "x", "turns": [5]}],
    ):
        assert read(json.dumps({"q1": {"sentences": wrong}}), [Summarization(CALL)], CALL, [0], "e").faults


@pytest.mark.parametrize(("sentence", "is_fault"), data_of(__file__, "a_figure_of_a_summary_was_said"))
def test_a_figure_of_a_summary_was_said(sentence: str, is_fault: bool) -> None:
    """In figures or in words: an invented amount would be shown as what happened."""
    talk = transcript("agent: It is 2340 euros, in twenty five days.")
    told = [{"sentence": sentence, "turns": [1]}]
    found = read(json.dumps({"q1": {"sentences": told}}), [Summarization(talk)], talk, [0], "e")
    assert bool(found.faults) == is_fault


def test_a_turn_without_words_is_quoted_as_it_stands() -> None:
    """An emoji is something to say."""
    talk = transcript("customer: 👍")
    thumb = judgement("The customer agrees.", talk, None)
    said = {"evidence": [{"turn": 1, "quote": " 👍"}], "reason": "", "answer": "YES"}
    answer = read(json.dumps({"q1": said}), [thumb], talk, [0], "e").answers[0]
    assert isinstance(answer, JudgementAnswer)
    assert answer.quotes == ("👍",)
