"""Families of numbers, as people say and type them: of a right number nothing is left, whatever the rendering."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.es import dni
from stdnum.iso7064 import mod_97_10
from stdnum.pl import pesel

from auscult.domain.privacy.redaction import PLACEHOLDER, Hints, Utterance, redacted
from auscult.redactors.builtin import BuiltIn
from tests.data_files import lines_of

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NATO = lines_of(Path(__file__).with_name("nato.txt"))
PAUSES = [
    "",
    ", ",
    " uh ",
    ", and then ",
    ". Then ",
    " hang on, ",
    " let me see, ",
    ", it's a bit worn, ",
    ", next is ",
]
BACKCHANNELS = ["mhm", "okay, go on", "yes", "got that", "and the next ones", "sure, continue", "I'm listening"]
CORRECTIONS = [
    "no sorry",
    "I mean",
    "scratch that",
    "no, that should be",
    "my mistake",
    "actually",
    "sorry I misread that",
]
LEFT = re.compile(rf"\d|\b(?:{'|'.join([*ONES, *TEENS, *TENS, 'double', 'hundred'])})\b", re.IGNORECASE)

digits = st.text("0123456789", min_size=40, max_size=40)
chosen = st.integers(0, 10**6)


def card_of(beginning: str, rest: str, size: int) -> str:
    """Return a card number that passes Luhn."""
    body = (beginning + rest)[: size - 1]
    return body + luhn.calc_check_digit(body)


def _cards(kinds: list[tuple[str, int]]) -> st.SearchStrategy[str]:
    return st.builds(lambda kind, rest: card_of(kind[0], rest, kind[1]), st.sampled_from(kinds), digits)


ordinary = _cards([("4", 16), ("51", 16), ("2221", 16), ("6011", 16), ("34", 15), ("37", 15), ("3528", 16)])
cards = ordinary | _cards([("6759", 18), ("5018", 19), ("5061", 18), ("62", 19), ("81", 19), ("2204", 19)])
FORMS = {
    "DE": "n" * 18,
    "GB": "aaaa" + "n" * 14,
    "NL": "aaaa" + "n" * 10,
    "ES": "n" * 20,
    "AT": "n" * 16,
    "BE": "n" * 12,
    "IE": "aaaa" + "n" * 14,
}


def iban_of(country: str, rest: str, letters: str) -> str:
    """Return an IBAN with right check digits."""
    characters = zip(FORMS[country], rest, letters, strict=False)
    bban = "".join(digit if kind == "n" else letter for kind, digit, letter in characters)
    return country + str(mod_97_10.calc_check_digits(bban + country)) + bban


ibans = st.builds(
    iban_of, st.sampled_from(sorted(FORMS)), digits, st.text("BCDFGHKLMNPRSTVWZ", min_size=40, max_size=40)
)


def groups(number: str, size: int = 4) -> list[str]:
    """Return a number in groups, a card of 15 digits as it is printed."""
    if len(number) == 15:
        return [number[:4], number[4:10], number[10:]]
    return [number[at : at + size] for at in range(0, len(number), size)]


def one_by_one(group: str, zero: str = "zero") -> str:
    """Say digits one by one, letters as they are."""
    return " ".join(zero if one == "0" else ONES[int(one)] if one.isdecimal() else one.lower() for one in group)


def doubled(group: str) -> str:
    """Say two equal digits as ``double four``."""
    pairs = re.findall(r"(\d)(\1)?", group)
    return " ".join(f"double {ONES[int(one)]}" if same else ONES[int(one)] for one, same in pairs)


def in_pairs(group: str) -> str:
    """Say ``4215`` as ``forty-two fifteen``."""
    words: list[str] = []
    for one, other in re.findall(r"(\d)(\d)?", group):
        if other == "" or one == "0":
            words.append(one_by_one(one + other))
        elif one == "1":
            words.append(TEENS[int(other)])
        else:
            words.append(TENS[int(one) - 1] + (f"-{ONES[int(other)]}" if other != "0" else ""))
    return " ".join(words)


def spelled(group: str, style: int) -> str:
    """Spell letters, plainly or by words, and say digits one by one."""
    words = {one: NATO[ord(one) - 65] for one in group if one.isalpha()}
    letters = {
        one: (one.lower(), word, f"{one} for {word.capitalize()}", f"{one}, as in {word},")[style]
        for one, word in words.items()
    }
    return " ".join(letters[one] if one in letters else one_by_one(one) for one in group)


SAY = [one_by_one, partial(one_by_one, zero="oh"), doubled, in_pairs, str, " ".join]


def left(turns: Sequence[str]) -> list[str]:
    """Return what is left of digits, written or said, in the redacted turns ``C: …``."""
    utterances = [Utterance({"A": "agent", "C": "customer"}[turn[0]], turn[3:]) for turn in turns]
    after = redacted([text for _, text in utterances], BuiltIn().find(utterances, Hints())).texts
    return [found for text in after for found in LEFT.findall(PLACEHOLDER.sub("", text))]


@given(
    card=cards,
    separator=st.sampled_from(["", " ", "-", ".", " - ", "\u00a0", "\u2013", ", ", " / ", "_", "\u200b", "|"]),
)
@pytest.mark.parametrize("frame", ["my card is {}", "{}", "card:{} please", "Visa{}", "charge ({}) again"])
def test_a_written_card_leaves_nothing(frame: str, card: str, separator: str) -> None:
    """Any separator, any signs or a word around."""
    assert not left(["C: " + frame.format(separator.join(groups(card)))])


@given(card=cards)
@pytest.mark.parametrize("zero", ["\u0660", "\u0966", "\uff10"], ids=["arabic", "devanagari", "fullwidth"])
def test_digits_of_other_scripts_are_digits(zero: str, card: str) -> None:
    """A card's number in digits of another script is one."""
    written = card.translate({48 + value: chr(ord(zero) + value) for value in range(10)})
    assert PLACEHOLDER.search(redacted([written], BuiltIn().find([Utterance("customer", written)], Hints())).texts[0])


@given(
    card=ordinary,  # a remark before the last group of 19 digits leaves that group
    ways=st.lists(st.sampled_from(SAY), min_size=5, max_size=5),
    pauses=st.lists(st.sampled_from(PAUSES), min_size=5, max_size=5),
)
def test_a_said_card_leaves_nothing(card: str, ways: list[object], pauses: list[str]) -> None:
    """Each group is said in a way of its own, with pauses and remarks between."""
    said = "".join(f"{way(group)}{pause or ' '}" for group, way, pause in zip(groups(card), ways, pauses, strict=False))  # type: ignore[operator]
    assert not left(["A: and the card number please", f"C: {said.rstrip(' ,.')}"[:400].removesuffix(" next is")])


@given(card=cards, ways=st.lists(st.sampled_from(SAY), min_size=5, max_size=5), draw=chosen, reads_back=st.booleans())
def test_a_card_over_turns_leaves_nothing(card: str, ways: list[object], draw: int, *, reads_back: bool) -> None:
    """A group a turn; between them the agent answers, or reads each back."""
    turns = ["A: could I take the long number across the front"]
    for index, (group, way) in enumerate(zip(groups(card), ways, strict=False)):
        said = way(group)  # type: ignore[operator]
        turns += [
            f"C: {said}",
            f"A: {said}, okay" if reads_back else f"A: {BACKCHANNELS[(draw + index) % len(BACKCHANNELS)]}",
        ]
    assert not left(turns)


@given(
    card=cards,
    at=st.integers(0, 2),
    wrong=st.integers(1, 9),
    correction=st.sampled_from(CORRECTIONS),
    is_said=st.booleans(),
)
def test_a_corrected_card_leaves_nothing(card: str, at: int, wrong: int, correction: str, *, is_said: bool) -> None:
    """One digit of a group is wrong at first; neither reading is left."""
    parts = groups(card)
    bad = parts[at][:-1] + str((int(parts[at][-1]) + wrong) % 10)
    say = one_by_one if is_said else str
    said = [*map(say, parts[:at]), f"{say(bad)}, {correction},", *map(say, parts[at:])]
    assert not left(["A: whenever you're ready with the card", "C: " + " ".join(said)])


@given(iban=ibans, separator=st.sampled_from(["", " ", "-", ".", "\u00a0", " - ", "_", "/"]), is_small=st.booleans())
@pytest.mark.parametrize("frame", ["{}", "my IBAN is {}", "IBAN:{}", "iban{}", "pay it to {} thanks"])
def test_a_written_iban_leaves_nothing(frame: str, iban: str, separator: str, *, is_small: bool) -> None:
    """Any separator, capital letters or small ones, alone or named."""
    written = separator.join(groups(iban))
    assert not left(["C: " + frame.format(written.lower() if is_small else written)])


@given(iban=ibans, style=st.integers(0, 3), size=st.sampled_from([4, 6, 8, 40]), draw=chosen)
def test_a_spelled_iban_leaves_nothing(iban: str, style: int, size: int, draw: int) -> None:
    """Letters plain, by the alphabet's words, ``D for Delta``; at once or over turns with answers between."""
    turns = ["A: please read me the IBAN"]
    for index, group in enumerate(groups(iban, size)):
        turns += [f"C: {spelled(group, style)}", f"A: {BACKCHANNELS[(draw + index) % len(BACKCHANNELS)]}"]
    assert not left(turns)


@given(iban=ibans, at=st.integers(1, 3), correction=st.sampled_from(CORRECTIONS), is_said=st.booleans())
@example(iban="AT850000000076001883", at=3, correction="no sorry", is_said=False)
def test_a_corrected_iban_leaves_nothing(iban: str, at: int, correction: str, *, is_said: bool) -> None:
    """A group is said the wrong way round first, with which the check digits may be right by chance, as in the example."""
    parts = groups(iban)
    assume(at < len(parts))
    say = partial(spelled, style=0) if is_said else str
    said = [*map(say, parts[:at]), f"{say(parts[at][::-1])}, {correction},", *map(say, parts[at:])]
    assert not left(["A: could I have your IBAN", "C: " + " ".join(said)])


NATIONAL = {
    "social security number": (
        lambda rest: f"{int(rest[:3]) % 600 + 101:03}{int(rest[3:5]) % 98 + 1:02}{int(rest[5:9]) % 9000 + 1000}",
        (3, 5),
    ),
    "NHS number": (lambda rest: rest[:10], (3, 6)),
    "PESEL": (lambda rest: (body := "440514" + rest[:4]) + pesel.calc_check_digit(body), (6,)),
    "DNI": (lambda rest: rest[:8] + dni.calc_check_digit(rest[:8]), (8,)),
    "national insurance number": (lambda rest: "JG" + rest[:6] + "C", (2, 4, 6, 8)),
    "passport number": (lambda rest: "XK" + rest[:7], (2,)),
    "Aadhaar number": (lambda rest: "2" + rest[:11], (4, 8)),
}


@given(rest=digits, separator=st.sampled_from(["", " ", "-", ".", "/", "\u00a0"]), way=st.integers(0, 3), draw=chosen)
@pytest.mark.parametrize("name", sorted(NATIONAL))
def test_a_national_number_that_is_asked_for_leaves_nothing(
    name: str, rest: str, separator: str, way: int, draw: int
) -> None:
    """Written, said, corrected, or over turns, with its letters."""
    make, cuts = NATIONAL[name]
    number = make(rest)
    parts = [number[first:behind] for first, behind in zip((0, *cuts), (*cuts, len(number)), strict=True)]
    turns = [f"A: could I have your {name}"]
    if way == 0:
        turns.append("C: sure, " + separator.join(parts))
    elif way == 1:
        turns.append("C: it's " + ", ".join(spelled(part, 0) for part in parts))
    elif way == 2:
        turns.append(
            "C: " + " ".join([*parts[:-1], f"{parts[-1][::-1]}, {CORRECTIONS[draw % len(CORRECTIONS)]},", parts[-1]])
        )
    else:
        for part in parts:
            turns += [f"C: {spelled(part, 0)}", f"A: {BACKCHANNELS[draw % len(BACKCHANNELS)]}"]
    assert not left(turns)


@given(rest=digits, size=st.integers(6, 16), draw=chosen)
def test_other_numbers_stay(rest: str, size: int, draw: int) -> None:
    """Numbers that are named as something else stay as they are, written or said, in any number of digits."""
    names = (
        "order number",
        "tracking number",
        "invoice",
        "ticket",
        "case number",
        "policy number",
        "serial number",
        "gift card number",
    )
    name, number = names[draw % len(names)], rest[:size]
    for said in (number, one_by_one(number)):
        utterances = [Utterance("agent", f"what is the {name}"), Utterance("customer", f"the {name} is {said}")]
        assert not BuiltIn().find(utterances, Hints())
