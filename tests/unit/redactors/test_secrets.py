"""Security codes, PINs, passwords and one-time codes, as they are said and written."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bench.redaction
from auscult.domain.privacy.redaction import Found, Utterance, redacted
from auscult.redactors import _digits, secrets
from auscult.redactors._secret import answers, search
from bench.redaction.labelled import Case, is_covered, overlaps, read
from bench.redaction.unread.__main__ import SECRET

HERE = Path(bench.redaction.__file__).parent
SETS = {
    name: (read(HERE / "codes" / f"asked{name}.txt"), read(HERE / "codes" / f"alike{name}.txt")) for name in ("", "_2")
}
CASES, ALIKE = ([case for its in SETS.values() for case in its[each]] for each in (0, 1))
KNOWN = {"": (10, 4), "_2": (17, 16)}
"""Of 560 and 573 labels of the development sets, those that the rules are known to miss, and places found by mistake."""

TEXTS = st.sampled_from([text for case in (*CASES, *ALIKE) for _, text in case.utterances]) | st.text("aop47#!'é ")
TALK = st.lists(st.builds(Utterance, st.sampled_from(("agent", "customer")), TEXTS), max_size=6)


def texts(case: Case, found: list[Found]) -> tuple[str, ...]:
    """Return the texts without what was found."""
    return redacted([text for _, text in case.utterances], found).texts


@pytest.mark.parametrize("name", SETS)
def test_codes_are_found(name: str) -> None:
    """Of a development set nearly all is found, and nearly nothing else."""
    missed: list[str] = []
    mistaken: list[str] = []
    for case in SETS[name][0]:
        found = secrets(case.utterances)
        labels = [label for label in case.labels if label.kind == "secret" or label.kind in SECRET]
        missed += [case.utterances[one.turn].text for one in labels if not is_covered(case, one, found)]
        mistaken += [case.utterances[one.turn].text for one in found if not overlaps(one, labels)]
    most_missed, most_mistaken = KNOWN[name]
    assert len(missed) <= most_missed, missed
    assert len(mistaken) <= most_mistaken, mistaken


@pytest.mark.parametrize("case", ALIKE, ids=lambda case: case.utterances[-1].text[:40])
def test_look_alikes_stay(case: Case) -> None:
    """Prices, dates, order numbers, promotion codes and pins on a map are left alone."""
    assert texts(case, secrets(case.utterances)) == tuple(text for _, text in case.utterances)


@pytest.mark.landing
def test_what_was_replaced_stays_as_it_is() -> None:
    """A conversation without its codes loses nothing more when it is read again."""
    for case in CASES:
        once = texts(case, secrets(case.utterances))
        again = Case(
            tuple(Utterance(speaker, text) for (speaker, _), text in zip(case.utterances, once, strict=True)), ()
        )
        assert texts(again, secrets(again.utterances)) == once


@given(TALK)
@example([Utterance("agent", "what does your phone show"), Utterance("customer", "my email and then sum!mer")])
@example([Utterance("agent", "which phone"), Utterance("customer", "he said to give them custard cream")])
def test_what_is_left_unread_holds_nothing(talk: list[Utterance]) -> None:
    """The same is found where every turn is read, for every form of a number and of a password."""
    found = secrets(talk)
    with pytest.MonkeyPatch.context() as patch:
        every = _digits.WORDS | _digits._COUNTS | _digits._COUNTED_WORDS | answers._SPELLING
        for module in (_digits, answers):
            patch.setattr(module, "words_in", lambda _low: every)
        patch.setattr(search, "may_stir", lambda _low: True)
        patch.setattr(answers, "may_be_strong", lambda _text: True)
        assert secrets(talk) == found


def test_a_turn_of_many_pages_is_read_in_parts() -> None:
    """A code is found at its place behind 15 pages of talk about passwords, with spaces and without."""
    for filler in ("we spoke of the weather, ", "abcdefghij"):
        text = f"{filler * 2000}. my pin is 4821 okay"
        (found,) = secrets([Utterance("agent", "hello"), Utterance("customer", text)])
        assert (found.turn, text[found.start : found.end]) == (1, "4821")
