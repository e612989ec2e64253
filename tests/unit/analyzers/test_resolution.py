"""Whether the customer's request was met."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from auscult.analyzers._course import what_is_said
from auscult.engines._contract import Engine
from tests.unit.analyzers.conversations import analyzed, conversations, talk

SAYINGS = Path(__file__).parent / "sayings"


@given(asked=conversations())
def test_decided_means_evidence(engines: Mapping[type, Engine], asked: Any) -> None:
    """YES and NO point at a turn, NA at none (rule 13)."""
    outcome = analyzed(asked, engines).resolution
    if outcome is not None:
        assert bool(outcome.evidence) == (outcome.resolution != "NA")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("C: can you refund the second charge", "A: i've refunded it", "C: thanks", "A: have a nice day"), "YES"),
        (("C: when do you close", "A: we close at six on saturdays", "C: okay thank you"), "YES"),
        (("C: it won't turn on", "A: hold the button for ten seconds", "C: it works now, thank you so much"), "YES"),
        (("C: i need a refund", "A: sorry that's not possible", "C: that's ridiculous", "A: goodbye"), "NO"),
        (("C: hello?", "C: my boiler is broken", "C: nobody there"), "NO"),
        (("C: where is my parcel", "A: let me look, so the driver was by"), "NO"),
        (
            ("C: can i move my slot", "A: please wait and check again tomorrow", "C: forget it", "S: [caller hung up]"),
            "NO",
        ),
        (("C: just wanted to say your driver was lovely", "A: thank you, i'll pass it on"), "NA"),
    ],
)
def test_outcome(lines: Sequence[str], expected: str, engines: Mapping[type, Engine]) -> None:
    """Done or answered and taken, refused or left, or nothing asked."""
    outcome = analyzed(talk(*lines), engines).resolution
    assert outcome is not None
    assert outcome.resolution == expected


def test_an_outbound_call_that_asks_nothing_of_us_is_na(engines: Mapping[type, Engine]) -> None:
    """A notice, and thanks for it."""
    lines = ("A: we only ring to say that the mailboxes move on monday", "C: ok thanks", "A: goodbye")
    outcome = analyzed(talk(*lines, direction="outbound"), engines).resolution
    assert outcome is not None
    assert outcome.resolution == "NA"


def test_knows_many_ways_of_doing_and_of_refusing() -> None:
    """Of sayings written apart from the patterns, nine in ten are told right; information counts as doing."""
    lines = (SAYINGS / "outcomes.tsv").read_text(encoding="utf-8").splitlines()
    told = [(label, what_is_said(text)) for label, text in (line.split("\t") for line in lines)]
    right = [{"met": ("met", "informed"), "refused": ("refused",), "other": ("",)}[label] for label, _ in told]
    assert sum(said in fits for (_, said), fits in zip(told, right, strict=True)) >= 0.9 * len(told)
