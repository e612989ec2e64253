"""``auscult serve``."""

import sys
from typing import Annotated

import typer

from auscult.cli.terminal import options


def serve(
    *,
    database: options.Database = None,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address to listen on. Default: 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="N", help="Port to listen on; 0 takes a free one. Default: 8484.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(metavar="N", help="Processes that serve on the port together. Default: 1.")
    ] = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Workers beside the server. Default: 1.")] = None,
) -> None:
    """Serve the APIs and the console on a database, with a worker.

    Prints one line when it is ready, every process of it. SIGTERM and Ctrl-C end it cleanly.
    As long as no user can sign in, a second line at a terminal is a link that signs in an administrator once, within an
    hour; elsewhere, in a container or a service, it names the command that makes one.
    """
    from auscult import bootstrap
    from auscult.services.people.first import first_link

    settings = options.settings_of(database, host=host, port=port, processes=processes, workers=workers)
    with bootstrap.open(settings) as application:
        # Elsewhere the line would go to a log, where others read it.
        is_shown = sys.stdout.isatty() and settings.log_format == "text"
        secret = first_link(application.store) if is_shown else None
        has_users = application.store.people.users.count() > 0

    def ready(address: str) -> None:
        typer.echo(f"auscult serves {address} (docs {address}/docs)")
        if secret is not None:
            typer.echo(f"Open the console as its administrator, within an hour: {address}/console/link/{secret}")
        elif not has_users:
            typer.echo("No user can sign in yet: auscult users link EMAIL prints a link for the first administrator")

    bootstrap.serve(settings, ready)
