"""Addresses are found whole, from the flat to the postcode; and the security code that follows on a card."""

import pytest

from auscult.domain.privacy.redaction import Hints, Utterance, redacted
from auscult.redactors.builtin import BuiltIn


def left_of(*texts: str) -> list[str]:
    """Redact turns of the agent and the customer in turn, and return what is left of them."""
    utterances = [Utterance(("agent", "customer")[index % 2], text) for index, text in enumerate(texts)]
    return list(redacted(texts, BuiltIn().find(utterances, Hints())).texts)


@pytest.mark.parametrize(
    "text",
    [
        "it's {thirty eight hawthorn rise, kettering, n n sixteen nine l p} thanks",
        "so {eleven hundred forty six birch run drive, tulsa, oklahoma, seven four one three six}",
        "it's {4 abbeyfields, clonakilty, p eight five x k seven two}",
        "{fifteen, sorry, fifty monk street, hereford, h r four nine d x}",
        "Bitte an {Im Rosengrund 12, 50667 Köln}, danke.",
        "Naar {Oude Gracht 45-2, 3511 AP Utrecht} graag",
        "Adresse de livraison : {27 cours Gambetta, 34000 Montpellier}",
        "{Flat 304, Lakeview Residency, 5th Main, Koramangala, Bangalore 560034}",
        "it's {B-47, Sector 62, Noida, UP 201301}, ok?",
        "so that's going to {33 rosemount drive, tralee}, yes?",
    ],
)
def test_an_address_is_found_whole(text: str) -> None:
    """Nothing is left of an address, and all of the words around it are."""
    before, _, rest = text.partition("{")
    after = rest.partition("}")[2]
    assert left_of(text.replace("{", "").replace("}", "")) == [f"{before}[address 1]{after}"]


@pytest.mark.parametrize(
    "text",
    [
        "it took 24 hours drive, mate",
        "it was a nice way, honestly",
        "i waited 2 weeks, order 560102 for flat pack, near the shop",
        "The reference is plot 12, case 560102.",
    ],
)
def test_numbers_and_words_of_streets_are_no_address(text: str) -> None:
    """A text without an address stays as it is."""
    assert left_of(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111, 04/27, 551", "[card 1], [expiry 1], [security code 1]"),
        ("4111 1111 1111 1111, code 204.", "[card 1], code [security code 1]."),
        ("4111 1111 1111 1111, 204 pounds", "[card 1], 204 pounds"),
    ],
)
def test_a_security_code_follows_on_a_card(text: str, expected: str) -> None:
    """Three digits behind an expiry or behind ``code`` are one; others are not."""
    assert left_of(text) == [expected]


def test_a_security_code_that_is_asked_for_is_found_as_it_is_said() -> None:
    """The question names the digits that the answer has."""
    assert left_of("and the three digits on the signature strip", "three oh eight")[1] == "[security code 1]"
