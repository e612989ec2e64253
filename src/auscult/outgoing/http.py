"""HTTP clients whose connections are dialled: of ``http.client``, of httpx, and of libraries with a copy of httpx."""

import http.client
import select
import socket
import ssl
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from auscult.domain.delivery.addresses import Networks
from auscult.outgoing.dialling import dial

if TYPE_CHECKING:
    import httpx

_CONNECT_S = 60.0
_PORTS = {"https": 443, "http": 80}


class DialledConnection(http.client.HTTPConnection):
    """A connection of ``http.client``, encrypted for https, that another thread may cut off."""

    def __init__(self, scheme: str, host: str, port: int | None, within_s: float, networks: Networks) -> None:
        """Connect, when asked, to a host, and be done with it within some seconds."""
        super().__init__(host, port or _PORTS.get(scheme, 80))
        self._scheme = scheme
        self._until = time.monotonic() + within_s
        self._networks = networks
        self.is_cut = False

    def connect(self) -> None:
        """Connect. Raises ``AddressRefusedError``, ``OSError``."""
        plain = dial(self._scheme, self.host, self.port, self._networks, until=self._until, opening=self._opening)
        try:
            plain.settimeout(max(0.001, self._until - time.monotonic()))
            if self._scheme == "https":
                encrypted = ssl.create_default_context().wrap_socket(
                    plain, server_hostname=self.host, do_handshake_on_connect=False
                )
                self.sock = encrypted  # so that a handshake that never ends is cut off too
                encrypted.do_handshake()
        except OSError:
            plain.close()
            raise

    def cut(self) -> None:
        """End the exchange from any thread."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def _opening(self, plain: socket.socket) -> None:
        if self.is_cut:
            raise OSError("it was cut off")
        self.sock = plain


def client(networks: Networks, **options: Any) -> "httpx.Client":  # noqa: ANN401  (those of httpx)
    """Return an HTTP client that follows no redirect unless asked to, and connects to these networks alone."""
    return import_module("httpx").Client(transport=transport(networks), **options)


def transport(networks: Networks, library: str = "httpx", core: str = "httpcore") -> Any:  # noqa: ANN401  (of either)
    """Return the transport of a client of httpx, or of a library with the same interface (httpx2 on httpcore2)."""
    network = import_module(core)
    made: Any = import_module(library).HTTPTransport(trust_env=False)
    pool = made._pool  # noqa: SLF001  (httpx has no other way to give its pool a network)
    if not isinstance(getattr(pool, "_network_backend", None), network.NetworkBackend):
        raise TypeError(f"{library} has no network to replace; auscult needs a version of {library} that has one")
    pool._network_backend = _Network(network, networks)  # noqa: SLF001
    return made


class _Stream:
    """A connected socket, as the pools of httpcore, or of a copy of it, use one."""

    def __init__(self, core: Any, connected: socket.socket) -> None:  # noqa: ANN401  (a module)
        self._core = core
        self._socket = connected

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._translated(self._core.ReadTimeout, self._core.ReadError):
            self._socket.settimeout(timeout)
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._translated(self._core.WriteTimeout, self._core.WriteError):
            self._socket.settimeout(timeout)
            self._socket.sendall(buffer)

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "_Stream":
        with self._translated(self._core.ConnectTimeout, self._core.ConnectError), ExitStack() as failing:
            failing.callback(self.close)
            self._socket.settimeout(timeout)
            encrypted = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
            failing.pop_all()
            return _Stream(self._core, encrypted)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  (of any kind)
        match info:
            case "ssl_object":
                return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
            case "socket":
                return self._socket
            case "is_readable":
                return _is_readable(self._socket)
            case _:
                return None

    @contextmanager
    def _translated(self, too_slow: type[Exception], failed: type[Exception]) -> Generator[None]:
        try:
            yield
        except TimeoutError as error:
            raise too_slow(error) from error
        except OSError as error:
            raise failed(error) from error


class _Network:
    """The network of a pool: what it connects to is dialled."""

    def __init__(self, core: Any, networks: Networks) -> None:  # noqa: ANN401  (a module)
        self._core = core
        self._networks = networks

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> _Stream:
        del local_address
        # A pool does not name the scheme; it only chooses the proxy of the environment.
        scheme = "http" if port == _PORTS["http"] else "https"
        try:
            until = time.monotonic() + (_CONNECT_S if timeout is None else timeout)
            connected = dial(scheme, host, port, self._networks, until=until)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for option in socket_options or ():
                connected.setsockopt(*option)
        except TimeoutError as error:
            raise self._core.ConnectTimeout(error) from error
        except OSError as error:
            raise self._core.ConnectError(error) from error
        return _Stream(self._core, connected)


def _is_readable(connected: socket.socket) -> bool:
    """Return whether a connection that should be idle has something to read: its end, mostly."""
    if connected.fileno() < 0:
        return True
    polling = select.poll()
    polling.register(connected, select.POLLIN)
    return bool(polling.poll(0))
