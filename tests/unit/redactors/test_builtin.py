"""The built-in redactor: labelled utterances, numbers in every spelling, names throughout a conversation."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.privacy.redaction import PLACEHOLDER, Hints, Redacted, Utterance, redacted
from auscult.redactors._fitted import decide
from auscult.redactors.builtin import BuiltIn
from bench.redaction.fit import main as fit
from bench.redaction.labelled import read, score
from tests.data_files import lines_of

LABELLED = Path(__file__).parents[3] / "bench" / "redaction"
RECALL, PRECISION = 0.9, 0.85
"""Of the sets that the weights were fitted to: what was reached, and no goal."""
CARD = "4539148803436467"
SAID = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def masked(*turns: str, names: Sequence[str] = ()) -> Redacted:
    """Redact a conversation of turns such as ``C: hello``."""
    utterances = [Utterance({"A": "agent", "C": "customer"}[turn[0]], turn[3:]) for turn in turns]
    found = BuiltIn().find(utterances, Hints(names=tuple(names)))
    return redacted([text for _, text in utterances], found)


@pytest.mark.landing
@pytest.mark.parametrize("file", sorted(path.name for path in LABELLED.glob("*.txt")))
def test_labelled_utterances_are_found(file: str) -> None:
    """The weights find what they were fitted to."""
    scores = score(BuiltIn(), read(LABELLED / file))
    assert scores["all"].precision >= PRECISION, scores["all"].mistaken
    assert scores["all"].recall >= RECALL, scores["all"].missed


@pytest.mark.night
def test_the_weights_are_made_again_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command writes the weights and the words that come along."""
    names = ("weights.npz", "vocabulary.txt", "everyday.txt")
    before = {name: Path(decide.__file__).with_name(name).read_bytes() for name in names}
    monkeypatch.setattr(decide, "__file__", str(tmp_path / "decide.py"))
    fit([])
    assert {name: (tmp_path / name).read_bytes() for name in names} == before


@pytest.mark.parametrize("line", lines_of(Path(__file__).with_name("said.txt")))
def test_what_is_personal_is_masked_and_the_rest_stays(line: str) -> None:
    """Sums, rates, opening hours and booking codes stay; a number is masked with its extension."""
    said, _, stored = line.partition(" => ")
    assert masked(*said.split(" || ")).texts[-1] == stored


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


@given(at=st.integers(1, 15), is_said=st.booleans())
def test_a_card_split_over_turns_is_found_whole(*, at: int, is_said: bool) -> None:
    """Both parts have the number of one card, and so has the agent's read-back."""
    whole = [SAID[int(digit)] if is_said else digit for digit in CARD]
    first, second = " ".join(whole[:at]), " ".join(whole[at:])
    turns = ("A: what is your card number", f"C: {first}", "A: go on", f"C: {second}", f"A: so it is {CARD}")
    assert masked(*turns).texts[1::2] == ("[card 1]", "[card 1]")
    assert masked(*turns).texts[4] == "so it is [card 1]"


def test_the_same_value_has_the_same_number() -> None:
    """A value has one number in every spelling, another value the next one."""
    texts = masked(
        "C: call 202-555-0143 or 617-555-0192",
        "A: so +1 617 555 0192?",
        "C: no, two oh two five five five oh one four three",
    ).texts
    assert texts == ("call [phone 1] or [phone 2]", "so [phone 2]?", "no, [phone 1]")


def test_a_misheard_card_is_redacted_all_the_same() -> None:
    """One wrong digit, in what the customer says or in the read-back, does not let the others through."""
    texts = masked("A: the card number please", "C: 4539 1488 0343 6468", "A: 4539 1488 0343 6467, right?").texts
    assert texts == ("the card number please", "[card 1]", "[card 2], right?")


def test_a_number_that_a_check_trips_over_is_read() -> None:
    """python-stdnum raises KeyError for a Chinese identity number of a place that its list has without counties."""
    assert masked("C: my number is 526569196401264652").texts[0].startswith("my number is ")


def test_an_order_number_that_passes_luhn_stays() -> None:
    """Words around a number count for more than its check digit."""
    texts = masked("A: your order number please", f"C: order number {CARD}").texts
    assert texts[1] == f"order number {CARD}"


def test_a_word_before_a_card_is_no_country() -> None:
    """``is`` and ``no`` are countries too: what follows them is an IBAN by its check digits only."""
    texts = masked(
        "C: no it is 5500 0000 0000 0004 and not 4111 1111 1111 1111", f"C: it's at {CARD} 12 34 56 78"
    ).texts
    assert texts[0] == "no it is [card 1] and not [card 2]"
    assert texts[1].startswith("it's at [card 3]")


def test_names_are_redacted_wherever_they_recur() -> None:
    """A name that was introduced, or that metadata give, is redacted in every turn, given name and surname alike."""
    texts = masked(
        "A: hello my name is robert",
        "C: hi robert i am mary smith",
        "A: one moment miss smith",
        "C: thanks",
        "A: is ada there",
        names=["Ada Lovelace"],
    ).texts
    assert texts[:3] == ("hello my name is [name 1]", "hi [name 1] i am [name 2]", "one moment miss [name 2]")
    assert texts[4].startswith("is [name")


def test_spans_give_the_offsets_in_both_texts() -> None:
    """A span cuts the placeholder out of the redacted text, and the value out of the original."""
    text = "write to ann@example.com or call 202-555-0143 please"
    after = masked(f"C: {text}")
    assert after.texts[0] == "write to [email 1] or call [phone 1] please"
    marks = [after.texts[0][span.start : span.end] for span in after.spans[0]]
    assert marks == ["[email 1]", "[phone 1]"]
    originals = [text[span.original_start : span.original_end] for span in after.spans[0]]
    assert originals == list(after.originals.values()) == ["ann@example.com", "202-555-0143"]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_any_text_can_be_redacted_and_redacted_again(texts: list[str]) -> None:
    """No text makes it fail, and what stands in a redacted text is left as it is."""
    once = masked(*(f"C: {text}" for text in texts)).texts
    again = masked(*(f"C: {text}" for text in once)).texts
    marks = [[found[0] for found in PLACEHOLDER.finditer(text)] for text in once]
    assert all(len(PLACEHOLDER.findall(text)) >= len(its) for text, its in zip(again, marks, strict=True))
