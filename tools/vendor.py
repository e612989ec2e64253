"""Files of others that the console carries: where each comes from, its version, its licence and its hash.

``python tools/vendor.py`` prints the table; ``--check`` compares the files with it, and with nothing else there.
A new version: change its rows, ``--take TARBALL`` of the package from the npm registry, put the hash that it prints
into the row, run ``--check``.

Modules of npm import each other by the names of packages, which a browser cannot follow without a build or an import
map, and an import map is an inline script. ``--take`` writes the file that holds a package in place of its name, and
nothing else; ``--check`` puts the names back before it compares, so that the hash is that of the published file.
"""

import argparse
import hashlib
import re
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
STATIC = "src/auscult/server/console/static"
MODULES = {
    "preact": "./preact.js",
    "preact/hooks": "./preact-hooks.js",
    "@preact/signals-core": "./signals-core.js",
}
"""What vendored modules import, by the name that their packages use -> the file beside them that holds it."""
_IMPORT = re.compile(rb'(?<=from)"([^"]+)"|(?<=import)"([^"]+)"')
FOLDERS = (f"{STATIC}/fonts", f"{STATIC}/vendor", "tests/e2e/vendored")


class Vendored(NamedTuple):
    """One file: its path, the npm package it is of, its licence with the path of its text, its SHA-256."""

    path: str
    package: str
    version: str
    within: str
    licence: str
    licence_path: str
    sha256: str


def table() -> tuple[Vendored, ...]:
    """Return every file that is not ours."""
    return tuple(Vendored(*_full(line.split())) for line in TABLE.strip().splitlines())


def _full(fields: Sequence[str]) -> list[str]:
    """Write out the beginning of paths, which is ``S`` where it is the console's static folder."""
    return [f"{STATIC}{each[1:]}" if each.startswith("S/") else each for each in fields]


def faults() -> list[str]:
    """Return what is wrong with the files: missing, changed, without a licence, or in no row."""
    found: list[str] = []
    known: set[str] = set()
    for each in table():
        known |= {each.path, each.licence_path}
        file = ROOT / each.path
        if not file.is_file():
            found.append(f"missing: {each.path} of {each.package} {each.version}")
        elif (digest := hashlib.sha256(as_published(file.read_bytes())).hexdigest()) != each.sha256:
            found.append(f"changed: {each.path}; expected SHA-256 {each.sha256}, found {digest}")
        if not (ROOT / each.licence_path).is_file():
            found.append(f"no licence: {each.licence_path} of {each.package}")
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).iterdir()):
            path = file.relative_to(ROOT).as_posix()
            if path not in known:
                found.append(f"in no row of the table: {path}")
    return found


def as_served(published: bytes) -> bytes:
    """Return a module whose imports name files. Raises ``KeyError`` on a package that is not vendored."""
    return _renamed(published, MODULES)


def as_published(served: bytes) -> bytes:
    """Return a module as its package has it."""
    return _renamed(served, {file: name for name, file in MODULES.items()})


def _renamed(module: bytes, names: dict[str, str]) -> bytes:
    """Replace what a module imports. A file without imports of modules, such as a font, stays as it is."""
    if not any(f'from"{name}"'.encode() in module for name in names):
        return module
    return _IMPORT.sub(lambda found: b'"%b"' % names[(found[1] or found[2]).decode()].encode(), module)


def take(tarball: Path) -> list[str]:
    """Write the files of one package, from a tarball of the npm registry, and return the hash of each."""
    written: list[str] = []
    with tarfile.open(tarball) as package:
        contents = {each.name.partition("/")[2]: each for each in package.getmembers() if each.isfile()}
        name = tarball.name.rpartition("-")[0]
        for row in table():
            if row.package.rpartition("/")[2] != name:
                continue
            for within, path in ((row.within, row.path), ("LICENSE", row.licence_path)):
                member = package.extractfile(contents[within])
                published = member.read() if member else b""
                (ROOT / path).write_bytes(as_served(published))
                written.append(f"{path} {hashlib.sha256(published).hexdigest()}")
    return written


def main() -> int:
    """Print the table, check the files, or take the files of a package."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare the files with the table")
    parser.add_argument("--take", type=Path, metavar="TARBALL", help="write the files of this package")
    arguments = parser.parse_args()
    if arguments.take:
        print(*take(arguments.take), sep="\n")
        return 0
    if not arguments.check:
        for each in table():
            print(f"{each.path}: {each.package} {each.version}, {each.licence} ({each.licence_path})")
        return 0
    found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


TABLE = """
S/fonts/source-code-pro-latin-wght-normal.woff2 @fontsource-variable/source-code-pro 5.3.0 files/source-code-pro-latin-wght-normal.woff2 OFL-1.1 S/fonts/source-code-pro.LICENSE.txt 8b774aaa5137a38ef40f4ac9d36db9a5eee152b2f66589dfdc82ff007fc87135
S/fonts/source-sans-3-latin-ext-wght-normal.woff2 @fontsource-variable/source-sans-3 5.3.0 files/source-sans-3-latin-ext-wght-normal.woff2 OFL-1.1 S/fonts/source-sans-3.LICENSE.txt a85a7459bdb3cdc1136751e151a506bae653fc29ada3ca86237477df6f1b59e6
S/fonts/source-sans-3-latin-wght-italic.woff2 @fontsource-variable/source-sans-3 5.3.0 files/source-sans-3-latin-wght-italic.woff2 OFL-1.1 S/fonts/source-sans-3.LICENSE.txt 9a15dafc2c2b2414aaa9d6c30830d9aab4361329d8495b1574633603b994b411
S/fonts/source-sans-3-latin-wght-normal.woff2 @fontsource-variable/source-sans-3 5.3.0 files/source-sans-3-latin-wght-normal.woff2 OFL-1.1 S/fonts/source-sans-3.LICENSE.txt 7a19a7027e125257d310c6dbd78ae3a30b5ea1e3794d60b12bb28227a003bfda
S/fonts/source-serif-4-latin-ext-wght-normal.woff2 @fontsource-variable/source-serif-4 5.3.1 files/source-serif-4-latin-ext-wght-normal.woff2 OFL-1.1 S/fonts/source-serif-4.LICENSE.txt d10ccbbd0dc4ebae2938958dc1f622a53460fe297e9c958564742dd684309c3f
S/fonts/source-serif-4-latin-wght-italic.woff2 @fontsource-variable/source-serif-4 5.3.1 files/source-serif-4-latin-wght-italic.woff2 OFL-1.1 S/fonts/source-serif-4.LICENSE.txt b4f56ddc9873487f1c9a3ad5bbce31982fe89b951f57e4604f62b4c8a540fb19
S/fonts/source-serif-4-latin-wght-normal.woff2 @fontsource-variable/source-serif-4 5.3.1 files/source-serif-4-latin-wght-normal.woff2 OFL-1.1 S/fonts/source-serif-4.LICENSE.txt 382475f38242c52d42a3e5ff8dc69b5d73f10d0d21e4550b5fe232984688779a
S/vendor/htm.js htm 3.1.1 dist/htm.mjs Apache-2.0 S/vendor/htm.LICENSE.txt ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4
S/vendor/htmx.js htmx.org 4.0.1 dist/htmx.esm.min.js 0BSD S/vendor/htmx.LICENSE.txt df982506d1529a193f6073f568ec821d4ae8db761bdb0ef07bd6a3d5eace0b2e
S/vendor/preact-hooks.js preact 11.2.0 hooks/dist/hooks.mjs MIT S/vendor/preact.LICENSE.txt e862ab2973aa6455eaa0f77c5d832d2157d6be59a17c8ba546550a575b58c6b4
S/vendor/preact.js preact 11.2.0 dist/preact.mjs MIT S/vendor/preact.LICENSE.txt bdcbd9abdf2c77c5c45326eab42191e949222d479d0d5f69467387a77040cb55
S/vendor/signals-core.js @preact/signals-core 1.14.5 dist/signals-core.mjs MIT S/vendor/signals-core.LICENSE.txt 0c80bc127d72ecb1496ef116ffddae75079829a3af01e7f417c8e5a6474c68b6
S/vendor/signals.js @preact/signals 2.11.4 dist/signals.mjs MIT S/vendor/signals.LICENSE.txt ba8177597f45acaca4d05dcf3966b527d0a8264cfa2b0a87ace92dff324217f8
S/vendor/uplot.css uplot 1.6.32 dist/uPlot.min.css MIT S/vendor/uplot.LICENSE.txt df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04
S/vendor/uplot.js uplot 1.6.32 dist/uPlot.esm.js MIT S/vendor/uplot.LICENSE.txt 5dd9b3281aa64b461b42d9945f6adb2649d346502b12281a9ae0d46599a80eba
S/vendor/wavesurfer.js wavesurfer.js 8.0.1 dist/wavesurfer.esm.js BSD-3-Clause S/vendor/wavesurfer.LICENSE.txt 079f3b142f37737f975b03ea8fd18652a316dc2120a2629aeca0844a0c08f2b1
tests/e2e/vendored/axe.min.js axe-core 4.14.1 axe.min.js MPL-2.0 tests/e2e/vendored/axe.LICENSE.txt 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
"""
"""Path (``S``: the console's static folder), npm package, version, path within the package, licence, path of its text,
SHA-256."""

if __name__ == "__main__":
    sys.exit(main())
