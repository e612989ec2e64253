"""The bench makes its table: a command is run, its figures are found, and the page gets them between its marks."""

import re
from pathlib import Path

import pytest

import bench.__main__ as program
from bench.measures import FULL, MEASURES, SMALL
from bench.qa import main as qa

pytestmark = pytest.mark.night

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def test_a_figure_goes_from_a_command_into_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command, one table, with the command, versions and date."""
    page = tmp_path / "performance.md"
    page.write_text(f"# Performance\n\n{program.BEGIN}\nold\n\n{program.END}\nThe rest.\n", encoding="utf-8")
    monkeypatch.setattr(program, "PAGE", page)
    monkeypatch.delenv("PEERS", raising=False)
    program.main(["judge", "--small", "--write", "--postgresql", NOWHERE])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Performance\n")
    assert text.endswith("The rest.\n")
    assert "old" not in text
    assert re.search(
        r"^\| calls of a judge .*\| 1\.00 \(no database\) \|.*`python -m bench\.judge --count 3`", text, re.MULTILINE
    )
    assert re.search(r"^\d+ \w+ 20\d\d, commit \S+, \d+ cores.*Python 3\.\d+\.\d+, SQLite 3\.", text, re.MULTILINE)
    assert text.split(program.BEGIN)[1].split(program.END)[0].strip() in capsys.readouterr().out


def test_what_fails_leaves_an_empty_cell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A command that ends badly is told with its own words, and the others go on."""
    broken = MEASURES[0]._replace(words="bench.qa nonsense", databases=("sqlite",))
    monkeypatch.setattr(program, "MEASURES", (broken,))
    program.main(["--small", "--postgresql", NOWHERE])
    out, err = capsys.readouterr()
    assert f"| {broken.figures[0].name} |  |  |" in out
    assert "invalid choice: 'nonsense'" in err


def test_every_size_that_a_command_needs_is_there() -> None:
    """The full sizes and the small ones fill every command; patterns have the group that is the figure."""
    for measure in MEASURES:
        assert "{" not in measure.words.format(**FULL) + measure.words.format(**SMALL)
        assert all("n" in re.compile(figure.pattern).groupindex for figure in measure.figures)


def test_figures_are_found_in_what_a_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """The words of the load's figures are those that it prints."""
    qa(["score", "--count", "20", "--runs", "1"])
    printed = capsys.readouterr().out
    (measure,) = (each for each in MEASURES if each.name == "score")
    found = [program.value_of(figure, printed) for figure in measure.figures[:2]]
    assert all(float(value.replace(",", "")) > 0 for value in found)
