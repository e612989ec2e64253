"""Private addresses in other spellings than the usual one: none is stored for a tenant, and none is connected to."""

import socket
from pathlib import Path

import pytest

from auscult.domain.delivery.addresses import PUBLIC, opened
from auscult.outgoing.dialling import AddressRefusedError, check_address, endpoints
from auscult.services.delivery.webhook_changes import checked_url
from auscult.workers.webhook_sender import NOT_ALLOWED, HttpSender
from tests.data_files import lines_of
from tests.scripted_system import Given, system

INSIDE = lines_of(Path(__file__).with_name("inside.txt"))


@pytest.mark.parametrize("host", INSIDE)
def test_a_private_address_in_any_spelling_is_refused(host: str) -> None:
    """For a webhook as for everything else that a tenant sets; the operator opens networks, not spellings."""
    with pytest.raises(AddressRefusedError, match="AUSCULT_OUTGOING_NETWORKS"):
        checked_url(f"https://{host}/hook", PUBLIC)
    with pytest.raises(AddressRefusedError):
        check_address("endpoint", f"https://{host}:9000/bucket", PUBLIC)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "[2606:4700::1111]", "example.com", "10.example.com", "localhost.example.com"]
)
def test_an_address_of_the_internet_is_stored(host: str) -> None:
    """Also a name that begins as a private address does."""
    assert checked_url(f"https://{host}/hook", PUBLIC)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has both is refused as a whole: the next connection might get the other."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("93.184.215.14", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
    with pytest.raises(AddressRefusedError, match=r"leads to 10\.0\.0\.7"):
        endpoints("both.example.com", 443, PUBLIC)


def test_a_redirect_into_a_private_network_is_not_followed() -> None:
    """The opened host answers with another address; it is the answer, and nothing more is sent."""
    away = Given(status=302, headers=(("Location", "http://169.254.169.254/latest/meta-data"),))
    with system(lambda _sent: away) as other:
        sender = HttpSender(opened("127.0.0.0/8"))
        assert sender.send(f"{other.url}/hook", {}, b"{}") == (302, None)
        assert len(other.sent) == 1
        assert HttpSender(PUBLIC).send(f"{other.url}/hook", {}, b"{}") == (None, NOT_ALLOWED)
        assert len(other.sent) == 1
