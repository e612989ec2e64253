"""``auscult ai-agents register``: what is registered comes from a file, as its operation's body has it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="JSON or YAML with version, name, instructions, knowledge and tools, as in docs/reference/formats.md.",
        exists=True,
        dir_okay=False,
    ),
]


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

    from auscult import bootstrap
    from auscult.domain.errors import FormatError
    from auscult.domain.people.principal import operator
    from auscult.formats import native
    from auscult.services.ai_agents import AiAgents, NewAgent

    try:
        document = yaml.safe_load(file.read_bytes())
    except yaml.YAMLError as error:
        raise FormatError(f"{file} is no JSON and no YAML: {error}", code="document.malformed") from error
    wanted = native.converted(document, NewAgent)
    with bootstrap.open(options.settings_of_existing(database)) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        made = AiAgents(store, lambda: datetime.now(UTC), operator()).register(agent, wanted)
    known = (
        f"{len(made.ai.instructions or '')} characters, {len(made.ai.knowledge)} documents, {len(made.ai.tools)} tools"
    )
    typer.echo(msgspec.json.encode(made) if as_json else f"{made.agent_id} {made.version}: {known}")
