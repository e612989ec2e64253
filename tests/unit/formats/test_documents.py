"""How a stream of bytes is cut into documents: lines or values, whatever the chunks, in bounded memory."""

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.errors import FormatError
from auscult.formats import Limits, Rejected
from auscult.formats._documents import Document, documents, is_line_delimited, top_level_keys
from tests.data_files import data_of
from tests.strategies import json_objects

MARKED = {"id": "c-1", "channel": "voice", "started_at": 5}


class Chunks:
    """A stream that gives its bytes in small pieces, as a pipe or socket may; then breaks, if told to."""

    def __init__(self, data: bytes, size: int, fault: FormatError | None = None) -> None:
        """Give ``data`` in pieces of ``size``, then raise ``fault``."""
        self._inner = io.BytesIO(data)
        self._size = size
        self._fault = fault

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes, and at most the piece's."""
        data = self._inner.read(min(size, self._size))
        if not data and self._fault is not None:
            raise self._fault
        return data


def cut(data: bytes, limit: int = 1 << 20, chunk: int = 1 << 20) -> list[Document | Rejected]:
    """All documents of a file with these bytes."""
    return list(documents(Chunks(data, chunk), Limits(document_bytes=limit)))


def values(found: list[Document | Rejected]) -> list[Any]:
    """The documents, decoded."""
    return [msgspec.json.decode(one.data) for one in found if isinstance(one, Document)]


@pytest.mark.landing
@given(st.lists(json_objects(), max_size=5), st.sampled_from([None, 0, 2]), st.integers(1, 60), st.booleans())
def test_an_array_is_cut_the_same_whatever_the_chunks(
    objects: list[dict[str, Any]], indent: int | None, chunk: int, ascii_only: bool
) -> None:
    """Pretty-printed or on one line, in chunks that cut through strings, escapes and characters."""
    array = json.dumps(objects, indent=indent, ensure_ascii=ascii_only).encode()
    assert values(cut(array, chunk=chunk)) == objects


@given(st.lists(json_objects(), max_size=5), st.integers(1, 60))
def test_lines_are_cut_the_same_whatever_the_chunks(objects: list[dict[str, Any]], chunk: int) -> None:
    """Every object of an NDJSON file comes out, with the line that it stands on."""
    marked = [MARKED | one for one in objects]
    found = cut(b"\n\n".join(msgspec.json.encode(one) for one in marked), chunk=chunk)
    assert values(found) == marked
    assert [one.line for one in found if isinstance(one, Document)] == [1 + 2 * n for n in range(len(marked))]


@given(st.lists(json_objects(), min_size=1, max_size=3), st.integers(1, 60))
def test_pretty_printed_objects_in_a_row_are_cut_apart(objects: list[dict[str, Any]], chunk: int) -> None:
    """One object, or several behind one another without an array around them."""
    marked = [MARKED | one for one in objects]
    assert values(cut("\n".join(json.dumps(one, indent=2) for one in marked).encode(), chunk=chunk)) == marked


def test_documents_of_an_array_know_their_line() -> None:
    """The line is where the document begins."""
    found = cut(json.dumps([MARKED, MARKED], indent=1).encode())
    assert [one.line for one in found if isinstance(one, Document)] == [2, 7]


@pytest.mark.parametrize(
    ("data", "rest"),
    [
        (b'[{"a": 1}, {"b": 2', "this document does"),
        (b'[{"a": 1}, {"b": "x', "this document does"),
        (b'[{"a": 1},', "array is closed"),
        (b'[{"a": 1}', "array is closed"),
    ],
)
def test_a_file_that_was_cut_short_says_so(data: bytes, rest: str) -> None:
    """What came before the cut is given."""
    first, rejected = cut(data)
    assert isinstance(first, Document)
    assert isinstance(rejected, Rejected)
    assert rejected.error.reason == "document.malformed"
    assert rest in rejected.error.message


def test_what_is_no_object_is_still_a_document_of_its_own() -> None:
    """Scalars, strings and arrays in an array are given, for the format to refuse by line."""
    assert values(cut(b'[1, "a, ]", null,[[2]],{"a":"}"} ]')) == [1, "a, ]", None, [[2]], {"a": "}"}]


@pytest.mark.parametrize("layout", [b"%s\n%s\n%s", b"[\n%s,\n%s,\n%s]"])
@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_a_document_that_is_too_large_is_passed_over(layout: bytes, chunk: int) -> None:
    """The ones around it are given; of itself only the beginning is kept, and how large it is."""
    small = msgspec.json.encode(MARKED)
    large = msgspec.json.encode(MARKED | {"text": "x" * 100_000})
    before, rejected, after = cut(layout % (small, large, small), limit=10_000, chunk=chunk)
    assert isinstance(before, Document)
    assert isinstance(after, Document)
    assert isinstance(rejected, Rejected)
    assert (rejected.error.reason, rejected.error.value) == ("document.too_large", len(large))
    assert rejected.error.line in (2, 3)
    assert rejected.source == large[:4096]


def test_a_document_of_exactly_the_limit_is_read() -> None:
    """The line end does not count."""
    line = msgspec.json.encode(MARKED)
    assert len(values(cut(line + b"\r\n" + line, limit=len(line)))) == 2
    assert values(cut(line + b"\n" + line, limit=len(line) - 1)) == []


@pytest.mark.parametrize("data", [b'{"a":1}\n{"a":2}\n{"a', b'[{"a":1},{"a":2},{"a'])
def test_a_stream_that_breaks_gives_what_came_before(data: bytes) -> None:
    """The last thing given is the fault, with the line it happened on."""
    stream = Chunks(data, 5, FormatError("the gzip data breaks off", code="file.truncated"))
    *before, rejected = documents(stream, Limits())
    assert len(values(before)) == 2
    assert isinstance(rejected, Rejected)
    assert rejected.error.reason == "file.truncated"
    assert rejected.error.line is not None


WHOLE = '{"id": "c-1", "channel": "voice", "started_at": 5}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        (WHOLE, True),
        ("garbage\n" + WHOLE, True),
        ('{"id": "c-0", \n' + WHOLE, True),
        ('{"id": "c-0", "turns": [\n' + WHOLE + "\n", True),
        ('{"broken\n{"started_at": 5, "text": "' + "x" * 100, True),
        ('{"other": 1}\n{"other": 2}\n', True),
        (json.dumps(json.loads(WHOLE), indent=2), False),
        ('{"id": "c-1", "channel": "voice", "started_at": 5,\n"turns": [\n{"id": "m1"},\n{"id": "m2"}]}', False),
        ('{\n"parties": [\n{"uuid": "x", "name": "y"}\n], "uuid": "z"}', False),
        ("[" + WHOLE + "]", False),
        ("\ufeff  [\n" + WHOLE + "]", False),
    ],
)
def test_ndjson_is_told_from_json(text: str, expected: bool) -> None:
    """A whole document on a line is NDJSON, however broken its neighbours are."""
    assert is_line_delimited(text.encode()) is expected


@pytest.mark.parametrize("text", data_of(__file__, "outermost_keys_are_seen"))
def test_outermost_keys_are_seen(text: str) -> None:
    """Of the part of a file that is there, inner keys left out."""
    keys = top_level_keys(text.encode())
    assert keys >= {"uuid", "dialog", "parties"}
    assert not keys & {"inner", "no"}
