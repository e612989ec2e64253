"""``auscult ai-agents register`` and ``compare``: from a file, and with an exit status for pipelines."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.principal import as_operator
from auscult.domain.ai_agents.comparison import DROP
from auscult.domain.errors import counted

if TYPE_CHECKING:
    from auscult.services.ai_agents.comparing import ComparedVersions

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="JSON or YAML with version, name, instructions, knowledge and tools, as in docs/reference/formats.md.",
        exists=True,
        dir_okay=False,
    ),
]


WORSE, TOO_FEW = 3, 4
"""Exit statuses of ``compare --fail-if-worse``."""


def compare(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The AI agent, by its id or its name.")],
    *,
    app: options.KnownApp,
    version: Annotated[
        list[str], typer.Option("--version", metavar="VERSION", help="The earlier version, then the later one.")
    ],
    since: options.Since = None,
    until: options.Until = None,
    drop: Annotated[
        float, typer.Option("--drop", metavar="SHARE", min=0.01, max=0.99, help="The drop of a share that has to show.")
    ] = DROP,
    fail_if_worse: Annotated[
        bool,
        typer.Option(
            "--fail-if-worse",
            help="Exit with 3 if the later version is worse on any question, and with 4 if there are too few conversations.",
        ),
    ] = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Compare two versions of an AI agent by the share of conversations that met each question.

    The intervals hold for all questions together with 95 % confidence. A version is worse if an interval is below 0.
    """
    from auscult.services.ai_agents.comparing import Asked
    from auscult.services.ai_agents.comparing import compare as compared

    if len(version) != 2:  # noqa: PLR2004  (two versions)
        raise typer.BadParameter("give it twice: the earlier version, then the later one", param_hint="--version")
    asked = Asked(agent_id=agent, versions=(version[0], version[1]), since=since, until=until, drop=drop)
    with options.known_app(database, app) as its:
        found = compared(its, asked)
    if as_json:
        typer.echo(msgspec.json.encode(found))
    else:
        for line in _lines(found):
            typer.echo(line)
    if fail_if_worse and found.is_worse:
        raise typer.Exit(WORSE)
    if fail_if_worse and not found.is_enough:
        raise typer.Exit(TOO_FEW)


def _lines(found: "ComparedVersions") -> Iterator[str]:
    numbers = " and ".join(f"{each.conversations} of version {each.version}" for each in found.versions)
    yield f"{found.agent_id}: {numbers}"
    for each in found.questions:
        if each.interval is None or each.difference is None or each.a is None or each.b is None:
            yield f"  {each.id}: no answer in one of the versions ({each.n_a} and {each.n_b})"
            continue
        moved = f"{100 * each.difference:+.1f} points, {100 * each.interval[0]:+.1f} to {100 * each.interval[1]:+.1f}"
        word = "worse" if each.is_worse else "better" if each.is_better else "could be chance"
        few = "" if each.is_enough or each.is_worse else f"; {counted(each.needed, 'answer')} of each are needed"
        yield f"  {each.id}: {each.a:.1%} of {each.n_a}, then {each.b:.1%} of {each.n_b}: {moved}, {word}{few}"
    if found.is_worse:
        yield f"version {found.versions[1].version} is worse"
    elif found.is_enough:
        yield f"version {found.versions[1].version} is not worse, as far as the questions show it"
    else:
        yield f"too few conversations to say; {found.needed} of each version are needed"


def register(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The id that conversations name it by.")],
    file: File,
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Register a version of an AI agent, in place of what it was: instructions, knowledge and tools."""
    from datetime import UTC, datetime

    import yaml

    from auscult.domain.errors import FormatError
    from auscult.formats import native
    from auscult.services.ai_agents.registering import AiAgents, NewAgent

    try:
        document = yaml.safe_load(file.read_bytes())
    except yaml.YAMLError as error:
        raise FormatError(f"{file} is no JSON and no YAML: {error}", code="document.malformed") from error
    wanted = native.converted(document, NewAgent)
    with options.known_app(database, app) as store:
        made = AiAgents(store, lambda: datetime.now(UTC), as_operator()).register(agent, wanted)
    known = (
        f"{len(made.ai.instructions or '')} characters, {counted(len(made.ai.knowledge), 'document')}, "
        f"{counted(len(made.ai.tools), 'tool')}"
    )
    typer.echo(msgspec.json.encode(made) if as_json else f"{made.agent_id} {made.version}: {known}")
