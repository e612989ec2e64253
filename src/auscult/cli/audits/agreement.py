"""``auscult agreement``."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.figures import kappa, print_figures
from auscult.domain.errors import counted, sent

if TYPE_CHECKING:
    from auscult.services.audits.agreement import (
        AuditAgreement,
        Disagreement,
        FormAgreement,
        MetricAgreement,
        ScoreAgreement,
    )

SHOWN = 3
"""Disagreements of each metric that are shown unless configured otherwise."""


def agreement(
    *,
    app: options.KnownApp,
    form: Annotated[str | None, typer.Option("--form", metavar="ID", help="Only this form, as ef-....")] = None,
    version: Annotated[int | None, typer.Option("--version", metavar="N", help="Only this version of it.")] = None,
    auditor: Annotated[
        str | None, typer.Option("--auditor", metavar="NAME", help="Only audits of this person.")
    ] = None,
    since: options.Since = None,
    until: options.Until = None,
    disagreements: Annotated[
        int, typer.Option("--disagreements", metavar="N", min=0, help="Show so many of each metric.")
    ] = SHOWN,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Compare the machine with audits: agreement, Cohen's kappa, and the disagreements to read.

    For each form and each of its metrics: the share of equal answers, kappa with the interval that holds it with 95 %
    confidence, and what always giving the auditors' most frequent answer would reach.
    Each audit is compared with the evaluation that the auditor had before them.
    A conversation has one audit, so that auditors are not compared with each other.
    """
    from auscult.services.audits.agreement import Selection, agreement_of

    selection = Selection(form_id=form, version=version, auditor=auditor, since=since, until=until)
    with options.known_app(database, app) as audited:
        found = agreement_of(audited, selection, disagreements)
    if as_json:
        typer.echo(msgspec.json.encode(found, enc_hook=sent))
    else:
        _show(found)


def _show(found: "AuditAgreement") -> None:
    for form in found.forms:
        _show_form(form)
    nothing = "" if found.audits else "; nothing was submitted that fits"
    typer.echo(f"{counted(found.audits, 'audit')} compared{nothing}")
    if found.unmatched:
        typer.echo(f"{found.unmatched} not compared: the evaluation that the auditor saw is not kept", err=True)


def _show_form(form: "FormAgreement") -> None:
    versions = ", ".join(map(str, form.versions))
    typer.echo(
        f"{form.name} ({form.id}, version {versions}): {counted(form.audits, 'audit')}, "
        f"macro kappa {kappa(form.macro_kappa)}"
    )
    print_figures([*((metric.id, metric) for metric in form.metrics), ("passed", form.passed)])
    if form.score:
        typer.echo(_scores(form.score))
    for metric in form.metrics:
        _show_disagreements(metric)
    typer.echo("")


def _scores(score: "ScoreAgreement") -> str:
    more = "more" if score.mean_difference >= 0 else "less"
    return (
        f"score: machine {score.machine_mean:g}, audits {score.audit_mean:g}; the machine gives "
        f"{abs(score.mean_difference):g} {more} on average, and is {score.mean_distance:g} away"
    )


def _show_disagreements(metric: "MetricAgreement") -> None:
    if metric.overturned:
        changed = counted(metric.overturned, "answer")
        typer.echo(f"\n{metric.name}: {changed} changed by accepted disputes")
    if metric.disagreements:
        typer.echo(f"\n{metric.name}: {len(metric.disagreements)} of {metric.differ} disagreements")
    for each in metric.disagreements:
        typer.echo("\n".join(_lines(each)))


def _lines(each: "Disagreement") -> list[str]:
    comment = f": {each.comment}" if each.comment else ""
    return [
        f"  {each.conversation_id}  machine {each.machine}, {each.auditor} {each.answer}{comment}",
        *([f"    {each.reason}"] if each.reason else []),
        *(f"    “{one.text}” ({one.turn_id}) {one.why}" if one.text else f"    {one.why}" for one in each.evidence),
    ]
