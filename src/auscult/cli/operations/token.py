"""``auscult token``."""

import sys
import warnings
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from auscult.domain.errors import RequestError
from auscult.domain.said.duration import parse_duration_ms

_STDIN = "-"
_LINK_AUDIENCE = "auscult:assist"
_LINK_S = 600
_SHORTEST_SECRET = 32
"""HS256 asks for so many bytes; what `clients add` prints has more."""


def token(
    *,
    client_id: Annotated[str, typer.Option(metavar="ID", help="The client's id, as cs-...")],
    client_secret: Annotated[
        str, typer.Option(metavar="SECRET", help="The client's secret; - reads it from stdin, out of sight of others.")
    ],
    expires: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="How long it holds, as 90s, 30m or 1h. Default: for ever; a link 10m."),
    ] = None,
    page: Annotated[
        str | None,
        typer.Option(
            "--page", metavar="URL", help="Make a link to the agent's page instead: http://127.0.0.1:8484/assist."
        ),
    ] = None,
    agent: Annotated[str | None, typer.Option(metavar="ID", help="The agent whom the link signs in.")] = None,
    agent_name: Annotated[str | None, typer.Option("--agent-name", metavar="NAME", help="Their name.")] = None,
    app: Annotated[str | None, typer.Option(metavar="ID", help="The link's app, where the client has several.")] = None,
) -> None:
    """Print a token (JWT, HS256) for trying the APIs: `curl -H "auth: $(auscult token ...)" ...`.

    Programs make their own: any JWT library, the client's secret, and its id in the claim `appId`.

    With --page and --agent, print a link to the agent's page that signs this agent in, for an hour at most.
    """
    secret = sys.stdin.readline().strip() if client_secret == _STDIN else client_secret
    if not secret:
        raise typer.BadParameter("it is empty; give what `clients add` printed", param_hint="--client-secret")
    if len(secret) < _SHORTEST_SECRET:
        said = f"the secret has {len(secret)} characters, too few for one of auscult; is it all that `clients add` printed?"
        typer.echo(said, err=True)
        warnings.filterwarnings("ignore", "The HMAC key is")  # the same, in words for programmers
    seconds = seconds_of(expires) if expires is not None else None
    if (page is None) != (agent is None):
        raise RequestError(
            "give --page and --agent together: a link to the agent's page signs an agent in",
            code="link.incomplete",
            field="--page" if page is None else "--agent",
        )
    if page is None or agent is None:
        typer.echo(make_token(client_id, secret, seconds))
    else:
        typer.echo(
            make_link(page, client_id, secret, {"id": agent, "name": agent_name}, app=app, seconds=seconds or _LINK_S)
        )


def make_token(client_id: str, secret: str, seconds: int | None, **more: object) -> str:
    """Make a token of a client, valid for a number of seconds or without an end (rule 14), with ``more`` claims."""
    import jwt

    now = datetime.now(UTC)
    claims: dict[str, object] = {"appId": client_id, "iat": now, **more}
    if seconds is not None:
        claims["exp"] = now + timedelta(seconds=seconds)
    return jwt.encode(claims, secret, algorithm="HS256")


def make_link(
    page: str,
    client_id: str,
    secret: str,
    agent: dict[str, str | None],
    *,
    app: str | None = None,
    seconds: int = _LINK_S,
) -> str:
    """Make a link to the agent's page that signs in an agent (``id``, ``name``) for a number of seconds, at most 3,600.

    The part after ``#`` is not sent to a server, so no log on the way has it.
    """
    named = {"app": app} if app else {}
    return f"{page}#{make_token(client_id, secret, seconds, aud=_LINK_AUDIENCE, agent=agent, **named)}"


def seconds_of(text: str) -> int:
    """Read a time as 90s, 30m or 1h, in whole seconds. Raises ``RequestError``."""
    try:
        ms = parse_duration_ms(text)
    except ValueError as error:
        raise RequestError(str(error), code="time.invalid", field="--expires", value=text) from error
    return max(1, ms // 1000)
