"""Addresses of systems that are asked over HTTP, as forms write them."""

from urllib.parse import urlsplit

from auscult.domain.errors import coded


def url_problem(url: str) -> str:
    """Return why an address cannot be called; empty when it can. ``{key}`` may be anywhere behind the host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return coded("is no address: {value}", value=error)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return coded("must be an address like https://crm.example.com/customers/{key}")
    if "{" in parts.netloc or not parts.netloc.isascii():
        return coded("must name its host in plain letters, and without {key}")
    if parts.username is not None or parts.fragment or port == 0:
        return coded("must have no user, no password and no #fragment")
    is_plain = url.isascii() and url.isprintable() and " " not in url
    wrong = coded(
        "must have no spaces and no letters that an address cannot have; write {value} and its like", value="%20"
    )
    return "" if is_plain else wrong
