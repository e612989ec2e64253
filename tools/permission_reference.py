"""Writes docs/reference/permissions.md from the tables of permissions and roles; with ``--check`` compares only."""

import sys
from collections.abc import Iterator
from pathlib import Path

from auscult.domain.people.permissions import PERMISSIONS, scopes_carrying
from auscult.domain.people.roles import ADMINISTRATOR, BUILT_IN

PAGE = Path("docs/reference/permissions.md")

HEAD = """\
# Permissions

<!-- Written by `make docs` from src/auscult/domain/people; `make check` compares. -->

The table lists each permission, the roles that include it, and the client scopes that carry it.
A role or a permission is granted in a scope: see [manage people](../how-to/manage-people.md).
The scopes of a client always apply to the whole of each of its apps.

| permission | allows | roles | client scopes |
| --- | --- | --- | --- |
"""

TAIL = """
The role `administrator` includes every permission, and is left out of the table.
The `analyst` reads conversations as redaction leaves them; the `inspector` reads the log and nothing else.

## Refusals

- Anything outside a user's scope does not exist for them: 404, and it is in no list and in no count.
- An action that a user may not perform on a visible conversation: 403, and the answer names the permission.
- An action whose permission a user has nowhere in the app: 403, and the answer names the permission.
- Forms, knowledge, webhooks, jobs and users belong to the whole app: changing them needs the permission in the whole app.
"""


def page() -> str:
    """Return the whole page."""
    return HEAD + "\n".join(_rows()) + "\n" + TAIL


def _rows() -> Iterator[str]:
    for name, allows in PERMISSIONS.items():
        roles = [role.name for role in BUILT_IN.values() if name in role.permissions and role.name != ADMINISTRATOR]
        scopes = [f"`{scope}`" for scope in scopes_carrying(name)]
        yield f"| `{name}` | {allows.lower()} | {', '.join(roles) or '-'} | {', '.join(scopes) or '-'} |"


def main() -> int:
    """Write the page, or with ``--check`` compare; 1 when it differs."""
    is_right = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if not is_right:
        print(f"{PAGE} is not what the tables say: run `make docs`", file=sys.stderr)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
