"""``auscult audits answer|submit`` and ``assignments next``: bodies stated otherwise than over the API."""

from collections.abc import Sequence
from typing import Annotated, Any, get_args

import typer

from auscult.cli.generated.commands import Actor
from auscult.cli.generated.table import table
from auscult.cli.terminal import options
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification

_ANSWERS = get_args(Qualification)

ConversationId = Annotated[
    str, typer.Argument(metavar="CONVERSATION", help="The conversation's id, as c-... (or what was loaded as its id).")
]
Answers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="METRIC=ANSWER",
        help="Answers: a metric's id, and YES, NO, NA, a level or number where the metric is graded, or - to remove one.",
    ),
]
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


def answer(
    conversation: ConversationId,
    answers: Answers = None,
    *,
    app: options.KnownApp,
    comment: Comment = "",
    note: Notes = None,
    reason: Reasons = None,
    as_machine: AsMachine = False,
    actor: Actor = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Save answers as a draft, which reports do not show.

    Answers of several commands add up, the later one of a metric counting.
    """
    body = {"answers": read_answers(answers or (), note or (), reason or ()), "comment": comment}
    _run("audits answer", {**body, "as_machine": as_machine}, conversation, (app, actor, database), as_json=as_json)


def submit(
    conversation: ConversationId,
    answers: Answers = None,
    *,
    app: options.KnownApp,
    comment: Comment = "",
    note: Notes = None,
    reason: Reasons = None,
    as_machine: AsMachine = False,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it, for the trail.")] = None,
    actor: Actor = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Submit an audit with its draft and these answers: its score counts, and reports show it.

    Every metric that counts must be answered; those without any weight that are not fatal may be left.
    The machine's score stays what it is. What was submitted stays too.
    """
    body = {"answers": read_answers(answers or (), note or (), reason or ()), "comment": comment, "by": by}
    _run("audits submit", {**body, "as_machine": as_machine}, conversation, (app, actor, database), as_json=as_json)


def next_item(
    *,
    app: options.KnownApp,
    plan: Annotated[str | None, typer.Option("--plan", metavar="PLAN", help="Only of this plan, as pl-....")] = None,
    actor: Actor = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Begin the auditor's next item. Prints nothing where there is none."""
    from auscult.cli.generated.running import opened, show
    from auscult.server.api.audits.assignments import desk_of, own_item

    with opened(database, app, actor) as known:
        rights = known["rights"]
        item = desk_of(known["app"], known["server"]).next_item(rights.name, plan, agent_ids=rights.agent_ids)
        if item is not None:
            show(own_item(item), as_json=as_json)


def read_answers(answers: Sequence[str], notes: Sequence[str], reasons: Sequence[str]) -> list[dict[str, str]]:
    """Read ``em-greeting=YES``; what is none of YES, NO, NA and "-" is a level.

    An id may hold an equals sign, an answer may not.
    """
    given: dict[str, dict[str, str]] = {}
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
        given[metric] = {"metric_id": metric} | (
            {"answer": said.upper()} if is_raw else {"answer": "YES", "level": said}
        )
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
            given[metric][key] = written.removeprefix(f"{metric}=")
    return list(given.values())


def _run(
    words: str,
    body: dict[str, Any],
    conversation: str,
    where: tuple[str, str | None, str | None],
    *,
    as_json: bool,
) -> None:
    from auscult.cli.generated.running import run_operation

    app, actor, database = where
    given = {"conversation_id": conversation, "app": app, "actor": actor, "database": database, "as_json": as_json}
    run_operation(table()[words], given, body)
