"""Addresses of places, and the parts that they are made of."""

import pytest

from auscult.domain.connectors.document import kind_of
from auscult.domain.connectors.parts import parts_of, place_of
from tests.data_files import data_of


@pytest.mark.parametrize("place", data_of(__file__, "parts_make_the_place_again"))
def test_parts_make_the_place_again(place: str) -> None:
    """An address is the same after it was divided and put together."""
    kind = kind_of(place)
    assert kind is not None
    assert place_of(kind, parts_of(place)) == place


def test_a_leading_slash_is_written_once() -> None:
    """A folder may be entered with a slash before it."""
    assert place_of("s3", {"bucket": " calls ", "prefix": "/2026"}) == "s3://calls/2026"
    assert place_of("sftp", {"host": "h", "user": "u", "path": "/in"}) == "sftp://u@h/in"
    assert parts_of("ftp://x") == {}
