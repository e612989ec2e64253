"""Addresses of webhooks, as they are checked when a webhook is added."""

import pytest

from auscult.domain.delivery.addresses import OPERATOR, PUBLIC, opened, without_login
from auscult.domain.errors import RequestError
from auscult.outgoing.dialling import AddressRefusedError
from auscult.services.delivery.webhook_changes import checked_url

HOSTS = [
    *("169.254.169.254", "10.1.2.3", "127.0.0.1", "localhost", "a.localhost", "[::1]", "[fe80::1]"),
    *("[::ffff:169.254.169.254]", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0.0.0.0", "localhost."),  # noqa: S104  (an address to refuse)
]
"""Addresses that are none of the internet, in spellings that connect all the same."""


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", HOSTS)
def test_private_addresses_are_refused_unless_the_operator_opens_their_network(scheme: str, host: str) -> None:
    """The error names the setting and the field."""
    url = f"{scheme}://{host}/hook"
    with pytest.raises(AddressRefusedError, match="AUSCULT_OUTGOING_NETWORKS") as refused:
        checked_url(url, PUBLIC)
    assert (refused.value.reason, refused.value.field, refused.value.value) == ("address.not_allowed", "url", url)


def test_a_network_that_is_opened_is_accepted_and_no_other() -> None:
    """Each network by itself; unencrypted only to this host."""
    some = opened("127.0.0.0/8, 10.0.0.0/8 fd00::/8")
    for url in ("https://10.1.2.3/", "http://127.0.0.5:9/hook", "https://[fd00::5]/", "https://[::ffff:10.0.0.1]/"):
        assert checked_url(url, some) == url
    for url in ("https://192.168.1.1/", "https://169.254.169.254/", "https://[::1]/"):
        with pytest.raises(AddressRefusedError):
            checked_url(url, some)
    with pytest.raises(RequestError, match="http only to this host"):
        checked_url("http://10.1.2.3/", some)


@pytest.mark.parametrize(
    "url", ["https://mia:word@example.com/hook", "https://mia@example.com", "https://@example.com"]
)
def test_an_address_has_no_password_in_it(url: str) -> None:
    """Readers of webhooks would see it. What was stored before is shown without."""
    with pytest.raises(RequestError, match="leave out name and password") as refused:
        checked_url(url, PUBLIC)
    assert refused.value.value is None
    assert without_login(url) == "https://example.com" + "/hook" * url.endswith("/hook")


@pytest.mark.parametrize("url", ["https://example.com/hook", "https://93.184.215.14/hook", "https://[2606:4700::1]/"])
def test_names_and_public_addresses_are_accepted(url: str) -> None:
    """A name is checked when a message is sent, as it may lead elsewhere by then."""
    assert [checked_url(url, each) for each in (PUBLIC, OPERATOR)] == [url, url]
