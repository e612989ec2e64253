"""Tables and lists that tests keep next to themselves as data."""

import csv
from pathlib import Path


def lines_of(path: Path) -> list[str]:
    """Return the lines of a text file, comments and empty ones left out; none may be there twice."""
    lines = path.read_text(encoding="utf-8").split("\n")
    found = [line for line in lines if line and not line.startswith("#")]
    assert found, f"{path}: nothing to test with"
    assert len(found) == len(set(found)), f"{path}: a line is there twice"
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file by the names of its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))
