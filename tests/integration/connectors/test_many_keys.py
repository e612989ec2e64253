"""A bucket of a million keys: listed page by page, whatever it holds, and only as far as is asked for."""

import os
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from auscult.domain.connectors.document import Access
from auscult.domain.delivery.addresses import OPERATOR
from auscult.storage.connectors.places.objects import ObjectPlace
from tests.http_servers import QuietHandler, running

pytestmark = pytest.mark.night

PAGE, PAGES = 1_000, 1_000
MOST_GROWTH = 64 * 1024 * 1024
"""Bytes: a million keys with their etags are over 200 MB as objects."""
KEY = (
    "<Contents><Key>calls/c-%07d.json</Key><LastModified>2026-03-23T10:00:00.000Z</LastModified>"
    '<ETag>"%032x"</ETag><Size>2000</Size><StorageClass>STANDARD</StorageClass></Contents>'
)


class Bucket(ThreadingHTTPServer):
    """A server that answers ListObjectsV2 as S3 documents it, and counts the pages it gave."""

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = 0


class Handler(QuietHandler):
    """One request to the bucket."""

    protocol_version = "HTTP/1.1"
    server: Bucket  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        """Answer with the page that the token names."""
        page = int(parse_qs(urlsplit(self.path).query).get("continuation-token", ["0"])[0])
        self.server.pages += 1
        keys = "".join(KEY % (number, number) for number in range(page * PAGE, (page + 1) * PAGE))
        after = f"<NextContinuationToken>{page + 1}</NextContinuationToken>" if page + 1 < PAGES else ""
        truncated = "true" if after else "false"
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>b</Name><Prefix/><KeyCount>{PAGE}</KeyCount><MaxKeys>{PAGE}</MaxKeys>"
            f"<IsTruncated>{truncated}</IsTruncated>{after}{keys}</ListBucketResult>"
        ).encode()
        self.reply(200, body, {"Content-Type": "application/xml"})


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """The bucket, served."""
    with running(Bucket()) as server:
        yield server


def place(bucket: Bucket) -> ObjectPlace:
    """Return the place of a connector on the bucket."""
    endpoint = f"http://127.0.0.1:{bucket.server_port}"
    access = Access(endpoint=endpoint, region="us-east-1", anonymous=True)
    return ObjectPlace("s3", "s3://b", access, {}, OPERATOR)


def memory() -> int:
    """Return the bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_million_keys_are_listed_in_the_memory_of_a_few_pages(bucket: Bucket) -> None:
    """Each key comes once, in order, and memory does not grow with their number."""
    number = 0
    listing = place(bucket).listing()
    for found in islice(listing, 10 * PAGE):
        assert found.key == f"calls/c-{number:07}.json"
        number += 1
    before = memory()
    for found in listing:
        assert found.key == f"calls/c-{number:07}.json"
        number += 1
    assert number == PAGE * PAGES
    assert memory() - before < MOST_GROWTH


def test_a_check_lists_no_more_than_it_shows(bucket: Bucket) -> None:
    """The first ten keys of a million cost a few pages, not all of them."""
    assert len(list(islice(place(bucket).listing(), 10))) == 10
    assert bucket.pages < 10
