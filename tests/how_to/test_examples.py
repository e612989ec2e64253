"""The commands of every example's README run in its folder as they are, and print what the README shows."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.how_to.pages import ROOT
from tests.how_to.provided import Scene, installing
from tests.how_to.shell import Shell, blocks, shown
from tests.integration.program import AUSCULT
from tests.tiers import drawn

EXAMPLES = {page.parent.name: page for page in sorted((ROOT / "examples").glob("*/README.md")) if blocks(page)}
SLOW = ("connector", "dbt", "insurer-de", "mcp-client", "notebook", "plugin", "shop-chat-es", "spreadsheet")
"""Examples that take more than ten seconds: at night, and one of them on landing."""
LATER = {*SLOW} - {*drawn(SLOW, 1)}


@contextmanager
def building(scene: Scene) -> Iterator[None]:
    """Programs of dbt, after those of this clone."""
    programs = ROOT / ".venv-dbt" / "bin"
    if not (programs / "dbt").exists():
        pytest.skip("dbt is not installed: make .venv-dbt/made")
    scene.shell.environment["PATH"] = os.pathsep.join((str(AUSCULT.parent), str(programs), os.environ["PATH"]))
    yield


PROVIDED: Mapping[str, Callable[[Scene], AbstractContextManager[Any]]] = {"dbt": building, "plugin": installing}
"""Examples with programs of their own. Every block of theirs runs in a real shell."""


@pytest.mark.landing
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.night] if name in LATER else []) for name in EXAMPLES]
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
        if name in PROVIDED:
            shell.is_real = True
            stack.enter_context(PROVIDED[name](Scene(shell, tmp_path_factory)))
        for block in blocks(EXAMPLES[name]):
            (shell.run_in_bash if shell.needs_bash(block) else shell.run)(block)
    printed = {line.rstrip() for line in shell.said.splitlines()}
    missing = [line for line in shown(EXAMPLES[name]) if not any(_matches(line, each) for each in printed)]
    assert missing == [], shell.said


def _matches(line: str, printed: str) -> bool:
    """Compare a line with one of a README, where … is whatever differs from run to run."""
    return re.fullmatch(re.escape(line.rstrip()).replace("…", ".*"), printed) is not None


def test_exceptions_name_examples() -> None:
    """No special treatment outlives its example."""
    assert [name for name in (*SLOW, *PROVIDED) if name not in EXAMPLES] == []
