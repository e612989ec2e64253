"""``auscult token``."""

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from auscult.domain.errors import RequestError

_STDIN = "-"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def token(
    *,
    client_id: Annotated[str, typer.Option(metavar="ID", help="The client's id, as cs-...")],
    client_secret: Annotated[
        str, typer.Option(metavar="SECRET", help="The client's secret; - reads it from stdin, out of sight of others.")
    ],
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="How long it holds, as 90s, 30m, 1h or 7d. Default: for ever.")
    ] = None,
) -> None:
    """Print a token (JWT, HS256) for trying the APIs: `curl -H "auth: $(auscult token ...)" ...`.

    Programs make their own: any JWT library, the client's secret, and its id in the claim `appId`.
    """
    secret = sys.stdin.readline().strip() if client_secret == _STDIN else client_secret
    typer.echo(make_token(client_id, secret, seconds_of(expires) if expires is not None else None))


def make_token(client_id: str, secret: str, seconds: int | None) -> str:
    """Make a token of a client that holds for so many seconds, or for ever (rule 14)."""
    import jwt  # noqa: PLC0415  (keeps --help quick)

    now = datetime.now(UTC)
    claims: dict[str, object] = {"appId": client_id, "iat": now}
    if seconds is not None:
        claims["exp"] = now + timedelta(seconds=seconds)
    return jwt.encode(claims, secret, algorithm="HS256")


def seconds_of(text: str) -> int:
    """Read a time as 90s, 30m, 1h or 7d."""
    found = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if found is None:
        raise RequestError(
            f"{text!r} is not a time: give a whole number and s, m, h or d, as 1h",
            code="time.invalid",
            field="--expires",
            value=text,
        )
    return int(found[1]) * _UNITS[found[2]]
