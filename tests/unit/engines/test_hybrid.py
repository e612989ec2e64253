"""Passages are found by their words and by their meaning."""

from pathlib import Path

import pytest

from auscult.documents import KINDS
from auscult.documents._passages import passages
from auscult.domain.assist.knowledge import Passage
from auscult.engines.hybrid import Hybrid, HybridIndex
from auscult.engines.wordllama import WordLlama
from tests.data_files import data_of

STORE = Path(__file__).parents[3] / "examples" / "knowledge" / "store"


@pytest.fixture(scope="module")
def hybrid() -> Hybrid:
    """The engine."""
    return Hybrid(WordLlama())


@pytest.fixture(scope="module")
def store(hybrid: Hybrid) -> HybridIndex:
    """The guidelines of the shop that comes along as an example."""
    found = [
        Passage(id=f"{file.name}.{index}", source=file.name, heading=piece.heading, text=piece.text)
        for file in sorted(STORE.glob("*.md"))
        for index, piece in enumerate(passages(KINDS["markdown"].read(file.read_bytes())))
    ]
    return hybrid.index(found, "en")


def made(*texts: str) -> list[Passage]:
    """Passages with these texts."""
    return [Passage(id=text, source="s", heading=(), text=text) for text in texts]


@pytest.mark.parametrize(("question", "heading"), data_of(__file__, "finds_what_answers"))
def test_finds_what_answers(store: HybridIndex, question: str, heading: str) -> None:
    """Questions as customers ask them; the first three passages hold the answer."""
    found = store.search(question, 3)
    assert heading in [each.passage.heading[-1] for each in found]
    assert found[0].score * store.informativeness(question) >= store.enough
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


@pytest.mark.parametrize(
    "text", ["HEY HO!", "Crystal Minh", "7916676427", "seven one five", "Perfect. Thanks", "you too bye", "debit card"]
)
def test_small_talk_is_close_to_nothing(store: HybridIndex, text: str) -> None:
    """What customers of real chats and calls say beside their questions stays under what is enough."""
    assert all(found.score * store.informativeness(text) < store.enough for found in store.search(text, 3))


def test_how_much_a_text_tells(store: HybridIndex) -> None:
    """Numbers tell nothing, a question enough, a word of it a part."""
    assert store.informativeness("seven 1 five, 7916676427") == store.informativeness("") == 0
    assert store.informativeness("How much extra is it to get the order faster?") == 1
    assert 0 < store.informativeness("refund") < store.informativeness("refund for my boots") <= 1


def test_nothing_in_common_is_nothing_found(hybrid: Hybrid) -> None:
    """Neither in an empty base, nor for a question without a word."""
    assert hybrid.index([], "en").search("refund", 3) == []
    assert hybrid.index(made("refunds"), "en").search("?!", 3) == []


def test_words_count_without_their_endings(hybrid: Hybrid) -> None:
    """In the language of the base; in one whose endings are not known, as they stand."""
    texts = made("Rücksendungen sind kostenlos", "die Karten verfallen nie", "der Laden schließt um acht")
    assert hybrid.index(texts, "de").search("Karte verfällt", 1)[0].passage.text == "die Karten verfallen nie"
    assert hybrid.index(texts, "xx").search("Karten", 1)[0].passage.text == "die Karten verfallen nie"


def test_few_are_the_first_of_all(store: HybridIndex) -> None:
    """However many are asked for, up to all there are and beyond."""
    everything = [each.passage.id for each in store.search("refund for my boots", len(store) + 1)]
    assert len(everything) == len(store)
    for limit in (1, 3, 100, len(store)):
        assert [each.passage.id for each in store.search("refund for my boots", limit)] == everything[:limit]


def test_equal_passages_stand_in_the_order_of_the_base(hybrid: Hybrid) -> None:
    """So an answer does not change from one search to the next."""
    twins = [
        Passage(id=str(number), source="s", heading=("Refunds",), text="Ask for the order.") for number in range(5)
    ]
    index = hybrid.index(twins, "en")
    assert [each.passage.id for each in index.search("order refund", 3)] == ["0", "1", "2"]


def test_a_number_changes_nothing(store: HybridIndex) -> None:
    """Which order, or which code, somebody means is no part of what is asked."""
    asked = "How long is promo code {} valid?"
    assert store.search(asked.format("7781A"), 3) == store.search(asked.format(""), 3)


def test_tells_in_every_script(hybrid: Hybrid) -> None:
    """Words whose vowels are marks on their letters are words."""
    index = hybrid.index(made("रिफंड पाँच दिनों में मिलता है", "दुकान आठ बजे बंद होती है"), "hi")
    assert index.informativeness("रिफंड कब मिलता है") > 0
    assert index.search("रिफंड कब मिलता है", 1)[0].passage.text.startswith("रिफंड")


@pytest.mark.parametrize("slip", ["pasword", "passwrod", "pssword", "passwordd", "passw0rd"])
def test_a_slip_of_the_pen_is_forgiven(hybrid: Hybrid, slip: str) -> None:
    """One letter missing, added, replaced, or swapped with the next; figures are left alone."""
    index = hybrid.index(made("Reset a password by link.", "Boots come up small."), "en")
    assert (index.search(f"my {slip}", 1) == index.search("my password", 1)) == slip.isalpha()


def test_a_word_of_its_own_is_no_slip(hybrid: Hybrid) -> None:
    """`boats` are no boots."""
    index = hybrid.index(made("Boots come up small.", "Wash the tent."), "en")
    assert index.search("boats", 1)[0].score < index.search("boots", 1)[0].score


@pytest.mark.parametrize(("question", "suggested"), data_of(__file__, "what_is_likely_is_suggested"))
def test_what_is_likely_is_suggested(store: HybridIndex, question: str, suggested: bool) -> None:
    """A question that the base answers, and neither small talk nor what another business is asked."""
    found = store.search(question, 12)
    assert (store.likelihood(question, found) >= store.likely) == suggested


def test_a_rival_makes_the_first_less_likely(hybrid: Hybrid) -> None:
    """Another section that says nearly as much; not one that says the same words, nor another passage of the section."""
    first = Passage(id="1", source="s", heading=("Refund",), text="A refund takes ten days.")
    same = Passage(id="2", source="t", heading=("Refund",), text="A refund takes ten days.")
    rival = Passage(id="3", source="s", heading=("Return",), text="A return takes twenty days, a refund more.")
    other = Passage(id="4", source="s", heading=("Boots",), text="Wash boots by hand.")

    def likelihood(*passages: Passage) -> float:
        index = hybrid.index([first, other, same, rival], "en")
        scores = {each.passage.id: each for each in index.search("how long does a refund take", 4)}
        return index.likelihood("how long does a refund take", [scores[each.id] for each in passages])

    assert likelihood(first, rival, other) < likelihood(first, other)
    assert likelihood(first, same, other) == likelihood(first, other)
    assert likelihood() == 0


def test_a_word_alone_is_little_in_a_base_of_one_passage(hybrid: Hybrid) -> None:
    """So few passages do not show which words are rare; a question in their words is suggested nonetheless."""
    index = hybrid.index(made("A refund takes ten days to reach the card that was paid with."), "en")
    short, whole = ("refund", "how many days does a refund take to reach my card")
    assert index.likelihood(short, index.search(short, 12)) < index.likelihood(whole, index.search(whole, 12))
    assert index.informativeness(short) < 1
