"""Addresses of webhooks, as they are checked when a webhook is added."""

import pytest

from auscult.domain.errors import RequestError
from auscult.server.api.delivery.changes import checked_url


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.1.2.3", "127.0.0.1", "localhost", "[::1]", "[fe80::1]", "[::ffff:169.254.169.254]"]
)
def test_private_addresses_are_refused_where_the_settings_allow_public_ones_only(host: str) -> None:
    """The error names the setting; where any address is allowed, they are taken as before."""
    url = f"https://{host}/hook"
    with pytest.raises(RequestError, match="webhook_addresses allows public ones only") as refused:
        checked_url(url, is_private_allowed=False)
    assert (refused.value.reason, refused.value.field, refused.value.value) == ("webhook.bad_url", "url", url)
    assert checked_url(url, is_private_allowed=True) == url


@pytest.mark.parametrize("url", ["https://example.com/hook", "https://93.184.215.14/hook", "https://[2606:4700::1]/"])
def test_names_and_public_addresses_are_taken_under_either_setting(url: str) -> None:
    """A name is checked when a message is sent, as it may lead elsewhere by then."""
    assert [checked_url(url, is_private_allowed=each) for each in (True, False)] == [url, url]
