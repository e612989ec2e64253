"""``auscult plans``: which conversations are audited, how many, and by which auditors."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options

if TYPE_CHECKING:
    from auscult.domain.audits.plan import Plan, PlanDocument
    from auscult.services.audits.plans import Planning

_PAGE = 500

PlanId = Annotated[str, typer.Argument(metavar="PLAN", help="The plan's id, as pl-....")]
PlanFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="The plan, YAML or JSON (docs/how-to/plan-audits.md); - reads stdin.")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the record.")]


def create(
    file: PlanFile,
    *,
    app: options.KnownApp,
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Store a new plan. Nothing is drawn yet."""
    with planning(database, app) as planner:
        _show(planner.create(_read(file), by), as_json=as_json)


def revise(
    plan: PlanId,
    file: PlanFile,
    *,
    app: options.KnownApp,
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Store the next version of a plan. It applies from now on; earlier draws stay."""
    with planning(database, app) as planner:
        _show(planner.revise(plan, _read(file), by), as_json=as_json)


def preview(
    file: PlanFile,
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show what a plan would draw now, and how precise the estimates will be. Nothing is stored."""
    with planning(database, app) as planner:
        found = planner.preview(_read(file))
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    precision = "" if found.widest is None else f", ±{100 * found.widest:.1f} points"
    typer.echo(f"{found.items} of {found.frame_count} conversations, {found.seconds} second opinions{precision}")
    for user, n in found.by_auditor.items():
        typer.echo(f"  {user}  {n}")


def listing(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List plans by id, each in its newest version."""
    with planning(database, app) as planner:
        after = ""
        while plans := planner.listing(after, _PAGE):
            for plan in plans:
                _show(plan, as_json=as_json)
            after = plans[-1].plan_id


def show(
    plan: PlanId, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show a plan, its draws, and how far each auditor is."""
    with planning(database, app) as planner:
        found = planner.progress(plan)
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    _show(found.plan, as_json=False)
    for one in found.draws:
        window = f"{one.since:%Y-%m-%d} to {one.until:%Y-%m-%d}"
        drawn = sum(stratum.drawn for stratum in one.strata)
        typer.echo(f"  {one.draw_id}  {window}  {drawn} of {one.frame_count} conversations, version {one.plan_version}")
    for rater, states in sorted(found.by_rater.items()):
        counts = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
        typer.echo(f"  {rater or 'no auditor yet'}  {counts}")


def draw(
    plan: PlanId,
    *,
    app: options.KnownApp,
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw conversations and assign them to the auditors. The same window gives the same items again."""
    with planning(database, app) as planner:
        view = planner.draw(plan, by)
    if as_json:
        typer.echo(msgspec.json.encode(view))
        return
    late = f"; {view.not_in_frame} came later and are not in the frame" if view.not_in_frame else ""
    typer.echo(f"{view.draw.draw_id}: {len(view.items)} items from {view.draw.frame_count} conversations{late}")
    for each in view.items:
        one = each.assignment
        typer.echo(
            f"  {one.assignment_id}  {one.conversation_id or 'erased'}  {one.rater or '-'}  {_number(one.probability)}"
        )


def repeat(
    plan: PlanId,
    drawn: Annotated[str, typer.Argument(metavar="DRAW", help="The draw's id, as dr-....")],
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw again from the record of a draw and print the conversations. Nothing is stored."""
    with planning(database, app) as planner:
        for item in planner.repeat(plan, drawn):
            typer.echo(msgspec.json.encode(item) if as_json else f"{item.u:.6f}  {item.conversation_id}")


def pause(
    plan: PlanId,
    *,
    app: options.KnownApp,
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Pause a plan: it draws and assigns nothing until it is resumed."""
    with planning(database, app) as planner:
        _show(planner.pause(plan, by), as_json=as_json)


def resume(
    plan: PlanId,
    *,
    app: options.KnownApp,
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Resume a paused plan."""
    with planning(database, app) as planner:
        _show(planner.pause(plan, by, paused=False), as_json=as_json)


def reassign(
    plan: PlanId,
    *,
    app: options.KnownApp,
    rater: Annotated[str, typer.Option("--from", metavar="EMAIL", help="The auditor whose items they are.")],
    to: Annotated[str, typer.Option("--to", metavar="EMAIL", help="The auditor who gets them.")],
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Reassign those items of a plan that an auditor has not begun."""
    with planning(database, app) as planner:
        count = planner.reassign_all(rater, to, by, plan)
    typer.echo(msgspec.json.encode({"reassigned": count}) if as_json else f"{count} items reassigned")


def _number(probability: float | None) -> str:
    return "-" if probability is None else f"{probability:g}"


@contextmanager
def planning(database: str | None, app: str) -> "Generator[Planning]":
    """Open the plans of an app."""
    from auscult import bootstrap
    from auscult.bootstrap import auditing

    with bootstrap.open(options.settings_of_existing(database)) as application:
        yield auditing.planning(application.store, options.known_tenant(application.store, app))


def _read(file: Path) -> "PlanDocument":
    from auscult.services.audits.plan_documents import read_plan

    if str(file) == options.STDIN:
        return read_plan(sys.stdin.buffer.read())
    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}")
    return read_plan(file.read_bytes())


def _show(plan: "Plan", *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(plan))
        return
    paused = " (paused)" if plan.document.paused else ""
    typer.echo(f"{plan.plan_id}  version {plan.version}  {plan.document.name}{paused}  form {plan.document.form_id}")
