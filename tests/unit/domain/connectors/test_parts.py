"""Addresses of places, and the parts that they are made of."""

import pytest

from auscult.domain.connectors.document import kind_of
from auscult.domain.connectors.parts import parts_of, place_of


@pytest.mark.parametrize(
    "place",
    [
        "s3://",
        "s3://calls",
        "s3://calls/2026/march",
        "az://container",
        "gs://bucket/x",
        "sftp://me@archive.example:2222/calls",
        "sftp://me@archive.example",
        "folder:/srv/calls",
        "zendesk://acme",
        "genesys://mypurecloud.de",
    ],
)
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
