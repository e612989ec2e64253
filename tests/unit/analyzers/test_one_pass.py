"""Lists of patterns that are searched for together find what each finds alone."""

from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.analyzers._one_pass import OnePass
from auscult.analyzers._outcomes import CUSTOMER_SAYS
from auscult.analyzers._packs import searched_together
from auscult.analyzers._phrases import Claims, Kinds, Phrases
from auscult.analyzers.outcome._readable import readable
from auscult.analyzers.outcome._third_person import parts_of, third_person
from auscult.analyzers.outcome._trouble import TROUBLES
from auscult.analyzers.outcome.summary import promises
from auscult.analyzers.topics._names import _GREETING, _NAMED, _PERSON, without_introduction, without_people
from auscult.domain.said.text import spoken_words
from auscult.wording import Matcher, pack, sentences
from tests.data_files import data_of

WORDS = st.lists(
    st.sampled_from(["I'm", "the", "the", "uh", "manager", "Speak", "to", "now!", "…", "no"]), max_size=12
).map(" ".join)
FIRST, SECOND = ("speak to", "^im$", "now$"), ("the manager", "no", "speak")
PACKS = ("en/problem", "en/escalation_request")
SAID = tuple(sentence.text for name in (*PACKS, "en/trouble", "en/customer_outcome") for sentence in sentences(name))
TWICE = tuple(" ".join(word for word in text.split() for _ in range(2)) for text in SAID[::7])
TOGETHER = tuple(f"{one} {other}" for one, other in pairwise(SAID[::5]))


@given(texts=st.lists(WORDS, max_size=5))
def test_finds_what_each_list_finds_alone(texts: list[str]) -> None:
    """Lists do not affect one another, whatever their order."""
    one_pass = OnePass()
    together = [Phrases(patterns, one_pass) for patterns in (FIRST, SECOND)]
    for text in texts:
        assert [one.find(text) for one in together] == [Phrases(FIRST).find(text), Phrases(SECOND).find(text)]


def test_finds_a_list_that_is_added_after_a_search() -> None:
    """Modules are imported in any order."""
    one_pass = OnePass()
    first = Phrases(FIRST, one_pass)
    assert first.find("the manager now") == (2,)
    second = Phrases(SECOND, one_pass)
    assert (first.find("the manager now"), second.find("the manager now")) == ((2,), (0,))


@pytest.mark.parametrize("name", PACKS)
def test_packs_hold_for_the_same_texts(name: str) -> None:
    """Packs match words said twice as they are said, and phrases match them once."""
    together, alone = searched_together(pack(name)), Matcher(pack(name))
    texts = (*SAID, *TWICE, *TOGETHER, " ".join(SAID), "")
    assert [together.meanings(text) for text in texts] == [alone.meanings(text) for text in texts]
    assert any(alone.holds(text) for text in texts)


def test_analyzers_find_the_same_as_lists_that_are_searched_alone() -> None:
    """Outcomes and troubles, with long texts too."""
    outcome, trouble = pack("en/customer_outcome"), pack("en/trouble").readings[0]
    kinds = Kinds({reading.means: reading.says_so for reading in outcome.readings})
    claims = Claims(trouble.says_so, trouble.unless)
    for text in (*SAID, *TWICE, *TOGETHER, " ".join(SAID)):
        assert CUSTOMER_SAYS.find(text) == kinds.find(text)
        assert TROUBLES.first(text) == claims.first(text)


@pytest.mark.parametrize("text", data_of(__file__, "every_promise_has_the_letters_that_are_looked_for_first"))
def test_every_promise_has_the_letters_that_are_looked_for_first(text: str) -> None:
    """The fast look misses none, in capitals and other letters either."""
    assert promises(text)


@pytest.mark.parametrize(("said", "shown"), data_of(__file__, "words_that_are_said_again_are_left_out"))
def test_words_that_are_said_again_are_left_out(said: str, shown: str) -> None:
    """Up to three words running."""
    assert readable(said) == shown


@pytest.mark.parametrize("words", data_of(__file__, "rules_are_searched_where_their_words_are"))
def test_rules_are_searched_where_their_words_are(words: str) -> None:
    """A letter outside of ASCII has every rule searched; without it those are, of which a word is there."""
    for text in (f"cafe is lost {words}", f"cafe is lost {words} bob from my rome", f"cafe {words}"):
        for work in (
            readable,
            parts_of,
            partial(third_person, speaker="customer"),
            partial(third_person, speaker="agent"),
        ):
            assert str(work(text)).replace("afe", "") == str(work(text.replace("cafe", "caf\u00e9"))).replace(
                "af\u00e9", ""
            )
        bare = spoken_words(text)
        assert without_people(bare) == _PERSON.sub(" i", _NAMED.sub(" i", bare))
        rest = _GREETING.sub("", _NAMED.sub("", bare))
        assert without_introduction(text) == (text if rest == bare else rest.strip())
