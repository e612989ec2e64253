"""The three tiers of tests: on each push, on landing, and at night (CONTRIBUTING.md has what each costs).

``AUSCULT_TEST_TIER`` names the tier of a run; each contains those before it. A test without a mark belongs to *push*,
or to *landing* where it needs a server and is not one of ``JOURNEYS``.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
TIERS = ("push", "landing", "night")
TIER = os.environ.get("AUSCULT_TEST_TIER", "push")
if TIER not in TIERS:
    pytest.exit(f"unknown tier {TIER!r} in AUSCULT_TEST_TIER; available: {', '.join(TIERS)}", returncode=4)

ROOT = Path(__file__).parents[1]
ON_BOTH = ("tests/contract/", "tests/integration/storage/", "tests/integration/scoring/test_kill_any.py")
"""Tests that run on both databases in every tier. All others repeat on the second one what these show, at night."""

SERVED = "tests/e2e/"
JOURNEYS = tuple(
    f"{SERVED}{room}/"
    for room in (
        "access",
        "audits",
        "conversations",
        "definitions",
        "disputes",
        "people",
        "privacy",
        "reports",
        "server",
    )
)
"""Tests with a server that run on a push: the reporting APIs, who may do what, and the way of a conversation to a score."""


def is_due(item: pytest.Item) -> bool:
    """Return whether a test belongs to this tier or to one before it."""
    unmarked = "landing" if _is_served_later(item.nodeid) else "push"
    marks = [(node, one.name) for node, one in item.iter_markers_with_node() if one.name in TIERS]
    nearest = [name for node, name in marks if node is marks[0][0]]  # also those of a parameter, which may be later
    mark = max(nearest, key=TIERS.index, default=unmarked)
    if mark != "night" and _is_on_second_database(item) and not item.nodeid.startswith(ON_BOTH):
        mark = "night"
    return TIERS.index(mark) <= TIERS.index(TIER)


def is_later(path: Path) -> bool:
    """Return whether every test of a file belongs to a later tier than *push*, so that it need not be imported."""
    if _is_served_later(path.relative_to(ROOT).as_posix()):
        return True
    mark = r"^pytestmark = .*pytest\.mark\.(landing|night)"
    return re.search(mark, path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def by_tier(by_day: T, *, night: T) -> T:
    """Return the value of this tier, such as a number of examples; a push and a landing have the same one."""
    return night if TIER == "night" else by_day


def drawn(items: Sequence[T], n: int) -> list[T]:
    """Return everything at night, else ``n`` neighbours, chosen by the commit: another one begins elsewhere."""
    if TIER == "night":
        return list(items)
    start = int(_commit(), 16) % len(items)
    return [items[(start + at) % len(items)] for at in range(n)]


def _is_served_later(name: str) -> bool:
    return name.startswith(SERVED) and not name.startswith(JOURNEYS)


def _is_on_second_database(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return parameters is not None and "postgresql" in parameters.params.values()


@cache
def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short=8", "HEAD"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or "0"
