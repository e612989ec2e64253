"""The wheel, installed where there is no clone: it has everything that the demo needs."""

import subprocess
from pathlib import Path

import pytest

from auscult import __version__
from tests.installing import ROOT, demonstrated, installed, run

pytestmark = pytest.mark.night

SOURCE = ROOT / "src" / "auscult"
EXAMPLES = ("conversations", "knowledge")


def files(folder: Path) -> set[str]:
    """Return the files under a folder, without what Python compiles."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of a virtual environment with the wheel, and the pinned dependencies."""
    return installed(tmp_path_factory)


@pytest.mark.landing
def test_the_demo_runs_in_an_empty_folder(
    programs: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All examples are scored, and everything that was made is in the demo's own folder."""
    where = run(tmp_path, programs / "python", "-c", "import auscult; print(auscult.__file__)")
    assert Path(where.strip()).is_relative_to(programs.parent)
    assert run(tmp_path, programs / "auscult", "--version").split()[1] == __version__
    demo = demonstrated(tmp_path_factory)
    shown = (demo / "shown").read_text(encoding="utf-8")
    assert "76 loaded, 72 scored" in shown
    assert f"{programs / 'auscult'} serve --database sqlite:///.auscult/demo/auscult.db" in shown
    assert [path.name for path in (demo / "here").iterdir()] == [".auscult"]
    found = run(
        demo / "here",
        *(programs / "auscult", "knowledge", "search", "return an item"),
        *("--database", "sqlite:///.auscult/demo/auscult.db", "--app", "st-demo"),
    )
    assert found


def test_an_export_without_its_library_is_refused_before_it_makes_a_folder(programs: Path, tmp_path: Path) -> None:
    """Parquet needs an extra, which is named."""
    words = ("export", "verdicts", "--app", "st-demo", "--out", "out")
    done = subprocess.run([programs / "auscult", *words], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603  (our own words)
    assert done.returncode == 1
    assert "pip install 'auscult[tables]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.landing
def test_the_wheel_has_the_files_that_are_no_code(programs: Path) -> None:
    """Every file under src/auscult is there, and each set of examples with its licence."""
    (package,) = programs.parent.glob("lib/*/site-packages/auscult")
    wanted = files(SOURCE) | {
        f"examples/{each}/{name}" for each in EXAMPLES for name in files(ROOT / "examples" / each)
    }
    assert wanted - files(package) == set()
