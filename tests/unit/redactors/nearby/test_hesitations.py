"""Hesitations between commas: texts are read without them, and spans have the offsets of the texts with them."""

from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.privacy.redaction import Found, Utterance
from auscult.redactors._nearby.hesitations import Smooth, shown

WORDS = st.lists(st.sampled_from(["number", "twelve", "mill", "lane", ", um,", ", Er,", ", uh, uh,", ","]), max_size=12)


@given(words=WORDS)
def test_every_word_has_its_own_offsets_again(words: list[str]) -> None:
    """Each word of the text without hesitations is found in the original at the restored offsets."""
    text = " ".join(words)
    smooth = Smooth([Utterance("customer", text)])
    plain = smooth.utterances[0].text
    at = 0
    for word in plain.replace(",", " ").split():
        start = plain.index(word, at)
        at = start + len(word)
        (one,) = smooth.restored([Found(0, start, at, "address", "")])
        assert text[one.start : one.end] == word


def test_only_sounds_between_commas_are_hesitations() -> None:
    """The German *um* before an hour, and a sound without commas, are left in the text."""
    assert not shown([Utterance("customer", "wir treffen uns um acht, um die Ecke"), Utterance("agent", "um okay")])
    assert Smooth([Utterance("customer", "it's number, um, twelve")]).utterances[0].text == "it's number twelve"
