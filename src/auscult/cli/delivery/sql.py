"""``auscult sql``: SQL over exported tables, by DuckDB."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import EngineError, RequestError

READERS = {
    "parquet": "read_parquet('{files}', hive_partitioning = true)",
    "ndjson": "read_json('{files}', format = 'newline_delimited', hive_partitioning = true{types})",
    "csv": "read_csv('{files}', header = true, hive_partitioning = true{types})",
}
TYPES = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}

AGENTS = """
CREATE VIEW agents AS
SELECT agent_id, arg_max(agent_name, (started_at, conversation_id)) AS agent_name, count(*) AS conversations,
  count(score) AS scored, avg(score) AS mean_score, count(*) FILTER (passed) AS passed,
  count(*) FILTER (fatal_errors > 0) AS with_fatal_errors, count(*) FILTER (audit_state = 'audited') AS audited,
  avg(audit_score) AS mean_audit_score, min(started_at) AS first_at, max(started_at) AS last_at
FROM (
  SELECT conversation_id, agent_id, max(agent_name) AS agent_name, any_value(started_at) AS started_at,
    any_value(score) AS score, any_value(passed) AS passed, any_value(fatal_errors) AS fatal_errors,
    any_value(audit_state) AS audit_state, any_value(audit_score) AS audit_score
  FROM (SELECT *, unnest({}) AS agent_id, unnest({}) AS agent_name FROM conversations) c
  GROUP BY conversation_id, agent_id
)
GROUP BY agent_id
"""
"""The view ``v_agents`` of the database, over exported conversations."""


def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help='For example "select avg(score) from conversations".')],
    *,
    folder: Annotated[
        Path,
        typer.Option("--from", metavar="FOLDER", exists=True, file_okay=False, help="What auscult export has written."),
    ],
    as_json: options.AsJson = False,
) -> None:
    """Query exported tables with SQL. Each folder of the export is a table of its name; files are only read.

    With conversations there is also the table agents, one row an agent. Needs auscult[tables].
    """
    try:
        duckdb: Any = import_module("duckdb")  # an extra
    except ModuleNotFoundError as error:
        raise EngineError(
            "SQL is answered by DuckDB, which is not installed; run: pip install 'auscult[tables]'",
            code="tables.missing",
            field="sql",
        ) from error
    tables = {name: source for each in sorted(folder.iterdir()) if (source := _source(each)) for name in [each.name]}
    if not tables:
        raise RequestError(
            f"no exported tables in {folder}; write them with: auscult export conversations --out {folder}",
            code="tables.none",
            field="--from",
        )
    with duckdb.connect() as connection:
        for name, source in tables.items():
            connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM {source}')  # noqa: S608  (names of folders)
        if "conversations" in tables and "agents" not in tables:
            is_text = "rows.csv" in tables["conversations"]
            connection.execute(
                AGENTS.format(*(_list(column, is_text=is_text) for column in ("agent_ids", "agent_names")))
            )
            tables["agents"] = "conversations"
        try:
            names, rows = _answer(connection, query)
        except duckdb.Error as error:
            raise RequestError(
                f"{str(error).strip().splitlines()[0]}; available tables: {', '.join(tables)}",
                code="sql.refused",
                field="QUERY",
            ) from error
    _print(names, rows, as_json=as_json)


def _answer(connection: Any, query: str) -> tuple[list[str], list[tuple[object, ...]]]:  # noqa: ANN401  (no types)
    """Return names of columns, and rows. DuckDB would need pytz for instants, so they leave it without their zone, UTC."""
    connection.execute("SET TimeZone = 'UTC'")
    found = connection.sql(query)
    if found is None:
        return [], []
    names: list[str] = list(found.columns)
    instants = [str(kind) == "TIMESTAMP WITH TIME ZONE" for kind in found.types]
    if any(instants):
        quoted = ['"' + name.replace('"', '""') + '"' for name in names]
        cast = [
            f"{each}::TIMESTAMP AS {each}" if is_one else each for each, is_one in zip(quoted, instants, strict=True)
        ]
        found = found.project(", ".join(cast))
    rows: list[tuple[object, ...]] = found.fetchall()
    return names, [
        tuple(_aware(value) if is_one else value for value, is_one in zip(row, instants, strict=True)) for row in rows
    ]


def _aware(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _source(folder: Path) -> str | None:
    """Return the expression that reads a table; None where the folder holds none."""
    for kind, reader in READERS.items():
        if next(folder.glob(f"date=*/rows.{kind}"), None):
            files = str(folder / "date=*" / f"rows.{kind}").replace("'", "''")
            return reader.format(files=files, types=_types(folder.name, kind))
    return None


def _list(column: str, *, is_text: bool) -> str:
    return f"""from_json({column}, '["VARCHAR"]')""" if is_text else column


def _types(table: str, kind: str) -> str:
    """Return the types of the columns of our own tables: a column of nothing but nulls has none that can be guessed."""
    from auscult.services.delivery.tables import KINDS

    if table not in KINDS:
        return ""
    columns = {name: _type(schema, kind) for name, schema in KINDS[table].columns.items()}
    named = ", ".join(f"'{name}': '{each}'" for name, each in columns.items())
    return f", {'columns' if kind == 'ndjson' else 'types'} = {{{named}}}"


def _type(schema: Mapping[str, Any], kind: str) -> str:
    if schema.get("format") == "date-time":
        return "TIMESTAMPTZ"
    if schema["type"] == "array":
        return "VARCHAR[]" if kind == "ndjson" else "VARCHAR"
    return TYPES.get(schema["type"], "VARCHAR")


def _print(names: list[str], rows: list[tuple[object, ...]], *, as_json: bool) -> None:
    if as_json:
        encode = msgspec.json.Encoder(decimal_format="number").encode
        for row in rows:
            typer.echo(encode(dict(zip(names, row, strict=True))))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*names)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    Console().print(table)
