"""Erasures and holds survive every backup and restore, on both databases: random lives of an installation, and each accident."""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from auscult import bootstrap
from auscult.bootstrap.application import Application
from auscult.config import Settings
from auscult.domain.conversation import Customer
from auscult.domain.errors import ConflictError, SettingsError
from auscult.services.privacy.holds import lift_hold, place_hold
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation, put
from tests.databases import database
from tests.integration.program import environment
from tests.tiers import by_tier

NAMES = tuple(f"c-{number}" for number in range(8))
STEPS = 30
BLANK = b"\n" * (8 << 20)
"""More than a database has, in a list: a limit on the size of files is reached by the list alone."""
ERASE = """
import sys
from auscult import bootstrap
from auscult.config import Settings
from auscult.services.privacy import erasure
erasure.AT_ONCE = 2
settings = Settings(database_url=sys.argv[1], state_dir=sys.argv[2], erasures_to=sys.argv[3])
with bootstrap.open(settings) as application:
    eraser = bootstrap.privacy.erasing(application.store, application.store.tenants()[0])
    items = [item for item in eraser.of_customer("customer", "u-1") if item.conversation_id in sys.argv[4:]]
    print("ready", flush=True)
    eraser.run("erasure", items)
"""


class Backup(NamedTuple):
    """A backup: its folder, the number of the step that made it, and the conversations in it."""

    folder: Path
    step: int
    has: frozenset[str]


class Installation:
    """An installation that lives through accidents, and what must be true of it."""

    def __init__(self, kind: str, server: str, folder: Path, stack: ExitStack) -> None:
        """A new database of this kind, and a list in a second place."""
        self._kind, self._server, self._folder, self._stack = kind, server, folder, stack
        self.list = folder / "second" / "erasures.ndjson"
        self.list.parent.mkdir()
        self.settings = self._new()
        self.there: set[str] = set()
        self.held: dict[str, int] = {}
        self.erased: list[tuple[int, str]] = []
        self.cut_off: list[tuple[int, str]] = []
        self.backups: list[Backup] = []
        self.step = 0
        self._restores = 0
        with self.app() as app:
            assert app.retention.stops() == (None, None)
        with self.list.open("ab") as file:
            file.write(BLANK)

    def _new(self) -> Settings:
        folder = self._folder / f"database-{random.getrandbits(64):x}"
        folder.mkdir()
        url = self._stack.enter_context(database(self._kind, self._server, folder, is_empty=True))
        return Settings(database_url=url, state_dir=str(folder), erasures_to=str(self.list))

    @contextmanager
    def app(self) -> Iterator[AppStore]:
        """The app, with everything opened anew."""
        with bootstrap.open(self.settings) as application:
            application.store.ensure(TENANT)
            yield application.store.within(TENANT)

    def load(self, names: list[str]) -> None:
        """Load, what was erased before too."""
        with self.app() as app:
            put(app, *(conversation(name, customer=Customer(id="u-1")) for name in names))
        self.there.update(names)

    def erase(self, names: list[str]) -> None:
        """Erase what no hold keeps."""
        with bootstrap.open(self.settings) as application:
            _erase(application, names)
        self._note(names)

    def erase_and_be_killed(self, names: list[str], after_s: float) -> None:
        """Erase in a process that is killed on the way."""
        command = [
            sys.executable,
            "-c",
            ERASE,
            self.settings.database_url,
            self.settings.state_dir or "",
            str(self.list),
        ]
        with subprocess.Popen([*command, *names], env=environment(), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(after_s)
            process.kill()
        self._note(names)
        self.cut_off += [(self.step, name) for name in names if name in self.there]

    def _note(self, names: list[str]) -> None:
        """Note what is gone; nothing that is on hold may be."""
        with self.app() as app:
            gone = {name for name in self.there & {*names} if app.conversations.get(name) is None}
        assert not gone & {*self.held}
        self.erased += [(self.step, name) for name in gone]
        self.there -= gone

    def fill(self, names: list[str], room: int) -> None:
        """Nothing is erased, placed or lifted while the disk of the list is full, and nothing of it stays in the list."""
        before = self.list.read_bytes()
        free = [name for name in names if name in self.there and name not in self.held]
        with self.app() as app, full(len(before) + room):
            if free:
                with pytest.raises(SettingsError, match="cannot be written"):
                    app.erasure.erase_all(free)
            with pytest.raises(SettingsError, match="cannot be written"):
                place_hold(app, "cli:test", "customer", "u-2", "not placed")
            for number in self.held.values():
                with pytest.raises(SettingsError, match="cannot be written"):
                    lift_hold(app, "cli:test", number, "not lifted")
        assert self.list.read_bytes() == before
        self.check()

    def hold(self, name: str) -> None:
        """Place a hold."""
        with self.app() as app:
            if name in self.there and name not in self.held:
                self.held[name] = place_hold(app, "cli:test", "conversation", name, "a lawsuit")

    def lift(self, name: str) -> None:
        """Lift a hold."""
        if name in self.held:
            with self.app() as app:
                lift_hold(app, "cli:test", self.held.pop(name), "settled")

    def back_up(self) -> None:
        """Make a backup."""
        folder = self._folder / f"backup-{self.step}"
        bootstrap.back_up(self.settings, folder)
        self.backups.append(Backup(folder, self.step, frozenset(self.there)))

    def restore(self, backup: Backup) -> None:
        """Lose the database, and restore a backup into a new one."""
        self.settings = self._new()
        report = bootstrap.restore(self.settings, backup.folder)
        assert (report.erasures_wait, report.unreadable) == (False, ())
        gone = {name for step, name in self.erased if step > backup.step}
        unsure = {name for step, name in self.cut_off if step > backup.step} - {*self.held}
        with self.app() as app:
            found = {name for name in NAMES if app.conversations.get(name) is not None}
            self.held = {hold.value: hold.number for hold in app.retention.holds() if hold.value in self.held}
        assert found | unsure == (backup.has - gone) | unsure, (backup, self.erased, self.cut_off)
        self.erased += [(self.step, name) for name in backup.has - found - gone]
        self.there = found
        self.check()

    def check(self) -> None:
        """What is there and on hold is as it must be; nothing on hold can be erased."""
        with bootstrap.open(self.settings) as application:
            assert bootstrap.privacy.compare_list(self.settings, application.store) == []
        with self.app() as app:
            assert {name for name in NAMES if app.conversations.get(name) is not None} == self.there
            assert {hold.value: hold.number for hold in app.retention.holds()} == self.held
            for name in self.held:
                with pytest.raises(ConflictError, match="legal hold"):
                    app.conversations.erase(name)


def _erase(application: Application, names: list[str]) -> None:
    eraser = bootstrap.privacy.erasing(application.store, TENANT)
    eraser.run("erasure", [item for item in eraser.of_customer("customer", "u-1") if item.conversation_id in names])


@contextmanager
def full(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: a write that goes beyond it is a short one, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.landing
@pytest.mark.parametrize("seed", range(by_tier(2, night=12)))
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_life_of_backups_and_restores(kind: str, seed: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """After each restore no erased conversation is back, nothing loaded again is gone, and what is on hold stays."""
    chance = random.Random(seed)
    server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else ""
    with ExitStack() as stack:
        one = Installation(kind, server, tmp_path, stack)
        one.load(list(NAMES[:6]))
        one.back_up()

        def some() -> list[str]:
            return chance.sample(NAMES, chance.randint(1, 4))

        steps: dict[Callable[[], None], int] = {
            lambda: one.load(some()): 5,
            lambda: one.erase(some()): 5,
            lambda: one.erase_and_be_killed(some(), chance.uniform(0, 0.05)): 1,
            lambda: one.fill(some(), chance.choice([0, 1, 80, 110])): 2,
            lambda: one.hold(chance.choice(NAMES)): 3,
            lambda: one.lift(chance.choice(NAMES)): 3,
            one.back_up: 3,
            lambda: one.restore(chance.choice(one.backups)): 4,
        }
        for one.step in range(1, STEPS):
            chance.choices(list(steps), list(steps.values()))[0]()
        one.step = STEPS
        for backup in one.backups:
            one.restore(backup)
