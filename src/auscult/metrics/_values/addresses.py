"""Addresses of systems that are asked over HTTP, as forms write them."""

from urllib.parse import urlsplit


def url_problem(url: str) -> str:
    """Return why an address cannot be called; empty when it can. ``{key}`` may be anywhere behind the host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"is no address: {error}"
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "must be an address like https://crm.example.com/customers/{key}"
    if "{" in parts.netloc or not parts.netloc.isascii():
        return "must name its host in plain letters, and without {key}"
    if parts.username is not None or parts.fragment or port == 0:
        return "must have no user, no password and no #fragment"
    is_plain = url.isascii() and url.isprintable() and " " not in url
    return "" if is_plain else "must have no spaces and no letters that an address cannot have; write %20 and its like"
