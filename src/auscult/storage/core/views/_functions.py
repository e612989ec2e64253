# ruff: noqa: S608  (SQL of names that this file writes itself, never of values)
"""Functions of the two databases over stored JSON. Each method returns an expression of SQL."""

from typing import Protocol


class Functions(Protocol):
    """Expressions that differ by kind of database. ``document`` is an expression of JSON, ``path`` keys with dots."""

    _is_packed: bool

    def __init__(self, *, is_packed: bool) -> None:
        """Read tables of this version, or with ``is_packed`` false those of a version that packed nothing."""
        self._is_packed = is_packed

    def packed(self, row: str) -> str:
        """Return the column of bytes that has what views read of a row whose document may be packed."""
        return f"coalesce({row}.readable, {row}.body)" if self._is_packed else f"{row}.body"

    def document(self, body: str) -> str:
        """Return the JSON of a column of bytes."""
        ...

    def text(self, document: str, path: str) -> str:
        """Return a text, null where it is absent."""
        ...

    def json(self, document: str, path: str) -> str:
        """Return a value as JSON in a text, null where it is absent."""
        ...

    def integer(self, document: str, path: str) -> str:
        """Return a whole number, which may be stored as text."""
        ...

    def number(self, document: str, path: str) -> str:
        """Return a number, which may be stored as text."""
        ...

    def truth(self, document: str, path: str) -> str:
        """Return a boolean (on SQLite 0 or 1)."""
        ...

    def is_true(self, number: str) -> str:
        """Return a boolean of a column of 0, 1 and null."""
        ...

    def instant(self, ms: str) -> str:
        """Return a timestamp of a column of ms since the epoch."""
        ...

    def instant_of(self, document: str, path: str) -> str:
        """Return a timestamp of a text of JSON."""
        ...

    def between_ms(self, since: str, until: str) -> str:
        """Return the ms between two timestamps that ``text`` returned, rounded."""
        ...

    def count(self, document: str, path: str) -> str:
        """Return the length of a list, 0 where it is absent."""
        ...

    def texts(self, document: str, path: str, key: str) -> str:
        """Return a list of one key of each object of a list, "" where it is absent."""
        ...

    def listed(self, document: str, path: str) -> str:
        """Return a list of texts, empty where it is absent."""
        ...

    def each(self, document: str, path: str, name: str) -> str:
        """Return a source of rows for FROM: the elements of a list, named ``name``, with ``value`` and ``position``."""
        ...

    def value(self, name: str) -> str:
        """Return the element of such a row."""
        ...

    def position(self, name: str) -> str:
        """Return its position, from 0."""
        ...


class Sqlite(Functions):
    """JSON functions of SQLite. Instants are texts like ``2026-01-31T12:00:00.000Z``, lists are JSON in a text."""

    def document(self, body: str) -> str:
        """Return the JSON of a column of bytes."""
        return f"CAST({body} AS TEXT)"

    def text(self, document: str, path: str) -> str:
        """Return a text, null where it is absent."""
        return f"json_extract({document}, '$.{path}')"

    def json(self, document: str, path: str) -> str:
        """Return a value as JSON in a text."""
        return f"({document} -> '$.{path}')"

    def integer(self, document: str, path: str) -> str:
        """Return a whole number, which may be stored as text."""
        return f"CAST({self.text(document, path)} AS INTEGER)"

    def number(self, document: str, path: str) -> str:
        """Return a number, which may be stored as text."""
        return f"CAST({self.text(document, path)} AS REAL)"

    def truth(self, document: str, path: str) -> str:
        """Return 0 or 1."""
        return self.text(document, path)

    def is_true(self, number: str) -> str:
        """Return the number, which is a boolean here."""
        return number

    def instant(self, ms: str) -> str:
        """Return a timestamp of a column of ms since the epoch."""
        return f"strftime('%Y-%m-%dT%H:%M:%fZ', {ms} / 1000.0, 'unixepoch')"

    def instant_of(self, document: str, path: str) -> str:
        """Return a timestamp of a text of JSON."""
        instant = self.text(document, path)
        ms = f"CASE WHEN substr({instant}, 20, 1) = '.' THEN substr({instant}, 20, 4) ELSE '.000' END"
        return f"substr({instant}, 1, 19) || {ms} || 'Z'"  # strftime would round digits below ms

    def between_ms(self, since: str, until: str) -> str:
        """Return the ms between two texts of instants, rounded; digits below ms count."""
        return f"CAST(round(({self._us(until)} - {self._us(since)}) / 1000.0) AS INTEGER)"

    def count(self, document: str, path: str) -> str:
        """Return the length of a list, 0 where it is absent."""
        return f"coalesce(json_array_length({document}, '$.{path}'), 0)"

    def texts(self, document: str, path: str, key: str) -> str:
        """Return a list as JSON in a text."""
        return (
            f"(SELECT json_group_array(coalesce(json_extract(x.value, '$.{key}'), '')) "
            f"FROM json_each({document}, '$.{path}') x)"
        )

    def listed(self, document: str, path: str) -> str:
        """Return a list as JSON in a text."""
        return f"coalesce(json_extract({document}, '$.{path}'), '[]')"

    def each(self, document: str, path: str, name: str) -> str:
        """Return the elements of a list."""
        return f"json_each({document}, '$.{path}') {name}"

    def value(self, name: str) -> str:
        """Return the element of such a row."""
        return f"{name}.value"

    def position(self, name: str) -> str:
        """Return its position, from 0."""
        return f"{name}.key"

    def _us(self, instant: str) -> str:
        fraction = f"CASE WHEN substr({instant}, 20, 1) = '.' THEN CAST(substr({instant}, 21, 6) AS INTEGER) ELSE 0 END"
        return f"(CAST(strftime('%s', {instant}) AS INTEGER) * 1000000 + {fraction})"


class Postgres(Functions):
    """JSON functions of PostgreSQL, with its own types for instants, booleans and lists."""

    def document(self, body: str) -> str:
        """Return the JSON of a column of bytes."""
        return f"convert_from({body}, 'UTF8')::jsonb"

    def text(self, document: str, path: str) -> str:
        """Return a text, null where it is absent."""
        return f"({document} #>> '{{{path.replace('.', ',')}}}')"

    def json(self, document: str, path: str) -> str:
        """Return a value as JSON in a text, in the notation of the database."""
        return f"({document} #> '{{{path.replace('.', ',')}}}')::text"

    def integer(self, document: str, path: str) -> str:
        """Return a whole number, which may be stored as text."""
        return f"{self.text(document, path)}::bigint"

    def number(self, document: str, path: str) -> str:
        """Return a number, which may be stored as text."""
        return f"{self.text(document, path)}::double precision"

    def truth(self, document: str, path: str) -> str:
        """Return a boolean."""
        return f"{self.text(document, path)}::boolean"

    def is_true(self, number: str) -> str:
        """Return a boolean of a column of 0, 1 and null."""
        return f"({number} = 1)"

    def instant(self, ms: str) -> str:
        """Return a timestamp of a column of ms since the epoch."""
        return f"('epoch'::timestamptz + {ms} * interval '1 millisecond')"

    def instant_of(self, document: str, path: str) -> str:
        """Return a timestamp of a text of JSON."""
        return f"{self.text(document, path)}::timestamptz"

    def between_ms(self, since: str, until: str) -> str:
        """Return the ms between two texts of instants, rounded."""
        return f"round((extract(epoch FROM {until}::timestamptz - {since}::timestamptz) * 1000)::numeric)::bigint"

    def count(self, document: str, path: str) -> str:
        """Return the length of a list, 0 where it is absent."""
        return f"coalesce(jsonb_array_length({self._list(document, path)}), 0)"

    def texts(self, document: str, path: str, key: str) -> str:
        """Return an array of texts."""
        rows = f"jsonb_array_elements({self._list(document, path)}) WITH ORDINALITY x(value, n)"
        return f"ARRAY(SELECT coalesce(x.value ->> '{key}', '') FROM {rows} ORDER BY x.n)"

    def listed(self, document: str, path: str) -> str:
        """Return an array of texts."""
        rows = f"jsonb_array_elements_text({self._list(document, path)}) WITH ORDINALITY x(value, n)"
        return f"ARRAY(SELECT x.value FROM {rows} ORDER BY x.n)"

    def each(self, document: str, path: str, name: str) -> str:
        """Return the elements of a list."""
        return f"jsonb_array_elements({self._list(document, path)}) WITH ORDINALITY {name}(value, n)"

    def value(self, name: str) -> str:
        """Return the element of such a row."""
        return f"{name}.value"

    def position(self, name: str) -> str:
        """Return its position, from 0."""
        return f"({name}.n - 1)::integer"

    def _list(self, document: str, path: str) -> str:
        return f"nullif({document} #> '{{{path.replace('.', ',')}}}', 'null'::jsonb)"
