"""Writes docs/reference/operations.md from the snapshot of the API's description; with ``--check`` compares only.

A test compares the snapshot (``tests/golden/openapi.json``) with what a server publishes.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

PAGE = Path("docs/reference/operations.md")
SNAPSHOT = Path("tests/golden/openapi.json")
OWN = "/api/v1/"
HEAD = """\
# Operations of our own API

<!-- Written by `make docs` from tests/golden/openapi.json; `make check` compares. -->

Every operation under `/api/v1`, with the scopes of a client of which it needs one.
Where there is none, no scope carries the operation: it is for users, with a session of the console or a personal token.
Parameters, bodies and answers are described at `/docs` and in `/openapi.json` of a server; [our own API](api.md) has what holds for all of them.
"""

GUIDES: Mapping[str, str] = {
    "absences": "plan-around-absences",
    "agreement": "measure-agreement",
    "assignments": "plan-audits",
    "audits": "audit",
    "calibrations": "calibrate",
    "changes": "follow-changes",
    "coaching": "coach",
    "collections": "collect-moments",
    "comments": "comment",
    "connectors": "connectors",
    "conversations": "load-over-http",
    "corrections": "put-conversations-right",
    "directory": "manage-people",
    "disputes": "review-and-dispute",
    "erasures": "keep-and-erase",
    "estimates": "plan-audits",
    "forms": "change-a-form-safely",
    "holds": "keep-and-erase",
    "inbox": "schedule-reports",
    "insights": "find-what-drives-scores",
    "jobs": "look-after-jobs",
    "knowledge": "assist-agents-live",
    "live": "assist-agents-live",
    "notices": "read-notices",
    "plans": "plan-audits",
    "privacy": "redact",
    "recordings": "recordings",
    "retention": "keep-and-erase",
    "reviews": "review-and-dispute",
    "roles": "manage-people",
    "schedules": "schedule-reports",
    "tuning": "tune-thresholds",
    "users": "manage-people",
    "views": "schedule-reports",
    "webhooks": "follow-changes",
    "working-days": "plan-around-absences",
}
"""The how-to page of a group of operations, by the first part of their paths."""

_METHODS = ("get", "post", "put", "patch", "delete")
_SCOPES = re.compile(r"One of these scopes is needed: (.*?)\. ")


class Operation(NamedTuple):
    """One row: a method, its path, what it does, and the scopes."""

    method: str
    path: str
    summary: str
    scopes: str

    @property
    def group(self) -> str:
        """Return the first part of the path after ``/api/v1/``."""
        return self.path.removeprefix(OWN).partition("/")[0]


def operations() -> Iterator[Operation]:
    """Yield the operations under ``/api/v1``, by path."""
    document: Any = msgspec.json.decode(SNAPSHOT.read_bytes())
    for path, item in sorted(document["paths"].items()):
        for method in _METHODS:
            if method in item and path.startswith(OWN):
                operation: dict[str, Any] = item[method]
                scopes = _SCOPES.search(operation.get("description", "") + " ")
                yield Operation(method.upper(), path, operation["summary"], scopes[1] if scopes else "-")


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    group = ""
    for each in operations():
        if each.group != group:
            group = each.group
            guide = f"[How to](../how-to/{GUIDES[group]}.md)\n\n" if group in GUIDES else ""
            parts.append(f"\n## {group}\n\n{guide}| operation | summary | client scopes |\n| --- | --- | --- |\n")
        parts.append(f"| `{each.method} {each.path}` | {each.summary} | {each.scopes} |\n")
    return "".join(parts)


def main() -> int:
    """Write the page, or with ``--check`` compare; 1 when it differs."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print(f"{PAGE} is not what the API's description has: run `make docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
