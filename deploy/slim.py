"""Removes from an environment of the image what no part of auscult reads, and prints what each step removes.

    /opt/auscult/bin/python slim.py

Run by the environment's own Python, in a stage that has ``strip`` (Debian's binutils) and the libraries of the base.
What is kept is imported by the build afterwards, so that a package that needs more fails the build, not a server.
"""

import compileall
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from py_compile import PycInvalidationMode

from packaging.requirements import Requirement

SITE = Path(sysconfig.get_path("purelib"))
EXTRAS = ("objects", "holidays", "apprise")
"""What the image has beyond the base: requirements/image.in."""
SOURCES = ("*.pyi", "*.pxd", "*.pyx", "*.c", "*.h", "*.a")
"""What compilers and type checkers read."""
UNREAD = (
    "*/**/tests", "numpy/_core/_simd.*.so", "numpy/f2py", "sqlalchemy/testing", "alembic/testing",
    "pygments/lexers/[!_p]*.py",
)  # fmt: skip
"""Tests; numpy's own check of its instructions, and its compiler of Fortran; what suites of other dialects use; how
languages other than Python are highlighted.
"""
COMPILED = ("auscult",)
"""Packages whose bytecode is written: that of all others is as large as 60 MB, and saves a start a second."""
UNCHECKED = PycInvalidationMode.UNCHECKED_HASH
"""Files of the image do not change, and their times may."""
FAKED = "en_US"
"""The only language of example data that is loaded: polyfactory, which Litestar imports, makes none."""


def named(name: str) -> str:
    """Return the name of a distribution in the form in which two of them compare."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted() -> set[str]:
    """Return the names of the distributions that auscult with its extras requires, directly or through others."""
    found: set[str] = set()
    left: list[tuple[str, tuple[str, ...]]] = [("auscult", EXTRAS)]
    while left:
        name, extras = left.pop()
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:  # required on other platforms only
            continue
        found.add(named(name))
        for requirement in map(Requirement, requires):
            marker = requirement.marker
            holds = marker is None or any(marker.evaluate({"extra": extra}) for extra in (*extras, ""))
            if holds and named(requirement.name) not in found:
                left.append((requirement.name, tuple(requirement.extras)))
    return found


def remove(path: Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def unneeded_distributions() -> None:
    """Remove what was needed to install: pip, the build backend and what they require."""
    kept = wanted()
    left_out: list[Distribution] = [each for each in distributions() if named(each.metadata["Name"]) not in kept]
    for each in left_out:
        for file in each.files or ():
            remove(Path(str(each.locate_file(file))))
        for top in {file.parts[0] for file in each.files or ()} - {"..", "__pycache__"}:
            remove(SITE / top)


def bytecode() -> None:
    """Remove bytecode, of which ``compiled`` writes what is worth its space."""
    for folder in [*SITE.rglob("__pycache__")]:
        remove(folder)


def tests_of_packages() -> None:
    """Remove the tests that packages have in them, and what they have for tests of others or for compilers."""
    found = [folder for pattern in UNREAD for folder in SITE.glob(pattern)]
    for folder in found:
        if SITE / "auscult" not in folder.parents and folder.exists():
            remove(folder)


def for_compilers() -> None:
    """Remove headers, stubs and sources of what is compiled."""
    for pattern in SOURCES:
        for file in [*SITE.rglob(pattern)]:
            remove(file)


def example_data() -> None:
    """Remove the example data of faker in other languages."""
    for folder in [*SITE.glob("faker/providers/*/*/")]:
        if folder.is_dir() and folder.name != FAKED:
            remove(folder)


def locales() -> None:
    """Replace the data of locales that the console does not have by a link to the root locale's.

    Babel names a language in the console's languages (French as "Französisch") from the data of these, and only checks
    that the language itself has a file.
    """
    # In another process: this one must not have loaded a library that it strips.
    asked = [sys.executable, "-B", "-c", "from auscult.language import LANGUAGES; print(*LANGUAGES)"]
    languages = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603  (ours)
    for file in SITE.glob("babel/locale-data/*.dat"):
        if file.stem != "root" and file.stem.partition("_")[0] not in languages:
            file.unlink()
            file.symlink_to("root.dat")


def symbols() -> None:
    """Strip symbols off shared libraries. Those in ``*.libs`` were edited to find each other, and are left as they are."""
    files = [each for each in SITE.rglob("*.so*") if not each.parent.name.endswith(".libs") and not each.is_symlink()]
    subprocess.run(["strip", "--strip-unneeded", *files], check=True)  # noqa: S603, S607  (the build's own)


def openssl() -> None:
    """Replace psycopg's copy of OpenSSL by the base's, which its updates correct."""
    for copy in [*SITE.glob("psycopg_binary.libs/lib*.so.3")]:
        own = next(Path("/usr/lib").glob(f"*/{copy.name.partition('-')[0]}.so.3"), None)
        if own is not None and copy.name.startswith(("libcrypto-", "libssl-")):
            copy.unlink()
            copy.symlink_to(own)


def compiled() -> None:
    """Write the bytecode that is worth its space."""
    for package in COMPILED:
        compileall.compile_dir(SITE / package, quiet=1, workers=1, invalidation_mode=UNCHECKED)


def size(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_symlink() or file.is_file())


def steps() -> Iterator[Callable[[], None]]:
    """Yield the steps, in an order in which each can import what it needs."""
    yield from (locales, bytecode, tests_of_packages, for_compilers, example_data, symbols, openssl)
    yield from (unneeded_distributions, compiled)


def main() -> None:
    """Run the steps on the environment of this Python."""
    if sys.prefix == sys.base_prefix:
        raise SystemExit("slim.py: run it by the Python of a virtual environment")
    before = size(Path(sys.prefix))
    print(f"{before / 1e6:8.1f} MB installed")
    for step in steps():
        step()
        after = size(Path(sys.prefix))
        print(f"{(after - before) / 1e6:8.1f} MB {step.__name__.replace('_', ' ')}")
        before = after
    print(f"{before / 1e6:8.1f} MB left")


if __name__ == "__main__":
    main()
