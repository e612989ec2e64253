"""tools/house.py finds what two words do not lead to."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.data_files import data_of
from tools.house import SHARED, capabilities, misplaced, table

LISTED = data_of(__file__, "listed")
KNOWN = ["scoring", "definitions", "audits", "coaching"]


def made(root: Path, names: Sequence[str]) -> Path:
    """Make a house with every shared part, and these files."""
    shared = [f"src/auscult/{floor}/{name}.py" for floor, parts in SHARED.items() for name in parts.split()]
    for name in [*shared, "tests/e2e/console/frame/test_menu.py", *names]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def test_capabilities_are_those_that_the_page_lists() -> None:
    """Each name of a line that has nothing but names."""
    assert capabilities(LISTED) == KNOWN


@pytest.mark.parametrize(("name", "fault"), data_of(__file__, "a_file_in_another_place_is_found"))
def test_a_file_in_another_place_is_found(tmp_path: Path, name: str, fault: str) -> None:
    """On a floor, among the journeys of the console, and a unit's test that is not where the unit is."""
    assert [each.partition(":")[0] for each in misplaced(made(tmp_path, [name]), KNOWN)] == [fault] * bool(fault)


def test_a_shared_part_that_is_gone_is_found(tmp_path: Path) -> None:
    """The list of shared parts names what is there."""
    (made(tmp_path, []) / "src/auscult/cli/terminal.py").unlink()
    assert [*misplaced(tmp_path, KNOWN)] == ["src/auscult/cli/terminal: shared in tools/house.py, and not there"]


def test_table(tmp_path: Path) -> None:
    """A row for each capability: a file or a folder on each floor, and the levels of its tests."""
    made(tmp_path, ["src/auscult/domain/audits.py", "src/auscult/cli/audits/plans.py", "tests/unit/domain/audits/a.py"])
    assert table(tmp_path, ["audits"]).splitlines()[2] == "| `audits` | file |  |  |  |  | folder | unit |"
