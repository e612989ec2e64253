"""``auscult assignments``: the work of auditors on what plans have drawn."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, cast, get_args

import msgspec
import typer

from auscult.cli.audits.audits import Answers, Comment, Notes, read_answers
from auscult.cli.audits.plans import By, planning
from auscult.cli.terminal import options
from auscult.domain.audits.assignment import Assignment, AssignmentOrder, AssignmentState, DeclineCode
from auscult.domain.audits.sheet import Moment
from auscult.domain.errors import RequestError

if TYPE_CHECKING:
    from auscult.services.audits.desk import Desk
    from auscult.services.audits.handover import Item

CODES = get_args(DeclineCode)
STATES: tuple[AssignmentState, ...] = get_args(AssignmentState)
ORDERS: tuple[AssignmentOrder, ...] = get_args(AssignmentOrder)
_PAGE = 500

AssignmentId = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="The assignment's id, as as-....")]
Rater = Annotated[str, typer.Option("--as", metavar="EMAIL", help="The auditor who works on it.")]
Moments = Annotated[
    list[str] | None,
    typer.Option("--moment", metavar="TURN=TEXT", help="A comment on a turn, by its id; without a text it is removed."),
]
PlanOption = Annotated[str | None, typer.Option("--plan", metavar="PLAN", help="Only of this plan, as pl-....")]


def next_item(
    *,
    app: options.KnownApp,
    rater: Rater,
    plan: PlanOption = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Begin the auditor's next item. Prints nothing where there is none."""
    with open_desk(database, app) as desk:
        item = desk.next_item(rater, plan)
    if item is not None:
        show_item(item, as_json=as_json)


def listing(
    *,
    app: options.KnownApp,
    state: Annotated[str | None, typer.Option("--state", metavar="STATE", help="Only those in this state.")] = None,
    rater: Annotated[str | None, typer.Option("--auditor", metavar="EMAIL", help="Only this auditor's.")] = None,
    plan: PlanOption = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", metavar="ID", help="Only of this conversation.")
    ] = None,
    sort: Annotated[
        str, typer.Option("--sort", metavar="ORDER", help=f"The order: {', '.join(ORDERS)}.")
    ] = "created_at",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List assignments, the oldest first unless another order is given."""
    from auscult.storage.audits.queue import QueueQuery

    states: tuple[AssignmentState, ...] = tuple(each for each in STATES if each == state)
    if state is not None and not states:
        raise typer.BadParameter(f"invalid state {state!r}; choose one of: {', '.join(STATES)}")
    order: AssignmentOrder | None = next((each for each in ORDERS if each == sort), None)
    if order is None:
        raise typer.BadParameter(f"invalid order {sort!r}; choose one of: {', '.join(ORDERS)}")
    query = QueueQuery(states, rater, plan, conversation, order, limit=_PAGE)
    with open_desk(database, app) as desk:
        while found := desk.listing(query):
            for each in found:
                show_line(each.assigned.assignment, as_json=as_json)
            query = query._replace(after=found[-1].key)


def show(
    assignment: AssignmentId,
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show an assignment and its audit."""
    with open_desk(database, app) as desk:
        found = desk.show(assignment)
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    show_line(found.assignment, as_json=False)
    if found.audit and found.audit.result:
        for answer in found.audit.result.sheet.answers:
            typer.echo(f"  {answer.metric_id}  {answer.answer}  {answer.comment}".rstrip())


def answer(
    assignment: AssignmentId,
    answers: Answers = None,
    *,
    app: options.KnownApp,
    rater: Rater,
    comment: Comment = "",
    note: Notes = None,
    moment: Moments = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Save answers as a draft, which reports do not show."""
    with open_desk(database, app) as desk:
        given = read_answers(answers or [], note or [])
        show_item(
            desk.draft(assignment, rater, given, comment=comment, moments=read_moments(moment or [])), as_json=as_json
        )


def submit(
    assignment: AssignmentId,
    answers: Answers = None,
    *,
    app: options.KnownApp,
    rater: Rater,
    comment: Comment = "",
    note: Notes = None,
    moment: Moments = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Submit an assignment with its draft and these answers. Only its auditor may."""
    with open_desk(database, app) as desk:
        given = read_answers(answers or [], note or [])
        show_item(
            desk.submit(assignment, rater, given, comment=comment, moments=read_moments(moment or [])), as_json=as_json
        )


def reaudit(
    assignment: AssignmentId,
    answers: Answers = None,
    *,
    app: options.KnownApp,
    rater: Rater,
    comment: Comment = "",
    note: Notes = None,
    moment: Moments = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Change answers of a submitted audit, where its form has re_audit. The trail keeps old and new answers."""
    with open_desk(database, app) as desk:
        given = read_answers(answers or [], note or [])
        show_item(
            desk.reaudit(assignment, rater, given, comment=comment, moments=read_moments(moment or [])), as_json=as_json
        )


def decline(
    assignment: AssignmentId,
    *,
    app: options.KnownApp,
    rater: Rater,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it cannot be judged, in words.")] = "",
    code: Annotated[
        str | None, typer.Option("--code", metavar="CODE", help=f"Why, as one of: {', '.join(CODES)}.")
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """End an assignment whose conversation cannot be judged, with a code, a text, or both."""
    if code not in (None, *CODES):
        raise typer.BadParameter(f"invalid code {code!r}; choose one of: {', '.join(CODES)}")
    with open_desk(database, app) as desk:
        show_line(desk.decline(assignment, rater, reason, cast("DeclineCode | None", code)), as_json=as_json)


def reassign(
    assignment: AssignmentId,
    *,
    app: options.KnownApp,
    to: Annotated[str, typer.Option("--to", metavar="EMAIL", help="The auditor who gets it.")],
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Reassign items that are not begun to another auditor."""
    with planning(database, app) as planner:
        show_line(planner.reassign(assignment, to, by).assignment, as_json=as_json)


def read_moments(given: list[str]) -> list[Moment]:
    """Read ``m12=A model opening``. Raises ``RequestError`` ``answer.invalid``."""
    found: list[Moment] = []
    for written in given:
        turn, equals, text = written.partition("=")
        if not equals or not turn:
            raise RequestError(
                f"{written} is no comment on a turn; give TURN=TEXT",
                code="answer.invalid",
                field="--moment",
                value=written,
            )
        found.append(Moment(turn_id=turn, text=text))
    return found


@contextmanager
def open_desk(database: str | None, app: str) -> "Generator[Desk]":
    """Open the work of an app's auditors."""
    from auscult import bootstrap
    from auscult.bootstrap import auditing

    with bootstrap.open(options.settings_of_existing(database)) as application:
        yield auditing.desk(application.store, options.known_tenant(application.store, app))


def show_item(item: "Item", *, as_json: bool) -> None:
    """Print an item: in one line, or as JSON with its audit."""
    if as_json:
        shown = {"assignment_id": item.assignment.assignment_id, "conversation_id": item.case.conversation.id}
        typer.echo(msgspec.json.encode(shown | {"assignment": item.assignment, "audit": item.audit}))
        return
    show_line(item.assignment, as_json=False)


def show_line(assignment: Assignment, *, as_json: bool) -> None:
    """Print an assignment."""
    if as_json:
        typer.echo(msgspec.json.encode(assignment))
        return
    due = f"  due {assignment.due_at:%Y-%m-%d}" if assignment.due_at else ""
    typer.echo(
        f"{assignment.assignment_id}  {assignment.conversation_id or 'erased'}  {assignment.rater or '-'}"
        f"  {assignment.role}  {assignment.state}{due}"
    )
