"""``auscult connectors``: applied, checked, and the sides of their speakers."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal
from auscult.config import variable
from auscult.domain.conversation import Speaker
from auscult.domain.errors import RequestError, sent

if TYPE_CHECKING:
    from auscult.services.connectors.checking import Check
    from auscult.services.connectors.connecting import Connectors

Name = Annotated[str, typer.Argument(metavar="NAME", help="The connector's name.")]
Secrets = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="NAME=SOURCE",
        help="A secret, as secret_access_key=env:VARIABLE or private_key=file:PATH. "
        "Without any, those that are stored stay.",
    ),
]


def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A connector, YAML or JSON.")],
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    secret: Secrets = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the document and the place; store nothing.")
    ] = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Store a connector, or a new version of it.

    Faults are reported with line, field, and what would be right. Secrets are encrypted.
    """
    from auscult import bootstrap
    from auscult.bootstrap.scheduling import connecting

    options.must_be_files([file])
    given = None if secret is None else secrets_of(secret)
    with bootstrap.open(options.settings_of(database)) as application:
        tenant = options.tenant_of(application.store, account, org, app)
        service = connecting(application.store, tenant, application.settings, principal())
        if dry_run:
            _show_check(service.try_document(file.read_bytes(), given or {}, str(file)), as_json=as_json)
            return
        stored = service.apply(file.read_bytes(), given, str(file))
        if as_json:
            typer.echo(msgspec.json.encode({"name": stored.name, "version": stored.version}))
        else:
            typer.echo(f"{stored.name}: version {stored.version} is in force; `auscult connectors check` tries it")


def check(
    name: Name, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Try a connector: access, path, format, and the first ten rows mapped and refused. Stores nothing."""
    with opened(database, app) as service:
        _show_check(service.check(name), as_json=as_json)


def set_(
    name: Name,
    *,
    app: options.KnownApp,
    sides: Annotated[
        list[str],
        typer.Option(
            "--sides",
            metavar="SPEAKER=SIDE",
            help="The side of a speaker, as 'Speaker 1=agent': agent, customer, bot or system. Several times for several.",
        ),
    ],
    database: options.Database = None,
) -> None:
    """Set whose side the speakers of a whole source are on: a new version of its document, as mapping.speakers.

    It counts from the next run; `auscult connectors backfill NAME --again` reads earlier items again.
    """
    with opened(database, app) as service:
        stored = service.set_sides(name, dict(map(_side, sides)))
        typer.echo(f"{stored.name}: version {stored.version} is in force")


@contextmanager
def opened(database: str | None, app: str) -> "Generator[Connectors]":
    """Open the connectors of an app."""
    from auscult import bootstrap
    from auscult.bootstrap.scheduling import connecting

    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app)
        yield connecting(application.store, tenant, application.settings, principal())


def secrets_of(given: Sequence[str]) -> dict[str, str]:
    """Read secrets from where they are. Raises ``RequestError`` ``connector.secret_source``."""
    return dict(_secret(each) for each in given)


def _secret(given: str) -> tuple[str, str]:
    name, _, source = given.partition("=")
    kind, _, name_or_path = source.partition(":")
    try:
        if kind == "env" and (value := variable(name_or_path)) is not None:
            return name, value
        if kind == "file":
            return name, Path(name_or_path).read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        message = f"the secret {name!r} cannot be read from {name_or_path}: {error}"
        raise RequestError(message, code="connector.secret_source", field="--secret") from error
    what = (
        f"there is no variable {name_or_path} in the environment"
        if kind == "env"
        else "secrets are not given as they are"
    )
    message = f"{what}; give --secret {name or 'NAME'}=env:VARIABLE or --secret {name or 'NAME'}=file:PATH"
    raise RequestError(message, code="connector.secret_source", field="--secret")


def _side(given: str) -> tuple[str, Speaker]:
    name, _, side = given.rpartition("=")
    for each in get_args(Speaker):
        if name and each == side:
            return name, each
    message = f"{given!r} names no speaker and side; give --sides 'Speaker 1=agent'; available: {', '.join(get_args(Speaker))}"
    raise RequestError(message, code="field.unknown_value", field="--sides", value=given)


def _show_check(found: "Check", *, as_json: bool) -> None:
    """Show a check. Exits with 1 where a run would read nothing."""
    if as_json:
        typer.echo(msgspec.json.encode(found, enc_hook=sent))
    else:
        for step in ("access", "path", "format"):
            typer.echo(f"{step}: {getattr(found, step) or '-'}")
        for row in found.mapped:
            typer.echo(f"mapped  {row.key}  {row.where or row.id}  {row.channel}  {row.started_at}  {row.turns} turns")
        for row in found.refused:
            typer.echo(f"refused  {row.key}  {row.where}  {row.reason}")
        for each in (*found.postponed, *(f"{name} is not in the mapping table" for name in found.unknown)):
            typer.echo(f"note  {each}")
    if not found.is_ok:
        raise typer.Exit(1)
