"""Whether the customer's request was met."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given

from auscult.analyzers.outcome._turn_indexes import what_is_said
from auscult.engines._contract import Engine
from auscult.wording import sentences
from tests.data_files import data_of, tuples_of
from tests.unit.analyzers.conversations import analyzed, conversations, talk
from tests.waiting import existing


@given(asked=conversations())
def test_decided_means_evidence(engines: Mapping[type, Engine], asked: Any) -> None:
    """YES and NO point at a turn, NA at none (rule 13)."""
    outcome = analyzed(asked, engines).resolution
    if outcome is not None:
        assert bool(outcome.evidence) == (outcome.resolution != "NA")


@pytest.mark.parametrize(
    ("lines", "expected"),
    tuples_of(__file__, "outcome"),
)
def test_outcome(lines: Sequence[str], expected: str, engines: Mapping[type, Engine]) -> None:
    """Done or answered and taken, refused or left, or nothing asked."""
    assert existing(analyzed(talk(*lines), engines).resolution).resolution == expected


@pytest.mark.parametrize(
    ("language", "lines", "expected"),
    tuples_of(__file__, "a_statement_answers_where_the_customer_takes_it"),
)
def test_a_statement_answers_where_the_customer_takes_it(
    language: str, lines: Sequence[str], expected: str, engines: Mapping[type, Engine]
) -> None:
    """In languages that are read by packs; where the customer leaves, only what is done counts."""
    assert existing(analyzed(talk(*lines, language=language), engines).resolution).resolution == expected


@pytest.mark.parametrize(
    ("lines", "expected", "doubt"),
    tuples_of(__file__, "an_unclear_answer_is_marked_with_the_reason"),
)
def test_an_unclear_answer_is_marked_with_the_reason(
    lines: Sequence[str], expected: str, doubt: str, engines: Mapping[type, Engine]
) -> None:
    """YES or NO stays; the mark stands next to it."""
    outcome = existing(analyzed(talk(*lines), engines).resolution)
    assert (outcome.resolution, outcome.doubt or "") == (expected, doubt)


@pytest.mark.parametrize(
    "closing",
    tuples_of(__file__, "a_failure_that_nothing_follows_decides_closing"),
)
@pytest.mark.parametrize("failure", ["A: sorry, i could not book it. anything else?", "A: i was unable to book that"])
def test_a_failure_that_nothing_follows_decides(
    failure: str, closing: tuple[str, ...], engines: Mapping[type, Engine]
) -> None:
    """However polite both are at the end; the evidence is the failure, and no courtesy."""
    lines = ("C: can you book a table for two", "A: sure, at seven?", "C: yes please", failure, *closing)
    outcome = existing(analyzed(talk(*lines), engines).resolution)
    assert outcome.resolution == "NO"
    assert outcome.evidence[0].text == failure.removeprefix("A: ")


def test_courtesies_report_nothing() -> None:
    """They are no evidence of anything; a sentence next to them still is."""
    for courtesy in ("You're welcome, have a fine day.", "Enjoy your day.", "My pleasure!", "OK, have a good one."):
        assert what_is_said(courtesy) == ""
    assert what_is_said("I have booked it for you. Have a nice day!") == "met"


def test_an_outbound_call_that_asks_nothing_of_us_is_na(engines: Mapping[type, Engine]) -> None:
    """A notice, and thanks for it."""
    lines = ("A: we only ring to say that the mailboxes move on monday", "C: ok thanks", "A: goodbye")
    assert existing(analyzed(talk(*lines, direction="outbound"), engines).resolution).resolution == "NA"


def test_knows_many_ways_of_doing_and_of_refusing() -> None:
    """Of the sentences beside the pack, written apart from it, nine in ten are read right; information counts as doing."""
    fits = {"met": ("met", "informed"), "refused": ("refused",)}
    proofs = sentences("en/agent_outcome")
    right = [(what_is_said(proof.text) in fits[proof.means]) == proof.holds for proof in proofs]
    assert sum(right) >= 0.9 * len(proofs)


@pytest.mark.parametrize(("asked", "answer"), data_of(__file__, "the_answer_is_cited_and_not_the_question"))
def test_the_answer_is_cited_and_not_the_question(asked: str, answer: str, engines: Mapping[type, Engine]) -> None:
    """Where no turn reports that it was met, the agent's last turn that is no courtesy is the evidence."""
    said = ("A: Hello", f"C: {asked}", f"A: {answer}", "C: bye", "A: Have a nice day!")
    outcome = existing(analyzed(talk(*said), engines).resolution)
    assert (outcome.resolution, [one.turn_id for one in outcome.evidence]) == ("YES", ["m3"])


FAILS = tuples_of(__file__, "fails")
MADE_GOOD = tuples_of(__file__, "made_good")


@pytest.mark.parametrize(("lines", "answer"), [*((one, "NO") for one in FAILS), *((one, "YES") for one in MADE_GOOD)])
def test_a_failure_that_the_agent_states_decides(
    lines: Sequence[str], answer: str, engines: Mapping[type, Engine]
) -> None:
    """However politely the customer leaves; it is cited. What makes it good is a success, or another way that is accepted."""
    found = existing(analyzed(talk("C: Please book a table for two at noon.", *lines), engines).resolution)
    assert found.resolution == answer
    assert answer == "YES" or [each.turn_id for each in found.evidence] == ["m2"]


def test_a_no_that_follows_the_goodbye_refuses_nothing(engines: Mapping[type, Engine]) -> None:
    """It answers no request: the answer to that is cited."""
    lines = tuples_of(__file__, "a_no_that_follows_the_goodbye_refuses_nothing")
    found = existing(analyzed(talk(*lines), engines).resolution)
    assert (found.resolution, [each.turn_id for each in found.evidence]) == ("YES", ["m2"])
