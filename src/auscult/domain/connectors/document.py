"""A connector's document: where conversations lie, in which format, how often they are read, and what is mapped."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from auscult.domain.conversation import Speaker
from auscult.domain.delivery.destinations import Destination, origin_of

Kind = Literal["folder", "s3", "gs", "az", "sftp", "zendesk", "twilio", "intercom", "zoom", "genesys"]

SCHEMES: Mapping[str, Kind] = {
    "folder:": "folder",
    "s3://": "s3",
    "gs://": "gs",
    "az://": "az",
    "sftp://": "sftp",
    "zendesk://": "zendesk",
    "twilio://": "twilio",
    "intercom://": "intercom",
    "zoom://": "zoom",
    "genesys://": "genesys",
}
"""Beginnings of ``place``, and the kind of place that each is."""

SECRETS: Mapping[Kind, tuple[str, ...]] = {
    "folder": (),
    "s3": ("access_key_id", "secret_access_key", "session_token"),
    "gs": ("service_account_key",),
    "az": ("account_key", "sas_token"),
    "sftp": ("password", "private_key", "passphrase"),
    "zendesk": ("email", "api_token", "oauth_token"),
    "twilio": ("account_sid", "auth_token"),
    "intercom": ("access_token",),
    "zoom": ("client_id", "client_secret"),
    "genesys": ("client_id", "client_secret"),
}
"""Names of the secrets of each kind of place."""

NEEDED: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "sftp": (("password",), ("private_key",)),
    "zendesk": (("email", "api_token"), ("oauth_token",)),
    "twilio": (("account_sid", "auth_token"),),
    "intercom": (("access_token",),),
    "zoom": (("client_id", "client_secret"),),
    "genesys": (("client_id", "client_secret"),),
}
"""Secrets without which a kind of place cannot be read: one of these groups. Object storage also works without any."""

PULLED: Mapping[Kind, str] = {
    "zendesk": "zendesk-tickets",
    "twilio": "twilio",
    "intercom": "intercom",
    "zoom": "zoom-contact-center",
    "genesys": "genesys-cloud",
}
"""Kinds of places that are APIs, and the format of their items."""

UNKNOWN = "unknown"
"""Id of the queue or agent that stands for every one that a mapping table does not have."""

LARGEST_ITEM = 256 * 1024 * 1024


class Access(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Access to a place, without its secrets.

    ``endpoint`` and ``region`` are of stores of objects; ``account`` is that of Azure; ``host_key`` is the public key of
    an SFTP server as a line of ``known_hosts`` without its host, as ``ssh-ed25519 AAAA…``.
    """

    endpoint: str = ""
    region: str = ""
    account: str = ""
    host_key: str = ""
    anonymous: bool = False


class Target(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A queue or an agent, as it is called here."""

    id: str
    name: str = ""
    email: str = ""


class MappingTable(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Names of the source, and what they are here. A table that is empty changes nothing.

    A queue or an agent that its table does not have becomes ``unknown``, with its own id in the custom field
    ``source_queue_id`` or ``source_agent_id``; a channel keeps what the format says. ``speakers`` are sides by the names
    of speakers: by the label of their turns, or by the side that the format gives them.
    """

    queues: Mapping[str, Target] = {}
    agents: Mapping[str, Target] = {}
    channels: Mapping[str, Literal["voice", "chat"]] = {}
    speakers: Mapping[str, Speaker] = {}


class Rate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Limits of the source. ``requests_per_s`` 0: no limit. ``at_once``: requests open at a time."""

    requests_per_s: float = 0.0
    at_once: int = 8


class Watch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Drift watch. ``minimum`` conversations make a comparison; a volume below ``volume`` of the usual is reported."""

    volume: float = 0.5
    minimum: int = 20


class Connector(Struct, frozen=True, kw_only=True):
    """A connector that was checked. ``every`` is in seconds, 0 on demand only."""

    name: str
    version: int
    place: str
    format: str
    options: Mapping[str, Any]
    access: Access
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    since: datetime | None
    every_s: int
    rate: Rate
    settle_s: int
    mapping: MappingTable
    watch: Watch

    @property
    def kind(self) -> Kind:
        """Return the kind of its place."""
        return kind_of(self.place) or "folder"


def kind_of(place: str) -> Kind | None:
    """Return the kind of a place by its beginning; None where it is none."""
    return next((kind for scheme, kind in SCHEMES.items() if place.startswith(scheme)), None)


def destination_of(connector: Connector) -> Destination:
    """Return where the secrets of a connector go: the kind, and what names the server, the user and the account."""
    kind, access = connector.kind, connector.access
    if kind == "sftp":
        return Destination(kind, origin_of(connector.place), urlsplit(connector.place).username or "")
    server = origin_of(access.endpoint) if access.endpoint else ""
    account = connector.place.partition("://")[2].strip("/") if kind in PULLED else access.account
    return Destination(kind, server, account=account)


def addresses_of(connector: Connector) -> list[tuple[str, str]]:
    """Return the addresses that a document names, each with the field that names it."""
    found = [("access.endpoint", connector.access.endpoint)] if connector.access.endpoint else []
    if connector.kind == "sftp":
        found.append(("place", connector.place))
    return found
