"""Options of commands that ask a running server."""

from typing import TYPE_CHECKING, Annotated

import typer

from auscult.config import CLIENT_SECRET
from auscult.domain.errors import RequestError

if TYPE_CHECKING:
    from auscult.client import Access

ClientId = Annotated[str, typer.Option("--client-id", metavar="ID", help="The client's id, as cs-...")]
ClientSecret = Annotated[
    str | None,
    typer.Option(
        "--client-secret", metavar="SECRET", help=f"Its secret; better in {CLIENT_SECRET}.", envvar=CLIENT_SECRET
    ),
]
Account = Annotated[str, typer.Option("--account", metavar="ID", help="The account.")]
App = Annotated[str, typer.Option("--app", metavar="ID", help="The app (the wire's streamId or botId), as st-...")]
Org = Annotated[str, typer.Option("--org", metavar="ID", help="The org.")]


def access(client_id: str, client_secret: str | None, account: str, app: str, org: str) -> "Access":
    """Return the client that asks. Raises ``RequestError`` where the secret is missing."""
    from auscult.client import Access

    if client_secret is None:
        raise RequestError(
            f"the client's secret is missing: set {CLIENT_SECRET}", code="client.no_secret", field="--client-secret"
        )
    return Access(client_id=client_id, client_secret=client_secret, account=account, app=app, org=org)
