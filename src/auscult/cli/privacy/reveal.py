"""``auscult reveal``: a conversation as it came, where the app keeps originals."""

from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal

ConversationId = Annotated[str, typer.Argument(metavar="ID", help="The conversation's id.")]


def reveal(
    conversation_id: ConversationId,
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Print a conversation with its originals; recorded in the access log before anything is printed."""
    from auscult.services.privacy.originals import read_unredacted

    with options.known_app(database, app) as store:
        conversation = read_unredacted(store, principal(), conversation_id)
    if as_json:
        typer.echo(msgspec.json.encode(conversation))
        return
    for turn in conversation.turns:
        typer.echo(f"{turn.speaker}: {turn.text}")
