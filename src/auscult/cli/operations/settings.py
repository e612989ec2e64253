"""``auscult config``."""

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.config import PREFIX, read_sources, shown_value


def config(*, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Print each setting, its value without secrets, and its source: default, option, variable or file."""
    settings, sources = read_sources(None, database_url=database)
    rows = [
        {"setting": PREFIX + name.upper(), "value": shown_value(name, getattr(settings, name)), "source": source}
        for name, source in sources.items()
    ]
    if as_json:
        for row in rows:
            typer.echo(msgspec.json.encode(row))
        return
    names, values = (max(len(row[column]) for row in rows) for column in ("setting", "value"))
    for row in rows:
        typer.echo(f"{row['setting']:<{names}}  {row['value']:<{values}}  {row['source']}")
