"""Faults of the command line itself, with what was probably meant: text for people, one line of JSON for programs."""

import re
from typing import Any

import msgspec
import typer

from auscult.domain.said.spelling import nearest

_CHOICE = re.compile(r"^(?P<value>'[^']*'|[^ ]+) is not one of (?P<known>.+?)\.?$", re.DOTALL)


def is_usage(error: BaseException) -> bool:
    """Return whether an error is a fault of the command line, as Typer raises it."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def report_usage(error: Any, *, as_json: bool) -> int:  # noqa: ANN401  (a class that Typer does not export)
    """Print a fault of the command line; return the exit status."""
    error.message = with_hint(str(error.message))
    if not as_json:
        error.show()
        return int(error.exit_code)
    parameter = getattr(error, "param", None)
    field = getattr(error, "param_hint", None) or (parameter.opts[0] if parameter is not None else None)
    shown = {"message": error.format_message(), "reason": "command.usage", "field": field}
    details = {key: value for key, value in shown.items() if value is not None}
    typer.echo(msgspec.json.encode({"error": details}, enc_hook=str), err=True)
    return int(error.exit_code)


def with_hint(message: str) -> str:
    """Add the nearest of the values that a message lists.

    >>> with_hint("'ndjsn' is not one of 'parquet', 'ndjson', 'csv'.")
    "'ndjsn' is not one of 'parquet', 'ndjson', 'csv'; did you mean ndjson?"
    """
    found = _CHOICE.match(message)
    if found is None:
        return message
    near = nearest(found["value"].strip("'"), re.findall(r"'([^']*)'", found["known"]))
    return message if near is None else f"{message.rstrip('.')}; did you mean {near}?"
