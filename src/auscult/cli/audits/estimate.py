"""``auscult estimate``."""

from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options


def estimate(
    *,
    app: options.KnownApp,
    form: Annotated[str, typer.Option("--form", metavar="ID", help="The form, as ef-....")],
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="ID", help="The metric, as em-...; without one, the mean score.")
    ] = None,
    plan: Annotated[str | None, typer.Option("--plan", metavar="ID", help="The plan, as pl-....")] = None,
    within: Annotated[
        float, typer.Option("--within", metavar="SHARE", help="Count the audits until the interval is this narrow.")
    ] = 0.05,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Estimate a figure for all conversations from the machine's verdicts and the audits of some.

    Only audits that a plan drew count: those of conversations picked by hand have no probability.
    """
    from auscult import bootstrap
    from auscult.bootstrap import auditing

    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app)
        found = auditing.estimating(application.store, tenant).estimate(form, metric, plan, within)
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    scale, unit = (1.0, " points") if metric is None else (100.0, " %")
    machine = "nothing" if found.machine is None else f"{scale * found.machine:.1f}{unit}"
    typer.echo(
        f"the machine says {machine}; {found.n} of {found.population} conversations were audited.\n"
        f"best estimate: {scale * found.estimate:.1f}{unit}, from {scale * found.low:.1f} to {scale * found.high:.1f}"
        f" with 95 % confidence ({found.method})"
    )
    if found.more is not None and found.more.at_random:
        typer.echo(f"{found.more.at_random} more audits drawn at random give ±{100 * within:g} points")
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
