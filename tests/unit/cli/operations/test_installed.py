"""What an installation weighs: nothing that only extras or tests need counts."""

import tomllib
from pathlib import Path

from auscult.cli.operations.installed import installed

PROJECT = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_base_stays_small() -> None:
    """Under 254 MB, auscult and its data files included: files of other tools may add 6 to the 248 of 0.3.0."""
    found = installed(PROJECT["dependencies"])
    assert len(PROJECT["dependencies"]) <= found.packages < 120
    assert 100 < found.megabytes < 254


def test_extras_count_where_they_are_asked_for() -> None:
    """A database driver's compiled part comes by an extra of the driver; packages are counted once."""
    bare, compiled = installed(["psycopg"]), installed(["psycopg[binary]", "psycopg"])
    assert compiled.packages == bare.packages + 1
    assert compiled.size > bare.size
    assert installed(["no-such-package"]).packages == 0
