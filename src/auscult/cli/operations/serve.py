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
    Until the first user has signed in, further lines at a terminal are a link that signs in the first administrator once,
    within an hour, and its setup code, for a browser elsewhere; without a terminal, in a container or a service, a line
    names the command that makes them.
    """
    from auscult import bootstrap
    from auscult.domain.delivery.addresses import is_here

    settings = options.settings_of(database, host=host, port=port, processes=processes, workers=workers)
    bootstrap.preload(settings)  # before all else: it takes as long as building the server
    from auscult.services.people.first import first_link, is_new

    with bootstrap.open(settings) as application:
        # Elsewhere the line would go to a log, where others read it.
        is_shown = sys.stdout.isatty() and settings.log_format == "text"
        # Who listens for other machines has a browser on one of them.
        code = first_link(application.store, is_for_here=is_here(settings.host)) if is_shown else None
        is_waiting = is_new(application.store)

    def ready(address: str) -> None:
        typer.echo(f"auscult serves {address} (docs {address}/docs)")
        if code is not None:
            typer.echo(f"Open the console as its administrator, within an hour: {address}/console/link/{code}")
            typer.echo(f"Or enter the setup code in a browser: {code}")
        elif is_waiting:
            typer.echo("No user can sign in yet: auscult users link EMAIL prints a link for the first administrator")

    bootstrap.serve(settings, ready)
