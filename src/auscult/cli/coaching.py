"""``auscult coaching``: one behaviour to work on, with evidence, a date, and what it changed."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options

if TYPE_CHECKING:
    from auscult.domain.coaching.item import Coaching
    from auscult.services.coaching.coaching import Coach

CoachingId = Annotated[str, typer.Argument(metavar="COACHING", help="The coaching item's id, as co-....")]
AgentOption = Annotated[str, typer.Option("--agent", metavar="ID", help="The agent who is coached.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the record.")]
Comment = Annotated[str, typer.Option("--comment", metavar="TEXT", help="A remark.")]


def create(
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="The behaviour to work on.")],
    *,
    app: options.KnownApp,
    agent: Annotated[list[str], typer.Option("--agent", metavar="ID", help="An agent; several make a group.")],
    metric: Annotated[list[str] | None, typer.Option("--metric", metavar="ID", help="A metric to measure.")] = None,
    form: Annotated[str, typer.Option("--form", metavar="ID", help="The form of the metrics.")] = "",
    clip: Annotated[
        list[str] | None, typer.Option("--clip", metavar="ID[#TURN]", help="A conversation, or a turn in it.")
    ] = None,
    plan: Annotated[str, typer.Option("--plan", metavar="TEXT", help="How to work on it.")] = "",
    group: Annotated[str, typer.Option("--group", metavar="NAME", help="A group, which agents do not see.")] = "",
    due: Annotated[str | None, typer.Option("--due", metavar="DAY", help="Until this day, as 2026-04-20.")] = None,
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Coach an agent, or each of several."""
    from auscult.domain.coaching.item import Clip
    from auscult.services.coaching.coaching import Wanted

    try:
        due_on = date.fromisoformat(due) if due else None
    except ValueError as error:
        raise typer.BadParameter(f"invalid day {due!r}; give one as 2026-04-20") from error
    parts = [each.partition("#") for each in clip or []]
    wanted = Wanted(
        agent_ids=tuple(agent),
        goal=goal,
        metric_ids=tuple(metric or ()),
        form_id=form,
        plan=plan,
        clips=tuple(Clip(conversation_id=one, turn_id=turn or None) for one, _, turn in parts),
        group=group,
        due_on=due_on,
    )
    with _coach(database, app) as coach:
        for each in coach.create(wanted, by):
            _show(each, as_json=as_json)


def listing(
    *,
    app: options.KnownApp,
    agent: Annotated[str | None, typer.Option("--agent", metavar="ID", help="Only of this agent.")] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List coaching, the newest first."""
    with _coach(database, app) as coach:
        for each in coach.listing(frozenset({agent}) if agent else None):
            _show(each, as_json=as_json)


def show(
    coaching: CoachingId, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show a coaching with its metrics before and after."""
    with _coach(database, app) as coach:
        found = coach.get(coaching)
        measured = coach.measure(found)
    if as_json:
        typer.echo(msgspec.json.encode({"coaching": found, "measured": measured}))
        return
    _show(found, as_json=False)
    for each in measured:
        before = "-" if each.before is None else f"{each.before.value:.0%}"
        after = "-" if each.after is None else f"{each.after.value:.0%}"
        typer.echo(f"  {each.metric_id}  before {before} (n {each.before_n})  after {after} (n {each.after_n})")
    for note in found.notes:
        typer.echo(f"  {note.by}: {note.text}")


def acknowledge(
    coaching: CoachingId,
    *,
    app: options.KnownApp,
    agent: AgentOption,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Start a coaching as its agent."""
    with _coach(database, app) as coach:
        _show(coach.acknowledge(coaching, frozenset({agent})), as_json=as_json)


def finish(
    coaching: CoachingId,
    *,
    app: options.KnownApp,
    agent: AgentOption,
    comment: Comment = "",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Mark a coaching as done as its agent."""
    with _coach(database, app) as coach:
        _show(coach.finish(coaching, frozenset({agent}), agent, comment), as_json=as_json)


def complete(
    coaching: CoachingId,
    *,
    app: options.KnownApp,
    by: By = "system",
    comment: Comment = "",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Complete a coaching."""
    with _coach(database, app) as coach:
        _show(coach.review(coaching, frozenset(), by, comment, is_done=True), as_json=as_json)


def give_back(
    coaching: CoachingId,
    *,
    app: options.KnownApp,
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="What is left to do.")],
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Return a coaching to its agent with a remark."""
    with _coach(database, app) as coach:
        _show(coach.review(coaching, frozenset(), by, comment, is_done=False), as_json=as_json)


def new_colleagues(
    *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """List agents in their first weeks, with the newest of their flagged conversations."""
    with _coach(database, app) as coach:
        for each in coach.new_colleagues():
            line = f"{each.agent_id}  since {each.hired_on}  {each.share:.0%}  {', '.join(each.conversation_ids)}"
            typer.echo(msgspec.json.encode(each) if as_json else line)


def _show(found: "Coaching", *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    due = f"  due {found.due_on}" if found.due_on else ""
    typer.echo(
        f"{found.coaching_id}  {found.agent_id}  {found.goal or '(erased with its conversation)'}  {found.state}{due}"
    )


@contextmanager
def _coach(database: str | None, app: str) -> "Generator[Coach]":
    from datetime import UTC, datetime

    from auscult import bootstrap
    from auscult.services.coaching.coaching import Coach

    with bootstrap.open(options.settings_of_existing(database)) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        yield Coach(store, lambda: datetime.now(UTC))
