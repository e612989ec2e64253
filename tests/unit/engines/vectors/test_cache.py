"""Vectors kept by key: right whatever was forgotten, and only made again when they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engines._vectors.cache import Kept, Vectors

CAPACITY = 6


@pytest.fixture
def made() -> list[str]:
    """The keys whose vectors were made, in order."""
    return []


def _kept(made: list[str]) -> Kept[str, np.float32]:
    def make(keys: list[str]) -> Vectors:
        made.extend(keys)
        return np.array([[ord(key), -ord(key)] for key in keys], np.float32)

    return Kept(CAPACITY, 2, make, np.float32)


@given(st.lists(st.text("abcdefghij", max_size=CAPACITY).map(list)))
def test_vectors_are_those_of_their_keys(asked: list[list[str]]) -> None:
    """Whatever was asked for before, and however often it was forgotten."""
    kept = _kept([])
    for keys in asked:
        assert kept.vectors(keys).tolist() == [[ord(key), -ord(key)] for key in keys]


def test_when_full_the_half_made_last_is_kept(made: list[str]) -> None:
    """A key that was made long ago is made again, and one that was made lately is not."""
    kept = _kept(made)
    kept.rows(list("abcdef"))
    kept.rows(["g"])
    kept.rows(list("defg"))
    assert made == list("abcdefg")
    kept.rows(["a"])
    assert made == list("abcdefga")


def test_all_is_forgotten_where_a_half_leaves_too_little_room(made: list[str]) -> None:
    """As many keys as there are rows can be asked for at any time."""
    kept = _kept(made)
    kept.rows(list("abcdef"))
    kept.rows(list("ghijkl"))
    assert made == list("abcdefghijkl")
