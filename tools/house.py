"""Writes the table of capabilities and floors into ARCHITECTURE.md; with ``--check`` compares it.

It finds misplaced files, and functions that the page names and that are not there.

Two words locate a thing: the floor and the capability, one of those that ARCHITECTURE.md lists. What else lies on a floor
is shared by its capabilities, and is named in ``SHARED``. Tests of a unit lie as what they test does.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.sizes import FLOORS

PAGE = Path("ARCHITECTURE.md")
SHARED = {
    "domain": "change contact contracts conversation engines errors evaluation form insight memo probe questions record "
    "said shelf stated statistics tenancy",
    "storage": "access core judge pages store upkeep work",
    "services": "",
    "server": "api app asgi auth authorizer bodies clock console documentation errors live mcp middleware monitoring "
    "problems recording_media request_context rest serving settings tenancy vendor",
    # recordings keep their names: a schema in openapi.json has one of them
    "server/api": "application recording_details recording_uploads",
    "server/console": "application assets frame request_language static",
    "cli": "commands generated terminal",
}
"""Parts of each floor that belong to no capability."""
ALONE = {"domain/coaching", "domain/schedules", "services/coaching"}
"""Folders with one file that stay folders: schemas in openapi.json have names of their modules."""
LEVELS = ("contract", "e2e", "integration", "unit")
_SOURCE, _TESTS = Path("src/auscult"), Path("tests")
_BEGIN = "<!-- Written by `make docs` from the folders; `make check` compares. -->\n"
_END = "<!-- End of what `make docs` writes. -->\n"
_FUNCTION = re.compile(r"`([\w/]+\.py)::(?:\w+\.)?(\w+)`")
_LISTED = re.compile(r"^- [\w' ]+: ((?:`\w+`[,;.] ?)+)$", re.MULTILINE)


def capabilities(page: str) -> list[str]:
    """Return the names of capabilities that a page lists, a group on each line."""
    return [name for names in _LISTED.findall(page) for name in re.findall(r"\w+", names)]


def misplaced(root: Path, known: list[str]) -> Iterator[str]:
    """Yield each file and folder of a floor or of tests that is where two words do not lead, a line each."""
    console = {"tests/e2e/console": "frame"}
    for floor, names in {**{f"src/auscult/{name}": shared for name, shared in SHARED.items()}, **console}.items():
        shared = set(names.split())
        found = {path.stem for path in (root / floor).glob("[a-z]*") if _is_part(path)}
        is_test = floor.startswith("tests/")
        wrong = {name for name in found - shared - {*known} if not is_test or (root / floor / name).is_dir()}
        yield from (f"{floor}/{name}: neither a capability of {PAGE} nor shared; move it" for name in sorted(wrong))
        yield from (f"{floor}/{name}: shared in tools/house.py, and not there" for name in sorted(shared - found))
    for floor in FLOORS:
        folders = (root / _SOURCE / floor / name for name in known)
        yield from (
            f"{folder.relative_to(root)}: a folder with one file; make it a file of this name"
            for folder in folders
            if sum(not path.name.startswith("_") for path in folder.rglob("*.*") if path.suffix != ".pyc") == 1
            and not (folder / "templates").is_dir()
            and folder.relative_to(root / _SOURCE).as_posix() not in ALONE
        )
    unit = root / "tests/unit"
    for folder in sorted({path.parent.relative_to(unit) for path in unit.rglob("test_*.py")}):
        tested = root / _SOURCE / (folder.parent if folder.name == "together" else folder)
        places = (tested, tested.with_name(f"_{tested.name}"))
        if not any(place.is_dir() or place.with_suffix(".py").is_file() for place in places):
            yield f"tests/unit/{folder}: nothing in {_SOURCE} has this place; move it to where what it tests is"


def _is_part(path: Path) -> bool:
    """Return whether a path is a module or a folder with files in it; one with bytecode alone is a remainder."""
    return path.suffix == ".py" or (path.is_dir() and any(each.suffix != ".pyc" for each in path.rglob("*.*")))


def table(root: Path, known: list[str]) -> str:
    """Return the table: for each capability, whether it is a file or a folder on each floor, and its levels of tests."""
    heads = ["", *(f"`{floor}`" for floor in FLOORS), "`tests`"]
    rows = [heads, ["---"] * len(heads)]
    for name in sorted(known):
        places = [root / _SOURCE / floor / name for floor in FLOORS]
        kinds = [
            "folder" if _is_part(place) else "file" if place.with_suffix(".py").is_file() else "" for place in places
        ]
        levels = [level for level in LEVELS if any(map(_is_part, (root / _TESTS / level).rglob(name)))]
        rows.append([f"`{name}`", *kinds, ", ".join(levels)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def missing_functions(root: Path, page: str) -> Iterator[str]:
    """Yield each function that a page names by its file and that is not there, a line each."""
    for name, function in _FUNCTION.findall(page):
        path = root / _SOURCE / name
        if not path.is_file() or not re.search(rf"\bdef {function}\(", path.read_text(encoding="utf-8")):
            yield f"{PAGE}: there is no {function} in {name}"


def main() -> int:
    """Write the page, or with ``--check`` compare; 1 when it differs or a file is misplaced."""
    root, text = Path(), PAGE.read_text(encoding="utf-8")
    known = capabilities(text)
    before, _, rest = text.partition(_BEGIN)
    page = f"{before}{_BEGIN}\n{table(root, known)}\n{_END}{rest.partition(_END)[2]}"
    faults = [*misplaced(root, known), *missing_functions(root, text)]
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
    elif text != page:
        faults.append(f"{PAGE} has another table than the folders: run `make docs`")
    print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
