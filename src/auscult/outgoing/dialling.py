"""Dialling: a name is resolved once, its addresses are checked, and one of them is connected to, not the name.

Public addresses are reached through the HTTP proxy of the environment, where one is set (``HTTPS_PROXY``, ``HTTP_PROXY``,
``ALL_PROXY``, ``NO_PROXY``). The proxy is asked for the address that was checked, so that it resolves nothing.
"""

import base64
import socket
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from auscult.domain.delivery.addresses import Networks, is_public
from auscult.domain.errors import AuscultError, coded

_LONGEST_HEAD = 1 << 14
_PROXY_PORT = 80


class AddressRefusedError(AuscultError):
    """An address in a loopback, link-local or private network that is not opened."""

    code = "address.not_allowed"


class Endpoint(NamedTuple):
    """An address that was checked, with its port."""

    family: socket.AddressFamily
    address: str
    sockaddr: tuple[Any, ...]


def dial(  # noqa: PLR0913  (a connection's parts)
    scheme: str,
    host: str,
    port: int,
    networks: Networks,
    *,
    until: float,
    opening: Callable[[socket.socket], None] = lambda _socket: None,
) -> socket.socket:
    """Connect to the first address that answers, of those that a name has, before ``until`` (``time.monotonic``).

    ``opening`` receives each socket before it is connected. Raises ``AddressRefusedError`` before anything is sent where
    any of the addresses is not allowed, ``OSError`` where none answers.
    """
    failure: OSError = OSError("the name has no address")
    proxy = _proxy_of(scheme, host)
    for endpoint in endpoints(host, port, networks):
        through = proxy if proxy is not None and is_public(endpoint.address) else None
        try:
            plain = _connected_to_proxy(through, until) if through else socket.socket(endpoint.family)
        except OSError as error:
            failure = error
            continue
        try:
            opening(plain)
            plain.settimeout(max(0.001, until - time.monotonic()))
            if through is None:
                plain.connect(endpoint.sockaddr)
            else:
                _tunnel(plain, through, endpoint.address, port)
        except OSError as error:
            plain.close()
            failure = error
        else:
            return plain
    raise failure


def endpoints(host: str, port: int, networks: Networks) -> list[Endpoint]:
    """Resolve a name. Raises ``AddressRefusedError`` where any of its addresses is not allowed, ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    checked = [Endpoint(family, str(sockaddr[0]), sockaddr) for family, _, _, _, sockaddr in found]
    for each in checked:
        if not networks.allow(each.address):
            raise refused(host, each.address)
    return checked


def check_written(host: str, networks: Networks) -> None:
    """Check a host that is stored: an address in any spelling, or ``localhost``; nothing is asked of a name server.

    A name may lead elsewhere by the time it is used, and is checked then. Raises ``AddressRefusedError``.
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        if not networks.allow("127.0.0.1"):
            raise refused(host, "127.0.0.1")
        return
    if networks.is_nothing:
        raise AddressRefusedError(
            coded("http to {name} is not encrypted; give https, or an address in an opened network", name=host)
        )
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return
    for *_, sockaddr in found:
        if not networks.allow(str(sockaddr[0])):
            raise refused(host, str(sockaddr[0]))


def check_address(field: str, url: str, networks: Networks) -> None:
    """Check the host of an address that is stored. Raises ``AddressRefusedError`` with the field."""
    try:
        check_written(urlsplit(url).hostname or "", networks)
    except AddressRefusedError as error:
        error.field, error.value = field, url
        raise


def refused(host: str, address: str) -> AddressRefusedError:
    """Return the error for a host that leads to an address."""
    message = coded(
        "{value} leads to {address}, which is no address of the internet; the operator opens networks with AUSCULT_OUTGOING_NETWORKS"
    )
    if host == address:
        message = coded(
            "{value} is no address of the internet; the operator opens networks with AUSCULT_OUTGOING_NETWORKS"
        )
    return AddressRefusedError(message.code, value=host, address=address)


def _proxy_of(scheme: str, host: str) -> SplitResult | None:
    """Return the proxy that the environment names for a host."""
    proxies = getproxies()
    address = proxies.get(scheme) or proxies.get("all")
    if not address or proxy_bypass(host):
        return None
    return urlsplit(address if "://" in address else f"http://{address}")


def _connected_to_proxy(proxy: SplitResult, until: float) -> socket.socket:
    """Connect to the proxy, which the operator sets."""
    if proxy.scheme != "http" or not proxy.hostname:
        raise OSError(f"the proxy {proxy.scheme}://{proxy.hostname} cannot be used; give http://host:port")
    failure: OSError = OSError("the proxy has no address")
    found = socket.getaddrinfo(proxy.hostname, proxy.port or _PROXY_PORT, type=socket.SOCK_STREAM)
    for family, _, _, _, sockaddr in found:
        plain = socket.socket(family)
        try:
            plain.settimeout(max(0.001, until - time.monotonic()))
            plain.connect(sockaddr)
        except OSError as error:
            plain.close()
            failure = error
        else:
            return plain
    raise failure


def _tunnel(plain: socket.socket, proxy: SplitResult, address: str, port: int) -> None:
    """Have the proxy connect to a checked address."""
    to = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    lines = [f"CONNECT {to} HTTP/1.1", f"Host: {to}"]
    if proxy.username is not None:
        credentials = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(credentials).decode()}")
    plain.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        letter = plain.recv(1)  # what follows the head belongs to the tunnel
        head += letter
        if not letter or len(head) > _LONGEST_HEAD:
            raise OSError("the proxy does not answer as one")
    status = head.split(None, 2)[1:2]
    if status != [b"200"]:
        raise OSError(f"the proxy refuses the connection: {head.splitlines()[0].decode(errors='replace')[:100]}")
