"""The built-in redactor: what is masked and what stays, numbers in every grouping, names throughout a conversation."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.privacy.redaction import PLACEHOLDER, Hints, Redacted, Utterance, redacted
from auscult.redactors import long_numbers, open_numbers, secrets
from auscult.redactors.builtin import BuiltIn
from bench.redaction import fit
from bench.redaction.hands_eval import Tally
from bench.redaction.material import hands, older
from tests.data_files import lines_of

CARD = "4539148803436467"
SAID = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
OWN = ("0345 600 2281", "penwhistle.co.uk", "3 Castle Hill, Lancaster LA1 1YS")
RECALL, PRECISION = 0.85, 0.8
"""Of the hands, all of which the weights were fitted to: the figures that count are of hands left out."""


def masked(*turns: str, hints: Hints | None = None) -> Redacted:
    """Redact a conversation of turns such as ``C: hello``."""
    utterances = [Utterance({"A": "agent", "C": "customer"}[turn[0]], turn[3:]) for turn in turns]
    return redacted([text for _, text in utterances], BuiltIn().find(utterances, hints or Hints()))


@pytest.mark.parametrize("line", lines_of(Path(__file__).with_name("said.txt")))
def test_what_is_personal_is_masked_and_the_rest_stays(line: str) -> None:
    """Sums, opening hours and look-alikes stay; one value is one mask."""
    said, _, stored = line.partition(" => ")
    assert masked(*said.split(" || ")).texts[-1] == stored


@pytest.mark.landing
def test_the_hands_are_found_by_the_weights_that_are_installed() -> None:
    """The installed weights belong to this code: they find what they were fitted to."""
    tally = Tally()
    for cases in hands().values():
        for case in cases[::5]:
            tally.add(case, BuiltIn().find)
    assert sum(tally.found.values()) / sum(tally.labelled.values()) >= RECALL, tally.missed
    assert tally.right / tally.masked >= PRECISION, tally.mistaken


@pytest.mark.landing
def test_weights_are_made_again_byte_for_byte() -> None:
    """A hundredth of the conversations gives the same text of weights each time."""
    new = [case for its in hands().values() for case in its][::100]
    first, second = (fit.written(fit.fitted(new, older()[::1000])) for _ in range(2))
    assert first == second


@given(st.lists(st.sampled_from([1, 2, 3, 4]), min_size=4, max_size=16), st.randoms(use_true_random=False))
def test_a_card_is_found_however_it_is_said(sizes: list[int], random: Random) -> None:
    """A card number in digits or words, in groups of any size, leaves none of its digits behind."""
    parts: list[str] = []
    rest = CARD
    for size in [*sizes, *[4] * 4]:
        group, rest = rest[:size], rest[size:]
        if group:
            parts.append(group if random.random() < 0.5 else " ".join(SAID[int(digit)] for digit in group))
    after = masked(f"C: my card number is {' '.join(parts)} thanks").texts[0]
    assert after == "my card number is [card 1] thanks"


def test_the_same_value_has_the_same_number() -> None:
    """A value has one number in every spelling and over two turns, another value the next one."""
    texts = masked(
        "C: call 202-555-0143 or 617-555-0192",
        "A: so +1 617 555 0192?",
        "C: no, two oh two five five five oh one four three",
        "A: and your card number?",
        f"C: {CARD[:8]}",
        "A: go on",
        f"C: {CARD[8:]}",
        f"A: so it is {CARD}",
    ).texts
    assert texts[:3] == ("call [phone 1] or [phone 2]", "so [phone 2]?", "no, [phone 1]")
    assert texts[4::2] == ("[card 1]", "[card 1]")
    assert texts[7] == "so it is [card 1]"


def test_names_are_redacted_wherever_they_recur() -> None:
    """A name that was introduced, or that is known beforehand, is redacted in every turn, given name and surname alike."""
    texts = masked(
        "A: hello my name is robert",
        "C: hi robert i am mary smith",
        "A: one moment miss smith",
        "A: is ada there",
        hints=Hints(names=("Ada Lovelace",)),
    ).texts
    assert texts[:3] == ("hello my name is [name 1]", "hi [name 1] i am [name 2]", "one moment miss [name 2]")
    assert texts[3].startswith("is [name 3]")


@pytest.mark.parametrize(
    "text",
    [
        "the branch is at 3 castle hill lancaster",
        "you can call us on 0345 600 2281 from nine",
        "or oh three four five six hundred double two eight one",
        "write to loans@penwhistle.co.uk",
        "you're through to hope okafor",
    ],
)
def test_what_is_the_apps_own_stays(text: str) -> None:
    """Its numbers, domains and premises, and with these hints the names of its agents."""
    hints = Hints(own=OWN, agents=("Hope Okafor",), names=("Hope Okafor",))
    assert masked(f"A: {text}", hints=hints).texts == (text,)


def test_spans_give_the_offsets_in_both_texts() -> None:
    """A span cuts the placeholder out of the redacted text, and the value out of the original."""
    text = "write to ann@example.com or call 202-555-0143 please"
    after = masked(f"C: {text}")
    assert after.texts[0] == "write to [email 1] or call [phone 1] please"
    originals = [text[span.original_start : span.original_end] for span in after.spans[0]]
    assert originals == list(after.originals.values()) == ["ann@example.com", "202-555-0143"]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_any_text_can_be_redacted_and_redacted_again(texts: list[str]) -> None:
    """No text makes it fail, and what stands in a redacted text is left as it is."""
    once = masked(*(f"C: {text}" for text in texts)).texts
    again = masked(*(f"C: {text}" for text in once)).texts
    marks = [[found[0] for found in PLACEHOLDER.finditer(text)] for text in once]
    assert all(len(PLACEHOLDER.findall(text)) >= len(its) for text, its in zip(again, marks, strict=True))


def test_a_code_is_found_in_a_long_conversation() -> None:
    """Behind thousands of turns, and within a turn of many pages."""
    said = [Utterance("customer", "we spoke of the weather")] * 3000
    text = f"{'we spoke of the weather, ' * 1000}. my pin is 4821 okay"
    (found,) = secrets([*said, Utterance("agent", "hello"), Utterance("customer", text)])
    assert (found.turn, text[found.start : found.end]) == (3001, "4821")


def test_numbers_that_may_go_on_are_known_by_their_place() -> None:
    """A long number is open where few words follow on it; amounts of few digits are none."""
    text = "it is four five three nine one and the rest comes in a moment, 12 34 56"
    assert [text[slice(*span)] for span in long_numbers(text)] == ["four five three nine one", "12 34 56"]
    assert [text[slice(*span)] for span in open_numbers(text)] == ["12 34 56"]
