"""The size of what is installed: auscult, and every package that it needs, extras left out."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

import auscult

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]*)\])?")
_EXTRA = re.compile(r"extra == [\"']([^\"']+)")
_MB = 1_000_000


class Installed(NamedTuple):
    """Bytes on disk without compiled Python, which differs between installers, and the number of packages."""

    size: int
    packages: int

    @property
    def megabytes(self) -> int:
        """Whole megabytes."""
        return round(self.size / _MB)


def installed(requirements: Iterable[str] = ("auscult",)) -> Installed:
    """Add up the files of auscult's folder, and of the packages that ``requirements`` name, with what those need.

    What is not there is for another platform or Python.
    """
    size = sum(path.stat().st_size for path in Path(auscult.__file__).parent.rglob("*") if _counts(path))
    found: dict[str, Distribution] = {}
    seen: set[str] = set()
    waiting = list(requirements)
    while waiting:
        match = _REQUIREMENT.match(waiting.pop())
        if match is None or match[0] in seen:
            continue
        seen.add(match[0])
        name = re.sub(r"[-_.]+", "-", match["name"]).lower()
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        waiting += _needed(found[name], {extra.strip() for extra in (match["extras"] or "").split(",")})
    for name, package in found.items():
        if name != "auscult":
            paths = (Path(str(package.locate_file(file))) for file in package.files or ())
            size += sum(path.stat().st_size for path in paths if _counts(path))
    return Installed(size, len(found))


def _needed(package: Distribution, extras: set[str]) -> Iterator[str]:
    """Return what a package needs, and what these extras of it need."""
    for each in package.requires or ():
        extra = _EXTRA.search(each)
        if extra is None or extra[1] in extras:
            yield each.partition(";")[0]


def _counts(path: Path) -> bool:
    return path.suffix != ".pyc" and path.is_file()
