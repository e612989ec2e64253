"""Whether the customer's request was met."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given

from auscult.analyzers.outcome._course import what_is_said
from auscult.engines._contract import Engine
from auscult.wording import sentences
from tests.unit.analyzers.conversations import analyzed, conversations, talk


@given(asked=conversations())
def test_decided_means_evidence(engines: Mapping[type, Engine], asked: Any) -> None:
    """YES and NO point at a turn, NA at none (rule 13)."""
    outcome = analyzed(asked, engines).resolution
    if outcome is not None:
        assert bool(outcome.evidence) == (outcome.resolution != "NA")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("C: can you refund the second charge", "A: i've refunded it", "C: thanks", "A: have a nice day"), "YES"),
        (("C: when do you close", "A: we close at six on saturdays", "C: okay thank you"), "YES"),
        (("C: it won't turn on", "A: hold the button for ten seconds", "C: it works now, thank you so much"), "YES"),
        (("C: i need a refund", "A: sorry that's not possible", "C: that's ridiculous", "A: goodbye"), "NO"),
        (("C: hello?", "C: my boiler is broken", "C: nobody there"), "NO"),
        (("C: where is my parcel", "A: let me look, so the driver was by"), "NO"),
        (
            ("C: can i move my slot", "A: please wait and check again tomorrow", "C: forget it", "S: [caller hung up]"),
            "NO",
        ),
        (("C: just wanted to say your driver was lovely", "A: thank you, i'll pass it on"), "NA"),
    ],
)
def test_outcome(lines: Sequence[str], expected: str, engines: Mapping[type, Engine]) -> None:
    """Done or answered and taken, refused or left, or nothing asked."""
    outcome = analyzed(talk(*lines), engines).resolution
    assert outcome is not None
    assert outcome.resolution == expected


@pytest.mark.parametrize(
    ("language", "lines", "expected"),
    [
        ("es", ("C: se puede pagar con tarjeta", "A: solo el efectivo de toda la vida", "C: vale gracias"), "YES"),
        ("es", ("C: se puede pagar con tarjeta", "A: solo el efectivo de toda la vida", "C: mmm"), "NO"),
        ("es", ("C: hay que pedir cita", "A: Buenos días. No, puede venir sin cita.", "C: gracias"), "YES"),
        ("de", ("C: geht auch karte", "A: bei uns nur bargeld wie früher", "C: okay danke"), "YES"),
        ("de", ("C: geht auch karte", "A: bei uns nur bargeld wie früher", "C: hm"), "NO"),
        (
            "de",
            ("C: wo ist mein paket", "A: es ist seit gestern in leipzig", "S: [Der Kunde hat aufgelegt]"),
            "NO",
        ),
    ],
)
def test_a_statement_answers_where_the_customer_takes_it(
    language: str, lines: Sequence[str], expected: str, engines: Mapping[type, Engine]
) -> None:
    """In languages that are read by packs; where the customer leaves, only what is done counts."""
    outcome = analyzed(talk(*lines, language=language), engines).resolution
    assert outcome is not None
    assert outcome.resolution == expected


@pytest.mark.parametrize(
    ("lines", "expected", "doubt"),
    [
        (("C: can you refund the second charge", "A: i've refunded it", "C: thanks"), "YES", ""),
        (("C: i need a refund", "A: sorry that's not possible", "C: that's ridiculous"), "NO", ""),
        (
            (
                "C: can you refund both charges",
                "A: i've refunded the first one",
                "A: i could not refund the second",
                "C: ok",
            ),
            "YES",
            "both a success and a refusal or failure are reported",
        ),
        (
            ("C: where is my parcel", "A: let me look, so the driver was by", "C: hm"),
            "NO",
            "neither a success nor a refusal is reported",
        ),
        (("C: just wanted to say your driver was lovely", "A: thank you, i'll pass it on"), "NA", ""),
    ],
)
def test_an_unclear_answer_is_marked_with_the_reason(
    lines: Sequence[str], expected: str, doubt: str, engines: Mapping[type, Engine]
) -> None:
    """YES or NO stays; the mark stands next to it."""
    outcome = analyzed(talk(*lines), engines).resolution
    assert outcome is not None
    assert (outcome.resolution, outcome.doubt or "") == (expected, doubt)


@pytest.mark.parametrize(
    "closing",
    [
        ("C: no, that's all", "A: you're welcome, have a nice day"),
        ("C: it's okay, thank you", "A: understood, enjoy the rest of your day"),
        ("C: no, you have been very helpful", "A: i enjoy helping you!"),
    ],
)
@pytest.mark.parametrize("failure", ["A: sorry, i could not book it. anything else?", "A: i was unable to book that"])
def test_a_failure_that_nothing_follows_decides(
    failure: str, closing: tuple[str, ...], engines: Mapping[type, Engine]
) -> None:
    """However polite both are at the end; the evidence is the failure, and no courtesy."""
    lines = ("C: can you book a table for two", "A: sure, at seven?", "C: yes please", failure, *closing)
    outcome = analyzed(talk(*lines), engines).resolution
    assert outcome is not None
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
    outcome = analyzed(talk(*lines, direction="outbound"), engines).resolution
    assert outcome is not None
    assert outcome.resolution == "NA"


def test_knows_many_ways_of_doing_and_of_refusing() -> None:
    """Of the sentences beside the pack, written apart from it, nine in ten are read right; information counts as doing."""
    fits = {"met": ("met", "informed"), "refused": ("refused",)}
    proofs = sentences("en/agent_outcome")
    right = [(what_is_said(proof.text) in fits[proof.means]) == proof.holds for proof in proofs]
    assert sum(right) >= 0.9 * len(proofs)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Could you tell me about the warranty?", "Well, two years from the day you bought it."),
        ("can you help me find the entrance please", "Past the bakery and left."),
    ],
)
def test_the_answer_is_cited_and_not_the_question(asked: str, answer: str, engines: Mapping[type, Engine]) -> None:
    """Where no turn reports that it was met, the agent's last turn that is no courtesy is the evidence."""
    said = ("A: Hello", f"C: {asked}", f"A: {answer}", "C: bye", "A: Have a nice day!")
    outcome = analyzed(talk(*said), engines).resolution
    assert outcome is not None
    assert (outcome.resolution, [one.turn_id for one in outcome.evidence]) == ("YES", ["m3"])


FAILS = (
    ("A: Sorry, your reservation failed. Anything else?", "C: No, thanks for helping."),
    ("A: I couldn't book that one, do you want 11 am instead?", "C: No it's ok for now, thank you."),
    ("A: The purchase did not go through.", "C: Alright then, thanks.", "A: Have a fantastic day."),
    ("A: That didn't work, sorry, can I do something else?", "C: No for now it's OK"),
)
MADE_GOOD = (
    (
        "A: That didn't work.",
        "C: Try again please.",
        "A: Your ticket purchase is confirmed.",
        "C: ok",
    ),
    ("A: I couldn't book that one, would you like 11 am instead?", "C: Yes please, that works."),
    ("A: I was able to make the reservation without any issues.", "C: Thanks so much."),
)


@pytest.mark.parametrize(("lines", "answer"), [*((one, "NO") for one in FAILS), *((one, "YES") for one in MADE_GOOD)])
def test_a_failure_that_the_agent_states_decides(
    lines: Sequence[str], answer: str, engines: Mapping[type, Engine]
) -> None:
    """However politely the customer leaves; it is cited. What makes it good is a success, or another way that is accepted."""
    found = analyzed(talk("C: Please book a table for two at noon.", *lines), engines).resolution
    assert found is not None
    assert found.resolution == answer
    assert answer == "YES" or [each.turn_id for each in found.evidence] == ["m2"]


def test_a_no_that_follows_the_goodbye_refuses_nothing(engines: Mapping[type, Engine]) -> None:
    """It answers no request: the answer to that is cited."""
    lines = (
        "C: When does my promo code expire?",
        "A: All promo codes expire after 7 days without fail.",
        "C: Perfect. Thanks",
        "C: That's all, have a great day! Don't forget to neuter your pet!",
        "A: have a nice day",
        "A: I won't",
    )
    found = analyzed(talk(*lines), engines).resolution
    assert found is not None
    assert (found.resolution, [each.turn_id for each in found.evidence]) == ("YES", ["m2"])
