"""The ledger of what a hard look found has every entry once, and cites tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEDGER = (ROOT / "docs/explanation/found.md").read_text(encoding="utf-8")
ROWS = [row for row in re.findall(r"^\| (.*) \|$", LEDGER, re.MULTILINE) if not row.startswith(("entry", "---"))]


def numbered(prefix: str, count: int) -> set[str]:
    """Return the entries of one kind: ``S-L1`` to ``S-L10``."""
    return {f"{prefix}{number}" for number in range(1, count + 1)}


WANTED = (
    *(numbered("R-H", 2) | numbered("R-M", 4) | numbered("R-L", 12) | {"R-5", "R-6"}),
    *(numbered("E-H", 4) | numbered("E-M", 11) | numbered("E-L", 10) | {"E-C", "E-D", "E-E", "E-F"}),
    *(numbered("S-H", 3) | numbered("S-M", 7) | numbered("S-L", 10)),
    *(numbered("A-B", 32) | {"A-6", "A-7", "A-8"}),
    *(numbered("U-1.1.", 7) | {"U-1", "U-1.2", "U-2.1"} | numbered("U-2.2.", 11) | {"U-2.3", "U-2.4"}),
    *(numbered("U-3.", 30) | numbered("U-4.", 3) | {"U-5", "U-6"}),
)


def entries(cell: str) -> set[str]:
    """Return the entries that the first cell of a row names; ``U-3.4 to U-3.11`` names all between."""
    found = set(re.findall(r"\b[A-Z]-[\w.]*\w", cell))
    for prefix, first, last in re.findall(r"\b([A-Z]-(?:\w+\.)*?[A-Z]?)(\d+) to \1(\d+)\b", cell):
        found |= {f"{prefix}{number}" for number in range(int(first), int(last) + 1)}
    return found


def test_every_entry_has_its_line() -> None:
    """No entry is passed over."""
    found = {each for row in ROWS for each in entries(row.split(" | ")[0])}
    assert [each for each in WANTED if each not in found] == []


def test_every_line_has_an_outcome_and_the_tests_that_it_cites_exist() -> None:
    """Fixed with a test and its commit, answered, or left to an issue by name."""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    for row in ROWS:
        name, outcome, commit = row.split(" | ")
        cited = re.findall(r"`(test_\w+)`", outcome)
        assert outcome.strip(), name
        assert re.search(r"`test_\w+", outcome) or not outcome.startswith("Fixed"), name
        assert [each for each in cited if f"def {each}(" not in tests] == [], name
        assert re.fullmatch(r"[0-9a-f]{7,}(?:, [0-9a-f]{7,})*", commit) if cited else commit == "\u2013", name
