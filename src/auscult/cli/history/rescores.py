"""``auscult rescore`` and ``auscult rescores``: history, scored once more with a version of a form."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.history.waiting import wait_for
from auscult.cli.terminal import options

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.services.history.rescores import RescoreLine
    from auscult.storage.store import AppStore

RescoreId = Annotated[str, typer.Argument(metavar="RESCORE_ID", help="The re-score's id, as rs-....")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="End at once; a server or worker does it.")]


def rescore(
    *,
    form: Annotated[str, typer.Option("--form", metavar="FORM_ID", help="The form's id, as ef-starter-voice.")],
    app: options.KnownApp,
    version: Annotated[int | None, typer.Option(metavar="N", help="Which version. Default: the newest.")] = None,
    since: options.Since = None,
    until: options.Until = None,
    queue: Annotated[
        list[str] | None,
        typer.Option(
            "--queue", metavar="QUEUE", help="Only conversations of this queue, by id or name; may be repeated."
        ),
    ] = None,
    afresh: Annotated[
        bool,
        typer.Option(
            "--afresh",
            help="Judge everything anew, also what this version decided, and ask a judge once more what failed.",
        ),
    ] = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the trail.")] = "system",
    no_wait: NoWait = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Score stored conversations once more, with a version of a form.

    It covers the conversations that the form is for now, whatever scored them before, also those without a form.
    Answers are kept where the metric asks the same, so that a changed weight needs no engine.
    Every earlier evaluation is kept, and the trail of each conversation shows the re-score.
    Conversations whose newest evaluation is already of this version are left as they are.
    It is durable: killed or interrupted it goes on where it was, as soon as a server or worker runs.
    """
    from auscult.services.history.rescores import begin_rescore

    with options.opened(database, app) as (application, store):
        begun = begin_rescore(
            store,
            application.answered,
            form_id=form,
            version=version,
            since=since,
            until=until,
            queues=queue or (),
            afresh=afresh,
            by=by,
        )
        view = begun if no_wait else _awaited(application, store, begun)
    _print_state(view, as_json=as_json, is_awaited=not no_wait)


def resume(
    rescore_id: RescoreId,
    *,
    app: options.KnownApp,
    no_wait: NoWait = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Resume a re-score that was cancelled, failed or interrupted."""
    from auscult.services.history.rescores import resume_rescore

    with options.opened(database, app) as (application, store):
        resumed = resume_rescore(store, rescore_id)
        view = resumed if no_wait else _awaited(application, store, resumed)
    _print_state(view, as_json=as_json, is_awaited=not no_wait)


def _awaited(application: "Application", store: "AppStore", begun: "RescoreLine") -> "RescoreLine":
    """Return the re-score once it is over or postponed."""
    from auscult.services.history.rescores import view_rescore

    backfill_id = begun.id
    try:
        wait_for(application, store, backfill_id, "re-scored")
    except KeyboardInterrupt:
        typer.echo(f"{backfill_id} goes on when a server or worker runs; `auscult rescores cancel` ends it", err=True)
        raise
    return view_rescore(store, backfill_id)


def _print_state(line: "RescoreLine", *, as_json: bool, is_awaited: bool) -> None:
    """Print its state; where the command waited for it, the exit status is 1 after a failure."""
    typer.echo(msgspec.json.encode(line) if as_json else _sentence(line))
    if line.reason is not None:
        typer.echo(f"error: {line.reason}", err=True)
    if is_awaited and (line.state != "done" or line.failed):
        raise typer.Exit(1)


def _sentence(line: "RescoreLine") -> str:
    """``rs-1 done: ef-bank version 3, 100 of 100 looked at, 90 re-scored, 10 for another form``."""
    details = [
        f"{n} {words}"
        for n, words in (
            (line.already, "scored by this version already"),
            (line.other_form, "for another form or none"),
            (line.other_queue, "of another queue"),
            (line.waiting, "not evaluated yet"),
            (line.moved, "changed meanwhile"),
            (line.failed, "could not be judged"),
        )
        if n
    ]
    counts = ", ".join([f"{line.looked} of {line.total} looked at", f"{line.rescored} re-scored", *details])
    return f"{line.id} {line.state}: {line.form_id} version {line.version}, {counts}"
