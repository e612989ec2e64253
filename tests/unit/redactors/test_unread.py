"""Sets of secrets that were unread when they were measured: they are whole, and measured without a look."""

import pytest
from stdnum import luhn

from bench.redaction.labelled import Case, read
from bench.redaction.unread.__main__ import SECRET, SETS, UNREAD, main

PIECE = 11
"""Digits of a part of a card at most."""
READ = sorted(SETS.keys() - {6, 7})
"""Sets with written cards."""


def values(cases: list[Case]) -> list[tuple[str, str]]:
    """Return kind and words of each label."""
    return [(one.kind, case.utterances[one.turn].text[one.start : one.end]) for case in cases for one in case.labels]


@pytest.mark.parametrize(
    ("number", "conversations", "alikes", "labels", "secret"),
    [
        (1, 150, 100, 302, 215),
        (2, 131, 100, 308, 201),
        (3, 143, 100, 198, 189),
        (4, 147, 102, 202, 192),
        (5, 143, 99, 189, 181),
        (6, 150, 100, 213, 213),
        (7, 150, 100, 216, 216),
    ],
)
def test_a_set_is_whole(number: int, conversations: int, alikes: int, labels: int, secret: int) -> None:
    """Labels hold a value without spaces around, no brace is left over, and whole written cards pass Luhn."""
    cases, alike = map(read, SETS[number])
    assert (len(cases), len(alike), len(values(alike))) == (conversations, alikes, 0)
    assert len(values(cases)) == labels
    assert sum(kind in SECRET for kind, _ in values(cases)) == secret
    assert not [text for case in (*cases, *alike) for _, text in case.utterances if set("{}|") & set(text)]
    assert all(value and value == value.strip() for _, value in values(cases))
    cards = [value.replace(" ", "").replace("-", "") for kind, value in values(cases) if kind == "card"]
    written = [digits for digits in cards if digits.isdigit() and len(digits) > PIECE]
    assert written or number not in READ
    assert all(map(luhn.is_valid, written))


@pytest.mark.landing
def test_figures_are_no_look(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints figures of every kind, and nothing that a label holds."""
    main([])
    printed = capsys.readouterr().out
    cases, alike = map(read, SETS[UNREAD])
    assert {kind for kind, _ in values(cases)} <= {line.split(" ")[0] for line in printed.splitlines()}
    assert not [value for kind, value in values(cases) if kind in SECRET and len(value) > 4 and value in printed]
    assert f"of {len(alike)} masked" in printed
