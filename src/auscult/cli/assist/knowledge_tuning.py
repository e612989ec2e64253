"""``auscult knowledge tune``: certainty of suggestions, refitted to what agents did with them."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import ConflictError

if TYPE_CHECKING:
    from auscult.domain.statistics.calibration import Calibration, Shown

Publish = Annotated[bool, typer.Option("--publish", help="Put the fit in force, if it is better on what was left out.")]
Undo = Annotated[bool, typer.Option("--undo", help="Put what was in force before the last change in force again.")]


def tune(
    *,
    app: options.KnownApp,
    language: Annotated[
        str, typer.Option("--language", metavar="CODE", help="The base's language. Default: en.")
    ] = "en",
    publish: Publish = False,
    undo: Undo = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Refit how certain suggestions are to what agents did with them, and report what that would change.

    A suggestion that was sent was right; one that got None of these, or another passage in its place, was wrong. Slope and
    offset of its likelihood are fitted to these answers, and tried on answers that were left out: each fifth is predicted
    by the others. Nothing is changed without --publish; --undo takes the last change back. It needs 40 answers, 8 of the
    rarer kind.
    """
    from auscult import bootstrap
    from auscult.cli.terminal.principal import principal
    from auscult.services.assist import teaching

    if publish and undo:
        raise typer.BadParameter("give --publish or --undo, not both")
    with options.opened(database, app) as (application, store):
        if undo:
            _show_calibration("in force again", teaching.undo(store, principal()), as_json=as_json)
            return
        with closing(bootstrap.assistant(application.settings, application.store)) as assistant:
            search = assistant.library.search(store, language, "", 1)
        if search.version == 0:
            raise ConflictError(f"the app knows nothing in {language}", code="knowledge.none", field="--language")
        found = teaching.fit(store, search.engine, search.likely)
        if as_json:
            typer.echo(msgspec.json.encode(found))
        else:
            typer.echo(f"{found.answers} suggestions that agents decided on: {found.right} right, {found.wrong} wrong")
            _show(f"as it is, sure from {search.likely:g} on", found.before)
            _show("fitted, on what was left out", found.left_out)
            _show_calibration("better" if found.is_better else "no better", found.calibration, as_json=False)
        if publish:
            _show_calibration("in force", teaching.publish(store, found, principal()), as_json=as_json)
        elif not as_json:
            typer.echo("nothing was changed; --publish puts it in force")


def _show(what: str, shown: "Shown") -> None:
    typer.echo(f"  {what}: log loss {shown.log_loss:.4f}, sure of {shown.right} right and {shown.wrong} wrong ones")


def _show_calibration(what: str, calibration: "Calibration", *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode({"state": what, **msgspec.to_builtins(calibration)}))
        return
    typer.echo(
        f"{what}: slope {calibration.slope:g}, offset {calibration.offset:g}, from {calibration.answers} answers"
    )
