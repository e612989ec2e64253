"""Rows that are cut to a view without being read."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.reports._views import Item, Pieces, all_views, cut, views_with

FLAGS = 3
LAST = (1 << FLAGS) - 1
SETS = [views_with(flag, FLAGS) for flag in range(FLAGS)]

values = st.dictionaries(st.text(max_size=3), st.text(max_size=3), min_size=1, max_size=2)
items = st.tuples(values, st.none() | values, st.sampled_from([*SETS, all_views(FLAGS), SETS[0] | SETS[1]]))


def test_each_flag_has_its_views() -> None:
    """View 5 of three flags is that of the first and the third."""
    assert [bool(views >> 5 & 1) for views in SETS] == [True, False, True]
    assert all_views(FLAGS) == 0b11111111
    assert all(views >> LAST & 1 for views in SETS)


@given(drawn=st.lists(items, max_size=5), view=st.integers(0, LAST))
def test_a_cut_row_is_what_was_meant(drawn: list[tuple[dict[str, str], dict[str, str] | None, int]], view: int) -> None:
    """In every view the row is JSON: the items of that view, each with its further key where that is shown."""
    everywhere = all_views(FLAGS)
    pieces = Pieces()
    pieces.add(b'{"a":', everywhere)
    pieces.add_list(((Item(value, b"\\u0000", more, SETS[2]), views) for value, more, views in drawn), everywhere)
    pieces.add(b"}", everywhere)
    row = pieces.stored()
    expected: list[dict[str, Any]] = [
        {**value, **({"\0": more} if more is not None and SETS[2] >> view & 1 else {})}
        for value, more, views in drawn
        if views >> view & 1
    ]
    assert msgspec.json.decode(cut(row, view, is_last=False)) == {"a": expected}
    assert msgspec.json.decode(row)[1] == msgspec.json.decode(cut(row, LAST, is_last=False))
    assert cut(row, LAST, is_last=True) == cut(row, LAST, is_last=False)


@pytest.mark.parametrize("view", range(8))
def test_a_list_may_itself_be_shown_in_few_views(view: int) -> None:
    """Neither its brackets nor its items are left behind elsewhere."""
    pieces = Pieces()
    pieces.add(b'{"a":1', all_views(FLAGS))
    pieces.add(b',"b":', SETS[0])
    pieces.add_list(((Item({"c": 1}, b"", None, 0), SETS[0]) for _ in range(2)), SETS[0])
    pieces.add(b"}", all_views(FLAGS))
    expected = {"a": 1, "b": [{"c": 1}, {"c": 1}]} if view & 1 else {"a": 1}
    assert msgspec.json.decode(cut(pieces.stored(), view, is_last=False)) == expected


def test_neighbours_of_the_same_views_are_one_piece() -> None:
    """A talk of a thousand messages is cut as quickly as one of two."""
    pieces = Pieces()
    pieces.add_list(((Item({"c": 1}, b"", None, 0), SETS[0]) for _ in range(1_000)), SETS[0])
    head, row = msgspec.json.decode(pieces.stored())
    assert head == [len(msgspec.json.encode(row)), SETS[0]]
