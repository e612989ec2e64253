"""``auscult verify``."""

import typer

from auscult.cli import _options


def verify(*, database: _options.Database = None) -> None:
    """Recount tallies, rows and jobs; exit 0 only when all agree."""
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application:
        differences = application.verify()
    if differences:
        typer.echo("\n".join(differences))
        typer.echo(f"error: {len(differences)} differences; `auscult rebuild` renders rows and tallies again", err=True)
        raise typer.Exit(1)
    typer.echo("tallies, rows and jobs agree")
