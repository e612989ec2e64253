"""Paging of the Quality reports (rules 19 and 20)."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.errors import RequestError
from auscult.domain.record import RecordPage, RecordQuery, RowKey
from auscult.reports._contract import PageLimits
from auscult.reports._paging import envelope, read_window
from tests.data_files import data_of

LIMITS = PageLimits(default=100, maximum=100, ceiling=10_000)
LARGEST = 2**53 - 1


def serve(keys: list[tuple[int, str]], body: dict[str, Any], limits: PageLimits = LIMITS) -> dict[str, Any]:
    """Answer a request over these sort keys, as a store would."""
    window = read_window(body, limits, since_ms=0)
    ordered = sorted(keys)
    rest = [key for key in ordered if window.after is None or RowKey(*key) > window.after][window.skip :]
    rows = rest[: window.limit]
    query = RecordQuery(
        report="r", app_ids=("a",), since_ms=0, until_ms=1, skip=window.skip, limit=window.limit, after=window.after
    )
    page = RecordPage(
        rows=tuple(msgspec.json.encode(row) for row in rows),
        total=len(keys),
        last=RowKey(*rows[-1]) if rows else None,
        more=len(rest) > len(rows),
    )
    return msgspec.json.decode(envelope(query, page))


IDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=3)
KEYS = st.lists(st.tuples(st.integers(0, 50), IDS), unique=True, max_size=40)
LIMIT = st.integers(1, 12)


@given(KEYS, LIMIT)
def test_pages_offsets_and_cursors_read_the_same(keys: list[tuple[int, str]], limit: int) -> None:
    """Law: by page, by offset and by cursor, every row comes once, in order, and the totals tell when to stop."""
    expected = [list(key) for key in sorted(keys)]
    pages = -(-len(keys) // limit)
    for ask in (lambda n: {"page": n + 1}, lambda n: {"offset": n * limit}):
        rows: list[Any] = []
        for number in range(max(pages, 1)):
            answer = serve(keys, {"limit": limit, **ask(number)})
            rows += answer["results"]
            assert (answer["totalResults"], answer["totalPages"]) == (len(keys), pages)
            assert answer["hasMore"] is (number + 1 < pages)
            assert "nextCursor" not in answer
        assert rows == expected
    rows, cursor = [], ""
    while cursor is not None:
        answer = serve(keys, {"limit": limit, "cursor": cursor})
        rows, cursor = rows + answer["results"], answer["nextCursor"]
        assert answer["hasMore"] is (cursor is not None) is (len(rows) < len(keys))
    assert rows == expected


@given(KEYS.filter(bool), KEYS, LIMIT)
def test_cursor_neither_repeats_nor_skips(keys: list[tuple[int, str]], late: list[tuple[int, str]], limit: int) -> None:
    """Rule 20: rows that arrive between two pages shift nothing for a reader with a cursor."""
    first = serve(keys, {"limit": limit, "cursor": ""})
    rows, cursor = first["results"], first["nextCursor"]
    grown = list({*keys, *late})
    while cursor is not None:
        answer = serve(grown, {"limit": limit, "cursor": cursor})
        rows, cursor = rows + answer["results"], answer["nextCursor"]
    assert len({tuple(row) for row in rows}) == len(rows)
    assert {tuple(row) for row in rows} >= set(keys)


@pytest.mark.parametrize(
    ("body", "skip"),
    [
        *data_of(__file__, "offset_or_page"),
        ({"page": LARGEST}, LARGEST),
    ],
)
def test_offset_or_page(body: dict[str, Any], skip: int) -> None:
    """Rule 20: skip is the offset when given and above 0, else (page - 1) times limit."""
    assert read_window(body, LIMITS, 0).skip == skip


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 10_000))
def test_totals(total: int, skip: int, limit: int) -> None:
    """Rule 20: totalPages rounds up and is 0 for none; hasMore says whether rows follow."""
    rows = max(0, min(limit, total - skip))
    query = RecordQuery(report="r", app_ids=("a",), since_ms=0, until_ms=1, skip=skip, limit=limit)
    answer = msgspec.json.decode(envelope(query, RecordPage(rows=(b"1",) * rows, total=total, last=None)))
    assert answer["totalPages"] * limit >= total > (answer["totalPages"] - 1) * limit or answer["totalPages"] == 0
    assert (answer["totalPages"] == 0) is (total == 0)
    assert answer["hasMore"] is (skip + rows < total)


def test_the_maximum_is_named() -> None:
    """Rule 19: above the maximum is a 400 that names it; a setting raises it as far as the report lets it."""
    with pytest.raises(RequestError) as caught:
        read_window({"limit": 101}, LIMITS, 0)
    assert (caught.value.reason, caught.value.field, caught.value.value) == ("limit.above_maximum", "limit", 101)
    assert "from 1 to 100" in caught.value.message
    for wrong in (0, "10", 1.5):  # what is no page size at all hears of the same bound
        with pytest.raises(RequestError, match="from 1 to 100"):
            read_window({"limit": wrong}, LIMITS, 0)
    with pytest.raises(RequestError, match="page: give a whole number, 1 or more"):
        read_window({"page": 0}, LIMITS, 0)
    raised = LIMITS.raised_to(50_000)
    assert read_window({"limit": 10_000}, raised, 0).limit == 10_000
    assert read_window({}, raised, 0).limit == 100
    with pytest.raises(RequestError):
        read_window({"limit": 10_001}, raised, 0)
    assert LIMITS.raised_to(10).maximum == 100


@pytest.mark.parametrize(
    "body",
    [{"limit": 0}, {"limit": -1}, {"limit": "100"}, {"limit": None}, {"offset": -1}, {"offset": 2**60}, {"page": 0},
     {"page": "2"}, {"page": 1.5}, {"offset": [1]}],
)  # fmt: skip
def test_wrong_numbers_are_refused(body: dict[str, Any]) -> None:
    """Rule 17: a paging value that cannot be is a 400 that names field and value."""
    with pytest.raises(RequestError) as caught:
        read_window(body, LIMITS, 0)
    assert {caught.value.field: caught.value.value} == body


@pytest.mark.parametrize(
    "cursor",
    [
        *data_of(__file__, "a_cursor_is_ours_or_refused"),
        "A" * 5000,
    ],
)
def test_a_cursor_is_ours_or_refused(cursor: object) -> None:
    """Rule 20: an opaque cursor that was not made here is a 400."""
    with pytest.raises(RequestError) as caught:
        read_window({"cursor": cursor}, LIMITS, 0)
    assert caught.value.field == "cursor"


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_or_refused(cursor: str) -> None:
    """Rule 17: no cursor ends in anything but a window or a RequestError."""
    field: str | None = "cursor"
    try:
        read_window({"cursor": cursor}, LIMITS, 0)
    except RequestError as error:
        field = error.field
    assert field == "cursor"


@pytest.mark.parametrize("body", [{"offset": 1}, {"page": 2}])
def test_cursor_and_offset_do_not_mix(body: dict[str, Any]) -> None:
    """A cursor beside an offset or a page would have two meanings; it is refused."""
    with pytest.raises(RequestError, check=lambda error: error.reason == "cursor.conflict"):
        read_window({"cursor": "", **body}, LIMITS, 0)
    assert read_window({"cursor": "", "offset": 0, "page": 1}, LIMITS, 5).after == RowKey(5, "")
