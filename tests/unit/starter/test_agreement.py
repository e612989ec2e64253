"""The agreement with people that ready questions are shown with: as the explanation states it, and as it is measured."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from auscult.domain.audits.agreement import compare
from auscult.services.definitions.forms.editing.ready import Measured, measured
from bench.acts.compact import written
from bench.quality.first_sight import SEED, machine
from tests.data_files import data_of

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/explanation/starter-forms.md"
UNREAD = ROOT / "bench/quality/unread"


def rows(head: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the table of the page with this head."""
    table = PAGE.read_text(encoding="utf-8").partition(f"\n{head}")[2].partition("\n\n")[0]
    assert table, head
    for line in table.splitlines()[2:]:
        yield [cell.strip(" `") for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(("language", "head", "column"), data_of(__file__, "the_page_has_the_same"))
def test_the_page_has_the_same(language: str, head: str, column: int) -> None:
    """Kappa of each question, and the number of conversations."""
    cells = {row[0].partition("`")[0]: row[column] for row in rows(head)}
    found = measured()[language]
    assert {name: (float(cells[name]),) for name in found.kappa} == found.kappa
    assert int(cells["conversations"]) == found.conversations
    folders = [*(ROOT / "bench/acts/hands" / language).iterdir(), *(ROOT / "bench/acts/written" / language).iterdir()]
    assert found.people == len(folders)


@pytest.mark.night
def test_english_is_what_the_forms_answer() -> None:
    """Measured again on the conversations of two authors that nothing was fitted to, it is what the page states, too."""
    both = {name: tuple(map(float, cell.replace(" to", "").split())) for name, cell in agreement("t1", "t2").items()}
    cases = sum(1 for folder in ("t1", "t2") for _ in written(UNREAD / folder))
    assert measured()["en"] == Measured(cases, 2, both)
    for folder, column in (("t1", 5), ("t2", 8)):
        cells = {row[0].partition("`")[0]: row[column : column + 2] for row in rows("| kappa | unread thirds ")}
        assert {name: " ".join(cells[name]) for name in both} == agreement(folder)


def agreement(*folders: str) -> dict[str, str]:
    """Return what the forms reach on the conversations of authors, as the page writes it: ``0.85 0.70 to 0.95``."""
    cases = [each for folder in folders for each in written(UNREAD / folder)]
    answers = machine(each.conversation for each in cases)
    found: dict[str, str] = {}
    for name in measured()["en"].kappa:
        pairs = [(each.answers[name], answers[each.conversation.id][name]) for each in cases]
        kappa = compare(pairs, Random(SEED).random)
        ends = kappa.kappa_interval
        found[name] = f"{kappa.kappa:.2f} {f'{ends.low:.2f} to {ends.high:.2f}' if ends else '-'}"
    return found
