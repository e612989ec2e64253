"""``auscult pull``: what is refused before anything is asked."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from auscult.cli import build
from tests.data_files import data_of

WHO = [
    "--url",
    "http://127.0.0.1:9",
    "--client-id",
    "cs-1",
    "--client-secret",
    "s" * 32,
    "--account",
    "a",
    "--app",
    "st-1",
]


@pytest.mark.parametrize(("report", "since", "said"), data_of(__file__, "what_cannot_be_asked_for_leaves_no_file"))
def test_what_cannot_be_asked_for_leaves_no_file(report: str, since: str, said: str, tmp_path: Path) -> None:
    """An empty file would look like a report without rows."""
    words = ["pull", report, *WHO, "--since", since, "--until", "2026-03-22", "--out", str(tmp_path / "rows.ndjson")]
    result = CliRunner().invoke(build(), words)
    assert result.exit_code != 0
    assert said in f"{result.output} {result.exception}"
    assert list(tmp_path.iterdir()) == []
