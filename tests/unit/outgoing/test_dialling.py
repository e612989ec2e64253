"""Connections that leave: refused by their address before a packet is sent, whoever asks and however a name resolves.

Names resolve as the test wants; only 127.0.0.0/8 is ever connected to.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

import httpx
import pytest

from auscult.domain.connectors.document import Access
from auscult.domain.connectors.place import PlaceError
from auscult.domain.delivery.addresses import Networks, opened
from auscult.domain.errors import AuscultError, RecordingError
from auscult.engines._outside.hosts import NotAllowedError, Rule, origin_of
from auscult.engines._outside.web import Message, UnreachableError, exchange
from auscult.outgoing.dialling import AddressRefusedError
from auscult.outgoing.http import client, transport
from auscult.outgoing.relay import Relay
from auscult.storage.connectors.apis.asking import Api
from auscult.storage.recordings.blobs import ObjectLinks
from auscult.workers.background.recording_worker import LinkFetcher
from auscult.workers.webhook_sender import HttpSender
from tests.data_files import data_of
from tests.scripted_system import Given, system
from tests.waiting import PATIENCE_S

LOOPBACK = opened("127.0.0.0/8")
REFUSED = data_of(__file__, "refused")
"""Names of the resolver of the test that lead outside of the internet and of 127.0.0.0/8."""


class Resolver:
    """A name server: addresses by name, and, of a list of lists, other ones each time."""

    def __init__(self, names: Mapping[str, list[str]]) -> None:
        """Nothing was asked yet."""
        self.names = dict(names)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int | None, *_: object, flags: int = 0, **__: object) -> list[Any]:
        """As ``socket.getaddrinfo``."""
        if flags & socket.AI_NUMERICHOST and host in self.names:
            raise socket.gaierror
        self.asked.append(host)
        found = self.names.get(host, [host])
        if host == "rebinding.test":
            found = ["127.0.0.1"] if self.asked.count(host) == 1 else ["10.0.0.1"]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (each, port, 0, 0))
            if ":" in each
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in found
        ]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    """Let names resolve as the test wants, and no connection leave 127.0.0.0/8."""
    found = Resolver(REFUSED | {"rebinding.test": [], "public.test": ["93.184.216.34"]})
    connect = socket.socket.connect
    left: list[Any] = []

    def guarded(self: socket.socket, address: Any) -> None:
        if not str(address[0]).startswith("127."):
            left.append(address)
            raise OSError("it would leave this machine")
        connect(self, address)

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield found
    assert left == []


def by_webhook(url: str, networks: Networks) -> str:
    """Post a message."""
    status, reason = HttpSender(networks, timeout_s=PATIENCE_S).send(url, {}, b"{}")
    return reason or str(status)


def by_recording(url: str, networks: Networks) -> str:
    """Fetch a link to a recording."""
    try:
        return str(b"".join(LinkFetcher("public", networks, 1 << 20, ObjectLinks()).fetch(url)))
    except RecordingError as error:
        return error.message


def by_lookup(url: str, networks: Networks) -> str:
    """Ask a system that a form names."""
    try:
        return str(exchange(Message("GET", url), Rule(origin_of(url), networks=networks)).status)
    except NotAllowedError as error:
        return str(error)


def by_httpx(url: str, networks: Networks) -> str:
    """Ask with the client of connectors, transcribers and identity providers."""
    try:
        with client(networks, timeout=PATIENCE_S) as http:
            return str(http.get(url).status_code)
    except AddressRefusedError as error:
        return error.message


def by_judges_client(url: str, networks: Networks) -> str:
    """Ask with the transport of the judge's client."""
    httpx2: Any = pytest.importorskip("httpx2")
    try:
        with httpx2.Client(transport=transport(networks, "httpx2", "httpcore2")) as http:
            return str(http.get(url).status_code)
    except AddressRefusedError as error:
        return error.message


def by_store(url: str, networks: Networks) -> str:
    """List a bucket."""
    pytest.importorskip("obstore")
    from auscult.storage.connectors.places.objects import ObjectPlace  # noqa: PLC0415  (an extra)

    secrets = {"access_key_id": "a", "secret_access_key": "b"}
    with closing(ObjectPlace("s3", "s3://bucket", Access(endpoint=url, region="x"), secrets, networks)) as place:
        try:
            return str(list(place.listing()))
        except PlaceError as error:
            return error.message


def by_sftp(url: str, networks: Networks) -> str:
    """Open a folder of an SFTP server."""
    pytest.importorskip("asyncssh")
    from auscult.storage.connectors.places.sftp import SftpPlace  # noqa: PLC0415  (an extra)

    try:
        SftpPlace(
            url.replace("http://", "sftp://mia@"), Access(host_key="ssh-ed25519 AAAA"), {"password": "p"}, networks
        )
    except AuscultError as error:
        return error.message
    return "opened"


CLIENTS: Mapping[str, Callable[[str, Networks], str]] = {
    "webhook": by_webhook,
    "recording": by_recording,
    "lookup": by_lookup,
    "httpx": by_httpx,
    "judge": by_judges_client,
    "store": by_store,
    "sftp": by_sftp,
}
pytestmark = pytest.mark.usefixtures("resolver")
EVERY = pytest.mark.parametrize("way", list(CLIENTS))


@EVERY
@pytest.mark.parametrize("host", list(REFUSED))
def test_a_name_outside_of_the_opened_networks_is_refused_before_a_packet_is_sent(way: str, host: str) -> None:
    """Private, link-local, loopback in IPv6, addresses within addresses, and one bad address among good ones."""
    with system(lambda _sent: Given()) as here:
        said = CLIENTS[way](here.url.replace("127.0.0.1", host), LOOPBACK)
    assert here.sent == []
    assert "AUSCULT_OUTGOING_NETWORKS" in said or said == "address not allowed"


@EVERY
def test_a_name_is_resolved_once(resolver: Resolver, way: str) -> None:
    """The address that was checked is the one that is connected to, also where the name leads elsewhere by then."""
    if way == "sftp":
        pytest.skip("the server of this test speaks HTTP")
    with system(lambda _sent: Given(body=b"<ListBucketResult/>")) as here:
        CLIENTS[way](here.url.replace("127.0.0.1", "rebinding.test"), LOOPBACK)
    assert len(here.sent) == 1
    assert resolver.asked.count("rebinding.test") == 1


class Proxy:
    """A proxy that notes what it is asked for, and grants nothing."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.asked: list[bytes] = []
        self.url = ""


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Listen on a free port of this machine."""
    found = Proxy()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found.url = f"http://mia:word@127.0.0.1:{listener.getsockname()[1]}"

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    found.asked.append(connection.recv(1 << 16))
                    connection.sendall(b"HTTP/1.1 407 No\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE_S)


@pytest.mark.parametrize("way", ["webhook", "httpx", "lookup"])
def test_behind_a_proxy_a_name_is_resolved_and_refused_all_the_same(
    resolver: Resolver, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy is asked for the checked address and not for the name, and for a refused name not at all."""
    with proxy() as between:
        monkeypatch.setenv("HTTPS_PROXY", between.url)
        for host in REFUSED:
            said = CLIENTS[way](f"https://{host}/", LOOPBACK)
            assert "AUSCULT_OUTGOING_NETWORKS" in said or said == "address not allowed"
        assert between.asked == []
        with suppress(httpx.ConnectError, UnreachableError):  # a webhook returns it
            CLIENTS[way]("https://public.test/", LOOPBACK)
    (asked,) = between.asked
    assert asked.startswith(b"CONNECT 93.184.216.34:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic bWlhOndvcmQ=\r\n" in asked
    assert resolver.asked.count("public.test") == 1


def test_opened_networks_are_reached_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy leads to the internet."""
    with proxy() as between, system(lambda _sent: Given()) as here:
        monkeypatch.setenv("HTTP_PROXY", between.url)
        assert by_webhook(here.url, LOOPBACK) == "200"
    assert between.asked == []


def test_a_store_cannot_redirect_into_a_private_network() -> None:
    """Its library follows redirects by itself, through the relay, which lets it out to the store alone."""

    def elsewhere(_sent: object) -> Given:
        return Given(status=307, headers=(("Location", "http://ten.test/latest/meta-data"),))

    with system(elsewhere) as here:
        assert "403 Forbidden" in by_store(here.url, LOOPBACK)
    assert len(here.sent) == 1


def test_an_api_says_why_it_is_not_asked() -> None:
    """At once, and with what would be right, instead of six tries."""
    api = Api("https://ten.test", None, {}, lambda _s: pytest.fail("it was tried again"), networks=LOOPBACK)
    with pytest.raises(PlaceError, match="AUSCULT_OUTGOING_NETWORKS"):
        api.get("/v2/things")


def test_only_who_knows_the_password_uses_the_relay() -> None:
    """Other users of the machine do not get out through it."""
    with system(lambda _sent: Given()) as here, closing(Relay(LOOPBACK)) as relay:
        open_proxy = relay.url.partition("@")[2]
        with httpx.Client(proxy=f"http://{open_proxy}") as stranger, httpx.Client(proxy=relay.url) as own:
            assert stranger.get(here.url).status_code == 403
            assert here.sent == []
            assert [own.get(f"{here.url}/{n}").status_code for n in range(3)] == [200, 200, 200]
    assert [sent.path for sent in here.sent] == ["/0", "/1", "/2"]
