"""A bucket on a real server of S3's protocol, as a fixture to import."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

BUCKET = "sound"


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of a bucket on a moto server."""
    pytest.importorskip("moto")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    order = [sys.executable, "-m", "moto.server", "-p", str(port)]
    server = subprocess.Popen(order, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  (no shell)
    given = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        for _ in range(300):
            try:
                request = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")  # noqa: S310  (our own)
                urllib.request.urlopen(request).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.1)
        yield f"s3://{BUCKET}/calls"
    finally:
        server.terminate()
        server.wait()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
