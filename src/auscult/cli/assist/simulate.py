"""``auscult simulate``."""

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from auscult.cli.operations.token import make_link
from auscult.cli.terminal import input_files, options, remote
from auscult.cli.terminal.progress import progress
from auscult.config import read_settings
from auscult.domain.errors import counted

if TYPE_CHECKING:
    from auscult.client.simulator import Played

PREFIX = "sim-"
_WATCHING: dict[str, str | None] = {"id": "a-watching", "name": "You"}


def simulate(
    files: options.Files,
    *,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="The server, as http://127.0.0.1:8484.")],
    client_id: remote.ClientId,
    client_secret: remote.ClientSecret = None,
    account: remote.Account,
    app: remote.App,
    org: remote.Org = "",
    speed: Annotated[
        float, typer.Option(min=0, metavar="X", help="1 as recorded, 10 ten times as fast, 0 as fast as answered.")
    ] = 1.0,
    at_once: Annotated[
        int, typer.Option("--at-once", min=1, metavar="N", help="So many conversations go on at the same time.")
    ] = 1,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first so many conversations.")] = None,
    prefix: Annotated[
        str, typer.Option(metavar="TEXT", help="Put before the ids, so that stored conversations are not sent again.")
    ] = PREFIX,
    is_now: Annotated[
        bool, typer.Option("--now", help="Send the time of playing, rather than the time of the recording.")
    ] = False,
) -> None:
    """Play recorded conversations to a running server, as if they were in progress.

    Each is sent to the hook of agent assist, message by message, with joins, leaves and its end, and is scored when
    it is over. Playing a conversation twice has no further effect. The client needs the scope assist:write.
    """
    from auscult.client.simulator import Pace, play
    from auscult.client.sse import Hook

    access = remote.access(client_id, client_secret, account, app, org)
    page = f"{url.rstrip('/')}/assist/"
    link = make_link(page, client_id, access.client_secret, _WATCHING, app=app)
    typer.echo(f"Watch it with the agent's page (this link signs in, for ten minutes): {link}", err=True)
    pace = Pace(speed=speed, at_once=at_once, is_now=is_now, prefix=prefix)
    counts = Counter[str]()
    with input_files.reading(read_settings(), files) as given:
        with Hook(url, access, notify=lambda line: typer.echo(line, err=True)) as hook, progress("sent") as report:
            for played in play(hook, islice(given.conversations(files), limit), pace):
                if played.is_over:
                    _count(counts, played)
                elif not played.sent:
                    counts["sent"] += played.messages + played.events
                    typer.echo(f"{played.id}  begins: {page}{quote(played.id, safe='')}")
                counts["done"] += bool(played.sent)
                report(counts["done"], counts["sent"])
        typer.echo(_sentence(counts))
    if counts["refused"]:
        raise typer.Exit(1)


def _count(counts: Counter[str], played: "Played") -> None:
    """Print the outcome of a conversation that is over, and count it."""
    if played.refusal:
        counts["refused"] += 1
        typer.echo(f"error: {played.id} is given up: {played.refusal}", err=True)
        return
    counts.update(conversations=1, messages=played.messages, events=played.events, left_out=played.left_out)
    typer.echo(f"{played.id}  over: {played.messages} messages, {played.events} events")


def _sentence(counts: Counter[str]) -> str:
    """``3 conversations played: 87 messages, 9 events, 0 refused``."""
    left_out = f", {counted(counts['left_out'], 'turn')} of bots left out" if counts["left_out"] else ""
    messages, events = counted(counts["messages"], "message"), counted(counts["events"], "event")
    played = counted(counts["conversations"], "conversation")
    return f"{played} played: {messages}, {events}{left_out}, {counts['refused']} refused"
