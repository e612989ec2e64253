"""``auscult insights``."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import RequestError
from auscult.domain.insights.overview import KINDS, NUMBERS, Bar, Kind, Number

if TYPE_CHECKING:
    from auscult.domain.insights.overview import Driver, Trend
    from auscult.services.insights.overview import Behind, Figures, Found, Group, Overview, Wanted
    from auscult.storage.store import AppStore

DAYS = 7
ALL = "all"
_PAGE = 500
_WORDS: dict[Kind, str] = {
    "intent": "intents",
    "topic": "topics",
    "configured_intent": "configured intents",
    "missed_metric": "missed metrics",
    "queue": "queues",
    "agent": "agents",
}


def _kind(given: str) -> str:
    if given not in KINDS:
        raise typer.BadParameter(f"{given} is none of {', '.join(KINDS)}")
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
        help=f"Group by {', '.join(KINDS)}; may be repeated. Default: all but missed_metric.",
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
    channel: Annotated[
        Channel | None, typer.Option("--channel", metavar="CHANNEL", help="Only voice, or chat.")
    ] = None,
    direction: Annotated[
        Direction | None, typer.Option("--direction", metavar="DIRECTION", help="Only inbound, or outbound.")
    ] = None,
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
    """Show what conversations were about, what drives sentiment and scores, and what is new.

    Counts the conversations that start in a period (the last 7 days by default) and compares them with the period of
    the same length before it: volume, sentiment, resolution and risk by what they were about; what pulls sentiment
    and scores up or down, by points of the mean; what is new, rising and falling.
    Every number can be followed to its conversations: --show 'intent:late delivery' --only negative.
    """
    from auscult import bootstrap
    from auscult.services.insights.overview import TOPICS, Wanted, overview

    end = until or datetime.now(UTC)
    wanted = Wanted(
        since=since or end - timedelta(days=DAYS),
        until=end,
        channels=(channel,) if channel else (),
        directions=(direction,) if direction else (),
        queues=tuple(queue or ()),
        agents=tuple(agent or ()),
    )
    with bootstrap.open(options.settings_of_existing(database)) as application:
        known = application.store.within(options.known_tenant(application.store, app))
        if show is not None:
            _list(_behind(known, wanted, _number(show, only)), as_json=as_json)
            return
        kinds: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind in by) if by else (*TOPICS, "queue", "agent")
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
        started = datetime.fromtimestamp(each.place[0] / 1000, UTC)
        typer.echo(f"{fact.conversation_id}  {started:%Y-%m-%d %H:%M}  {', '.join(said)}")
    typer.echo(f"{shown} conversations")


def _show(found: "Overview") -> None:
    left_out = found.left_out.below_threshold + found.left_out.duration_unavailable
    typer.echo(
        f"{found.since:%Y-%m-%d %H:%M} to {found.until:%Y-%m-%d %H:%M}: {found.total.conversations} conversations "
        f"({found.previous.total.conversations} in the period before)"
        + (f"; {left_out} left out: too short, or of unknown duration" if left_out else "")
    )
    _show_total(found.total)
    for kind, count in found.names.items():
        groups = [group for group in found.groups if group.kind == kind]
        if groups:
            _show_groups(kind, groups, count)
    for measure, both in (("sentiment", found.drivers.sentiment), ("score", found.drivers.score)):
        _show_drivers(f"Low {measure} is driven by", both.low)
        _show_drivers(f"High {measure} is driven by", both.high)
    _show_trends("New", found.trends.new)
    _show_trends("Rising", found.trends.rising)
    _show_trends("Falling", found.trends.falling)
    if found.dropped:
        typer.echo(f"{found.dropped} names were dropped, as there were too many: take a shorter period", err=True)


def _show_total(total: "Figures") -> None:
    typer.echo(
        f"{total.failed} of {total.score.n} failed, score {_or_dash(total.score.mean)} in the mean\n"
        f"{total.negative} of {total.sentiment.n} negative, {total.neutral} neutral, {total.positive} positive, "
        f"sentiment {_or_dash(total.sentiment.mean)} in the mean\n"
        f"resolved {_percent(total.resolution_rate)}: {total.resolved} of {total.resolved + total.unresolved}; "
        f"{total.escalations} escalations, {total.churn_risks} churn risks"
    )


def _show_groups(kind: Kind, groups: Iterable["Group"], count: int) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"{_WORDS[kind]} ({count})")
    for name in ("n", "share", "before", "sentiment", "resolved", "escal.", "churn", "score"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in groups:
        table.add_row(
            each.name,
            str(each.conversations),
            _percent(each.share),
            str(each.before),
            _or_dash(each.sentiment.mean),
            _percent(each.resolution_rate),
            str(each.escalations),
            str(each.churn_risks),
            _or_dash(each.score.mean),
        )
    typer.echo("")
    Console().print(table)


def _show_drivers(title: str, found: Iterable["Driver"]) -> None:
    _show_lines(
        title,
        [
            f"{each.kind}:{each.name}  {each.points:+} points of the mean: {each.mean} in {each.conversations} "
            f"({each.share:.1f}%), {each.baseline} overall"
            for each in found
        ],
    )


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
