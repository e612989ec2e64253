"""``auscult audits``: what people decide about conversations, from assignment to submission."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import msgspec
import typer

from auscult.cli import _options
from auscult.domain.audit import Audit, AuditAnswer, AuditState, Decision, Sheet, TrailEntry, state_of, unanswered
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification
from auscult.pipeline.ports import Recorded

if TYPE_CHECKING:
    from auscult.pipeline.audit import Auditing

_PAGE = 500
_ANSWERS = get_args(Qualification)

ConversationId = Annotated[
    str, typer.Argument(metavar="CONVERSATION", help="The conversation's id, as c-... (or what was loaded as its id).")
]
ConversationIds = Annotated[list[str], typer.Argument(metavar="CONVERSATION", help="Ids of conversations, as c-....")]
Answers = Annotated[
    list[str] | None,
    typer.Argument(metavar="METRIC=ANSWER", help="Answers: a metric's id, and YES, NO, NA, or - to take one back."),
]
Auditor = Annotated[str, typer.Option("--auditor", metavar="NAME", help="The auditor's name, as reports will show it.")]
Comment = Annotated[str, typer.Option("--comment", metavar="TEXT", help="A comment on the conversation as a whole.")]
Notes = Annotated[
    list[str] | None,
    typer.Option("--note", metavar="METRIC=TEXT", help="A comment beside an answer that is given in the same command."),
]
AsMachine = Annotated[
    bool, typer.Option("--as-machine", help="Take the machine's answers for metrics that have none yet.")
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it, for the trail.")]


def assign(
    conversations: ConversationIds,
    *,
    auditor: Auditor,
    app: _options.KnownApp,
    by: By = None,
    database: _options.Database = None,
    as_json: _options.AsJson = False,
) -> None:
    """Give conversations to an auditor, or to another one, who starts anew.

    Reports show them as Assigned at once. What was submitted cannot be given to anybody.
    """
    from auscult.pipeline.audit import SYSTEM

    with _auditing(database, app) as auditing:
        for conversation_id in conversations:
            _tell(auditing.assign(conversation_id, auditor, by=by or SYSTEM), as_json=as_json)


def answer(
    conversation: ConversationId,
    answers: Answers = None,
    *,
    app: _options.KnownApp,
    comment: Comment = "",
    note: Notes = None,
    as_machine: AsMachine = False,
    database: _options.Database = None,
    as_json: _options.AsJson = False,
) -> None:
    """Draft answers: they are kept, and change nothing that reports show.

    Answers of several commands add up, the later one of a metric counting.
    """
    with _auditing(database, app) as auditing:
        given = _read(answers or [], note or [])
        _tell(auditing.draft(conversation, given, comment=comment, as_machine=as_machine), as_json=as_json)


def submit(
    conversation: ConversationId,
    answers: Answers = None,
    *,
    app: _options.KnownApp,
    comment: Comment = "",
    note: Notes = None,
    as_machine: AsMachine = False,
    by: By = None,
    database: _options.Database = None,
    as_json: _options.AsJson = False,
) -> None:
    """End an audit with what was drafted and these answers: its score counts, and reports show it.

    Every metric that counts must be answered; those without any weight that are not fatal may be left.
    The machine's score stays what it is. What was submitted stays too.
    """
    with _auditing(database, app) as auditing:
        given = _read(answers or [], note or [])
        audit = auditing.submit(conversation, given, comment=comment, as_machine=as_machine, by=by)
        _tell(audit, as_json=as_json)


def listing(
    *,
    app: _options.KnownApp,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only those that are assigned, or audited.")
    ] = None,
    auditor: Annotated[str | None, typer.Option("--auditor", metavar="NAME", help="Only this auditor's.")] = None,
    database: _options.Database = None,
    as_json: _options.AsJson = False,
) -> None:
    """List audits, by conversation; conversations that nobody is assigned to have none."""
    if state not in (None, "assigned", "audited"):
        raise typer.BadParameter(f"{state} is no state of an audit; give assigned or audited")
    with _auditing(database, app) as auditing:
        after = ""
        while audits := auditing.listing(
            state=cast("AuditState | None", state), auditor=auditor, after_id=after, limit=_PAGE
        ):
            for audit in audits:
                _tell(audit, as_json=as_json)
            after = audits[-1].conversation_id


def show(
    conversation: ConversationId,
    *,
    app: _options.KnownApp,
    database: _options.Database = None,
    as_json: _options.AsJson = False,
) -> None:
    """Show one conversation's audit: what is asked, what machine and auditor answered, and the trail."""
    with _auditing(database, app) as auditing:
        view = auditing.show(conversation)
    if as_json:
        typer.echo(msgspec.json.encode(_case(view.case) | {"trail": view.trail}))
        return
    _show(view.case)
    for entry in view.trail:
        typer.echo(_told(entry))


@contextmanager
def _auditing(database: str | None, app: str) -> Generator["Auditing"]:
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application:
        yield application.auditing(_options.known_tenant(application.store, app))


def _read(answers: list[str], notes: list[str]) -> list[AuditAnswer]:
    """Read ``em-greeting=YES``. An id may hold an equals sign, an answer may not."""
    given: dict[str, AuditAnswer] = {}
    for written in answers:
        metric, equals, said = written.rpartition("=")
        if not equals or said.upper() not in _ANSWERS:
            raise RequestError(
                f"{written} is no answer; give a metric's id, =, and one of {', '.join(_ANSWERS)}",
                code="answer.invalid",
                field="METRIC=ANSWER",
                value=written,
            )
        given[metric] = AuditAnswer(metric_id=metric, answer=cast("Qualification", said.upper()))
    for written in notes:
        metric = next((each for each in given if written.startswith(f"{each}=")), None)
        if metric is None:
            raise RequestError(
                f"{written} is no note on an answer of this command; give METRIC=TEXT beside METRIC=ANSWER",
                code="answer.invalid",
                field="--note",
                value=written,
            )
        given[metric] = msgspec.structs.replace(given[metric], comment=written.removeprefix(f"{metric}="))
    return list(given.values())


def _tell(audit: Audit, *, as_json: bool) -> None:
    """Say how an audit stands, in one line."""
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


def _case(case: Recorded) -> dict[str, Any]:
    """All there is to see of a case, for programs."""
    evaluation, audit, form = case.evaluation, case.audit, case.evaluation.form
    sheet = _sheet(audit)
    answers = {each.metric_id: each for each in sheet.answers}
    machine = {result.metric.id: result.verdict.qualification for result in evaluation.results}
    return {
        **(_line(audit) if audit else {"conversation_id": evaluation.conversation_id, "state": state_of(audit)}),
        "machine_score": None if evaluation.score is None else int(evaluation.score),
        "form": {"id": form.id, "version": form.version} if form else None,
        "comment": sheet.comment,
        "metrics": [
            {
                "id": metric.id,
                "name": metric.name,
                "machine": machine.get(metric.id),
                "answer": answers[metric.id].answer if metric.id in answers else None,
                "comment": answers[metric.id].comment if metric.id in answers else "",
            }
            for metric in (form.metrics if form else ())
        ],
        "unanswered": unanswered(form, sheet) if form and audit and not audit.result else (),
    }


def _show(case: Recorded) -> None:
    """The same, for people."""
    told = _case(case)
    if case.audit:
        _tell(case.audit, as_json=False)
    else:
        typer.echo(f"{told['conversation_id']}  not assigned")
    form = case.evaluation.form
    if form is None:
        typer.echo("no form is for this conversation")
        return
    typer.echo(f"{form.id} version {form.version}, machine: {_points(case.evaluation.score)}")
    width = max((len(metric.id) for metric in form.metrics), default=0)
    for metric in told["metrics"]:
        answers = f"machine {metric['machine'] or '':4}  audit {metric['answer'] or '':4}"
        note = f"  ({metric['comment']})" if metric["comment"] else ""
        typer.echo(f"  {metric['id']:{width}}  {answers}  {metric['name']}{note}")
    if told["comment"]:
        typer.echo(f"comment: {told['comment']}")
    if told["unanswered"]:
        typer.echo(f"not answered yet: {', '.join(told['unanswered'])}")


def _told(entry: TrailEntry) -> str:
    when = f"{entry.at:%Y-%m-%d %H:%M}"
    if entry.rescored is not None:
        before, after = entry.rescored.before, entry.rescored.after
        return f"{when}  re-scored by {entry.by}: {_decided(before)} → {_decided(after)}"
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
