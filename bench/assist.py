"""How soon a suggestion is there: messages told to the hook of a real server at a steady rate, suggestions heard.

    python -m bench.assist [--rate 50] [--seconds 30] [--passages 10000] [--conversations 50] [--playbook] [--database URL]

One server with its worker, no model server, the client on the same cores. Each conversation is listened to by
server-sent events, as an agent's page would; what is told is from sending a message until its suggestion is heard. One
message in three is small talk, to which nothing is suggested; then it counts until that is heard. With ``--playbook`` every message is
looked at for the 20 steps of a playbook as well, half of them told by meaning.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path

import httpx
import jwt

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.assist.knowledge import Piece
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.definitions.playbook import PlannedStage, PlannedStep, Playbook, Sign
from auscult.domain.tenancy import Client, Tenant, new_client_id, new_client_secret
from auscult.storage.store import AppStore
from bench.knowing import beside, questions, small_talk, store
from bench.program import AUSCULT

TENANT = Tenant(account_id="acc-bench", org_id="o-bench", app_id="st-bench")
FORGOTTEN_S = 5.0
"""At the start messages are sent that are not counted."""


class JudgeResult:
    """When each message was sent, answered OK, and what came of it heard: seconds of one clock."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.sent: dict[str, float] = {}
        self.taken: dict[str, float] = {}
        self.suggested: dict[str, float] = {}
        self.passed: dict[str, float] = {}
        self.processor_ms = 0.0

    def event(self, name: str, item: dict[str, str]) -> None:
        """Take in one event of a stream."""
        now = time.perf_counter()
        if name == "suggestion":
            self.suggested.setdefault(item["message_id"], now)
        elif name == "message" and item["passed"]:
            self.passed.setdefault(item["id"], now)


def main() -> None:
    """Make the database, serve it, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--playbook", action="store_true", help="follow one, in every message")
    parser.add_argument("--database", default="", help="a new PostgreSQL database")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = chosen.database or f"sqlite:///{name}/bench.db"
        client = fill(url, Path(name), chosen.passages, AssistSettings(playbooks=(playbook(),) * chosen.playbook))
        with serving(url, Path(name)) as (address, pid):
            heard = asyncio.run(tell(address, pid, client, chosen.conversations, chosen.rate, chosen.seconds))
    print(
        f"{os.cpu_count()} cores, {url.partition(':')[0]}, {chosen.passages:,} passages, {chosen.rate} messages/s "
        f"in {chosen.conversations} conversations for {chosen.seconds} s"
    )
    show("hook answered", heard.sent, heard.taken)
    show("suggestion heard", heard.sent, heard.suggested)
    show("small talk passed", heard.sent, heard.passed)
    lost = len(heard.sent.keys() - heard.suggested.keys() - heard.passed.keys())
    print(f"  {heard.processor_ms:.1f} ms of the server's processor time a message")
    print(f"  {lost} of {len(heard.sent)} messages without either")


def playbook() -> Playbook:
    """Four stages of five steps, all of which customers may do."""
    texts = [piece.text[:100] for _, piece in islice(store(), 20)]
    signs = [
        Sign(speaker="customer", similar=(text,)) if index % 2 else Sign(speaker="customer", phrases=(text,))
        for index, text in enumerate(texts)
    ]
    steps = [PlannedStep(id=f"s-{index}", when=sign) for index, sign in enumerate(signs)]
    stages = [PlannedStage(id=f"g-{index}", steps=tuple(steps[index : index + 5])) for index in range(0, 20, 5)]
    return Playbook(id="p-1", stages=tuple(stages))


def fill(url: str, folder: Path, count: int, settings: AssistSettings) -> Client:
    """A database with an app that knows so many passages, and a client that may do everything."""
    with bootstrap.open(
        read_settings({**os.environ, "AUSCULT_STATE_DIR": str(folder)}, database_url=url)
    ) as application:
        application.store.ensure(TENANT)
        know(application.store.within(TENANT), count)
        application.store.within(TENANT).live.configure(settings)
        client = Client(
            client_id=new_client_id(),
            secret=new_client_secret(),
            account_id=TENANT.account_id,
            app_ids=frozenset({TENANT.app_id}),
            scopes=frozenset({"assist:write"}),
            created_at=datetime.now(UTC),
        )
        application.store.clients.add(client)
    return client


def know(app: AppStore, count: int) -> None:
    """Let an app know the guidelines, and others beside."""
    known = list(store())
    documents: dict[str, list[Piece]] = {}
    others = (("others.md", piece) for piece in beside(count - len(known)))
    for source, piece in chain(known, others):
        documents.setdefault(source, []).append(piece)
    for source, pieces in documents.items():
        app.knowledge.add(source, "en", "markdown", source.encode(), pieces)


@contextmanager
def serving(url: str, folder: Path) -> Iterator[tuple[str, int]]:
    """The installed program on a free port, with no limit of requests; and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {**os.environ, "AUSCULT_RATE_LIMIT": "0", "AUSCULT_STATE_DIR": str(folder)}
    words = [str(AUSCULT), "serve", "--database", url, "--port", str(port)]
    with subprocess.Popen(words, env=settings, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            if not process.stdout.readline():
                sys.exit("the server did not start")
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


async def tell(  # noqa: PLR0913, PLR0917  (whom, as whom, how much)
    address: str, pid: int, client: Client, conversations: int, rate: int, seconds: int
) -> JudgeResult:
    """Tell messages at a steady rate, whatever the answers take, and listen to every conversation."""
    token = jwt.encode({"appId": client.client_id}, client.secret, algorithm="HS256")
    texts = [text for pair in zip((q for _, q in questions()), small_talk(), strict=False) for text in (pair[0], *pair)]
    heard = JudgeResult()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(headers={"auth": token}, limits=limits, timeout=60, base_url=address) as http:
        names = [f"c-{number}" for number in range(conversations)]
        await asyncio.gather(*(_say(http, JudgeResult(), name, f"{name}-first", texts[0]) for name in names))
        listeners = [asyncio.create_task(_listen(http, heard, name)) for name in names]
        await asyncio.sleep(FORGOTTEN_S)
        began, before = time.perf_counter(), _processor_s(pid)
        says: list[asyncio.Task[None]] = []
        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            name = names[number % conversations]
            says.append(asyncio.create_task(_say(http, heard, name, f"ms-{number}", texts[number % len(texts)])))
        await asyncio.gather(*says)
        await asyncio.sleep(FORGOTTEN_S)
        heard.processor_ms = 1000 * (_processor_s(pid) - before) / (rate * seconds)
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    return heard


def _processor_s(pid: int) -> float:
    """Seconds of processor time that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _say(http: httpx.AsyncClient, heard: JudgeResult, conversation_id: str, name: str, text: str) -> None:
    body = {"conversationId": conversation_id, "messageId": name, "query": text, "author": {"type": "USER"}}
    heard.sent[name] = time.perf_counter()
    answer = await http.post(f"/agentassist/api/v1/hooks/{TENANT.app_id}", json=body)
    answer.raise_for_status()
    heard.taken[name] = time.perf_counter()


async def _listen(http: httpx.AsyncClient, heard: JudgeResult, conversation_id: str) -> None:
    path = f"/api/v1/live/conversations/{conversation_id}/stream"
    async with http.stream("GET", path, timeout=None) as answer:
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                heard.event(name, json.loads(line.removeprefix("data: ")))


def show(what: str, since: dict[str, float], until: dict[str, float]) -> None:
    """Print how long it took."""
    took = sorted(1000 * (until[name] - at) for name, at in since.items() if name in until)
    if len(took) < 2:
        print(f"  {what:<18} {len(took)} of them")
        return
    cuts = statistics.quantiles(took, n=100)
    print(
        f"  {what:<18} p50 {cuts[49]:6.1f} ms, p95 {cuts[94]:6.1f} ms, p99 {cuts[98]:6.1f} ms, "
        f"longest {took[-1]:6.1f} ms ({len(took)} of them)"
    )


if __name__ == "__main__":
    main()
