"""The commands of every example's README run in its folder, and print what the README shows."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.how_to.pages import ROOT, Running
from tests.how_to.provided import Scene, Swaps, installing
from tests.how_to.session import run
from tests.how_to.shell import Shell, blocks, shown

EXAMPLES = {page.parent.name: page for page in sorted((ROOT / "examples").glob("*/README.md")) if blocks(page)}
SLOW = {"insurer-de", "plugin", "shop-chat-es"}
"""Examples that take more than ten seconds."""

RUNNING: dict[tuple[str, int], Running] = {}
"""By folder and number of the block, as for the how-to pages."""


@contextmanager
def plugging(scene: Scene) -> Iterator[Swaps]:
    """A virtual environment with auscult, in which every block runs."""
    scene.shell.is_real = True
    with installing(scene) as swaps:
        yield swaps


PROVIDED: Mapping[str, Callable[[Scene], AbstractContextManager[Swaps]]] = {"plugin": plugging}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in EXAMPLES]
)
def test_the_commands_of_an_example_run(
    name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each ends with 0, in a copy of the folder, and all that the README shows of their output was printed."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__", "*.opus"))
    (tmp_path / "integrations").symlink_to(ROOT / "integrations")
    folder = tmp_path / "examples" / name
    monkeypatch.chdir(folder)
    shell = Shell(folder, COLUMNS="200", NO_COLOR="1")
    with ExitStack() as stack:
        given: Mapping[str, str] = {}
        if name in PROVIDED:
            given = stack.enter_context(PROVIDED[name](Scene(shell, tmp_path_factory)))
        for number, block in enumerate(blocks(EXAMPLES[name]), 1):
            run(shell, block, dict(given), RUNNING.get((name, number)), stack)
    printed = {line.rstrip() for line in shell.said.splitlines()}
    missing = [line for line in shown(EXAMPLES[name]) if not any(_matches(line, each) for each in printed)]
    assert missing == [], shell.said


def _matches(line: str, printed: str) -> bool:
    """Compare a line with one of a README, where … is whatever differs from run to run."""
    return re.fullmatch(re.escape(line.rstrip()).replace("…", ".*"), printed) is not None


def test_exceptions_name_examples() -> None:
    """No special treatment outlives its example."""
    assert [name for name in (*SLOW, *PROVIDED, *(name for name, _ in RUNNING)) if name not in EXAMPLES] == []
