"""Wheels of this clone, and virtual environments to install them in. Each is made once in a run of the tests."""

import fcntl
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.integration.program import environment, ran
from tests.waiting import fixed_port

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)


def run(folder: Path, *command: str | Path, **settings: str) -> str:
    """Run a command that does not see the clone, with these settings; return its output."""
    given = {name: value for name, value in environment().items() if name != "PYTHONPATH"} | settings
    done = ran(command, cwd=folder, env=given)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that one of the processes of this run makes, and the others wait for."""
    own = factory.getbasetemp()
    folder = (own.parent if own.name.startswith("popen-") else own) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made"
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def wheel(factory: pytest.TempPathFactory, project: Path = ROOT) -> Path:
    """Return the wheel of this clone, or of another project in it."""
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory")
    (found,) = once(factory, f"wheel-{project.name}", lambda folder: run(project, *build, folder)).glob("*.whl")
    return found


def dependencies(factory: pytest.TempPathFactory, *files: str) -> Path:
    """Return a folder with what files in requirements pin and nothing else: links to what is installed here."""
    named = files or ("base.txt",)
    return once(factory, "-".join(("dependencies", *named)), lambda folder: _link(folder, named))


def _link(folder: Path, files: tuple[str, ...]) -> None:
    pins = "".join((ROOT / "requirements" / each).read_text(encoding="utf-8") for each in files)
    for name in PINNED.findall(pins):
        with suppress(PackageNotFoundError):  # pinned for another Python or system
            found = distribution(name)
            for top in {path.parts[0] for path in found.files or ()} - {"..", "__pycache__"}:
                with suppress(FileExistsError):  # a namespace that several share
                    (folder / top).symlink_to(Path(str(found.locate_file(top))).resolve())


def installed(factory: pytest.TempPathFactory) -> Path:
    """Return the programs of a virtual environment with the wheel of this clone and what requirements/base.txt pins."""

    def make(folder: Path) -> None:
        programs = virtual_environment(folder / "venv", dependencies(factory))
        run(programs, programs / "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile", wheel(factory))

    return once(factory, "installed", make) / "venv" / "bin"


def demonstrated(factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which ``auscult demo --once`` of the wheel ran, its output in the file ``shown``."""

    def make(folder: Path) -> None:
        home = folder / "here"
        home.mkdir()
        shown = run(home, installed(factory) / "auscult", "demo", "--once", AUSCULT_PORT=str(fixed_port()))
        (folder / "shown").write_text(shown, encoding="utf-8")

    return once(factory, "demonstrated", make)


def cloning(factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what replaces words of a block that clones and runs ``make demo``.

    The clone is of this one and finds its virtual environment made; the demo has run before, and does not stay.
    """
    made = f"mkdir .venv && ln -s {installed(factory)} .venv/bin && touch .venv/base"
    seen = f"cp -r {demonstrated(factory) / 'here' / '.auscult'} ."
    return {"<address>": str(ROOT), "make demo": f"{made} && {seen} && DEMO=once make demo"}


def virtual_environment(folder: Path, sees: Path) -> Path:
    """Make a virtual environment that sees the packages of a folder and has a pip; return its programs.

    pip finds these packages installed, so it checks the versions that they require and fetches only what is missing.
    """
    run(folder.parent, sys.executable, "-m", "venv", "--without-pip", folder)
    (purelib,) = folder.glob("lib/*/site-packages")
    # A line of a .pth file adds one folder; .pth files in that folder, as that of an editable install, are not read.
    (purelib / "dependencies.pth").write_text(f"{sees}\n", encoding="utf-8")
    # To install pip takes seconds, so it is linked, too.
    for each in Path(str(distribution("pip").locate_file(""))).glob("pip*"):
        (purelib / each.name).symlink_to(each)
    programs = folder / "bin"
    (programs / "pip").write_text(f'#!/bin/sh\nexec {programs}/python -m pip "$@"\n', encoding="utf-8")
    (programs / "pip").chmod(0o755)
    return programs
