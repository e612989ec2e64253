"""The blocks of a how-to page that need the model: ``make test-semantic`` has installed torch, which block 1 does."""

import re
from pathlib import Path
from sysconfig import get_path

import pytest

from tests.how_to import world
from tests.how_to.pages import OUTSIDE, PAGES, swapped
from tests.how_to.provided import Scene, installing_in
from tests.how_to.shell import Shell, blocks
from tests.installing import ROOT, dependencies, run, virtual_environment, wheel

HERE = "make test-semantic"
SIMILARITY = re.compile(r'"similarity":([\d.]+)')


def test_every_block_that_is_left_to_this_target_is_on_the_page() -> None:
    """Those of one page, which the next test runs."""
    assert [block for block, why in OUTSIDE.items() if why.run_by == HERE] == [
        ("embed-with-a-model", 2),
        ("embed-with-a-model", 3),
    ]


def test_the_extra_is_installed_and_a_form_scored_by_it(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an environment of its own, with the wheel of this clone; greetings are compared by the model, not by words."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    world.make(folder)
    programs = virtual_environment(tmp_path / "venv", dependencies(tmp_path_factory))
    run(programs, programs / "pip", "install", "--quiet", "--no-index", "--no-deps", wheel(tmp_path_factory))
    packages = run(programs, programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    # A path alone: the file beside it that leads to .venv is not followed, so this auscult is the wheel's.
    (Path(packages.strip()) / "semantic.pth").write_text(get_path("purelib"), encoding="utf-8")
    page = next(page for page in PAGES if page.stem == "embed-with-a-model")
    shell = Shell(folder)
    with installing_in(Scene(shell, tmp_path_factory), programs) as given:
        for number, block in enumerate(blocks(page), 1):
            if ("embed-with-a-model", number) in OUTSIDE:
                shell.run_in_bash(swapped(block, shell.said, given).replace("calls.ndjson", "tuned.ndjson"))
        by_model = SIMILARITY.findall(shell.said)
        shell.said = ""
        shell.run_in_bash("env -u AUSCULT_EMBEDDINGS auscult score --form billing.yaml tuned.ndjson")
    by_words = SIMILARITY.findall(shell.said)
    assert len(by_model) == len(by_words) > 0
    assert by_model != by_words
    assert str(ROOT) not in run(folder, programs / "python", "-c", "import auscult; print(auscult.__file__)")
