"""Erasures and holds survive every backup and restore, on both databases: random lives of an installation, and each accident."""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.conversation import Customer
from auscult.domain.errors import ConflictError, RequestError, SettingsError
from auscult.services.privacy.holds import lift_hold, place_hold
from auscult.services.recordings.removal import erase_recordings
from auscult.storage.core.instants import ms_of
from auscult.storage.privacy.retention import CUT_OFF_MS
from auscult.storage.store import AppStore
from auscult.storage.upkeep.backup import load_backup
from tests.contract.storing import TENANT, conversation, put
from tests.databases import database
from tests.integration.program import environment
from tests.tiers import by_tier

CUSTOMERS = {f"c-{number}": f"u-{number % 3}" for number in range(8)}
NAMES = tuple(CUSTOMERS)
STEPS = 20
BLANK = (b" " * (1 << 20) + b"\n") * 8
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
    found = [item for user in ("u-0", "u-1", "u-2") for item in eraser.of_customer("customer", user)]
    items = [item for item in found if item.conversation_id in sys.argv[4:]]
    print("ready", flush=True)
    eraser.run("erasure", items)
"""

KILLED = """
    import os, signal
    from auscult.storage.conversations import erasing
    erasing.append_erasures = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
"""Kills the process that erases once its line is written, before its transaction ends."""


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
            put(app, *(conversation(name, customer=Customer(id=CUSTOMERS[name])) for name in names))
        self.there.update(names)

    def erase(self, names: list[str]) -> None:
        """Erase what no hold keeps."""
        with bootstrap.open(self.settings) as application:
            eraser = bootstrap.privacy.erasing(application.store, TENANT)
            found = [item for user in {*CUSTOMERS.values()} for item in eraser.of_customer("customer", user)]
            eraser.run("erasure", [item for item in found if item.conversation_id in names])
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
        assert not [name for name in gone if self.keeps(name)]
        self.erased += [(self.step, name) for name in gone]
        self.there -= gone

    def fill(self, names: list[str], room: int) -> None:
        """Nothing is erased, placed or lifted while the disk of the list is full, and nothing of it stays in the list."""
        before = self.list.read_bytes()
        free = [name for name in names if name in self.there and not self.keeps(name)]
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

    def keeps(self, name: str) -> bool:
        """Return whether a hold is on a conversation."""
        return name in self.held or CUSTOMERS[name] in self.held

    def hold(self, value: str) -> None:
        """Place a hold on a conversation or a customer."""
        with self.app() as app:
            if value not in self.held and (value in self.there or value in CUSTOMERS.values()):
                kind = "conversation" if value in CUSTOMERS else "customer"
                self.held[value] = place_hold(app, "cli:test", kind, value, "a lawsuit")

    def lift(self, value: str) -> None:
        """Lift a hold."""
        if value in self.held:
            with self.app() as app:
                lift_hold(app, "cli:test", self.held.pop(value), "settled")

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
        with bootstrap.open(self.settings) as application:
            bootstrap.privacy.keep_erased(self.settings, application.store)
        gone = {name for step, name in self.erased if step > backup.step}
        unsure = {name for step, name in self.cut_off if step > backup.step and not self.keeps(name)}
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
            for name in filter(self.keeps, self.there):
                with pytest.raises(ConflictError, match="legal hold"):
                    app.conversations.erase(name)


@contextmanager
def full(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: a write that goes beyond it is a short one, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Installation]:
    """An installation with three conversations and a backup."""
    with ExitStack() as stack:
        found = Installation("sqlite", "", tmp_path, stack)
        found.load(["c-1", "c-2", "c-3"])
        found.back_up()
        yield found


@pytest.mark.landing
@pytest.mark.parametrize("seed", range(by_tier(1, night=12)))
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
            lambda: one.hold(chance.choice(["u-0", "u-1", "u-2"])): 1,
            lambda: one.lift(chance.choice([*one.held, "none"])): 4,
            one.back_up: 3,
            lambda: one.restore(chance.choice(one.backups)): 4,
        }
        for one.step in range(1, STEPS):
            chance.choices(list(steps), list(steps.values()))[0]()
        one.step = STEPS
        for backup in one.backups:
            one.restore(backup)


def test_what_was_loaded_again_survives(one: Installation) -> None:
    """Erased, loaded again, backed up: the line of the list is older than the backup, which knows the erasure."""
    one.step = 1
    one.erase(["c-1", "c-2"])
    one.load(["c-1"])
    one.step = 2
    one.back_up()
    for backup, there in (
        (one.backups[1], {"c-1", "c-3"}),
        (one.backups[0], {"c-3"}),
        (one.backups[1], {"c-1", "c-3"}),
    ):
        one.restore(backup)
        assert one.there == there


def test_a_hold_that_comes_after_an_erasure_brings_nothing_back(one: Installation) -> None:
    """The hold is on the customer; what was erased of them before is erased again, and the rest is on hold."""
    one.step = 1
    one.erase(["c-1"])
    one.hold("u-1")
    one.hold("u-2")
    one.restore(one.backups[0])
    assert one.there == {"c-2", "c-3"}


def test_half_a_line_is_named_and_what_is_glued_to_it_counts(one: Installation) -> None:
    """As an earlier version left it on a full disk: the restore goes on, and erasures wait, for a hold may be in it."""
    one.step = 1
    one.erase(["c-1"])
    one.erase(["c-2"])
    with bootstrap.open(one.settings) as application:
        bootstrap.privacy.keep_erased(one.settings, application.store)
    lines = [line for line in one.list.read_bytes().splitlines() if line.strip() and b"begun" not in line]
    assert len(lines) == 4
    header, first, second = lines[-3:]
    one.list.write_bytes(b"\n".join([header, first[:60] + second, first[:50], b""]))
    one.settings = one._new()
    report = bootstrap.restore(one.settings, one.backups[0].folder)
    assert (report.erased_again, report.erasures_wait) == (1, True)
    assert report.unreadable == (f"{one.list}, line 2", f"{one.list}, line 3")
    with one.app() as app:
        assert [name for name in NAMES if app.conversations.get(name)] == ["c-1", "c-3"]
        for refused in (app.conversations.erase, partial(erase_recordings, app, by="cli:test")):
            with pytest.raises(ConflictError, match="auscult retention resume"):
                refused("c-3")


def test_without_a_second_place_erasures_wait_for_an_operator(
    one: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """A hold that was placed after the backup is gone: nothing is erased before an operator has compared the holds."""
    one.hold("c-1")
    one.settings = replace(one._new(), erasures_to=None)
    assert bootstrap.restore(one.settings, one.backups[0].folder).erasures_wait
    with bootstrap.open(one.settings) as application:
        store = application.store
        app = store.within(TENANT)
        assert app.retention.holds() == []
        app.retention.set_rule("*", 1)
        bootstrap.privacy.run_retention(one.settings, store)
        assert "erasures wait since the restore" in caplog.text
        assert app.conversations.get("c-1") is not None
        assert store.figures().erasures_stopped == (("list", False), ("restore", True))
        ((fault, remedy),) = bootstrap.privacy.stops(one.settings, store)
        assert ("holds may be missing" in fault, "auscult retention resume" in remedy) == (True, True)
        one.held["c-1"] = place_hold(app, "cli:test", "conversation", "c-1", "a lawsuit")
        assert bootstrap.privacy.resume_erasures(store, "cli:test")
        assert not bootstrap.privacy.resume_erasures(store, "cli:test")
        bootstrap.privacy.run_retention(one.settings, store)
        assert [name for name in NAMES if app.conversations.get(name)] == ["c-1"]
        assert store.figures().erasures_stopped == (("list", False), ("restore", False))


def test_a_list_that_cannot_be_written_alarms_until_it_can(one: Installation, caplog: pytest.LogCaptureFixture) -> None:
    """Its folder is gone, as one that is not mounted: figures and doctor show it, and retention has the reason."""
    away = one.list.parent.with_name("away")
    with bootstrap.open(one.settings) as application:
        store = application.store
        app = store.within(TENANT)
        app.retention.set_rule("*", 1)
        one.list.parent.rename(away)
        bootstrap.privacy.run_retention(one.settings, store)
        assert caplog.text.count("cannot be written") == 2
        assert app.conversations.get("c-1") is not None
        assert store.figures().erasures_stopped == (("list", True), ("restore", False))
        assert len(list(bootstrap.privacy.stops(one.settings, store))) == 1
        away.rename(one.list.parent)
        bootstrap.privacy.run_retention(one.settings, store)
        assert app.conversations.get("c-1") is None
        assert store.figures().erasures_stopped == (("list", False), ("restore", False))
        assert list(bootstrap.privacy.stops(one.settings, store)) == []
        assert [app.retention.receipt(run).finished_at is None for run in app.retention.runs()] == [False, False]


@pytest.mark.landing
def test_an_erasure_that_was_cut_off_is_finished_unless_a_hold_came(one: Installation) -> None:
    """Killed between its line and its commit: a backup of then on keeps the conversation; an older one loses it."""
    script = ERASE.replace("    eraser.run", KILLED + "    eraser.run")
    for name in ("c-1", "c-2"):
        words = [sys.executable, "-c", script, one.settings.database_url, one.settings.state_dir or "", str(one.list)]
        assert subprocess.run([*words, name], env=environment(), check=False).returncode == -9  # noqa: S603
    one.step = 1
    one.hold("c-2")
    one.check()
    one.back_up()
    one.restore(one.backups[1])
    assert one.there == {"c-1", "c-2", "c-3"}
    one.cut_off = [(1, "c-1")]
    one.restore(one.backups[0])
    assert one.there == {"c-2", "c-3"}


def test_an_erasure_that_failed_takes_its_line_back(one: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that fails after its line was written has erased nothing, and no restore does."""
    with one.app() as app:
        monkeypatch.setattr("auscult.storage.conversations.erasing.record_erasures", _fail)
        with pytest.raises(OSError, match="no room"):
            app.conversations.erase("c-1")
    monkeypatch.undo()
    one.step = 1
    one.restore(one.backups[0])
    assert one.there == {"c-1", "c-2", "c-3"}


def _fail(*_given: object) -> None:
    raise OSError("no room")


def test_a_restore_that_was_cut_off_is_not_opened(one: Installation) -> None:
    """What was erased may be back in it; a missing folder and a missing list are named before anything is written."""
    one.settings = one._new()
    load_backup(one.backups[0].folder / "database.sqlite", one.settings.database_url)
    with pytest.raises(SettingsError, match="restore was cut off"), one.app():
        pass
    one.settings = one._new()
    with pytest.raises(RequestError, match="there is no folder /nowhere"), bootstrap.opened_backup("/nowhere", None):
        pass
    with pytest.raises(SettingsError, match="nowhere cannot be read: No such file"):
        bootstrap.restore(one.settings, one.backups[0].folder, erasures=(Path("/nowhere"),))
    one.restore(one.backups[0])


def test_the_receipt_of_a_killed_run_ends(one: Installation) -> None:
    """At its last erasure, once none has come for ten minutes."""
    with one.app() as app:
        number, run = app.retention.begin("erasure", "cli:test")
        app.erasure.erase_all(["c-1"], run=number)
        ((_, at),) = app.retention.erased()
        app.retention.end_cut_off(at + 1)
        assert app.retention.receipt(run).finished_at is None
        app.retention.end_cut_off(at + CUT_OFF_MS + 1)
        ended = app.retention.receipt(run).finished_at
        assert ended is not None
        assert ms_of(ended) == at
