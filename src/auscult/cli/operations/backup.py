"""``auscult backup`` and ``auscult restore``."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the backup; to make one, new or empty.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="File with the passphrase that locks the key to the clients' secrets.",
        exists=True,
        dir_okay=False,
    ),
]
NewDatabase = Annotated[
    str,
    typer.Option("--database", metavar="URL", help="A new SQLite file, or an empty PostgreSQL database."),
]
Erasures = Annotated[
    list[Path] | None,
    typer.Option(
        "--erasures",
        metavar="FILE",
        help="List of erasures (AUSCULT_ERASURES_TO) whose conversations are erased again; once for each.",
        exists=True,
        dir_okay=False,
    ),
]
Verify = Annotated[
    bool, typer.Option("--verify", help="Compare every table with the backup, and recount everything at the end.")
]


def backup(
    folder: Folder,
    *,
    passphrase_file: PassphraseFile = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Write a backup of a database, with the key to its secrets, while servers and workers go on.

    All of it is of one moment. SQLite is copied online; PostgreSQL needs pg_dump.
    """
    from auscult import bootstrap

    settings = options.settings_of_existing(database)
    with bootstrap.open(settings, with_secrets=False):
        made = bootstrap.back_up(settings, folder, passphrase_file)
    manifest = made.manifest
    if manifest.key == "plain":
        typer.echo(
            f"warning: {folder} holds the key to the clients' secrets as plain text (mode 0600); "
            "keep it safe, or lock it with --passphrase-file",
            err=True,
        )
    if as_json:
        typer.echo(msgspec.json.encode(manifest))
        return
    rows, size = sum(each.rows for each in manifest.tables), sum(each.bytes for each in manifest.files)
    typer.echo(f"{folder}: {rows} rows in {len(manifest.tables)} tables, {size} bytes, key: {manifest.key}")


def restore(
    folder: Folder,
    *,
    database: NewDatabase,
    passphrase_file: PassphraseFile = None,
    verify: Verify = False,
    erasures: Erasures = None,
    as_json: options.AsJson = False,
) -> None:
    """Fill a new database from a backup, and put its key in place.

    The hashes of the backup's files are checked first. What was erased since is erased again. Exit status 1 where verifying finds a difference.
    """
    from auscult import bootstrap

    settings, lists = options.settings_of(database), tuple(erasures or ())
    report = bootstrap.restore(settings, folder, passphrase_file, verify=verify, erasures=lists)
    if as_json:
        typer.echo(msgspec.json.encode(report))
    else:
        checked = f"; verified, {len(report.differences)} differences" if verify else ""
        typer.echo(f"{report.rows} rows in {report.tables} tables restored, key: {report.key}{checked}")
        if report.erased_again:
            typer.echo(f"{report.erased_again} conversations erased again")
    if report.recordings_missing:
        typer.echo(
            f"warning: {report.recordings_missing} of {report.recordings} recordings are not in the folder of "
            "recordings; copy it from the original machine",
            err=True,
        )
    for difference in report.differences:
        typer.echo(f"error: {difference}", err=True)
    if report.differences:
        raise typer.Exit(1)
