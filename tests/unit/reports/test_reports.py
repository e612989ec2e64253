"""docs/reference/reports.md has every key of every report, and no other."""

import re
from pathlib import Path
from typing import Any

import pytest

from auscult.reports import REPORTS

PAGE = (Path(__file__).parents[3] / "docs/reference/reports.md").read_text(encoding="utf-8")
KEY = re.compile(r"`([A-Za-z_][A-Za-z_ ]*)`")


def section(name: str) -> str:
    """What the page says of a report."""
    return PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def keys_of(schema: Any) -> set[str]:
    """Every key that a schema names, at any depth."""
    if isinstance(schema, list):
        return {key for each in schema for key in keys_of(each)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own | {key for each in schema.values() for key in keys_of(each)}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_key_is_told_of(name: str) -> None:
    """Rule 23: each key that a row may have stands in the report's section; fields of its request may stand above."""
    report = REPORTS[name]
    described = report.describe(report.limits)
    keys = keys_of(dict(described.answer)) | keys_of(dict(described.schemas))
    keys -= {"nextCursor", "value", "text"}  # told of above, and the inside of tags and texts
    assert keys - set(KEY.findall(section(name))) == set()
    assert keys_of(dict(described.body)) - set(KEY.findall(PAGE)) == set()


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_no_other_key_is_told_of(name: str) -> None:
    """The first column of every table of keys names only what rows may have."""
    report = REPORTS[name]
    described = report.describe(report.limits)
    keys = keys_of(dict(described.answer)) | keys_of(dict(described.schemas))
    tables = re.findall(r"^\| key \|.*\n\| ---.*\n((?:\|.*\n)+)", section(name) + "\n", re.MULTILINE)
    assert len(tables) >= 3
    told = {key for table in tables for line in table.splitlines() for key in KEY.findall(line.split("|")[1])}
    assert told <= keys
