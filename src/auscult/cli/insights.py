"""``auscult insights``."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.ai_agents.context import HANDLERS
from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import RequestError, counted
from auscult.domain.insights.drivers import Bar
from auscult.domain.insights.overview import KINDS, NUMBERS, Kind, Number

if TYPE_CHECKING:
    from auscult.domain.insights.drivers import Driver, Drivers
    from auscult.domain.insights.overview import Trend
    from auscult.services.insights.overview import Behind, Figures, Found, Overview, Wanted
    from auscult.storage.store import AppStore

ALL = "all"
_PAGE = 500
_WORDS: dict[Kind, str] = {
    "intent": "intents",
    "topic": "topics",
    "configured_intent": "configured intents",
    "missed_metric": "missed metrics",
    "queue": "queues",
    "agent": "agents",
    "wait": "waits",
    "transfers": "transfers",
    "handled_by": "handled by",
    "ai_agent": "AI agents",
    "ai_version": "versions of AI agents",
}
_MEASURES = {"sentiment": "sentiment", "score": "score", "csat": "satisfaction (CSAT)", "nps": "satisfaction (NPS)"}
"""Measures in words, in the order in which their drivers are shown."""


def _kind(given: str) -> str:
    if given not in KINDS:
        raise typer.BadParameter(f"{given} is none of {', '.join(KINDS)}")
    return given


def _handler(given: str) -> str:
    if given not in HANDLERS:
        raise typer.BadParameter(f"{given} is none of {', '.join(HANDLERS)}")
    return given


Queues = Annotated[
    list[str] | None,
    typer.Option("--queue", metavar="QUEUE", help="Only this queue, by id or name; may be repeated."),
]
Agents = Annotated[
    list[str] | None,
    typer.Option("--agent", metavar="AGENT", help="Only this agent, by id or name; may be repeated."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="KIND",
        parser=_kind,
        help=f"Group by {', '.join(KINDS)}; may be repeated. Default: queue, agent and the subjects.",
    ),
]
Channels = Annotated[Channel | None, typer.Option("--channel", metavar="CHANNEL", help="Only voice, or chat.")]
Handlers = Annotated[
    list[str] | None,
    typer.Option(
        "--handled-by",
        metavar="WHO",
        parser=_handler,
        help="Only those led by ai, human or both; may be repeated. Default: all with a person's part.",
    ),
]
Shown = Annotated[
    str | None,
    typer.Option("--show", metavar="KIND:NAME", help="Show the conversations behind a number: of a group, or of all."),
]


def insights(
    *,
    app: options.KnownApp,
    since: options.Since = None,
    until: options.Until = None,
    queue: Queues = None,
    agent: Agents = None,
    channel: Channels = None,
    direction: Annotated[
        Direction | None, typer.Option("--direction", metavar="DIRECTION", help="Only inbound, or outbound.")
    ] = None,
    handled_by: Handlers = None,
    by: Kinds = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="Groups of each kind.")] = 10,
    least: Annotated[
        int, typer.Option("--least", metavar="N", min=1, help="Conversations that a driver must have.")
    ] = Bar().conversations,
    show: Shown = None,
    only: Annotated[
        Number,
        typer.Option("--only", metavar="NUMBER", help=f"The number that --show shows: {', '.join(NUMBERS)}."),
    ] = "conversations",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show failures by week, queue and agent, what drives scores and satisfaction, and what is new.

    Counts the conversations that start in a period (the last 28 days by default) and compares them with the period of
    the same length before it: failures, scores, sentiment, resolution and risk by week, queue, agent and subject; what
    pulls scores, sentiment and satisfaction (CSAT, NPS) up or down, by points of the mean; what is new, rising and
    falling.
    Every number can be followed to its conversations: --show 'intent:late delivery' --only negative.
    """
    from auscult.services.insights.overview import DAYS, DEFAULT, Wanted, end_of_hour, overview

    end = until or end_of_hour(datetime.now(UTC))
    wanted = Wanted(
        since=since or end - timedelta(days=DAYS),
        until=end,
        channels=(channel,) if channel else (),
        directions=(direction,) if direction else (),
        queues=tuple(queue or ()),
        agents=tuple(agent or ()),
        handled_by=tuple(each for each in HANDLERS if each in (handled_by or ())),
    )
    with options.known_app(database, app) as known:
        if show is not None:
            _list(_behind(known, wanted, _number(show, only)), as_json=as_json)
            return
        kinds: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind in by) if by else DEFAULT
        found = overview(known, wanted, kinds=kinds, most=limit, bar=Bar(conversations=least))
    if as_json:
        typer.echo(msgspec.json.Encoder(decimal_format="number").encode(found))
    else:
        _show(found)


def _number(show: str, only: Number) -> "Behind":
    """Read KIND:NAME. Raises ``RequestError`` ``group.unknown``."""
    from auscult.services.insights.overview import Behind

    if show == ALL:
        return Behind(only=only)
    given, _, name = show.partition(":")
    kind = next(filter(given.__eq__, KINDS), None)
    if kind is None or not name:
        raise RequestError(
            f"{show} is no group: give all, or one of {', '.join(KINDS)}, a colon and a name, as intent:late delivery",
            code="group.unknown",
            field="--show",
            value=show,
        )
    return Behind(kind=kind, name=name, only=only)


def _behind(app: "AppStore", wanted: "Wanted", number: "Behind") -> Iterator["Found"]:
    from auscult.services.insights.overview import behind

    after = None
    while True:
        page = behind(app, wanted, number, after=after, limit=_PAGE)
        yield from page.found
        after = page.next
        if after is None:
            return


def _list(found: Iterable["Found"], *, as_json: bool) -> None:
    """One line for each conversation."""
    if as_json:
        for each in found:
            typer.echo(each.row)
        return
    shown = 0
    for each in found:
        shown += 1
        fact = each.fact
        said = [
            f"score {_or_dash(fact.score)}",
            f"sentiment {_or_dash(None if fact.sentiment is None else fact.sentiment / 10)}",
            *([] if fact.is_resolved is None else ["resolved" if fact.is_resolved else "not resolved"]),
            *(["escalation"] if fact.is_escalated else []),
            *(["churn risk"] if fact.is_churn_risk else []),
        ]
        started = datetime.fromtimestamp(each.position[0] / 1000, UTC)
        typer.echo(f"{fact.conversation_id}  {started:%Y-%m-%d %H:%M}  {', '.join(said)}")
    typer.echo(counted(shown, "conversation"))


def _show(found: "Overview") -> None:
    left_out = found.left_out.below_threshold + found.left_out.duration_unavailable + found.left_out.sides_unknown
    typer.echo(
        f"{found.since:%Y-%m-%d %H:%M} to {found.until:%Y-%m-%d %H:%M}: "
        f"{counted(found.total.conversations, 'conversation')} "
        f"({found.previous.total.conversations} in the period before)"
        + (f"; {left_out} left out: too short, or of unknown duration" if left_out else "")
    )
    _show_total(found.total)
    _show_table("weeks from", [(f"{each.since:%Y-%m-%d}", each) for each in found.weeks])
    for kind, count in found.names.items():
        groups = [group for group in found.groups if group.kind == kind]
        if groups:
            _show_table(f"{_WORDS[kind]} ({count})", [(each.name, each) for each in groups])
    for measure, words in _MEASURES.items():
        both: Drivers = getattr(found.drivers, measure)
        _show_drivers(f"Low {words} is driven by", both.low)
        _show_drivers(f"High {words} is driven by", both.high)
    _show_trends("New", found.trends.new)
    _show_trends("Rising", found.trends.rising)
    _show_trends("Falling", found.trends.falling)
    if found.dropped:
        typer.echo(f"{found.dropped} names were dropped, as there were too many: take a shorter period", err=True)


def _show_total(total: "Figures") -> None:
    undecided = f", {total.undecided} undecided" if total.undecided else ""
    typer.echo(
        f"{total.failed} of {total.passed + total.failed} failed{undecided}, score {_or_dash(total.score.mean)} in the mean\n"
        f"{total.negative} of {total.sentiment.n} negative, {total.neutral} neutral, {total.positive} positive, "
        f"sentiment {_or_dash(total.sentiment.mean)} in the mean\n"
        f"resolved {_percent(total.resolution_rate)}: {total.resolved} of {total.resolved + total.unresolved}; "
        f"{total.escalations} escalations, {total.churn_risks} churn risks"
    )
    if total.csat.n or total.nps.n:
        answers = [
            *([f"CSAT {total.csat.mean} in the mean of {total.csat.n} answers"] if total.csat.n else []),
            *([f"NPS {total.nps.mean} of {total.nps.n} answers"] if total.nps.n else []),
        ]
        typer.echo(f"{total.dissatisfied} dissatisfied, {total.satisfied} satisfied; {', '.join(answers)}")


def _show_table(title: str, rows: Sequence[tuple[str, "Figures"]]) -> None:
    """Show figures by name, failures before means; satisfaction where customers answered."""
    from rich.console import Console
    from rich.table import Table

    rated = any(each.csat.n for _, each in rows)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title)
    columns = ("n", "failed", "score", "resolved", "escal.", "churn", "sentiment", *(["CSAT"] if rated else []))
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for name, each in rows:
        table.add_row(
            name,
            str(each.conversations),
            f"{each.failed} of {each.passed + each.failed}",
            _or_dash(each.score.mean),
            _percent(each.resolution_rate),
            str(each.escalations),
            str(each.churn_risks),
            _or_dash(each.sentiment.mean),
            *([_or_dash(each.csat.mean)] if rated else []),
        )
    if rows:
        typer.echo("")
        Console().print(table)


def _show_drivers(title: str, found: Iterable["Driver"]) -> None:
    _show_lines(
        title,
        [
            f"{each.kind}:{each.name}  {each.points:+} points of the mean{_interval(each)}: {each.mean} in "
            f"{each.conversations} ({each.share:.1f}%), {each.baseline} overall; {', '.join(each.examples)}"
            for each in found
        ],
    )


def _interval(driver: "Driver") -> str:
    if driver.points_low is None or driver.points_high is None:
        return ""
    return f" ({driver.points_low:+} to {driver.points_high:+})"


def _show_trends(title: str, found: Iterable["Trend"]) -> None:
    _show_lines(
        title,
        [
            f"{each.kind}:{each.name}  {each.conversations}, {each.before} before: {each.excess:+} by its share"
            for each in found
        ],
    )


def _show_lines(title: str, lines: Sequence[str]) -> None:
    if lines:
        typer.echo("\n  ".join([f"\n{title}", *lines]))


def _percent(share: Decimal | None) -> str:
    return "-" if share is None else f"{share:.1f}%"


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)
