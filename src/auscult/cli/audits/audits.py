"""``auscult audits``: what people decide about conversations, from assignment to submission."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.audits.audit import (
    Audit,
    AuditAnswer,
    AuditState,
    Decision,
    Sheet,
    TrailEntry,
    state_of,
    unanswered,
)
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification, Verdict
from auscult.domain.scoring.stored import EvaluatedConversation

if TYPE_CHECKING:
    from auscult.services.audits.workflow import Auditing

_PAGE = 500
_ANSWERS = get_args(Qualification)

ConversationId = Annotated[
    str, typer.Argument(metavar="CONVERSATION", help="The conversation's id, as c-... (or what was loaded as its id).")
]
ConversationIds = Annotated[list[str], typer.Argument(metavar="CONVERSATION", help="Ids of conversations, as c-....")]
Answers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="METRIC=ANSWER",
        help="Answers: a metric's id, and YES, NO, NA, a level or number where the metric is graded, or - to remove one.",
    ),
]
Auditor = Annotated[str, typer.Option("--auditor", metavar="NAME", help="The auditor's name, as reports will show it.")]
Comment = Annotated[str, typer.Option("--comment", metavar="TEXT", help="A comment on the conversation as a whole.")]
Notes = Annotated[
    list[str] | None,
    typer.Option("--note", metavar="METRIC=TEXT", help="A comment beside an answer that is given in the same command."),
]
Reasons = Annotated[
    list[str] | None,
    typer.Option("--reason", metavar="METRIC=CODE", help="A coded reason for a NO that is given in the same command."),
]
AsMachine = Annotated[
    bool, typer.Option("--as-machine", help="Take the machine's answers for metrics that have none yet.")
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it, for the trail.")]


def assign(
    conversations: ConversationIds,
    *,
    auditor: Auditor,
    app: options.KnownApp,
    by: By = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Assign conversations to an auditor, or to another one, who starts from the beginning.

    Reports show them as Assigned at once. Submitted audits cannot be reassigned.
    """
    from auscult.services.audits.workflow import SYSTEM

    with _auditing(database, app) as auditing:
        for conversation_id in conversations:
            _print_audit(auditing.assign(conversation_id, auditor, by=by or SYSTEM), as_json=as_json)


def answer(
    conversation: ConversationId,
    answers: Answers = None,
    *,
    app: options.KnownApp,
    comment: Comment = "",
    note: Notes = None,
    reason: Reasons = None,
    as_machine: AsMachine = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Save answers as a draft, which reports do not show.

    Answers of several commands add up, the later one of a metric counting.
    """
    with _auditing(database, app) as auditing:
        given = read_answers(answers or [], note or [], reason or [])
        _print_audit(auditing.draft(conversation, given, comment=comment, as_machine=as_machine), as_json=as_json)


def submit(
    conversation: ConversationId,
    answers: Answers = None,
    *,
    app: options.KnownApp,
    comment: Comment = "",
    note: Notes = None,
    reason: Reasons = None,
    as_machine: AsMachine = False,
    by: By = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Submit an audit with its draft and these answers: its score counts, and reports show it.

    Every metric that counts must be answered; those without any weight that are not fatal may be left.
    The machine's score stays what it is. What was submitted stays too.
    """
    with _auditing(database, app) as auditing:
        given = read_answers(answers or [], note or [], reason or [])
        audit = auditing.submit(conversation, given, comment=comment, as_machine=as_machine, by=by)
        _print_audit(audit, as_json=as_json)


def listing(
    *,
    app: options.KnownApp,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only those that are assigned, or audited.")
    ] = None,
    auditor: Annotated[str | None, typer.Option("--auditor", metavar="NAME", help="Only this auditor's.")] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List audits, by conversation. Conversations without an assignment have none."""
    if state not in (None, "assigned", "audited"):
        raise typer.BadParameter(f"{state} is no state of an audit; give assigned or audited")
    with _auditing(database, app) as auditing:
        after = ""
        while audits := auditing.listing(
            state=cast("AuditState | None", state), auditor=auditor, after_id=after, limit=_PAGE
        ):
            for audit in audits:
                _print_audit(audit, as_json=as_json)
            after = audits[-1].conversation_id


def show(
    conversation: ConversationId,
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show one conversation's audit: what is asked, what machine and auditor answered, and the trail."""
    with _auditing(database, app) as auditing:
        view = auditing.show(conversation)
    if as_json:
        typer.echo(msgspec.json.encode(_case(view.case) | {"trail": view.trail}))
        return
    _show(view.case)
    for entry in view.trail:
        typer.echo(_trail_line(entry))


@contextmanager
def _auditing(database: str | None, app: str) -> Generator["Auditing"]:
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        yield application.auditing(options.known_tenant(application.store, app))


def read_answers(answers: list[str], notes: list[str], reasons: Sequence[str] = ()) -> list[AuditAnswer]:
    """Read ``em-greeting=YES``; what is none of YES, NO, NA and "-" is a level.

    An id may hold an equals sign, an answer may not.
    """
    given: dict[str, AuditAnswer] = {}
    for written in answers:
        metric, equals, said = written.rpartition("=")
        if not equals or not metric or not said.strip():
            raise RequestError(
                f"{written} is no answer; give a metric's id, =, and one of {', '.join(_ANSWERS)}, or a level",
                code="answer.invalid",
                field="METRIC=ANSWER",
                value=written,
            )
        is_raw = said.upper() in _ANSWERS
        answer = cast("Qualification", said.upper()) if is_raw else "YES"
        given[metric] = AuditAnswer(metric_id=metric, answer=answer, level=None if is_raw else said)
    for field, key, added in (("--note", "comment", notes), ("--reason", "reason_code", reasons)):
        for written in added:
            metric = next((each for each in given if written.startswith(f"{each}=")), None)
            if metric is None:
                raise RequestError(
                    f"{written} belongs to no answer of this command; give {field} METRIC=TEXT beside METRIC=ANSWER",
                    code="answer.invalid",
                    field=field,
                    value=written,
                )
            given[metric] = msgspec.structs.replace(given[metric], **{key: written.removeprefix(f"{metric}=")})
    return list(given.values())


def _print_audit(audit: Audit, *, as_json: bool) -> None:
    """Print the state of an audit, in one line."""
    result = audit.result
    if as_json:
        typer.echo(msgspec.json.encode(_line(audit)))
    elif result is None:
        count = len(audit.draft.answers)
        drafted = f", {count} answered" if count else ""
        typer.echo(f"{audit.conversation_id}  assigned to {audit.auditor}{drafted}")
    else:
        passed = {True: ", passed", False: ", not passed", None: ""}[result.passed]
        typer.echo(f"{audit.conversation_id}  audited by {audit.auditor}: {_points(result.score)}{passed}")


def _line(audit: Audit) -> dict[str, Any]:
    result = audit.result
    return {
        "conversation_id": audit.conversation_id,
        "state": audit.state,
        "auditor": audit.auditor,
        "assigned_at": audit.assigned_at,
        "score": None if result is None or result.score is None else int(result.score),
        "passed": result.passed if result else None,
        "fatal_errors": result.fatal_errors if result else None,
        "audited_at": result.audited_at if result else None,
    }


def _case(case: EvaluatedConversation) -> dict[str, Any]:
    """All there is to see of a case, for programs."""
    evaluation, audit, form = case.evaluation, case.audit, case.evaluation.form
    sheet = _sheet(audit)
    answers = {each.metric_id: each for each in sheet.answers}
    machine = {result.metric.id: result.verdict for result in evaluation.results}
    return {
        **(_line(audit) if audit else {"conversation_id": evaluation.conversation_id, "state": state_of(audit)}),
        "machine_score": None if evaluation.score is None else int(evaluation.score),
        "form": {"id": form.id, "version": form.version} if form else None,
        "comment": sheet.comment,
        "metrics": [
            {
                "id": metric.id,
                "name": metric.name,
                "machine": machine[metric.id].qualification if metric.id in machine else None,
                "answer": answers[metric.id].answer if metric.id in answers else None,
                "comment": answers[metric.id].comment if metric.id in answers else "",
                **_detail(machine.get(metric.id), answers.get(metric.id)),
            }
            for metric in (form.metrics if form else ())
        ],
        "unanswered": unanswered(form, sheet) if form and audit and not audit.result else (),
    }


def _show(case: EvaluatedConversation) -> None:
    """The same, for people."""
    shown = _case(case)
    if case.audit:
        _print_audit(case.audit, as_json=False)
    else:
        typer.echo(f"{shown['conversation_id']}  not assigned")
    form = case.evaluation.form
    if form is None:
        typer.echo("no form is for this conversation")
        return
    typer.echo(f"{form.id} version {form.version}, machine: {_points(case.evaluation.score)}")
    width = max((len(metric.id) for metric in form.metrics), default=0)
    for metric in shown["metrics"]:
        machine = _graded(metric["machine"], metric.get("machine_level"))
        answers = f"machine {machine:4}  audit {_graded(metric['answer'], metric.get('level')):4}"
        code = f"  [{metric['reason_code']}]" if "reason_code" in metric else ""
        note = f"  ({metric['comment']})" if metric["comment"] else ""
        typer.echo(f"  {metric['id']:{width}}  {answers}  {metric['name']}{code}{note}")
    if shown["comment"]:
        typer.echo(f"comment: {shown['comment']}")
    if shown["unanswered"]:
        typer.echo(f"not answered yet: {', '.join(shown['unanswered'])}")


def _trail_line(entry: TrailEntry) -> str:
    when = f"{entry.at:%Y-%m-%d %H:%M}"
    if entry.rescored is not None:
        before, after = entry.rescored.before, entry.rescored.after
        return f"{when}  re-scored by {entry.by}: {_decided(before)} → {_decided(after)}"
    if entry.dispute is not None:
        note = entry.dispute
        return f"{when}  {note.metric_id} {note.state.replace('open', 'disputed')} by {entry.by}, round {note.round}: {note.text}".rstrip(
            ": "
        )
    if entry.action in {"released", "agent_accepted", "acceptance_undone", "declined"}:
        return f"{when}  {entry.action.replace('_', ' ')} by {entry.by}"
    if entry.result is None:
        return f"{when}  {entry.action} to {entry.auditor}, by {entry.by}"
    counts = f"{entry.adhered} met, {entry.not_adhered} not met, {entry.not_applicable} not applicable"
    return f"{when}  submitted by {entry.by}: {_points(entry.result.score)} ({counts})"


def _sheet(audit: Audit | None) -> Sheet:
    if audit is None:
        return Sheet()
    return audit.result.sheet if audit.result else audit.draft


def _points(score: object) -> str:
    return "no score" if score is None else f"score {score}"


def _decided(decision: Decision) -> str:
    """``72 points (ef-bank 2)``."""
    if decision.form_id is None:
        return "no form"
    return f"{_points(decision.score)} ({decision.form_id} {decision.form_version})"


def _detail(machine: Verdict | None, answer: AuditAnswer | None) -> dict[str, str]:
    """Return the levels and the coded reason of a metric that has them."""
    found = {
        "machine_level": machine.level if machine else None,
        "level": answer.level if answer else None,
        "reason_code": answer.reason_code if answer else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _graded(answer: str | None, level: str | None) -> str:
    return f"{answer} ({level})" if answer and level is not None else answer or ""
