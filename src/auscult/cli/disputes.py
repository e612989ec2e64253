"""``auscult disputes examples``, which gives more than its operation does: conversations, for labels without another file."""

from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options


def examples(
    *,
    app: options.KnownApp,
    conversations: Annotated[
        bool, typer.Option("--conversations", help="With the conversations, so that labels need no other file.")
    ] = False,
    database: options.Database = None,
) -> None:
    """Print overturned answers as labels (NDJSON), for --labels of agree and tune."""
    from auscult.services.disputes.opening import overturned_labels

    with options.known_app(database, app) as store:
        for each in overturned_labels(store, with_conversations=conversations):
            typer.echo(msgspec.json.encode(each))
