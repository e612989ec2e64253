"""Faults that were reported, with siblings by the author of the rules and by a stranger, and the weights that decide them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from auscult.domain.privacy.policy import Policy
from auscult.domain.privacy.redaction import Found, Hints, Utterance
from auscult.redactors.builtin import BuiltIn
from auscult.wording.word_lists import read_lines
from bench.redaction.labelled import case_of, score

HERE = Path(__file__).parent
LINES: Mapping[str, list[str]] = read_lines(HERE / "found.txt") | read_lines(HERE / "siblings.txt")
KNOWN = {
    "validators that were not asked": 1, "R-1 ordinary sentences": 2, "R-2 validators not asked": 3,
    "R-3 missed": 6, "R-4 the business's own data": 2, "R-5 one value cut in two": 1,
}  # fmt: skip
"""Lines of a group of which not all is right."""


class _Owning(NamedTuple):
    """The redactor of an app that calls some values its own."""

    policy: Policy

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        """Return what is found but for the app's own."""
        found = BuiltIn().find(utterances, hints)
        return [one for one in found if not self.policy.keeps(one, utterances[one.turn].text[one.start : one.end])]


def _is_right(line: str) -> bool:
    said, _, owned = line.partition(" ## own: ")
    own = [each.removeprefix("agent: ") for each in owned.split("; ") if each]
    its = score(_Owning(Policy(own=tuple(own))), [case_of(said)])["all"]
    return not (its.missed or its.mistaken)


@pytest.mark.parametrize("group", LINES)
def test_what_was_reported_is_right_with_its_siblings(group: str) -> None:
    """What is personal is masked whole and the rest stays, but for the lines that are known."""
    wrong = [line for line in LINES[group] if not _is_right(line)]
    assert len(wrong) <= KNOWN.get(group, 0), wrong
