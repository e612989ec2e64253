"""``auscult mcp``."""

from typing import Annotated

import typer

from auscult.cli.terminal import options

User = Annotated[
    str | None,
    typer.Option("--user", metavar="EMAIL", help="Act as this user. Default: as the operator, who may do everything."),
]


def mcp(*, app: options.KnownApp, user: User = None, database: options.Database = None) -> None:
    """Speak the Model Context Protocol on stdin and stdout, for assistants that start this command.

    An assistant searches conversations, reads them with their verdicts and evidence, inspects figures and forms, and
    scores transcripts; it writes nothing but drafts of forms, assignments of audits and comments, and these tools are
    marked.
    """
    from auscult import bootstrap
    from auscult.cli.terminal.principal import principal

    with bootstrap.open(options.settings_of_existing(database)) as application:
        application.serve_assistant(options.known_tenant(application.store, app), user, principal())
