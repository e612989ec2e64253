"""Options that several commands share, and what they name."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auscult.config import Settings, read_settings
from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.schedules.instants import read_instant
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.formats import Given
    from auscult.storage.store import AppStore, Store

STDIN = "-"

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="sqlite:///file.db or postgresql://user@host:port/name; made when new."
        " Default: AUSCULT_DATABASE_URL, else sqlite:///auscult.db.",
    ),
]
Account = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="Account; made when new. Not needed for a known app.")
]
Org = Annotated[str | None, typer.Option("--org", metavar="ID", help="Org; made when new. Not needed for a known app.")]
App = Annotated[str, typer.Option("--app", metavar="ID", help="App (the wire's streamId), as st-...; made when new.")]
KnownApp = Annotated[str, typer.Option("--app", metavar="ID", help="App (the wire's streamId), as st-...")]
OfExamples = Annotated[str | None, typer.Option("--app", metavar="ID", help="App whose examples; needed of several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
_FILES_HELP = "Files of conversations, recognised by content; - reads stdin."


AgentOfFiles = Annotated[str | None, typer.Option("--agent", metavar="ID", help="The agent, where files name none.")]
QueueOfFiles = Annotated[str | None, typer.Option("--queue", metavar="ID", help="The queue, where files name none.")]
ChannelOfFiles = Annotated[
    str | None, typer.Option("--channel", metavar="voice|chat", help="The channel, where files do not say it.")
]
LanguageOfFiles = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="The language, where files do not say it; else found.")
]
StartedAt = Annotated[
    str | None, typer.Option("--started-at", metavar="TIME", help="The start, where neither file nor name has one.")
]
ZoneOfFiles = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="NAME", help="Of times without a zone, as Europe/Berlin; else the app's."),
]
DateOrder = Annotated[
    str | None, typer.Option("--date-order", metavar="day|month", help="What dates as 03/04/2026 begin with.")
]
Decimal = Annotated[
    str | None, typer.Option("--decimal", metavar="comma|point", help="What decimals of numbers as 1,250 are after.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--columns", metavar="WHAT=COLUMN", help="The column of a table, as text=Message. May be said again."),
]
Sides = Annotated[
    list[str] | None,
    typer.Option(
        "--sides", metavar="LABEL=SIDE", help="Whose side a speaker is, as 'Speaker 1=agent'. May be said again."
    ),
]


def must_exist(files: list[Path]) -> list[Path]:
    """Refuse a command line that names a file which is not there, before anything is changed."""
    for file in files:
        if not file.is_file():
            raise typer.BadParameter(f"there is no file {file}")
    return files


def must_be_files(files: list[Path] | None) -> list[Path] | None:
    """Refuse a command line that names a file which is not there, before anything is made."""
    for file in files or []:
        if str(file) != STDIN and not file.is_file():
            there = "a folder; name its files" if file.is_dir() else "no regular file; give - to read stdin"
            raise typer.BadParameter(f"{file} is {there}" if file.exists() else f"there is no file {file}")
    return files


Files = Annotated[list[Path], typer.Argument(metavar="FILE", callback=must_be_files, help=_FILES_HELP)]
MaybeFiles = Annotated[list[Path] | None, typer.Argument(metavar="FILE", callback=must_be_files, help=_FILES_HELP)]
Forms = Annotated[
    list[Path] | None,
    typer.Option(
        "--form",
        metavar="FORM",
        help="A form, YAML or JSON; may be repeated, and each conversation takes the one that it is assigned to. "
        "The word starter, and the default, is the one that comes along for each conversation's language and channel.",
    ),
]
Tables = Annotated[
    Path | None,
    typer.Option(
        "--tables",
        metavar="FOLDER",
        exists=True,
        file_okay=False,
        help="Tables that metrics look values up in: plans.csv is the table plans.",
    ),
]
Taxonomies = Annotated[
    list[Path] | None,
    typer.Option(
        "--taxonomy",
        metavar="FILE",
        help="Sort conversations by this taxonomy; the word starter takes the one that comes along. May be said again.",
    ),
]


def given_of(
    shape: str | None,
    values: tuple[str | None, ...],
    columns: list[str] | None,
    sides: list[str] | None,
) -> "Given":
    """Return what is given for files that do not say it: the format, and values in the order of ``asked.NAMED``."""
    from auscult.formats.vendors import FORMATS
    from auscult.services.scoring.intake import asked

    named = dict(zip(asked.NAMED, (None if shape in FORMATS else shape, *values), strict=True))
    try:
        return asked.given_of(named, columns or (), sides or ())
    except RequestError as error:
        field = (error.field or "format").replace("_", "-")
        raise typer.BadParameter(error.message, param_hint=f"--{field}") from error


def instant(given: str) -> datetime:
    """Read a point in time: a day, which means its beginning, or a time as RFC 3339 has it; UTC where no zone is given."""
    try:
        return read_instant(given)
    except ValueError as error:
        raise typer.BadParameter(f"{given} is no time; give 2026-03-23 or 2026-03-23T10:17:54Z") from error


Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        metavar="TIME",
        parser=instant,
        help="Only conversations that start at this time or later: 2026-03-01, or 2026-03-01T08:00:00Z.",
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="TIME", parser=instant, help="Only conversations that start before this time."),
]


_NEW_ID = re.compile(r"[^\s/?#]{1,200}")
"""Form of the id of a new account, org or app. The id of an app is part of the address of each of its reports."""


def settings_of(database: str | None, **chosen: str | int | None) -> Settings:
    """Settings from the environment, with what the command line says going before."""
    return read_settings(None, database_url=database, **chosen)


def settings_of_existing(database: str | None, option: str = "--database") -> Settings:
    """Return the settings for a command that only reads: a file that does not exist is an error, and none is made."""
    from auscult import bootstrap

    settings = settings_of(database)
    path = bootstrap.sqlite_path(settings)
    if path is not None and not path.exists():
        raise typer.BadParameter(f"there is no database at {path}", param_hint=option)
    return settings


def tenant_of(store: "Store", account: str | None, org: str | None, app: str) -> Tenant:
    """Find the app, or make it; account and org may be left out where the app is known.

    Raises ``ConflictError`` where the app belongs elsewhere, ``RequestError`` where a new app needs more.
    """
    known = store.tenant(app)
    if known is None:
        if account is None or org is None:
            raise RequestError(
                f"app {app} is new: name what it belongs to with --account and --org",
                code="app.incomplete",
                field="--app",
            )
        for option, given in (("--app", app), ("--account", account), ("--org", org)):
            if not _NEW_ID.fullmatch(given):
                raise RequestError(
                    f"{option}: {given!r} is no id; give 1 to 200 characters without spaces, slashes, ? and #",
                    code="app.invalid",
                    field=option,
                    value=given,
                )
    tenant = Tenant(
        account_id=account or (known.account_id if known else ""),
        org_id=org or (known.org_id if known else ""),
        app_id=app,
    )
    store.ensure(tenant)
    return tenant


def known_tenant(store: "Store", app: str) -> Tenant:
    """Find the app. Raises ``NotFoundError`` where there is none."""
    known = store.tenant(app)
    if known is None:
        names = ", ".join(sorted(tenant.app_id for tenant in store.tenants())) or "none yet"
        raise NotFoundError(
            f"there is no app {app} in this database; there is: {names}", code="app.unknown", field="--app"
        )
    return known


@contextmanager
def known_store(database: str | None) -> "Generator[Store]":
    """Open a database that exists, for a command that needs no secret."""
    from auscult import bootstrap

    with bootstrap.open(settings_of_existing(database), with_secrets=False) as application:
        yield application.store


@contextmanager
def opened(database: str | None, app: str, *, with_secrets: bool = True) -> "Generator[tuple[Application, AppStore]]":
    """Open a database and what the app keeps. Raises ``NotFoundError`` where there is no such app; makes no database."""
    from auscult import bootstrap

    with bootstrap.open(settings_of_existing(database), with_secrets=with_secrets) as application:
        yield application, application.store.within(known_tenant(application.store, app))


@contextmanager
def known_app(database: str | None, app: str, *, with_secrets: bool = True) -> "Generator[AppStore]":
    """Open what the app keeps, as ``opened`` does."""
    with opened(database, app, with_secrets=with_secrets) as (_, store):
        yield store


@contextmanager
def named_app(
    database: str | None, account: str | None, org: str | None, app: str, *, with_secrets: bool = True
) -> "Generator[AppStore]":
    """Open what the app keeps, making what is new, with the errors of ``tenant_of``."""
    from auscult import bootstrap

    with bootstrap.open(settings_of(database), with_secrets=with_secrets) as application:
        yield application.store.within(tenant_of(application.store, account, org, app))
