"""``auscult scorecards``: measures of agents, published, and their results."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.definitions.form_versions import PublishingNote
from auscult.cli.terminal import options
from auscult.domain.definitions.form_version import signed
from auscult.domain.errors import ScorecardError

if TYPE_CHECKING:
    from auscult.services.definitions.scorecards import AgentFigures

Documents = Annotated[
    list[Path], typer.Argument(metavar="FILE", callback=options.must_be_files, help="Scorecards, YAML or JSON.")
]
Card = Annotated[str, typer.Argument(metavar="ID", help="A scorecard, as list shows it.")]
Agent = Annotated[
    str | None,
    typer.Option("--agent", metavar="ID", help="Only this agent, with the conversations behind the figures."),
]


def apply(
    files: Documents,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
    note: PublishingNote = None,
) -> None:
    """Publish scorecards; an existing one gets a new version. All of them are checked first.

    Faults are reported with line, field, and what would be right. A metric that no form in force has is a warning.
    """
    from auscult.services.definitions.scorecards import check_scorecard, known_metrics

    with options.named_app(database, account, org, app) as within:
        known = known_metrics(within)
        found = [(file, check_scorecard(file.read_bytes(), known_metrics=known)) for file in files]
        for file, check in found:
            if check.card is None:
                raise ScorecardError.of(each.describe(str(file)) for each in check.problems)
        for file, check in found:
            for warning in check.warnings:
                typer.echo(f"{warning.describe(str(file))} (warning)", err=True)
            name = check.card.id if check.card else ""
            stored = within.definitions.publish("scorecard", name, file.read_bytes(), signed(None, note))
            if as_json:
                typer.echo(msgspec.json.encode({"id": stored.name, "version": stored.version}))
            else:
                typer.echo(f"{stored.name}: version {stored.version} is in force")


def agents(
    card: Card,
    *,
    app: options.KnownApp,
    agent: Agent = None,
    since: options.Since = None,
    until: options.Until = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the figures of agents by a scorecard: over a period, from the verdicts on their conversations.

    With --agent every conversation behind that agent's figures, in the order of their start.
    """
    from auscult.services.definitions.scorecards import figures_of, interactions_of, scorecard

    encode = msgspec.json.Encoder(decimal_format="number").encode
    with options.known_app(database, app) as within:
        found = scorecard(within, card)
        if agent is not None:
            for one in interactions_of(within, found, agent, since, until):
                if as_json:
                    typer.echo(encode(one))
                else:
                    attributes = ", ".join(f"{name} {_shown(score)}" for name, score in one.attributes.items())
                    fatal = f", {one.fatal_errors} fatal" if one.fatal_errors else ""
                    typer.echo(
                        f"{one.started_at:%Y-%m-%d %H:%M}  {one.conversation_id}  {_shown(one.score)}  ({attributes}{fatal})"
                    )
            return
        figures = figures_of(within, found, since, until)
        if as_json:
            for each in figures:
                typer.echo(encode(each))
        else:
            _print(figures)


def _print(figures: "tuple[AgentFigures, ...]") -> None:
    from rich.console import Console
    from rich.table import Table

    names = [attribute.name for attribute in figures[0].attributes] if figures else []
    table = Table("agent", "conversations", "score", "passed", "failed", "fatal", *names)
    for one in figures:
        counts = (str(number) for number in (one.passed, one.failed, one.fatal))
        means = (_shown(attribute.score) for attribute in one.attributes)
        named = f"{one.name} ({one.agent_id})" if one.name else one.agent_id
        score = _shown(one.score) if one.score_low is None else f"{one.score} ({one.score_low} to {one.score_high})"
        table.add_row(named, str(one.interactions), score, *counts, *means)
    Console().print(table)


def _shown(score: object) -> str:
    return "-" if score is None else str(score)
