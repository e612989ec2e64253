"""``auscult token``."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from auscult.domain.duration import parse_duration_ms
from auscult.domain.errors import RequestError

_STDIN = "-"


def token(
    *,
    client_id: Annotated[str, typer.Option(metavar="ID", help="The client's id, as cs-...")],
    client_secret: Annotated[
        str, typer.Option(metavar="SECRET", help="The client's secret; - reads it from stdin, out of sight of others.")
    ],
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="How long it holds, as 90s, 30m or 1h. Default: for ever.")
    ] = None,
) -> None:
    """Print a token (JWT, HS256) for trying the APIs: `curl -H "auth: $(auscult token ...)" ...`.

    Programs make their own: any JWT library, the client's secret, and its id in the claim `appId`.
    """
    secret = sys.stdin.readline().strip() if client_secret == _STDIN else client_secret
    typer.echo(make_token(client_id, secret, seconds_of(expires) if expires is not None else None))


def make_token(client_id: str, secret: str, seconds: int | None) -> str:
    """Make a token of a client that holds for so many seconds, or for ever (rule 14)."""
    import jwt

    now = datetime.now(UTC)
    claims: dict[str, object] = {"appId": client_id, "iat": now}
    if seconds is not None:
        claims["exp"] = now + timedelta(seconds=seconds)
    return jwt.encode(claims, secret, algorithm="HS256")


def seconds_of(text: str) -> int:
    """Read a time as 90s, 30m or 1h, in whole seconds. Raises ``RequestError``."""
    try:
        ms = parse_duration_ms(text)
    except ValueError as error:
        raise RequestError(str(error), code="time.invalid", field="--expires", value=text) from error
    return max(1, ms // 1000)
