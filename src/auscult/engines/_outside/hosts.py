"""Hosts that may be called: the operator's document, and its rule for an address.

Described for operators in docs/reference/hosts.md. Forms name addresses; a host that is not in this document is not
called, whatever a form names.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

from auscult.domain.delivery.addresses import PUBLIC, Networks
from auscult.domain.errors import SettingsError, coded
from auscult.domain.said.duration import parse_duration_ms
from auscult.services.definitions.forms.document import Document, read_document
from auscult.services.definitions.forms.shape import read_struct

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PORTS = {"https": 443, "http": 80}
_LONGEST_MS = 600_000
_LARGEST = 64 << 20


class _Header(Struct, frozen=True):
    name: str
    value: str


class _Host(Struct, frozen=True, kw_only=True):
    """A host as the operator writes it."""

    url: str
    headers: tuple[_Header, ...] = ()
    apps: tuple[str, ...] | None = None
    is_private: bool = False
    timeout: str | int = "10s"
    max_bytes: int = 1 << 20


class _Written(Struct, frozen=True, kw_only=True):
    hosts: tuple[_Host, ...] = ()


class Origin(NamedTuple):
    """Scheme, host and port: what is allowed, or not, as one."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """As people write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if _PORTS[self.scheme] == self.port else f":{self.port}")


class Rule(NamedTuple):
    """Rule for one origin. ``headers`` go with every request; they may be secrets.

    ``is_private``: its name may resolve to any private network; else to one of ``networks``. ``apps`` None: for every app.
    """

    origin: Origin
    headers: tuple[tuple[str, str], ...] = ()
    apps: frozenset[str] | None = None
    is_private: bool = False
    networks: Networks = PUBLIC
    timeout_ms: int = 10_000
    max_bytes: int = 1 << 20


class NotAllowedError(Exception):
    """An address that may not be asked, and why not."""


class Hosts:
    """All rules."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        """Each origin once."""
        self._rules = {rule.origin: rule for rule in rules}

    def __bool__(self) -> bool:
        """Return whether any host is allowed."""
        return bool(self._rules)

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Return the origins that may be called."""
        return tuple(self._rules)

    @property
    def has_secrets(self) -> bool:
        """Return whether any request carries headers, for they may be secrets."""
        return any(rule.headers for rule in self._rules.values())

    def rule(self, url: str, app_id: str) -> Rule:
        """Return the rule for an address, for an app. Raises ``NotAllowedError``."""
        origin = origin_of(url)
        rule = self._rules.get(origin)
        if rule is None:
            raise NotAllowedError(
                coded("{name} is not among the hosts that may be asked (AUSCULT_HOSTS_FILE)", name=origin)
            )
        if rule.apps is not None and app_id not in rule.apps:
            raise NotAllowedError(coded("{name} may not be asked for this app (AUSCULT_HOSTS_FILE)", name=origin))
        return rule


def origin_of(url: str) -> Origin:
    """The origin of an address. Raises ``ValueError`` for one that is none of HTTP."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no address of HTTP")
    return Origin(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])


def read_hosts(document: bytes, file: str, networks: Networks = PUBLIC) -> Hosts:
    """Read the operator's document; ``networks`` are those that are opened. Raises ``SettingsError`` with every problem."""
    read = read_document(document)
    rules: list[Rule] = []
    if not read.problems:
        written: Any = read_struct(read, _Written, read.value, (), stand_ins={"url": ""})
        if isinstance(written, _Written):
            rules = [_rule(read, host, index)._replace(networks=networks) for index, host in enumerate(written.hosts)]
    for index, rule in enumerate(rules):
        if any(rule.origin == other.origin for other in rules[:index]):
            read.problem(("hosts", index, "url"), f"{rule.origin} stands here already; keep one")
    if read.problems:
        problems = "\n".join(problem.describe(file) for problem in read.problems)
        raise SettingsError(
            f"the hosts that may be asked cannot be read\n{problems}", code="hosts.invalid", field="AUSCULT_HOSTS_FILE"
        )
    return Hosts(rules)


def _rule(document: Document, host: _Host, index: int) -> Rule:
    origin, timeout_ms = Origin("https", "", 0), 0
    try:
        origin = origin_of(host.url)
    except ValueError:
        document.problem(("hosts", index, "url"), "must be scheme and host, like https://crm.example.com")
    else:
        if host.url.rstrip("/") not in (str(origin), f"{origin}:{origin.port}"):
            document.problem(("hosts", index, "url"), f"must be scheme, host and port only: {origin}")
    try:
        timeout_ms = parse_duration_ms(host.timeout)
    except ValueError as error:
        document.problem(("hosts", index, "timeout"), str(error))
    else:
        if not 0 < timeout_ms <= _LONGEST_MS:
            document.problem(("hosts", index, "timeout"), "must be above 0 and at most 10m")
    if not 0 < host.max_bytes <= _LARGEST:
        document.problem(("hosts", index, "max_bytes"), f"{host.max_bytes} must be from 1 to {_LARGEST}")
    for at, header in enumerate(host.headers):
        if not _HEADER.fullmatch(header.name) or not header.value.isascii() or not header.value.isprintable():
            document.problem(("hosts", index, "headers", at), "is no header of HTTP")
    return Rule(
        origin=origin,
        headers=tuple((header.name, header.value) for header in host.headers),
        apps=None if host.apps is None else frozenset(host.apps),
        is_private=host.is_private,
        timeout_ms=timeout_ms,
        max_bytes=host.max_bytes,
    )
