"""``auscult serve``."""

from typing import Annotated

import typer

from auscult.cli import _options


def serve(
    *,
    database: _options.Database = None,
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
    """Serve the APIs on a database, with a worker beside.

    Prints one line when it is ready, every process of it. SIGTERM and Ctrl-C end it cleanly.
    """
    from auscult import bootstrap

    settings = _options.settings_of(database, host=host, port=port, processes=processes, workers=workers)
    bootstrap.serve(settings, lambda address: typer.echo(f"auscult serves {address} (docs {address}/docs)"))
