"""Errors on stderr, and faults of the command line with what was probably meant: text, or a line of JSON for programs."""

import errno
import re
from typing import Any

import msgspec
import typer

from auscult.domain.errors import AuscultError, FormatError, FormError
from auscult.domain.said.spelling import nearest


def unusable_file(error: OSError) -> AuscultError | None:
    """Return a message for what the user can fix: a missing folder, missing permission, a full disk; else None."""
    if error.filename is None and error.errno != errno.ENOSPC:
        return None
    name = error.filename or "the output"
    return AuscultError(f"{name} cannot be written or read: {error.strerror}", code="file.unusable", value=name)


EXIT_INPUT = 2
_OF_INPUT = frozenset({"password.guessable", "password.invalid"})


def status_of(error: AuscultError) -> int:
    """Return the exit status of an error: 2 where what was given on the command line or on stdin cannot be used."""
    return EXIT_INPUT if error.reason in _OF_INPUT else 1


def report(error: AuscultError, *, as_json: bool) -> None:
    """Print an error: for people as ``error: ...``, for programs as one line of JSON."""
    line = error.line if isinstance(error, FormatError) else None
    problems = error.problems if isinstance(error, FormError) else ()
    if as_json:
        fault = {
            "message": error.message,
            "reason": error.reason,
            "field": error.field,
            "value": error.value,
            "line": line,
            "problems": problems,
        }
        shown = {key: value for key, value in fault.items() if value is not None and value != ()}
        typer.echo(msgspec.json.encode({"error": shown}, enc_hook=str), err=True)
        return
    more = [problem for problem in problems if problem not in error.message]
    where = f"line {line}: " if line is not None else ""
    field = f"{error.field}: " if error.field and error.field not in error.message else ""
    typer.echo("\n".join([f"error: {where}{field}{error.message}", *more]), err=True)


def database_trouble(error: Exception) -> AuscultError | None:
    """Return the error for a database that is full or away; None where the fault is elsewhere."""
    from auscult.storage.core.troubles import trouble_of

    match trouble_of(error, ()):
        case "full":
            return AuscultError(
                "the disk of the database is full; make room, and run the command again", code="database.full"
            )
        case "away":
            return AuscultError("the database does not answer; run the command again later", code="database.away")
        case _:
            return None


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
