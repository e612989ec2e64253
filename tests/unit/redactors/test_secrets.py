"""Security codes, PINs, passwords and one-time codes where nothing else is masked, on sets that the weights are fitted to."""

from pathlib import Path

import pytest

import bench.redaction
from auscult.domain.privacy.redaction import Utterance, redacted
from auscult.redactors import secrets
from bench.redaction.labelled import Case, is_covered, overlaps, read
from bench.redaction.unread.__main__ import SECRET
from bench.redaction.unread.__main__ import SETS as UNREAD

HERE = Path(bench.redaction.__file__).parent / "codes"
SETS = [*((HERE / f"asked{each}.txt", HERE / f"alike{each}.txt") for each in ("", "_2")), *UNREAD.values()]
CASES, ALIKE = ([case for files in SETS for case in read(files[each])] for each in (0, 1))
RECALL, PRECISION, OF_ALIKE = 0.82, 0.97, 0.1
"""Least share of labels that are found, least share of findings that are labelled, most look-alikes that lose a word."""


def texts(case: Case) -> tuple[str, ...]:
    """Return the texts without what is found."""
    return redacted([text for _, text in case.utterances], secrets(case.utterances)).texts


def test_codes_are_found() -> None:
    """Of all sets together most labels are found, and hardly anything else."""
    missed: list[str] = []
    mistaken: list[str] = []
    count = found_count = 0
    for case in CASES:
        found = secrets(case.utterances)
        labels = [label for label in case.labels if label.kind == "secret" or label.kind in SECRET]
        count, found_count = count + len(labels), found_count + len(found)
        missed += [case.utterances[one.turn].text for one in labels if not is_covered(case, one, found)]
        mistaken += [case.utterances[one.turn].text for one in found if not overlaps(one, labels)]
    assert 1 - len(missed) / count >= RECALL, missed
    assert 1 - len(mistaken) / found_count >= PRECISION, mistaken


def test_look_alikes_stay() -> None:
    """Most prices, dates, order numbers, promotion codes and pins on a map are left alone."""
    changed = [case.utterances for case in ALIKE if texts(case) != tuple(text for _, text in case.utterances)]
    assert len(changed) / len(ALIKE) <= OF_ALIKE, changed


@pytest.mark.landing
def test_what_was_replaced_stays_as_it_is() -> None:
    """A conversation without its codes loses nothing more when it is read again, but for one in twenty."""
    changed: list[tuple[str, ...]] = []
    for case in CASES:
        once = texts(case)
        again = tuple(Utterance(speaker, text) for (speaker, _), text in zip(case.utterances, once, strict=True))
        if (twice := texts(Case(again, ()))) != once:
            changed.append(twice)
    assert len(changed) / len(CASES) <= 1 / 20, changed


def test_a_turn_of_many_pages_is_read() -> None:
    """A code is found at its place behind 15 pages of talk about passwords, with spaces and without."""
    for filler in ("we spoke of the weather, ", "abcdefghij"):
        text = f"{filler * 2000}. my pin is 4821 okay"
        (found,) = secrets([Utterance("agent", "hello"), Utterance("customer", text)])
        assert (found.turn, text[found.start : found.end]) == (1, "4821")


@pytest.mark.parametrize(
    "said",
    [
        ("the page shows error code E504",), ("and what is the error code?", "E504"), ("my promo code is SAVE20",),
        ("what is your phone number", "seven one five", "one three nine"), ("five minutes for a pin reset",),
    ],
    ids=lambda said: said[-1],
)  # fmt: skip
def test_numbers_of_other_kinds_stay(said: tuple[str, ...]) -> None:
    """A code of a thing, a number that was asked for by another name, and what has a unit."""
    assert secrets([Utterance("agent" if index == 0 else "customer", text) for index, text in enumerate(said)]) == []


@pytest.mark.parametrize(("key", "is_secret"), [("status code", False), ("codes", False), ("pin", True), ("otp", True)])
def test_the_key_of_a_field_names_a_secret(key: str, is_secret: bool) -> None:
    """Codes of other kinds are in many fields."""
    assert bool(secrets([Utterance("key", key), Utterance("field", "404213")])) == is_secret
