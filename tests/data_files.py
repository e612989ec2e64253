"""Tables and lists that tests keep next to themselves as data."""

import csv
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml


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


def data_of(test: str, name: str) -> Any:
    """Return what the YAML file next to a test (its ``__file__``) lists under a name: rows of cases, or a document."""
    return deepcopy(_documents(Path(test).with_suffix(".yaml"))[name])


def tuples_of(test: str, name: str) -> Any:
    """Return the same with tuples instead of lists, at every depth."""
    return _frozen(data_of(test, name))


def script_of(test: str, name: str) -> str:
    """Return a JavaScript program of the folder ``scripts`` next to a test."""
    return (Path(test).parent / "scripts" / f"{name}.js").read_text(encoding="utf-8")


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(each) for key, each in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


@cache
def _documents(path: Path) -> dict[str, Any]:
    """Return the documents of a YAML file by name."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
