"""A server of Azure's protocol, by azurite, where it is installed; and what its account signs."""

import base64
import hashlib
import hmac
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.integration.connectors.placing import free_port

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Of the one account that azurite knows; Microsoft publishes both."""

_PROGRAM = Path(__file__).parents[3] / ".azurite" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
_VERSION = "2021-12-02"
_STARTS_IN_S = 120


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """Yield the endpoint of an account. Skips the test where azurite is not installed (`make .azurite/made`)."""
    node = shutil.which("node")
    if node is None or not _PROGRAM.is_file():
        pytest.skip("azurite is not installed; `make .azurite/made` installs it where npm is")
    port = free_port()
    order = [node, str(_PROGRAM), "--blobPort", str(port), "--inMemoryPersistence", "--silent", "--disableTelemetry"]
    server = subprocess.Popen(  # noqa: S603  (no shell)
        order, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ)
    )
    address = f"http://127.0.0.1:{port}/{ACCOUNT}"
    try:
        until = time.monotonic() + _STARTS_IN_S
        while not _answers(address):
            assert server.poll() is None, "azurite ended"
            assert time.monotonic() < until, "azurite did not start"
            time.sleep(0.1)
        yield address
    finally:
        server.kill()
        server.wait()


def sas(permissions: str = "rwdlac", lasts: timedelta = timedelta(hours=1)) -> str:
    """Return a token that the account signs: for its containers and blobs, with these permissions."""
    until = f"{datetime.now(UTC) + lasts:%Y-%m-%dT%H:%M:%SZ}"
    services, kinds, protocol = "b", "sco", "https,http"
    signed = f"{ACCOUNT}\n{permissions}\n{services}\n{kinds}\n\n{until}\n\n{protocol}\n{_VERSION}\n\n"
    signature = base64.b64encode(hmac.digest(base64.b64decode(KEY), signed.encode(), hashlib.sha256)).decode()
    return urlencode(
        {
            "sv": _VERSION,
            "ss": services,
            "srt": kinds,
            "sp": permissions,
            "se": until,
            "spr": protocol,
            "sig": signature,
        }
    )


def put_blobs(address: str, container: str, files: Mapping[str, bytes]) -> None:
    """Create a container, if it is new, and write blobs."""
    try:
        _asked(f"{address}/{container}?restype=container&{sas()}", "PUT", b"")
    except urllib.error.HTTPError as error:
        if error.code != 409:  # it is there
            raise
    for key, data in files.items():
        _asked(f"{address}/{container}/{key}?{sas()}", "PUT", data)


def delete_blob(address: str, container: str, key: str) -> None:
    """Delete a blob."""
    _asked(f"{address}/{container}/{key}?{sas()}", "DELETE", None)


def _asked(url: str, method: str, data: bytes | None) -> None:
    headers = {"x-ms-blob-type": "BlockBlob", "x-ms-version": _VERSION, "content-type": "application/octet-stream"}
    request = urllib.request.Request(url, data=data, method=method, headers=headers)  # noqa: S310  (our own)
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
