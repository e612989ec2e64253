"""A folder of an SFTP server, by asyncssh."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from auscult.domain.connectors.document import Access
from auscult.domain.connectors.place import AccessRefusedError, Found, ItemError, PlaceError
from auscult.domain.delivery.addresses import Networks
from auscult.domain.errors import SettingsError, coded
from auscult.outgoing.dialling import AddressRefusedError, dial

T = TypeVar("T")

_PORT = 22
_TIMEOUT_S = 600.0
_CONNECT_S = 30
_PAGE = 500
_DEEPEST = 32


class SftpPlace:
    """Files below a folder of a server whose key is known. One connection, which threads share."""

    def __init__(self, place: str, access: Access, secrets: Mapping[str, str], networks: Networks) -> None:
        """``place``: ``sftp://user@host:port/folder``. Raises ``SettingsError``, ``PlaceError``."""
        if find_spec("asyncssh") is None:
            raise SettingsError("SFTP needs the extra sftp; install auscult[sftp]", field="place")
        import asyncssh  # noqa: PLC0415  (an extra)

        self._ssh: Any = asyncssh
        self._networks = networks
        parts = urlsplit(place)
        self._folder = unquote(parts.path).rstrip("/") or "/"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sftp", daemon=True)
        self._thread.start()
        try:
            self._connection, self._client = self._wait(
                self._connect(parts.hostname or "", parts.port or _PORT, unquote(parts.username or ""), access, secrets)
            )
        except BaseException:
            self._stop()
            raise

    def listing(self) -> Iterator[Found]:
        """Yield all files, folder by folder."""
        pages = self._pages()
        while (page := self._wait(anext(pages, None))) is not None:
            yield from page

    def fetch(self, found: Found) -> bytes:
        """Return a file's content, as long as it is the file that was listed before and after reading."""
        data, before, after = self._wait(self._read(found.key))
        if before != found.etag or after != found.etag or len(data) != found.size:
            raise ItemError("it was changed while it was read")
        return data

    def read(self, key: str) -> bytes | None:
        """Return the content of another file; None where there is none."""
        try:
            return self._wait(self._read(key))[0]
        except ItemError:
            return None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._stop()

    def _stop(self) -> None:
        asyncio.run_coroutine_threadsafe(end_tasks(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _connect(
        self, host: str, port: int, user: str, access: Access, secrets: Mapping[str, str]
    ) -> tuple[Any, Any]:
        known = self._ssh.import_known_hosts(f"{_host(host, port)} {access.host_key}\n") if access.host_key else ()
        keys: list[Any] = []
        if secrets.get("private_key"):
            try:
                keys.append(self._ssh.import_private_key(secrets["private_key"], secrets.get("passphrase")))
            except (ValueError, self._ssh.KeyImportError) as error:
                message = "the private key cannot be read: {fault}; give an OpenSSH or PEM key, and its passphrase"
                raise AccessRefusedError(message, fault=error, field="secrets.private_key") from error
        dialled = await asyncio.to_thread(self._dialled, host, port)
        connection = await self._ssh.connect(
            host,
            port,
            sock=dialled,
            username=user or None,
            password=secrets.get("password"),
            client_keys=keys or None,
            agent_path=None,
            known_hosts=known,
            connect_timeout=_CONNECT_S,
            keepalive_interval=15,
            config=None,
        )
        return connection, await connection.start_sftp_client()

    def _dialled(self, host: str, port: int) -> socket.socket:
        try:
            dialled = dial("sftp", host, port, self._networks, until=time.monotonic() + _CONNECT_S)
        except AddressRefusedError as error:
            raise PlaceError("the SFTP server cannot be asked: {fault}", fault=error.coded, field="place") from error
        dialled.setblocking(False)  # noqa: FBT003  (an argument by position alone)
        return dialled

    async def _pages(self) -> AsyncIterator[list[Found]]:
        page: list[Found] = []
        waiting = [("", 0)]
        while waiting:
            folder, depth = waiting.pop()
            async for each in self._entries(folder):
                name = each.filename if isinstance(each.filename, str) else each.filename.decode(errors="replace")
                if name in (".", ".."):
                    continue
                key = f"{folder}/{name}".lstrip("/")
                if each.attrs.type == self._ssh.FILEXFER_TYPE_DIRECTORY:
                    if depth < _DEEPEST:
                        waiting.append((key, depth + 1))
                elif each.attrs.type == self._ssh.FILEXFER_TYPE_REGULAR:
                    page.append(Found(key, _mark(each.attrs), each.attrs.size or 0, _time(each.attrs)))
                if len(page) >= _PAGE:
                    yield page
                    page = []
        if page:
            yield page

    async def _entries(self, folder: str) -> AsyncIterator[Any]:
        try:
            async for each in self._client.scandir(f"{self._folder}/{folder}".rstrip("/") or "/"):
                yield each
        except (self._ssh.SFTPNoSuchFile, self._ssh.SFTPNoSuchPath) as error:
            if not folder:  # else a folder that was removed meanwhile
                raise PlaceError("the SFTP server has no folder {name}", name=self._folder, field="place") from error

    async def _read(self, key: str) -> tuple[bytes, str, str]:
        if ".." in key.split("/"):
            raise ItemError("it lies outside of the connector's folder")
        async with self._client.open(f"{self._folder}/{key}", "rb") as file:
            before = await file.stat()
            data = await file.read()
        after = await self._client.stat(f"{self._folder}/{key}")  # a new file may have taken the name
        return bytes(data), _mark(before), _mark(after)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something that the connection's thread does, its errors in this product's words."""
        ssh = self._ssh
        try:
            return asyncio.run_coroutine_threadsafe(_bounded(work), self._loop).result()
        except (PlaceError, ItemError):
            raise
        except (ssh.PermissionDenied, ssh.HostKeyNotVerifiable) as error:
            message = "the SFTP server refuses the credentials: {fault}"
            if isinstance(error, ssh.HostKeyNotVerifiable):
                message = "the SFTP server is not the one of access.host_key: {fault}; give the server's public key"
            raise AccessRefusedError(message, fault=error, field="secrets") from error
        except (ssh.SFTPNoSuchFile, ssh.SFTPNoSuchPath) as error:
            raise ItemError("it is gone since it was listed") from error
        except ssh.SFTPPermissionDenied as error:
            raise ItemError("it cannot be read: {fault}", fault=error) from error
        except (OSError, ssh.Error, FutureTimeoutError, TimeoutError) as error:
            fault = str(error) or coded("no answer")
            raise PlaceError("the SFTP server cannot be read: {fault}", fault=fault, field="place") from error


async def end_tasks() -> None:
    """End every other task of this event loop, after those that end by themselves had a moment for it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=1)
    left = [each for each in others if not each.done()]
    for each in left:
        each.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def _bounded(work: Coroutine[Any, Any, T]) -> T:
    return await asyncio.wait_for(work, _TIMEOUT_S)


def _host(host: str, port: int) -> str:
    return host if port == _PORT else f"[{host}]:{port}"


def _mark(attrs: Any) -> str:  # noqa: ANN401  (of an extra)
    return f"{attrs.mtime or 0:x}.{attrs.mtime_ns or 0:x}-{attrs.size or 0:x}"


def _time(attrs: Any) -> datetime | None:  # noqa: ANN401  (of an extra)
    return None if attrs.mtime is None else datetime.fromtimestamp(attrs.mtime, UTC)
