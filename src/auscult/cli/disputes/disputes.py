"""``auscult disputes``: reviews of audits by agents, disputes, decisions, figures."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.audits.notes import DisputeState
from auscult.domain.disputes.policy import ReviewPolicy, check_policy
from auscult.domain.disputes.review import Dispute

if TYPE_CHECKING:
    from auscult.domain.disputes.separation import Person
    from auscult.domain.disputes.statistics import DisputeFigures
    from auscult.services.disputes.reviewing import Reviewing, ReviewView
    from auscult.storage.store import AppStore

_PAGE = 500

AssignmentId = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="The assignment's id, as as-....")]
DisputeId = Annotated[str, typer.Argument(metavar="DISPUTE", help="The dispute's id, as di-....")]
MetricId = Annotated[str, typer.Argument(metavar="METRIC", help="The metric's id, as em-....")]
Actor = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who does it; duties are separated by this name.")]
AgentId = Annotated[
    str | None, typer.Option("--agent", metavar="ID", help="The agent's id, where they act themselves.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the agent and the auditor read it.")]


def listing(
    *,
    app: options.KnownApp,
    state: Annotated[str | None, typer.Option("--state", metavar="STATE", help="Only those in this state.")] = None,
    metric: Annotated[str | None, typer.Option("--metric", metavar="ID", help="Only of this metric.")] = None,
    auditor: Annotated[
        str | None, typer.Option("--auditor", metavar="EMAIL", help="Only of this auditor's audits.")
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List disputes, the oldest first."""
    from auscult.storage.disputes.repository import DisputeQuery

    states = get_args(DisputeState)
    if state not in (None, *states):
        raise typer.BadParameter(f"invalid state {state!r}; choose one of: {', '.join(states)}")
    query = DisputeQuery(cast("DisputeState | None", state), auditor, metric, limit=_PAGE)
    with _reviewing(database, app) as reviewing:
        while found := reviewing.listing(query):
            for each in found:
                _show(each.dispute, as_json=as_json)
            query = query._replace(after=found[-1].number)


def show(
    dispute: DisputeId, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show a dispute with its decision."""
    with _reviewing(database, app) as reviewing:
        found = reviewing.get(dispute)
    _show(found, as_json=as_json)
    if not as_json:
        typer.echo(f"  {found.raised_by or 'erased'}: {found.comment}")
        if found.decided_by:
            typer.echo(f"  {found.decided_by}: {found.reason}")


def review(
    assignment: AssignmentId,
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the review status of an audit, per metric and as a whole."""
    with _reviewing(database, app) as reviewing:
        _show_review(reviewing.show(assignment), as_json=as_json)


def release(
    assignment: AssignmentId,
    *,
    app: options.KnownApp,
    actor: Actor,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Release an audit to its agent after a second review, or early. Its own auditor may not."""
    with _reviewing(database, app) as reviewing:
        _show_review(reviewing.release(assignment, _person(actor, None)), as_json=as_json)


def accept(
    assignment: AssignmentId,
    metrics: Annotated[list[str] | None, typer.Argument(metavar="[METRIC]...", help="Only these metrics.")] = None,
    *,
    app: options.KnownApp,
    actor: Actor,
    agent: AgentId = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Accept the answers of an audit for its agent: all that are pending, unless metrics are named."""
    with _reviewing(database, app) as reviewing:
        done = reviewing.accept(assignment, _person(actor, agent), tuple(metrics or ()), represents=agent is None)
        _show_review(done, as_json=as_json)


def raise_(
    assignment: AssignmentId,
    metric: MetricId,
    *,
    app: options.KnownApp,
    actor: Actor,
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="What is wrong with the answer.")],
    proposed: Annotated[
        str | None, typer.Option("--proposed", metavar="ANSWER", help="YES, NO, NA or a level; none unless given.")
    ] = None,
    agent: AgentId = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Dispute the answer to one metric of an audit."""
    with _reviewing(database, app) as reviewing:
        made = reviewing.dispute(
            assignment, _person(actor, agent), metric, comment, proposed=proposed, represents=agent is None
        )
    _show(made, as_json=as_json)


def decide(
    dispute: DisputeId,
    decision: Annotated[str, typer.Argument(metavar="accept|deny", help="The decision.")],
    *,
    app: options.KnownApp,
    actor: Actor,
    reason: Reason,
    answer: Annotated[
        str | None,
        typer.Option("--answer", metavar="ANSWER", help="What counts from now on; else the proposed answer."),
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Decide a dispute. Accepting it changes the answer, the score and what reports show."""
    if decision not in {"accept", "deny"}:
        raise typer.BadParameter(f"invalid decision {decision!r}; choose one of: accept, deny")
    ruling: Literal["accept", "deny"] = "accept" if decision == "accept" else "deny"
    with _reviewing(database, app) as reviewing:
        _show(reviewing.decide(dispute, _person(actor, None), ruling, reason, answer=answer), as_json=as_json)


def withdraw(
    dispute: DisputeId,
    *,
    app: options.KnownApp,
    actor: Actor,
    agent: AgentId = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Withdraw an open dispute; the answer counts as accepted."""
    with _reviewing(database, app) as reviewing:
        _show(reviewing.withdraw(dispute, _person(actor, agent), represents=agent is None), as_json=as_json)


def statistics(
    *,
    app: options.KnownApp,
    since: options.Since = None,
    until: options.Until = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show how often decisions change an answer, by metric, auditor and queue, and how long they take."""
    from auscult.storage.disputes.repository import DisputeQuery

    with _reviewing(database, app) as reviewing:
        found = reviewing.statistics(DisputeQuery(since=since, until=until))
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    typer.echo(_line("all", found.all))
    for title, figures in (("metric", found.metrics), ("auditor", found.auditors), ("queue", found.queues)):
        for each in figures:
            typer.echo(_line(f"{title} {each.key or '-'}", each))


def examples(
    *,
    app: options.KnownApp,
    conversations: Annotated[
        bool, typer.Option("--conversations", help="With the conversations, so that labels need no other file.")
    ] = False,
    database: options.Database = None,
) -> None:
    """Print overturned answers as labels (NDJSON), for --labels of agree and tune."""
    from auscult.services.disputes.examples import overturned_labels

    with _app(database, app) as store:
        for each in overturned_labels(store, with_conversations=conversations):
            typer.echo(msgspec.json.encode(each))


def policy(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="The new policy, YAML or JSON; - reads stdin.")
    ] = None,
    *,
    app: options.KnownApp,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the record.")] = "system",
    database: options.Database = None,
) -> None:
    """Show the app's policy for reviews and disputes, or store another one."""
    from pathlib import Path

    import yaml

    with _reviewing(database, app) as reviewing:
        if file is not None:
            data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            try:
                given = msgspec.convert(yaml.safe_load(data), ReviewPolicy)
            except (msgspec.ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
                raise typer.BadParameter(f"{file} is no policy: {error}") from error
            reviewing.set_policy(check_policy(given), by)
        found = reviewing.policy()
    fields = {name: getattr(found, name) for name in ReviewPolicy.__struct_fields__}
    typer.echo(msgspec.json.encode(fields))


def _person(name: str, agent: str | None) -> "Person":
    from auscult.domain.disputes.separation import Person

    return Person(name=name, agent_ids=frozenset({agent} if agent else ()))


@contextmanager
def _app(database: str | None, app: str) -> "Generator[AppStore]":
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        yield application.store.within(options.known_tenant(application.store, app))


@contextmanager
def _reviewing(database: str | None, app: str) -> "Generator[Reviewing]":
    from datetime import UTC, datetime

    from auscult.reports import REPORTS
    from auscult.services.disputes.reviewing import Reviewing

    with _app(database, app) as store:
        yield Reviewing(store, REPORTS, lambda: datetime.now(UTC))


def _line(name: str, found: "DisputeFigures") -> str:
    rate = f", {found.rate.value:.0%} ({found.rate.low:.0%} to {found.rate.high:.0%})" if found.rate else ""
    hours = f", median {found.hours:g} h" if found.hours is not None else ""
    flag = "  flagged" if found.is_flagged else ""
    return f"{name}: {found.raised} raised, {found.open} open, {found.overturned} of {found.decided} changed{rate}{hours}{flag}"


def _show(found: Dispute, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    change = f"{found.before} → {found.after or found.proposed or '?'}"
    typer.echo(
        f"{found.dispute_id}  {found.conversation_id or 'erased'}  {found.metric_id}  round {found.round}  {change}"
        f"  {found.state}  due {found.due_at:%Y-%m-%d}"
    )


def _show_review(view: "ReviewView", *, as_json: bool) -> None:
    if as_json:
        shown = {"status": view.status, "review": view.review, "disputes": view.disputes}
        typer.echo(msgspec.json.encode(shown))
        return
    typer.echo(f"{view.review.assignment_id}  {view.review.conversation_id}  {view.status}")
    for each in view.review.metrics:
        typer.echo(f"  {each.metric_id}  {each.status}  round {each.round}")
