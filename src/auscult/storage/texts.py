"""Texts that a database can hold, and texts of queries."""

import re
from functools import lru_cache

_NAMED = re.compile(r"%\((\w+)\)s")


def is_storable(text: str) -> bool:
    """Whether both databases have a way to store this text, so that there may be a row that has it.

    PostgreSQL knows no NUL, and neither knows half a surrogate pair.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


@lru_cache(maxsize=1024)
def numbered_values(text: str) -> tuple[str, tuple[str, ...]]:
    """Say a query for psycopg in asyncpg's way: values by number, and which name each number stands for.

    >>> numbered_values("select %(a)s, %(b)s, %(a)s where c like '%%'")
    ("select $1, $2, $1 where c like '%'", ('a', 'b'))
    """
    names: dict[str, int] = {}
    numbered = _NAMED.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", text)
    return numbered.replace("%%", "%"), tuple(names)
