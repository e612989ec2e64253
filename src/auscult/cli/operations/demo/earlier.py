"""The demo's own database of an earlier version, which is removed and made again."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import typer

from auscult.domain.tenancy import Tenant


def remove_earlier(database: Path, tenant: Tenant) -> None:
    """Remove a database that an earlier demo made and this version cannot migrate; leave every other one alone.

    The demo made it if ``tenant`` is its only app. Conversations, jobs and recordings go with it, the key stays.
    """
    if not database.is_file() or not _is_own(database, tenant):
        return
    for path in database.parent.glob(f"{database.name}*"):
        if path.name == f"{database.name}.recordings":
            shutil.rmtree(path)
        elif path.name == database.name or path.name.startswith(f"{database.name}-"):
            path.unlink()
    typer.echo(f"{database} was made by the demo of an earlier version; it is made again\n", err=True)


def _is_own(database: Path, tenant: Tenant) -> bool:
    from auscult.storage.core.migrations import is_earlier

    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            apps = connection.execute("SELECT account_id, org_id, app_id FROM apps").fetchall()
    except sqlite3.Error:
        return False  # what else it is, is said when it is opened
    return any(is_earlier(version) for (version,) in versions) and apps == [
        (tenant.account_id, tenant.org_id, tenant.app_id)
    ]
