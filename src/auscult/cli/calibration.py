"""``auscult calibration``: sessions in which several raters judge the same conversations blind."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, cast

import msgspec
import typer

from auscult.cli.audits.audits import Answers, Notes, read_answers
from auscult.cli.terminal import options

if TYPE_CHECKING:
    from auscult.domain.calibration.session import Session
    from auscult.services.calibration import Calibrating

SessionId = Annotated[str, typer.Argument(metavar="SESSION", help="The session's id, as ca-....")]
Number = Annotated[int, typer.Argument(metavar="N", help="The conversation's number in the session.")]
Rater = Annotated[str, typer.Option("--as", metavar="EMAIL", help="The rater.")]
FormId = Annotated[str, typer.Option("--form", metavar="ID", help="The form, as ef-....")]


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The session's name.")],
    *,
    app: options.KnownApp,
    form: FormId,
    conversation: Annotated[
        list[str], typer.Option("--conversation", metavar="ID", help="A conversation; repeatable.")
    ],
    rater: Annotated[list[str], typer.Option("--rater", metavar="EMAIL", help="A rater; at least two.")],
    machine: Annotated[
        str, typer.Option("--machine", metavar="WHEN", help="Show the machine: hidden, after_own, throughout.")
    ] = "hidden",
    others: Annotated[str, typer.Option("--others", metavar="WHEN", help="Show others: all or each.")] = "all",
    needs_reason: Annotated[
        bool, typer.Option("--needs-reason", help="Require a comment for each metric that is not met.")
    ] = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the record.")] = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Store a draft of a session. Nothing in it ever touches a score."""
    from auscult.services.calibration import Wanted

    if machine not in {"hidden", "after_own", "throughout"} or others not in {"all", "each"}:
        raise typer.BadParameter("--machine is hidden, after_own or throughout; --others is all or each")
    wanted = Wanted(
        name=name,
        form_id=form,
        conversations=tuple(conversation),
        raters=tuple(rater),
        machine=cast("Literal['hidden', 'after_own', 'throughout']", machine),
        others=cast("Literal['all', 'each']", others),
        needs_reason=needs_reason,
    )
    with _calibrating(database, app) as service:
        _show(service.create(wanted, by), as_json=as_json)


def listing(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List sessions, the newest first."""
    with _calibrating(database, app) as service:
        for each in service.listing():
            _show(each, as_json=as_json)


def show(
    session: SessionId, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show a session with its raters and conversations."""
    with _calibrating(database, app) as service:
        found = service.get(session)
    _show(found, as_json=as_json)
    if not as_json:
        from auscult.domain.calibration.session import state_of

        for each in found.raters:
            typer.echo(f"  {each.name}  {state_of(found, each)}")
        for item in found.items:
            typer.echo(f"  {item.number}  {item.conversation_id or 'erased'}  {item.why}".rstrip())


def suggest(
    *, app: options.KnownApp, form: FormId, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """List conversations worth calibrating on: where two auditors differ, or machine and auditor do."""
    with _calibrating(database, app) as service:
        for each in service.suggest(form):
            line = f"{each.conversation_id}  {each.why}: {', '.join(each.metrics)}"
            typer.echo(msgspec.json.encode(each) if as_json else line)


def activate(
    session: SessionId, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Open a draft to its raters."""
    with _calibrating(database, app) as service:
        _show(service.activate(session), as_json=as_json)


def close(
    session: SessionId, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Close a session. Who has not submitted takes no part in its figures."""
    with _calibrating(database, app) as service:
        _show(service.close(session), as_json=as_json)


def rate(
    session: SessionId,
    number: Number,
    answers: Answers = None,
    *,
    app: options.KnownApp,
    rater: Rater,
    note: Notes = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Keep a rater's answers to one conversation; they can change until submission."""
    with _calibrating(database, app) as service:
        _show(service.rate(session, number, rater, read_answers(answers or [], note or [])), as_json=as_json)


def submit(
    session: SessionId,
    *,
    app: options.KnownApp,
    rater: Rater,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """End a rater's part of a session."""
    with _calibrating(database, app) as service:
        _show(service.submit(session, rater), as_json=as_json)


def leave(
    session: SessionId,
    *,
    app: options.KnownApp,
    rater: Rater,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Remove a rater from a session; their answers are dropped, and the session does not wait for them."""
    with _calibrating(database, app) as service:
        _show(service.leave(session, rater), as_json=as_json)


def reference(
    session: SessionId,
    number: Number,
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The metric's id, as em-....")],
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help="YES, NO, NA or a level.")],
    *,
    app: options.KnownApp,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why this answer is right.")],
    expert: Annotated[bool, typer.Option("--expert", help="By an expert, not by agreement in the debrief.")] = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the record.")] = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Set the reference answer to a metric, once every rater has submitted."""
    kind: Literal["expert", "consensus"] = "expert" if expert else "consensus"
    with _calibrating(database, app) as service:
        _show(service.refer(session, number, metric, answer, kind, reason, by=by), as_json=as_json)


def report(
    session: SessionId, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show agreement, who deviates where, and accuracy against the reference; split answers first."""
    with _calibrating(database, app) as service:
        found = service.report(service.get(session))
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    typer.echo(
        f"agreement {_percent(found.agreement)} ({found.colour or 'no consensus'}), {found.consensus} with a consensus, {found.none} without"
    )
    for each in (*found.raters, *([found.machine] if found.machine else [])):
        flag = "  many N/A" if each.is_na_flagged else ""
        typer.echo(f"  {each.rater}  agreement {_percent(each.agreement)}  accuracy {_percent(each.accuracy)}{flag}")
    for split in found.splits:
        if split.category != "full":
            answers = ", ".join(f"{rater} {answer}" for rater, answer in split.answers.items())
            typer.echo(f"  {split.number} {split.metric_id}: {answers}; reference {split.reference or '-'}")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _show(found: "Session", *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    done = f"{len(found.submitted)} of {len(found.raters)} submitted"
    typer.echo(f"{found.session_id}  {found.name}  {found.state}  {len(found.items)} conversations  {done}")


@contextmanager
def _calibrating(database: str | None, app: str) -> "Generator[Calibrating]":
    from datetime import UTC, datetime

    from auscult import bootstrap
    from auscult.services.calibration import Calibrating

    with bootstrap.open(options.settings_of_existing(database)) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        yield Calibrating(store, lambda: datetime.now(UTC))
