"""Connector documents: read and checked as forms are, each fault with its line, field and what would be right."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.connectors import Item, Mapped, Setup
from auscult.domain.connectors.contract import Mapper
from auscult.domain.connectors.document import (
    NEEDED,
    PULLED,
    SECRETS,
    Access,
    Connector,
    Kind,
    MappingTable,
    Rate,
    Target,
    Watch,
    kind_of,
)
from auscult.domain.conversation import Speaker
from auscult.domain.definitions.definition import Definition
from auscult.domain.delivery.addresses import is_origin
from auscult.domain.errors import AuscultError, ConnectorError, coded
from auscult.domain.operations.records import made_from
from auscult.domain.said.spelling import did_you_mean
from auscult.domain.schedules.instants import read_instant
from auscult.formats import Limits, Source
from auscult.formats.tables._described import Described
from auscult.formats.vendors import FORMATS
from auscult.formats.vendors.documents import OwnDocuments
from auscult.sandbox.files import file_reader
from auscult.services.connectors.any_format import ANY, AnyFormat
from auscult.services.definitions.forms.document import Document, Path, Problem, Value, read_document
from auscult.services.definitions.forms.shape import mapping_in, name_of, read_struct


class Apart:
    """Mapper that hands its items to the process in which files of strangers are read."""

    name: ClassVar[str] = "apart"

    def __init__(self, setup: Setup, kind: type[Mapper] = Described) -> None:
        """Make the mapper of a kind, which checks the options. Raises ``RequestError``."""
        self._setup = setup
        self._mapper = kind(setup)

    def accepts(self, key: str) -> bool:
        """Return whether an item is mapped by itself."""
        return self._mapper.accepts(key)

    def map(self, item: Item) -> list[Mapped]:
        """Return what an item holds, in its order; an item that ends the process is refused."""
        return file_reader().mapped(self._mapper.name, self._setup, item)


KEYS = "name and place"

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_EVERY = re.compile(r"([1-9][0-9]{0,3})(m|h|d)")
_UNITS = {"m": 60, "h": 3600, "d": 86400}
_PLACES = {
    "folder": re.compile(r"folder:/.*"),
    # Names of buckets become a part of hosts, so nothing in them may end one.
    "s3": re.compile(r"s3://[A-Za-z0-9._-]+(/.*)?"),
    "gs": re.compile(r"gs://[A-Za-z0-9._-]+(/.*)?"),
    "az": re.compile(r"az://[A-Za-z0-9$._-]+(/.*)?"),
    "sftp": re.compile(r"sftp://[^@/\s:]+@(\[[0-9A-Fa-f:.]+\]|[^/\s@:?#\\\[\]]+)(:[0-9]{1,5})?(/.*)?"),
    "zendesk": re.compile(r"zendesk://[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/?"),
    "twilio": re.compile(r"twilio://GA[0-9a-fA-F]{32}/?"),
    "intercom": re.compile(r"intercom://(us|eu|au)/?"),
    "zoom": re.compile(r"zoom://[A-Za-z0-9_-]{1,128}/?"),
    "genesys": re.compile(r"genesys://[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,4}/?"),
}
_RIGHT = {
    "folder": "folder:/path/to/folder",
    "s3": "s3://bucket/prefix",
    "gs": "gs://bucket/prefix",
    "az": "az://container/prefix",
    "sftp": "sftp://user@host:22/folder",
    "zendesk": "zendesk://SUBDOMAIN",
    "twilio": "twilio://GA…, the SID of the service",
    "intercom": "intercom://eu, the region of the workspace: us, eu or au",
    "zoom": "zoom://ACCOUNT_ID",
    "genesys": "genesys://mypurecloud.de, the domain of the region",
}
_PART_OF_HOST = re.compile(r"[A-Za-z0-9-]*")
_SETTLE_S = {"folder": 10, "sftp": 60}
_MOST_SETTLE_S = 86_400
_MOST_AT_ONCE = 64
_TABLES = ", ".join(MappingTable.__struct_fields__)


class _Rate(Struct, frozen=True, kw_only=True):
    requests_per_s: Decimal = Decimal(0)
    at_once: int = 8


class _Watch(Struct, frozen=True, kw_only=True):
    volume: Decimal = Decimal("0.5")
    minimum: int = 20


class _Written(Struct, frozen=True, kw_only=True):
    name: str
    place: str
    format: str = ANY
    access: Access = Access()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    since: str = ""
    every: str = ""
    settle_s: int | None = None
    rate: _Rate = _Rate()
    watch: _Watch = _Watch()


class ConnectorCheck(Struct, frozen=True, kw_only=True):
    """Result of checking a document. ``connector`` is set when ``problems`` is empty."""

    connector: Connector | None
    problems: tuple[Problem, ...] = ()


def is_name(name: str) -> bool:
    """Return whether a connector may have a name."""
    return _NAME.fullmatch(name) is not None


def check_connector(document: bytes, app_id: str, *, version: int = 1) -> ConnectorCheck:
    """Read a document and check it, the options of its format included. ``app_id`` is that of the conversations."""
    read = read_document(document, "connector", KEYS)
    value = mapping_in(read, KEYS)
    if value is None:
        return ConnectorCheck(connector=None, problems=read.problems)
    stand_ins: dict[str, Any] = {"name": "", "place": ""}
    others = ("options", "mapping")
    if "secrets" in value:
        read.unread(("secrets",), "does not belong in a document; give each with --secret NAME=env:VARIABLE")
        others = (*others, "secrets")
    written: _Written = read_struct(read, _Written, value, (), elsewhere=others, stand_ins=stand_ins)
    options = _options(read, value.get("options"))
    mapping = _mapping(read, value.get("mapping"))
    connector = _connector(read, written, version, options, mapping)
    _check(read, written, connector)
    if not read.problems:
        _check_format(read, connector, app_id)
    if read.problems:
        return ConnectorCheck(connector=None, problems=read.problems)
    return ConnectorCheck(connector=connector)


def read_connector(stored: Definition, app_id: str) -> Connector:
    """Return a stored connector. Raises ``ConnectorError`` where this version no longer accepts it."""
    found = check_connector(stored.document, app_id, version=stored.version)
    if found.connector is None:
        raise ConnectorError.of(each.describe(f"connector {stored.name}") for each in found.problems)
    return found.connector


def make_mapper(connector: Connector, app_id: str, limits: Limits | None = None) -> Mapper:
    """Return the mapper of a connector's format. Raises ``RequestError`` where its options are wrong."""
    setup = replace(Source(app_id=app_id, limits=limits or Limits()).setup, options=connector.options)
    if connector.format == ANY:
        return AnyFormat(setup)
    kind = FORMATS[connector.format]
    return kind(setup) if issubclass(kind, OwnDocuments) else Apart(setup, kind)


def _options(read: Document, value: Value) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        read.unread(("options",), "must be a mapping of keys, not {type}", type=name_of(value))
        return {}
    return msgspec.to_builtins(value, enc_hook=float)


def _mapping(read: Document, value: Value) -> MappingTable:
    if value is None:
        return MappingTable()
    if not isinstance(value, dict):
        read.unread(("mapping",), "must be a mapping with {list}, not {type}", list=_TABLES, type=name_of(value))
        return MappingTable()
    for key in value:
        if key not in MappingTable.__struct_fields__:
            read.unread(
                ("mapping", key), coded("is not a known key") + "; " + coded("known here: {list}", list=_TABLES)
            )
    return MappingTable(
        queues=_targets(read, value.get("queues"), ("mapping", "queues")),
        agents=_targets(read, value.get("agents"), ("mapping", "agents")),
        channels=_words(read, value.get("channels"), "channels", ("voice", "chat")),
        speakers=_words(read, value.get("speakers"), "speakers", get_args(Speaker)),
    )


def _targets(read: Document, value: Value, path: Path) -> dict[str, Target]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        read.unread(
            path, "must be a mapping from the source's ids to id and name here, not {type}", type=name_of(value)
        )
        return {}
    found: dict[str, Target] = {}
    for key, one in value.items():
        if isinstance(one, str):
            found[key] = Target(id=one)
            continue
        target: Any = read_struct(read, Target, one, (*path, key))
        if isinstance(target, Target):
            found[key] = target
    return found


def _words(read: Document, value: Value, table: str, words: Sequence[str]) -> dict[str, Any]:
    """Return a table whose values are some of these words."""
    if value is None:
        return {}
    path, right = ("mapping", table), " or ".join((", ".join(words[:-1]), words[-1]))
    if not isinstance(value, dict):
        read.unread(
            path,
            "must be a mapping from the source's {name} to {choices}, not {type}",
            name=table,
            choices=right,
            type=name_of(value),
        )
        return {}
    for key, one in value.items():
        if one not in words:
            read.unread((*path, key), "must be {choices}, not {type!r}", choices=right, type=one)
    return value


def _connector(
    read: Document, written: _Written, version: int, options: Mapping[str, Any], mapping: MappingTable
) -> Connector:
    kind = kind_of(written.place) or "folder"
    every = _EVERY.fullmatch(written.every)
    if written.every and not every:
        read.unread(("every",), "{value!r} must be a time between runs, as 15m, 2h or 1d", value=written.every)
    return made_from(
        Connector,
        written,
        version=version,
        options=options,
        since=_instant(read, written.since),
        every_s=int(every[1]) * _UNITS[every[2]] if every else 0,
        rate=Rate(requests_per_s=float(written.rate.requests_per_s), at_once=written.rate.at_once),
        settle_s=_SETTLE_S.get(kind, 0) if written.settle_s is None else written.settle_s,
        mapping=mapping,
        watch=Watch(volume=float(written.watch.volume), minimum=written.watch.minimum),
    )


def _instant(read: Document, value: str) -> datetime | None:
    if not value:
        return None
    try:
        return read_instant(value)
    except ValueError:
        read.unread(("since",), "{value!r} must be a time as 2026-03-23 or 2026-03-23T10:17:54Z", value=value)
        return None


def _check(read: Document, written: _Written, connector: Connector) -> None:
    rules: tuple[tuple[Path, bool, Callable[[], str]], ...] = (
        (
            ("name",),
            is_name(written.name),
            lambda: coded("{value!r} must be 1 to 64 lower-case letters, digits, - and _", value=written.name),
        ),
        (
            ("settle_s",),
            0 <= connector.settle_s <= _MOST_SETTLE_S,
            lambda: coded("must be from {low} to {high} seconds", low=0, high=_MOST_SETTLE_S),
        ),
        (
            ("rate", "at_once"),
            1 <= connector.rate.at_once <= _MOST_AT_ONCE,
            lambda: coded("must be from {low} to {high}", low=1, high=_MOST_AT_ONCE),
        ),
        (("rate", "requests_per_s"), connector.rate.requests_per_s >= 0, lambda: coded("must be 0 (no limit) or more")),
        (
            ("watch", "volume"),
            0 <= connector.watch.volume <= 1,
            lambda: coded("must be from {low} to {high}", low=0, high=1),
        ),
        (("watch", "minimum"), connector.watch.minimum >= 1, lambda: coded("must be 1 or more")),
        *_rules_of_access(written.access),
    )
    for path, is_right, reason in rules:
        if not is_right:
            read.problem(path, reason())
    kind = kind_of(written.place)
    if kind is None:
        known = ", ".join(_RIGHT.values())
        read.problem(("place",), "{value!r} must begin like one of: {list}", value=written.place, list=known)
    elif not _PLACES[kind].fullmatch(written.place) or not _has_port(written.place):
        read.problem(("place",), "{value!r} must be like {name}", value=written.place, name=_RIGHT[kind])
    else:
        _check_pulled(read, kind, written.format)
    known = (ANY, *FORMATS)
    if written.format not in known:
        near = did_you_mean(written.format, known, coded("available: {list}", list=", ".join(known)))
        read.problem(("format",), coded("{value!r} is not a known format", value=written.format) + "; " + near)
    if kind == "sftp" and not written.access.host_key:
        read.problem(("access", "host_key"), "is missing; give the server's public key, as ssh-ed25519 AAAA…")
    if kind == "az" and not written.access.account:
        read.problem(("access", "account"), "is missing; give the name of the storage account")


def _rules_of_access(access: Access) -> tuple[tuple[Path, bool, Callable[[], str]], ...]:
    """Return the rules of parts that become a part of the address to connect to."""
    is_server = not access.endpoint or is_origin(access.endpoint, f"/{access.account}" if access.account else "")
    return (
        (
            ("access", "endpoint"),
            is_server,
            lambda: coded(
                "{value!r} must be https://host or https://host:port, or http:// in an opened network",
                value=access.endpoint,
            ),
        ),
        (
            ("access", "region"),
            bool(_PART_OF_HOST.fullmatch(access.region)),
            lambda: coded("{value!r} must be letters, digits and -", value=access.region),
        ),
        (
            ("access", "account"),
            bool(_PART_OF_HOST.fullmatch(access.account)),
            lambda: coded("{value!r} must be letters, digits and -", value=access.account),
        ),
    )


def _has_port(place: str) -> bool:
    """Return whether the port of an SFTP server, where one is named, can be one."""
    with suppress(ValueError):  # of a larger number
        return urlsplit(place).port != 0
    return False


def _check_pulled(read: Document, kind: Kind, written: str) -> None:
    """Report a format that the items of an API do not have."""
    right = PULLED.get(kind)
    if right and written in (ANY, *FORMATS) and written != right:
        read.problem(
            ("format",), "{value!r} is not the format of {name}; give {right}", value=written, name=kind, right=right
        )


def _check_format(read: Document, connector: Connector, app_id: str) -> None:
    """Let the format check its options: it knows their keys."""
    try:
        make_mapper(connector, app_id)
    except AuscultError as error:
        field = (error.field or "").removeprefix("options.")
        read.problem(("options", *(part for part in field.split(".") if part)), error.coded)


def check_secrets(connector: Connector, secrets: Mapping[str, str]) -> None:
    """Raise ``ConnectorError`` for secrets that the place of a connector does not have."""
    known = SECRETS[connector.kind]
    for name, value in secrets.items():
        if name not in known:
            right = f"known for {connector.kind}: {', '.join(known)}" if known else f"{connector.kind} needs none"
            raise ConnectorError(f"unknown secret {name!r}; {right}", problems=(f"secrets.{name}: {right}",))
        if not value:
            reason = f"secrets.{name}: is empty; give its value"
            raise ConnectorError(f"the secret {name!r} is empty; give its value", problems=(reason,))


def missing_secrets(kind: Kind, names: Collection[str]) -> tuple[str, ...]:
    """Return the fewest secrets that ``names`` lack, without which a place of this kind cannot be read."""
    missing = [tuple(name for name in group if name not in names) for group in NEEDED.get(kind, ())]
    return min(missing, key=len, default=())


def check_needed(connector: Connector, names: Collection[str]) -> None:
    """Raise ``ConnectorError`` where secrets without which the place cannot be read are not among ``names``."""
    fewest = missing_secrets(connector.kind, names)
    if not fewest:
        return
    right = ", or ".join(" and ".join(group) for group in NEEDED[connector.kind])
    raise ConnectorError(
        f"missing secrets: {', '.join(fewest)}; {connector.kind} needs {right}",
        problems=tuple(f"secrets.{name}: is missing; {connector.kind} needs {right}" for name in fewest),
    )
