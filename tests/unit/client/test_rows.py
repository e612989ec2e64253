"""Typed rows and tables of them: the types are what the reports say, and nothing that a server sends is lost."""

import json
import sys
from pathlib import Path
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest
from pyarrow import parquet

from auscult.client import Rows
from auscult.client.rows import ROWS
from auscult.client.tabular import OTHER, ROWS_IN_A_GROUP
from auscult.client.wire import WIRE
from auscult.domain.errors import EngineError
from auscult.reports import REPORTS
from auscult.tables import TABLES
from auscult.tables._columns import columns_of
from tests.golden.rendering import HERE


def described(report: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the reference says of a report's rows, and the schemas that it refers to."""
    found = REPORTS[report].describe(REPORTS[report].limits)
    return dict(found.answer["properties"][WIRE[report].rows]["items"]), dict(found.schemas)


def golden(report: str) -> list[dict[str, Any]]:
    """The rows of its sample."""
    return json.loads((HERE / f"{report}.response.json").read_bytes())[WIRE[report].rows]


def required(row: type) -> set[str]:
    """Keys that a typed row always has."""
    hints = get_type_hints(row, include_extras=True)
    return {name for name, hint in hints.items() if get_origin(hint) is not NotRequired}


@pytest.mark.parametrize("report", ROWS)
def test_the_types_are_what_the_reference_says(report: str) -> None:
    """Typed rows with the wire's names, none missing, none made up, absent only where that may be."""
    shape, schemas = described(report)
    kinds = [
        schemas[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in shape.get("anyOf", [shape])
    ]
    assert list(get_type_hints(ROWS[report])) == list(
        dict.fromkeys(name for kind in kinds for name in kind["properties"])
    )
    always = set.intersection(*(set(kind["required"]) for kind in kinds))
    assert required(ROWS[report]) == always


@pytest.mark.parametrize("report", ROWS)
def test_columns_are_those_of_an_export(report: str, tmp_path: Path) -> None:
    """What the client writes to Parquet has the columns that ``auscult export`` writes, and one more."""
    shape, schemas = described(report)
    with (tmp_path / "export.parquet").open("wb") as stream:
        TABLES["parquet"].open(stream, columns_of(shape, schemas)).close()
    exported = parquet.read_schema(tmp_path / "export.parquet")
    Rows(report, iter(golden(report))).to_parquet(tmp_path / "rows.parquet")
    written = parquet.read_schema(tmp_path / "rows.parquet")
    assert written.remove(len(written) - 1) == exported
    assert written.names[-1] == OTHER


@pytest.mark.parametrize("report", ROWS)
def test_tables_hold_what_the_rows_say(report: str, tmp_path: Path) -> None:
    """The golden rows, out of Arrow and out of Parquet, say what they said; nothing stands in ``_other``."""
    rows = golden(report)
    table = Rows[Any](report, iter(rows)).to_arrow()
    assert Rows[Any](report, iter(rows)).to_parquet(tmp_path / "rows.parquet") == len(rows)
    read = parquet.read_table(tmp_path / "rows.parquet")
    assert read.equals(table)
    assert not list(tmp_path.glob("*.new"))
    for row, told in zip(rows, table.to_pylist(), strict=True):
        assert told.pop(OTHER) is None
        for name, value in told.items():
            is_open = isinstance(value, str) and not isinstance(row.get(name), str)
            assert _bare(json.loads(value) if is_open else value) == _bare(row.get(name)), name


def _bare(value: Any) -> Any:
    """Tables do not tell null from absent, nor an object of which nothing is known from none."""
    if isinstance(value, dict):
        return {name: bare for name, each in value.items() if (bare := _bare(each)) is not None} or None
    return [_bare(each) for each in value] if isinstance(value, list) else value


def test_what_a_later_server_adds_is_kept() -> None:
    """Unknown keys and values of another kind break nothing: the row has them, a table has them in ``_other``."""
    row = {**golden("rawdata")[0], "mood": {"colour": "blue"}, "koreEvalutionScore": "NA"}
    (same,) = Rows[Any]("rawdata", iter([row]))
    assert same is row
    (told,) = Rows[Any]("rawdata", iter([row])).to_arrow().to_pylist()
    assert (told["koreEvalutionScore"], told["conversationId"]) == (None, row["conversationId"])
    assert json.loads(told[OTHER]) == {"mood": {"colour": "blue"}, "koreEvalutionScore": "NA"}


def test_many_rows_and_none(tmp_path: Path) -> None:
    """More than a group are written group by group; none make a table of the same columns."""
    row = golden("scorereporting")[0]
    many = ({**row, "conversationId": f"c-{n}"} for n in range(ROWS_IN_A_GROUP + 1))
    assert Rows[Any]("scorereporting", many).to_parquet(tmp_path / "many.parquet") == ROWS_IN_A_GROUP + 1
    file = parquet.ParquetFile(tmp_path / "many.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (2, ROWS_IN_A_GROUP + 1)
    assert Rows[Any]("scorereporting", iter([])).to_arrow().schema == file.schema_arrow


def test_a_data_frame_has_a_row_for_each() -> None:
    """A data frame has the same columns."""
    rows = golden("rawdata")
    frame = Rows[Any]("rawdata", iter(rows)).to_pandas()
    assert list(frame["conversationId"]) == [row["conversationId"] for row in rows]
    assert list(frame.columns) == [*get_type_hints(ROWS["rawdata"]), OTHER]


@pytest.mark.parametrize(("library", "advice"), [("pyarrow", r"auscult\[tables\]"), ("pandas", "pip install pandas")])
def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, library: str, advice: str) -> None:
    """Without the extra the rows are there all the same, and a table says what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    rows = Rows[Any]("rawdata", iter(golden("rawdata")))
    with pytest.raises(EngineError, match=advice, check=lambda error: error.reason == "tables.missing"):
        rows.to_pandas()
    assert list(rows) == golden("rawdata")
