"""``auscult doctor``."""

import os
import platform
import socket
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import typer

from auscult import __version__
from auscult.cli import _options
from auscult.config import Settings, unknown_settings
from auscult.domain.errors import AuscultError
from auscult.domain.probe import Similarity

OLDEST_SQLITE_FOR_312 = (3, 42)
_FAILED_SHOWN = 5


class Finding(NamedTuple):
    """One thing that was looked at, and where it is not well, what to do."""

    state: Literal["ok", "warn", "fail"]
    what: str
    fix: str = ""


def doctor(*, database: _options.Database = None, as_json: _options.AsJson = False) -> None:
    """Look at everything that auscult needs here, and say for each fault how to mend it.

    Looks at Python, SQLite, settings, database, the key to its secrets, unfinished and failed work, the engine, and
    the port. A database that is there is brought up to date, as by every command; a new one is not made.
    The exit status is 1 when something fails.
    """
    settings = _options.settings_of(database)
    worst = "ok"
    for finding in examine(settings):
        worst = finding.state if finding.state != "ok" and worst != "fail" else worst
        if as_json:
            typer.echo(msgspec.json.encode(finding._asdict()))
        else:
            typer.echo(f"{finding.state:<5}{finding.what}" + (f"\n     → {finding.fix}" if finding.fix else ""))
    if worst == "fail":
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after the other."""
    yield _python()
    yield from _settings()
    yield from _database(settings)
    yield _engine(settings)
    yield _port(settings)


def _python() -> Finding:
    what = f"auscult {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < OLDEST_SQLITE_FOR_312:
        return Finding(
            "fail", what, "Python 3.12 and newer need SQLite 3.42 or newer for durable jobs: use Python 3.11 here"
        )
    return Finding("ok", what)


def _settings() -> Iterator[Finding]:
    unknown = unknown_settings()
    if unknown:
        yield Finding(
            "warn", f"no setting reads {', '.join(unknown)}", "look for a slip; docs/reference/settings.md lists all"
        )


def _database(settings: Settings) -> Iterator[Finding]:
    from auscult import bootstrap

    path = bootstrap.sqlite_path(settings)
    if path is not None and not path.exists():
        folder = path.parent
        if folder.is_dir() and os.access(folder, os.W_OK):
            yield Finding("ok", f"no database at {path} yet: the first command makes it")
        else:
            yield Finding(
                "fail", f"no database at {path}, and none can be made there", f"make {folder} and let us write in it"
            )
        return
    shown = settings.database_url.partition("?")[0].rpartition("@")[2]
    try:
        with bootstrap.open(settings) as application:
            yield Finding("ok", f"database {shown} answers and is up to date")
            waiting, failed = application.store.batches.waiting(), application.store.batches.failed()
    except AuscultError as error:
        yield Finding("fail", f"database {shown}: {error.message}", "see --database, or AUSCULT_DATABASE_URL")
        return
    yield _key(bootstrap.key_path(settings), is_set=settings.secret_key is not None)
    if waiting:
        count = sum(batch.size for batch in waiting)
        yield Finding("warn", f"{count} conversations wait to be scored", "run auscult serve or auscult worker")
    for batch in failed[:_FAILED_SHOWN]:
        yield Finding(
            "warn",
            f"batch {batch.batch_id} of {batch.tenant.app_id} failed: {batch.reason}",
            "load its conversations again: what was scored stays, the rest is tried again",
        )


def _key(path: Path, *, is_set: bool) -> Finding:
    if is_set:
        return Finding("ok", "the key to the clients' secrets comes from AUSCULT_SECRET_KEY")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding("fail", f"others can read the key {path} (mode {mode:04o})", f"chmod 600 {path}")
    return Finding("ok", f"the key {path} is readable by its owner only")


def _engine(settings: Settings) -> Finding:
    from auscult import bootstrap

    try:
        engine = bootstrap.evaluator(settings).engines[Similarity]
        engine.answer([Similarity(samples=("good morning",), texts=("good morning",))])
    except AuscultError as error:
        return Finding("fail", f"the embedding engine: {error.message}", "install the pinned packages again: make demo")
    return Finding("ok", f"the embedding engine answers ({engine.version})")


def _port(settings: Settings) -> Finding:
    place = f"{settings.host}:{settings.port}"
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        return Finding(
            "warn", f"{place} cannot be listened on: {error.strerror}", "is a server running? else serve --port"
        )
    return Finding("ok", f"{place} is free")
