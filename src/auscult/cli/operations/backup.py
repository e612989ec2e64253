"""``auscult backup`` and ``auscult restore``."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.config import Settings
from auscult.domain.errors import RequestError, counted
from auscult.domain.operations.backups import KeepRule

Folder = Annotated[Path | None, typer.Argument(metavar="DIR", help="Folder of the backup, new or empty.")]
Address = Annotated[
    str,
    typer.Argument(
        metavar="BACKUP",
        help="Folder of a backup; an encrypted backup in a folder or an object store; or their place, for the newest.",
    ),
]
Place = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="PLACE", help="Folder, or s3://bucket/prefix (gs://, az://), for one encrypted file each time."
    ),
]
KeepDaily = Annotated[
    int, typer.Option("--keep-daily", metavar="N", min=0, help="With --to: days whose last backup is kept.")
]
KeepWeekly = Annotated[
    int, typer.Option("--keep-weekly", metavar="N", min=0, help="With --to: weeks whose last backup is kept.")
]
KeepMonthly = Annotated[
    int, typer.Option("--keep-monthly", metavar="N", min=0, help="With --to: months whose last backup is kept.")
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="File with the passphrase that locks the key to the clients' secrets, and with --to all of the backup.",
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
        help="List of erasures and holds (AUSCULT_ERASURES_TO), with which the database is made to agree; once for each.",
        exists=True,
        dir_okay=False,
    ),
]
Verify = Annotated[
    bool, typer.Option("--verify", help="Compare every table with the backup, and recount everything at the end.")
]


def backup(
    folder: Folder = None,
    *,
    place: Place = None,
    keep_daily: KeepDaily = 7,
    keep_weekly: KeepWeekly = 4,
    keep_monthly: KeepMonthly = 12,
    passphrase_file: PassphraseFile = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Write a backup of a database, with the key to its secrets, while servers and workers go on.

    All of it is of one moment. SQLite is copied online; PostgreSQL needs pg_dump. With --to it is one file, encrypted
    with the passphrase; older ones there are removed, but for the last of each day, week and month that is kept.
    """
    from auscult import bootstrap

    settings = options.settings_of_existing(database)
    if place is not None:
        if folder is not None or passphrase_file is None:
            raise RequestError(
                "--to needs --passphrase-file, and no DIR: give the passphrase, or a DIR without --to",
                code="backup.place_unclear",
                field="--to",
            )
        rule = KeepRule(daily=keep_daily, weekly=keep_weekly, monthly=keep_monthly)
        _archive(settings, place, passphrase_file, rule, as_json=as_json)
        return
    if folder is None:
        raise RequestError("name a DIR, or a place with --to", code="backup.place_unclear", field="DIR")
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


def _archive(settings: Settings, place: str, passphrase_file: Path, rule: KeepRule, *, as_json: bool) -> None:
    """Write an encrypted backup to its place, and print its name and what was removed."""
    from auscult import bootstrap

    with bootstrap.open(settings, with_secrets=False):
        made = bootstrap.archive(settings, place, passphrase_file, rule)
    if as_json:
        typer.echo(msgspec.json.encode({"name": made.name, "removed": made.removed, "manifest": made.manifest}))
        return
    rows = sum(each.rows for each in made.manifest.tables)
    typer.echo(f"{place.rstrip('/')}/{made.name}: {rows} rows in {len(made.manifest.tables)} tables, encrypted")
    for name in made.removed:
        typer.echo(f"removed {name}")


def restore(
    backup_: Address,
    *,
    database: NewDatabase,
    passphrase_file: PassphraseFile = None,
    verify: Verify = False,
    erasures: Erasures = None,
    as_json: options.AsJson = False,
) -> None:
    """Fill a new database from a backup, and put its key in place.

    The hashes of the backup's files are checked first. What was erased since is erased again, and holds are placed and
    lifted. Where no list has the holds, erasures wait for `auscult retention resume`. Exit status 1 where verifying
    finds a difference.
    """
    from auscult import bootstrap

    settings, lists = options.settings_of(database), tuple(erasures or ())
    with bootstrap.opened_backup(backup_, passphrase_file) as folder:
        report = bootstrap.restore(settings, folder, passphrase_file, verify=verify, erasures=lists)
    if as_json:
        typer.echo(msgspec.json.encode(report))
    else:
        checked = f"; verified, {counted(len(report.differences), 'difference')}" if verify else ""
        typer.echo(f"{report.rows} rows in {report.tables} tables restored, key: {report.key}{checked}")
        if report.erased_again:
            typer.echo(f"{counted(report.erased_again, 'conversation')} erased again")
        if report.holds_again:
            typer.echo(f"{counted(report.holds_again, 'hold')} placed or lifted again")
    for line in report.unreadable:
        typer.echo(f"warning: {line} cannot be read and is left out", err=True)
    if report.erasures_wait:
        typer.echo(
            "warning: holds that were placed after the backup may be missing, so that nothing is erased; "
            "compare them, then run `auscult retention resume`",
            err=True,
        )
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
