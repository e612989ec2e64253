"""Files of others that the console carries: where each comes from, its version, its licence and its hash.

``python tools/vendor.py`` prints the table; ``--check`` compares the files with it, and with nothing else there.
A new version: take the file from the package that the table names, change the row, run ``--check``.
"""

import argparse
import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
STATIC = "src/auscult/server/console/static"
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


def _full(fields: list[str]) -> list[str]:
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
        elif (digest := hashlib.sha256(file.read_bytes()).hexdigest()) != each.sha256:
            found.append(f"changed: {each.path}; expected SHA-256 {each.sha256}, found {digest}")
        if not (ROOT / each.licence_path).is_file():
            found.append(f"no licence: {each.licence_path} of {each.package}")
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).iterdir()):
            path = file.relative_to(ROOT).as_posix()
            if path not in known:
                found.append(f"in no row of the table: {path}")
    return found


def main() -> int:
    """Print the table, or check the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the files with the table")
    if not parser.parse_args().check:
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
S/vendor/wavesurfer.js wavesurfer.js 8.0.1 dist/wavesurfer.esm.js BSD-3-Clause S/vendor/wavesurfer.LICENSE.txt 079f3b142f37737f975b03ea8fd18652a316dc2120a2629aeca0844a0c08f2b1
tests/e2e/vendored/axe.min.js axe-core 4.14.1 axe.min.js MPL-2.0 tests/e2e/vendored/axe.LICENSE.txt 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
"""
"""Path (``S``: the console's static folder), npm package, version, path within the package, licence, path of its text,
SHA-256."""

if __name__ == "__main__":
    sys.exit(main())
