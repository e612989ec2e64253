"""Two real versions beside each other on one PostgreSQL database: servers and workers replaced one by one under load.

    git worktree add --detach ../before COMMIT
    python -m bench.rolling --before ../before --database URL [--kill]

The version of the other checkout makes the database, and runs two servers and two workers. Then the tables become those
of this checkout, by what alembic finds to be different, stated as a migration that programs of the version before may
work on. Then each program is replaced by one of this checkout, with SIGTERM or, with ``--kill``, ``kill -9``, while
clients write and read through a balancer. Both run on the libraries of this environment. A column that has to have a
value gets the default of its type, as a migration of a release would give it one.

Printed is what differs between the tables, and how requests were answered; it fails where an answer is a refusal, or
where a conversation that was accepted is not evaluated once. The clients are those of
``tests/e2e/server/test_rolling.py``. The other checkout has to know ``tables_alongside``.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import httpx
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import Operations, ops

from auscult import bootstrap
from auscult.config import read_settings
from auscult.storage.core.baseline import BASELINE, all_tables
from auscult.storage.core.database import Database
from auscult.storage.core.migrations.alongside import NAME, number_of
from auscult.storage.core.tables.base import METADATA
from auscult.storage.core.tables.privacy import counters
from auscult.storage.core.views import create_views, drop_views
from tests.e2e.server.test_rolling import Balancer, Fleet, Load, decided, states
from tests.waiting import fixed_port, wait_until

HERE = Path(__file__).parent.parent
PROGRAM = (sys.executable, "-m", "auscult")
_MAKE = """
import json, sys
from auscult import bootstrap
from auscult.config import read_settings
from tests.e2e.server.test_processes import client_of
from tests.e2e.serving import TENANT
with bootstrap.open(read_settings({}, database_url=sys.argv[1], state_dir=sys.argv[2])) as application:
    application.store.ensure(TENANT)
    print(json.dumps(client_of(application.store, TENANT)))
"""


def made(before: Path, url: str, folder: Path) -> dict[str, str]:
    """Let the version before make the database, an app and a client; return the headers of its requests."""
    words = [sys.executable, "-c", _MAKE, url, str(folder)]
    done = subprocess.run(words, env=environment(before), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def environment(checkout: Path) -> dict[str, str]:
    """Return what leads Python to a checkout."""
    return {"PYTHONPATH": f"{checkout / 'src'}:{checkout}"}


def grow(url: str) -> list[str]:
    """Bring the tables to those of this checkout; return what was different."""
    all_tables()
    database = Database(url)
    told: list[str] = []
    with database.reading() as connection:
        upgrades = produce_migrations(_compared(connection), METADATA).upgrade_ops
    for one in _flat(upgrades.ops if upgrades else []):
        if isinstance(one, ops.AddColumnOp):
            _give_default(one.column)
        with database.writing(is_shown=False) as connection:  # each alone: together they deadlock with running programs
            Operations(_compared(connection)).invoke(one)
        told.append(_named(one))
    with database.writing(is_shown=False) as connection:
        drop_views(connection)
        create_views(connection)
        version = f"{number_of(BASELINE) + 1:04}"
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        connection.execute(sa.insert(counters).values(name=NAME, value=number_of(BASELINE)))
    database.close()
    return told


def _named(one: ops.MigrateOperation) -> str:
    kind, *words = one.to_diff_tuple()
    return " ".join((kind, *(str(getattr(word, "name", word)) for word in words if word is not None)))


def _compared(connection: sa.Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"compare_type": False, "include_object": _is_ours})


def _is_ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:  # noqa: ARG001, FBT001
    """Return whether something is compared: what only the database has stays."""
    return not reflected or other is not None


def _flat(found: list[ops.MigrateOperation]) -> list[ops.MigrateOperation]:
    return [each for one in found for each in (_flat(list(one.ops)) if isinstance(one, ops.ModifyTableOps) else [one])]


def _give_default(column: "sa.Column[object]") -> None:
    if not column.nullable and column.server_default is None:
        column.server_default = sa.DefaultClause(sa.text("''" if column.type.python_type is str else "0"))


def roll(before: Path, url: str, folder: Path, how: signal.Signals) -> None:
    """Run the version before, grow the tables, and replace each program."""
    headers = made(before, url, folder)
    with ExitStack() as stack:
        old = Fleet(url, folder, stack, program=PROGRAM, **environment(before))
        new = Fleet(url, folder, stack, program=PROGRAM, **environment(HERE))
        ports = [fixed_port() for _ in range(2)]
        programs = [old.start("serve", "--port", str(port)) for port in ports]
        programs += [old.start("worker") for _ in range(2)]
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        balancer = Balancer(urls, headers)
        with Load(balancer).running() as load:
            load.goes_on()
            print("tables:", *grow(url), sep="\n  ")
            load.goes_on()
            assert [httpx.get(f"{each}/readyz").status_code for each in urls] == [200, 200]
            for at in (0, 2, 1, 3):  # half of the servers and half of the workers are of each version for a while
                status = programs[at].end(how)
                assert status == (0 if how is signal.SIGTERM else -how), (programs[at].words, status)
                programs[at] = new.start(*programs[at].words)
                load.goes_on()
        wait_until(lambda: set(decided(url)) == set(load.accepted))
        assert set(balancer.statuses) == {200, 202}, balancer.statuses
        assert set(decided(url).values()) == {(1, 1)}, "each in its first revision, evaluated once"
        assert states(url) == {"done"}
    settings = read_settings({}, database_url=url, state_dir=str(folder))
    with bootstrap.open(settings) as application:
        assert application.verify() == []
    print(f"{how.name}: {dict(balancer.statuses)}, {len(load.accepted)} conversations, each evaluated once")
    print(f"sent to the other server: {dict(balancer.repeated)}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", type=Path, required=True, help="folder of a checkout of the version before")
    parser.add_argument("--database", required=True, help="an empty PostgreSQL database")
    parser.add_argument("--kill", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        how = signal.SIGKILL if chosen.kill else signal.SIGTERM
        roll(chosen.before.resolve(), chosen.database, Path(folder), how)


if __name__ == "__main__":
    main()
