"""Helpers of the tests of connectors: documents, files of conversations, and places on real servers."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.services.connectors.connecting import Connectors
from auscult.storage.connectors.places.sftp import end_tasks
from auscult.storage.store import AppStore

TENANT = Tenant(account_id="ac-1", org_id="o-1", app_id="st-1")
S3_SECRETS = {"access_key_id": "test", "secret_access_key": "test"}
CREDENTIAL = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
PASSWORD = {"password": "correct horse"}


def native(name: str, **changes: Any) -> bytes:
    """One conversation as a native document."""
    made: dict[str, Any] = {
        "custom_id": name,
        "channel": "voice",
        "started_at": "2026-03-23T10:00:00Z",
        "queues": [{"id": "billing"}],
        "turns": [{"speaker": "agent", "text": f"hello from {name}"}],
    }
    return msgspec.json.encode(made | changes)


def fill(folder: Path, count: int, start: int = 0) -> None:
    """Write files of one conversation each."""
    folder.mkdir(exist_ok=True, parents=True)
    for number in range(start, start + count):
        (folder / f"{number:05}.json").write_bytes(native(f"call-{number}"))


def document(place: str, name: str = "inbox", **more: Any) -> bytes:
    """A connector's document; JSON is YAML."""
    return msgspec.json.encode({"name": name, "place": place, "format": "native", "settle_s": 0} | more)


def service(app: AppStore, lease: timedelta = timedelta(seconds=60)) -> Connectors:
    """The connectors of an app."""
    return Connectors(app, Limits(), partial(datetime.now, UTC), OPERATOR, lease=lease)


def stored(app: AppStore) -> set[str]:
    """Return the custom ids of all stored conversations, through the batches that wait: nothing is scored here."""
    return {str(one.custom_id) for one, _ in app.erasure.all()}


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def moto() -> Iterator[str]:
    """Yield the address of a server of S3's protocol."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    order = [sys.executable, "-m", "moto.server", "-p", str(port)]
    server = subprocess.Popen(order, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  (no shell)
    try:
        until = time.monotonic() + 60
        while not _answers(address) and time.monotonic() < until:
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def put(address: str, bucket: str, files: Mapping[str, bytes]) -> None:
    """Create a bucket, if it is new, and write objects."""
    _put(f"{address}/{bucket}", b"")
    for key, data in files.items():
        _put(f"{address}/{bucket}/{key}", data)


def _put(url: str, data: bytes) -> None:
    headers = {"content-type": "application/octet-stream", "authorization": CREDENTIAL}
    request = urllib.request.Request(url, data=data or None, method="PUT", headers=headers)  # noqa: S310  (our own)
    urllib.request.urlopen(request).close()  # noqa: S310


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
    except OSError:
        return False
    return True


@contextmanager
def sftp(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the address of an SFTP server on a folder, and its public key. It accepts one user and password."""
    import asyncssh  # noqa: PLC0415  (an extra)

    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    class OnePassword(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("mia", PASSWORD["password"])

    async def begin() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=OnePassword,
            server_host_keys=[key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder).encode()),
        )

    acceptor = asyncio.run_coroutine_threadsafe(begin(), loop).result(60)
    try:
        public = key.export_public_key().decode().strip()
        yield f"sftp://mia@127.0.0.1:{acceptor.get_port()}/calls", " ".join(public.split()[:2])
    finally:

        async def end() -> None:
            acceptor.close()
            await acceptor.wait_closed()
            await end_tasks()

        asyncio.run_coroutine_threadsafe(end(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
