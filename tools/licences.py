"""Writes the licences of everything that auscult installs, and a CycloneDX SBOM: ``docs/reference/licences.md``, ``build/sbom.json``.

    python -m tools.licences [--check]

It walks the declared dependencies of auscult and its extras over the installed distributions. A licence that is not in
``FITTING`` and a package without any licence are refused: status 1, with the package that brings it.
"""

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from auscult import __version__

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "licences.md"
SBOM = ROOT / "build" / "sbom.json"
WITHOUT = frozenset({"semantic"})
"""Extras whose packages the user chooses, so that they are not installed here."""

FITTING = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CNRI-Python",
        "EPL-2.0",
        "HPND",
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
        "Python-2.0",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
        "LGPL-3.0-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-or-later",
        "CC0-1.0",
        "BlueOak-1.0.0",
    ]
)
"""Licences that may be distributed next to Apache-2.0. LGPL and EPL only as a library of its own that can be replaced."""

_WORDS = (
    (r"apache", "Apache-2.0"),
    (r"mozilla|mpl", "MPL-2.0"),
    (r"lesser|lgpl", "LGPL-3.0-only"),
    (r"\bgpl|general public", "GPL"),
    (r"bsd.?3|3.?clause", "BSD-3-Clause"),
    (r"bsd.?2|2.?clause|simplified bsd", "BSD-2-Clause"),
    (r"bsd", "BSD"),
    (r"\bmit\b", "MIT"),
    (r"isc", "ISC"),
    (r"python software foundation|psf", "PSF-2.0"),
    (r"unlicense", "Unlicense"),
)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_LONGEST_NAME = 60
_EXPRESSION = re.compile(r"[A-Za-z]+-[0-9.]+[a-z-]*(?: (?:OR|AND) [A-Za-z]+-[0-9.]+[a-z-]*)+")
"""Alternatives of SPDX names, as some packages write them into the text."""


class Package(NamedTuple):
    """One installed package: its licence as SPDX names it, and what needs it."""

    name: str
    version: str
    licence: str
    needed_by: str

    @property
    def fits(self) -> bool:
        """Whether each licence that applies may be distributed; of alternatives one is enough."""
        alternatives = re.split(r"\s+OR\s+", self.licence.replace("(", "").replace(")", ""))
        return any(
            all(part.split(" WITH ")[0].strip() in FITTING for part in re.split(r"\s+AND\s+", one))
            for one in alternatives
        )


def packages() -> list[Package]:
    """Return every package that auscult or one of its extras brings, by name."""
    found: dict[str, Package] = {}
    queue = [("auscult", each) for each in declared()]
    seen: set[str] = set()
    while queue:
        needed_by, requirement = queue.pop()
        key = canonicalize_name(requirement.name)
        if f"{key} {sorted(requirement.extras)}" in seen:
            continue
        seen.add(f"{key} {sorted(requirement.extras)}")
        try:
            brought = distribution(requirement.name)
        except PackageNotFoundError:
            sys.exit(f"{requirement.name}, needed by {needed_by}, is not installed; run `make .venv/dev`")
        found.setdefault(key, Package(key, brought.version, licence_of(brought), needed_by))
        extras = ("", *requirement.extras)
        further = map(Requirement, brought.requires or ())
        queue += [(key, each) for each in further if _applies(each, extras)]
    return sorted(found.values())


def _applies(requirement: Requirement, extras: Sequence[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)


def declared() -> list[Requirement]:
    """Return what auscult and its extras declare."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    words = [*project["dependencies"], *(each for name, some in extras.items() if name not in WITHOUT for each in some)]
    return sorted(map(Requirement, words), key=str, reverse=True)


def licence_of(found: Distribution) -> str:
    """Return the licence as an SPDX expression, from the expression, the classifiers or the text; empty if unknown."""
    told: Any = found.metadata
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = [
        each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or () if each.startswith("License ::")
    ]
    named = [_named(each) for each in classifiers if each != "OSI Approved"]
    if any(named):
        return " AND ".join(dict.fromkeys(each for each in named if each))
    text = str(told.get("License") or "").strip()
    first = text.splitlines()[0][:_LONGEST_NAME] if text else ""
    return first if _EXPRESSION.fullmatch(first) else _named(first)


def _named(text: str) -> str:
    if text in FITTING:
        return text
    return next((name for pattern, name in _WORDS if re.search(pattern, text, re.IGNORECASE)), "")


def page(found: list[Package]) -> Iterator[str]:
    """Yield the lines of the list. Versions are in requirements, and would make the page change with each update."""
    yield "# Licences"
    yield ""
    yield "<!-- Written by `make licences`; a change by hand is lost, and `make check` finds it. -->"
    yield ""
    yield "auscult is under [Apache-2.0](../../LICENSE)."
    yield "These packages come with it or with its extras; `make licences` also writes `build/sbom.json` (CycloneDX)."
    yield "Licences that do not fit are refused by `make check`."
    yield ""
    yield "| package | licence | needed by |"
    yield "| --- | --- | --- |"
    for each in found:
        yield f"| {each.name} | {each.licence} | {each.needed_by} |"
    yield ""


def sbom(found: list[Package]) -> dict[str, Any]:
    """Return the bill of materials as CycloneDX 1.6."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, repr(found))}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "auscult", "version": __version__, "bom-ref": "auscult"}
        },
        "components": [
            {
                "type": "library",
                "name": each.name,
                "version": each.version,
                "purl": f"pkg:pypi/{each.name}@{each.version}",
                "bom-ref": each.name,
                "licenses": [{"expression": each.licence}],
            }
            for each in found
        ],
    }


def main() -> int:
    """Write both, or check the page; return the exit status."""
    found = packages()
    for each in found:
        if not each.fits:
            sys.stderr.write(f"{each.name} {each.version}: licence '{each.licence or 'unknown'}' does not fit; ")
            sys.stderr.write(f"needed by {each.needed_by}; replace it, or add the licence to FITTING with a reason\n")
    if not all(each.fits for each in found):
        return 1
    text = "\n".join(page(found))
    if "--check" in sys.argv:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{PAGE.relative_to(ROOT)} is not as it would be written; run `make licences`\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(json.dumps(sbom(found), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
