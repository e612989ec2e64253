"""Internet addresses: which of them are of the open internet, and which of the others an operator has opened."""

import ipaddress
import re
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "fec0::/10", "3fff::/20")))
"""Of no host of the internet, though releases of Python differ on it; clouds serve metadata at 192.0.0.192."""


class Networks(Struct, frozen=True, kw_only=True):
    """The addresses that may be connected to: those of the open internet, and of the networks that are opened.

    With ``is_any`` every address may be: so it is for addresses that the operator sets. ``has_internet`` False: the opened
    ones alone.
    """

    opened: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    is_any: bool = False
    has_internet: bool = True

    def allow(self, address: str) -> bool:
        """Return whether an address may be connected to. Raises ``ValueError`` for what is none."""
        if self.is_any or (self.has_internet and is_public(address)):
            return True
        found = _carried(address)
        return any(found in network for network in self.opened if network.version == found.version)

    def without_internet(self) -> "Networks":
        """Return the networks that are opened alone: for what is sent unencrypted."""
        return replace(self, has_internet=False)

    @property
    def is_nothing(self) -> bool:
        """Return whether no address may be connected to."""
        return not (self.is_any or self.has_internet or self.opened)


PUBLIC = Networks()
"""The open internet alone."""

OPERATOR = Networks(is_any=True)
"""For addresses that only the operator sets, as that of the judge."""


def opened(text: str) -> Networks:
    """Read networks as ``10.0.0.0/8 fd00::/8``, with spaces or commas between them. Raises ``ValueError``."""
    return Networks(opened=tuple(map(ipaddress.ip_network, text.replace(",", " ").split())))


def is_public(address: str) -> bool:
    """Return whether an address is one of the open internet, also where it carries another within it."""
    found = _carried(address)
    is_special = any(found in network for network in _SPECIAL if network.version == found.version)
    return found.is_global and not (found.is_multicast or found.is_reserved or is_special)


def is_origin(url: str, path: str = "") -> bool:
    """Return whether a URL is one of a server alone, ``https://host[:port]`` or http, with ``path`` or without any."""
    try:
        parts = urlsplit(url)
        is_server = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False
    is_plain = url.isascii() and url.isprintable() and not set(url) & set("@?#\\ ")
    return is_server and is_plain and parts.path.rstrip("/") in ("", path)


def without_login(url: str) -> str:
    """Return a URL without the name and the password in it.

    >>> without_login("https://mia:word@example.com/hook")
    'https://example.com/hook'
    """
    scheme, separator, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return f"{scheme}{separator}{rest[authority.rfind('@') + 1 :]}"


def is_here(host: str) -> bool:
    """Return whether a host is this machine by its name or by a loopback address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _carried(address: str) -> Address:
    """Return an address without its zone, or the IPv4 address that it carries within it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        within = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            within = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        return within or found
    return found


def network_of(address: str) -> str:
    """Return the network that one customer of a provider has: an IPv4 address itself, the /64 of an IPv6 address.

    What is no address is returned as it is.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
