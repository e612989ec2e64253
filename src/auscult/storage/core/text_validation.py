"""Texts that a database can hold, and texts of queries."""

import re
from functools import lru_cache
from hashlib import blake2b

LONGEST_INDEXED = 200

_NAMED = re.compile(r"%\((\w+)\)s")


def is_storable(text: str) -> bool:
    """Return whether both databases can store this text, so that a row may have it.

    PostgreSQL knows no NUL, and neither knows half a surrogate pair.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def short_text(text: str) -> str:
    """Return a text that an index can hold: a long one, or one that cannot be stored, as its digest."""
    if len(text) <= LONGEST_INDEXED and is_storable(text):
        return text
    return "blake2b:" + blake2b(text.encode(errors="surrogatepass"), digest_size=32).hexdigest()


@lru_cache(maxsize=1024)
def numbered_values(text: str) -> tuple[str, tuple[str, ...]]:
    """Rewrite a query for psycopg in asyncpg's way: values by number, and the name of each number.

    >>> numbered_values("select %(a)s, %(b)s, %(a)s where c like '%%'")
    ("select $1, $2, $1 where c like '%'", ('a', 'b'))
    """
    names: dict[str, int] = {}
    numbered = _NAMED.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", text)
    return numbered.replace("%%", "%"), tuple(names)
