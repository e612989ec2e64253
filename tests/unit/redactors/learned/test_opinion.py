"""The second opinion: what it adds to what the rules found, and what it leaves."""

from collections.abc import Sequence

from auscult.domain.privacy.redaction import Found, Hints, Utterance, redacted
from auscult.redactors._digits import lowered
from auscult.redactors._learned.opinion import MAY_HOLD, is_read, second_opinion, strangers
from auscult.redactors._people.patterns import words_in
from auscult.redactors.builtin import BuiltIn

ZIP = [Utterance("agent", "and what is the zip code there"), Utterance("customer", "four zero seven seven nine")]


def added(utterances: Sequence[Utterance], found: Sequence[Found] = ()) -> list[str]:
    """Return the texts that are added to what was found."""
    lows = [lowered(text) for _, text in utterances]
    words = frozenset(words_in("\n".join(lows)))
    turns = [turn for turn, low in enumerate(lows) if MAY_HOLD.search(low)]
    its = second_opinion().find(utterances, lows, turns, words, found)
    return [utterances[one.turn].text[one.start : one.end] for one in its]


def test_a_number_that_was_asked_for_is_added() -> None:
    """The answer to a question for a zip code is a span, as a whole."""
    assert added(ZIP) == ["four zero seven seven nine"]
    assert redacted([text for _, text in ZIP], BuiltIn().find(ZIP, Hints())).texts[1].startswith("[")


def test_what_was_found_is_not_added_again() -> None:
    """Where rules found the span, nothing is left of the turn; a placeholder counts as found."""
    assert added(ZIP, [Found(1, 0, len(ZIP[1].text), "address", "40779")]) == []
    assert added([ZIP[0], Utterance("customer", "[address 1]")]) == []


def test_fields_are_left() -> None:
    """Values of fields are no talk: the rules alone decide them."""
    assert added([Utterance("key", ZIP[0].text), Utterance("field", ZIP[1].text)]) == []


def test_turns_with_amounts_and_times_alone_are_not_read() -> None:
    """Prices, times and terms are no reason to read a turn; another number next to them is."""
    assert not is_read("the balance is one hundred and six dollars, we close at five p m")
    assert not is_read("it takes three to five business days")
    assert is_read("that's twelve dollars for four zero seven seven nine")


def test_numbers_that_follow_words_of_other_things_are_left() -> None:
    """The same answer is a span behind a question for a zip code, and none behind one for an order."""
    assert added([Utterance("agent", "and what is the order number"), ZIP[1]]) == []
    assert added([*ZIP, Utterance("customer", "the ticket says four zero seven seven nine")]) == [
        "four zero seven seven nine"
    ]


def test_counts_are_no_reason_to_read_a_turn() -> None:
    """Nor is a word such as first."""
    assert not is_read("could you first give me the last four digits")


def test_words_that_no_list_knows_are_a_reason_to_read_a_turn() -> None:
    """Given names are one too; usual words and numbers are none."""
    assert strangers(frozenset(["we", "spoke", "to", "mulqueen", "and", "siobhan", "two"])) == ["mulqueen", "siobhan"]
    assert is_read("it was mulqueen on the ticket")
