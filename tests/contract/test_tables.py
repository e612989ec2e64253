"""Every kind of table file, with the golden rows of every report: what is read back is what was written."""

import csv
import io
import json
from typing import Any

import msgspec
import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auscult.client.wire import WIRE
from auscult.domain.delivery.csv_cells import unguarded_cell
from auscult.reports import REPORTS
from auscult.tables import TABLES
from auscult.tables._columns import columns_of
from auscult.tables._contract import Columns
from tests.golden.rendering import HERE


def golden(report: str) -> tuple[Columns, list[dict[str, Any]]]:
    """A report's columns, and the rows of its sample."""
    described = REPORTS[report].describe(REPORTS[report].limits)
    name = WIRE[report].rows
    columns = columns_of(described.answer["properties"][name]["items"], described.schemas)
    return columns, json.loads((HERE / f"{report}.response.json").read_bytes())[name]


def written(kind: str, columns: Columns, rows: list[dict[str, Any]], at_a_time: int = 1_000) -> bytes:
    """The bytes of a file of these rows."""
    stream = io.BytesIO()
    writer = TABLES[kind].open(stream, columns)
    for start in range(0, len(rows), at_a_time):
        writer.write([msgspec.json.encode(row) for row in rows[start : start + at_a_time]])
    writer.close()
    return stream.getvalue()


def read(kind: str, content: bytes, columns: Columns) -> list[dict[str, Any]]:
    """Rows out of a file; JSON in text is read, what is empty or null left out."""
    if kind == "ndjson":
        rows = [json.loads(line) for line in content.splitlines()]
    elif kind == "csv":
        rows = []
        for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
            rows.append({name: _of_cell(cell, columns[name]) for name, cell in row.items() if cell != ""})
    else:
        rows = pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
        for row in rows:
            row.update({name: json.loads(row[name]) for name, schema in columns.items() if not schema and row[name]})
    return [_without_nulls(row) for row in rows]


def _of_cell(cell: str, schema: Any) -> Any:
    return unguarded_cell(cell) if schema.get("type") == "string" else json.loads(cell)


def _without_nulls(value: Any) -> Any:
    """Parquet and CSV do not tell null from absent."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("kind", TABLES)
def test_rows_come_back(kind: str, report: str) -> None:
    """Every field of every sample, in every kind of file."""
    columns, rows = golden(report)
    assert {name for row in rows for name in row} <= set(columns)
    expected = _without_nulls(rows)
    if kind == "csv":  # an empty cell is an empty text, null, or nothing
        expected = [{name: value for name, value in row.items() if value != ""} for row in expected]
    assert read(kind, written(kind, columns, rows, at_a_time=2), columns) == expected


@pytest.mark.parametrize("kind", TABLES)
def test_an_empty_file_can_be_read(kind: str) -> None:
    """A day without rows, where one is written all the same."""
    columns, _ = golden("rawdata")
    assert read(kind, written(kind, columns, []), columns) == []


@pytest.mark.parametrize("report", REPORTS)
def test_columns_that_are_no_json_are_few(report: str) -> None:
    """What has a shape has it in Parquet too: only objects of any keys, and lists of unlike things, are JSON in text."""
    columns, _ = golden(report)
    free = {name for name, schema in columns.items() if not schema}
    any_keys = {"metaInfo", "customerinfo", "campaigninfo", "custom_fields", "configuredIntents", "skills"}
    assert free <= any_keys | {"messages", "destinations"}


@example(rows=[{"text": '"@'}])
@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries({}, optional={"text": st.text(), "n": st.integers(-(2**60), 2**60), "free": st.text()})
    )
)
@pytest.mark.parametrize("kind", TABLES)
def test_any_text_comes_back(kind: str, rows: list[dict[str, Any]]) -> None:
    """Commas, quotes, line ends, letters of any script; a leading = does no harm in a spreadsheet."""
    columns: Columns = {"text": {"type": "string"}, "n": {"type": "integer"}, "free": {}}
    expected = rows if kind != "csv" else [{k: v for k, v in row.items() if v != ""} for row in rows]
    found = read(kind, written(kind, columns, rows), columns) if kind != "csv" else _read_csv(rows, columns)
    assert found == expected


def _read_csv(rows: list[dict[str, Any]], columns: Columns) -> list[dict[str, Any]]:
    text = io.StringIO(written("csv", columns, rows).decode(), newline="")
    found: list[dict[str, Any]] = []
    for row in csv.DictReader(text):
        told: dict[str, Any] = {name: cell for name, cell in row.items() if cell != ""}
        for name, cell in told.items():
            told[name] = int(cell) if name == "n" else unguarded_cell(cell)
        found.append(told)
    return found
