"""A place as fields: the parts of its address, by kind."""

from collections.abc import Mapping

from auscult.domain.connectors.document import SCHEMES, Kind, kind_of

_BUCKET = ("bucket", "prefix")
PARTS: Mapping[Kind, tuple[str, ...]] = {
    "folder": ("path",),
    "s3": _BUCKET,
    "gs": _BUCKET,
    "az": _BUCKET,
    "sftp": ("host", "port", "user", "path"),
    "zendesk": ("account",),
    "twilio": ("account",),
    "intercom": ("account",),
    "zoom": ("account",),
    "genesys": ("account",),
}
"""Parts of the address of each kind of place, in the order in which they are asked for."""

OPTIONAL = ("prefix", "port")
"""Parts that may be empty."""


def parts_of(place: str) -> dict[str, str]:
    """Return the parts of an address, "" for one that it does not have; none where its kind is unknown.

    >>> parts_of("sftp://me@archive.example:2222/calls")
    {'host': 'archive.example', 'port': '2222', 'user': 'me', 'path': 'calls'}
    """
    kind = kind_of(place)
    if kind is None:
        return {}
    rest = place.removeprefix(_scheme(kind))
    if kind == "sftp":
        server, _slash, path = rest.partition("/")
        user, at, host = server.rpartition("@")
        name, _colon, port = (host if at else server).partition(":")
        return {"host": name, "port": port, "user": user, "path": path}
    if PARTS[kind] == _BUCKET:
        bucket, _slash, prefix = rest.partition("/")
        return {"bucket": bucket, "prefix": prefix}
    return {PARTS[kind][0]: rest}


def place_of(kind: Kind, parts: Mapping[str, str]) -> str:
    """Return the address that has these parts.

    >>> place_of("s3", {"bucket": "calls", "prefix": "2026"})
    's3://calls/2026'
    """
    given = {name: parts.get(name, "").strip() for name in PARTS[kind]}
    if kind == "sftp":
        port = f":{given['port']}" if given["port"] else ""
        path = f"/{given['path'].lstrip('/')}" if given["path"] else ""
        return f"sftp://{given['user']}@{given['host']}{port}{path}"
    if PARTS[kind] == _BUCKET:
        prefix = f"/{given['prefix'].lstrip('/')}" if given["prefix"] else ""
        return f"{_scheme(kind)}{given['bucket']}{prefix}"
    return _scheme(kind) + given[PARTS[kind][0]]


def _scheme(kind: Kind) -> str:
    return next(scheme for scheme, each in SCHEMES.items() if each == kind)
