"""``auscult log``: the access log, read, exported and sealed. Reading it is recorded too."""

import sys
from typing import Annotated

import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal

After = Annotated[int, typer.Option("--after", metavar="N", help="Only entries after this number.")]
Action = Annotated[str | None, typer.Option("--action", metavar="NAME", help="Only entries of this action.")]
Who = Annotated[str | None, typer.Option("--principal", metavar="WHO", help="Only entries of this principal.")]
Target = Annotated[str | None, typer.Option("--target", metavar="WHAT", help="Only entries about this target.")]


def export(
    *,
    after: After = 0,
    action: Action = None,
    who: Who = None,
    target: Target = None,
    database: options.Database = None,
) -> None:
    """Print entries of the access log as JSON lines, oldest first: for a SIEM, or to read."""
    from auscult import bootstrap
    from auscult.services.privacy.log import export as exporting

    equal = {"action": action, "principal": who, "target": target}
    chosen = {name: value for name, value in equal.items() if value is not None}
    with bootstrap.open(options.settings_of_existing(database)) as application:
        for line in exporting(application.store, principal(), after, **chosen):
            sys.stdout.buffer.write(line)


def seal(*, database: options.Database = None) -> None:
    """Seal unsealed entries, and send the heads of seals to the second place; workers do so twice a minute."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        made = bootstrap.privacy.sealing(application.settings, application.store).run()
    typer.echo(f"{made} {'seal' if made == 1 else 'seals'} made")
