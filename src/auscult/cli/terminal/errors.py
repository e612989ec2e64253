"""Errors on stderr."""

import errno

import msgspec
import typer

from auscult.domain.errors import AuscultError, FormatError, FormError


def unusable_file(error: OSError) -> AuscultError | None:
    """Return a message for what the user can fix: a missing folder, missing permission, a full disk; else None."""
    if error.filename is None and error.errno != errno.ENOSPC:
        return None
    name = error.filename or "the output"
    return AuscultError(f"{name} cannot be written or read: {error.strerror}", code="file.unusable", value=name)


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
