"""``auscult demo``: from a folder of conversations to scores over the API, in one go."""

import os
import shlex
import shutil
import signal
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from auscult.cli import _options, forms, load
from auscult.cli._progress import progress
from auscult.cli.token import make_token
from auscult.config import CLIENT_SECRET, Settings
from auscult.domain.conversation import Conversation
from auscult.domain.errors import NotFoundError, SettingsError
from auscult.domain.evaluation import Evaluation
from auscult.domain.tenancy import Client, Tenant, new_client_id, new_client_secret
from auscult.pipeline.ports import AppStore, Store

if TYPE_CHECKING:
    from auscult.bootstrap import Application

TENANT = Tenant(account_id="a-demo", org_id="o-demo", app_id="st-demo")
SCOPES = frozenset({"Quality AI", "assist:write"})
KNOWLEDGE = Path("examples/knowledge/store")
RECORDED = "store_chats.ndjson"
HOST = "127.0.0.1"
TOKEN_S = 24 * 3600
PORTS_TRIED = 20
PATH = "/qualityai/api/v1/public/qualitymanagement/app/{app}/scorereporting"
_PAGE = 1000
_ANSWER_SHOWN = 600


class Request(NamedTuple):
    """One request for the score report of a day."""

    url: str
    headers: dict[str, str]
    body: bytes


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Do everything, show one answer of the API, and end.")] = False,
    conversations: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder of conversations to load.")] = Path(
        "examples/conversations"
    ),
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the demo's own database stands.")] = Path(
        ".auscult/demo"
    ),
    port: Annotated[
        int, typer.Option(metavar="N", help="Port to serve on; the next free one when it is taken.")
    ] = 8484,
) -> None:
    """Load example conversations, score them, print a table, and serve them over the API.

    Everything stands in a folder of its own; delete it to begin again.
    """
    from auscult import bootstrap
    from auscult.cli import _table

    files = _files(conversations)
    folder.mkdir(parents=True, exist_ok=True)
    settings = _options.settings_of(
        f"sqlite:///{folder}/auscult.db", host=HOST, port=free_port(HOST, port), workers=0 if once else 1
    )
    with bootstrap.open(settings) as application:
        counts = _load(application, files)
        scored = list(_scored(application.store.within(TENANT)))
        client = _client(application.store)
    _table.show(scored)
    typer.echo(f"\n{load.sentence(counts)}")
    last_day = max(conversation.started_at for conversation, _ in scored).date().isoformat()
    _serve(settings, client, last_day, None if once else conversations / RECORDED)


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*.ndjson*") if path.is_file()) if folder.is_dir() else []
    if not found:
        raise NotFoundError(
            f"there is no conversation in {folder}: run this in a clone of auscult, or name a folder of .ndjson files",
            code="conversations.none",
            field="--conversations",
        )
    return found


def _load(application: "Application", files: list[Path]) -> dict[str, int]:
    from auscult.pipeline.knowledge import add_document
    from auscult.pipeline.publish import publish

    application.store.ensure(TENANT)
    documents = forms.documents_of(Path(forms.STARTER))
    publish(application.store.within(TENANT).forms, documents, application.answered)
    for file in sorted(KNOWLEDGE.glob("*.md")):
        add_document(application.store.within(TENANT), file.name, file.read_bytes(), "en")
    with progress("readable") as tell:
        return application.load(TENANT, files, progress=tell)


def _scored(app: AppStore) -> Iterator[tuple[Conversation, Evaluation]]:
    last = ""
    while page := app.conversations.rerender(last, _PAGE):
        yield from ((each.conversation, each.evaluation) for each in page)
        last = page[-1].conversation.id


def _client(store: Store) -> Client:
    """The demo's client: the one of last time, or a new one."""
    for known in store.clients.listing():
        if (
            TENANT.app_id in known.app_ids
            and known.revoked_at is None
            and known.scopes >= SCOPES
            and (client := store.clients.find(known.client_id))
        ):
            return client
    client = Client(
        client_id=new_client_id(),
        secret=new_client_secret(),
        account_id=TENANT.account_id,
        app_ids=frozenset({TENANT.app_id}),
        scopes=SCOPES,
        created_at=datetime.now(UTC),
    )
    store.clients.add(client)
    return client


def _serve(settings: Settings, client: Client, day: str, recorded: Path | None) -> None:
    """Serve, with ``recorded`` to be played to it; without, until one request is answered."""
    from auscult import bootstrap

    token = make_token(client.client_id, client.secret, TOKEN_S)

    def ready(address: str) -> None:
        request = score_request(address, token, day)
        typer.echo(f"\nThe score report of {day}, the last day loaded:\n\n{as_curl(request)}\n")
        if recorded is not None and recorded.is_file():
            typer.echo(
                f"To see agents assisted live, in another shell:\n\n{as_simulation(address, client, recorded)}\n"
            )
        typer.echo(f"auscult serves {address} (docs {address}/docs)" + ("" if recorded is None else "; Ctrl-C ends it"))
        if recorded is None:
            threading.Thread(target=_ask_and_end, args=(request,)).start()

    bootstrap.serve(settings, ready)


def _ask_and_end(request: Request) -> None:
    try:
        asked = urllib.request.Request(request.url, request.body, request.headers)  # noqa: S310  (our own address)
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            body: bytes = answer.read()
        rows = len(msgspec.json.decode(body)["results"])
        shown = body[:_ANSWER_SHOWN].decode(errors="ignore") + (" …" if len(body) > _ANSWER_SHOWN else "")
        typer.echo(f"\nIt answered with {rows} conversation{'' if rows == 1 else 's'}:\n\n{shown}")
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


def score_request(address: str, token: str, day: str) -> Request:
    """The request for the first page of one day's score report."""
    headers = {
        "auth": token,
        "accountId": TENANT.account_id,
        "orgId": TENANT.org_id,
        "Content-Type": "application/json",
    }
    body = msgspec.json.encode({"startDate": day, "endDate": day})
    return Request(address + PATH.format(app=TENANT.app_id), headers, body)


def as_curl(request: Request) -> str:
    """The request as a line for the shell."""
    headers = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.headers.items()]
    return " \\\n  ".join([f"curl -s {shlex.quote(request.url)}", *headers, f"-d {shlex.quote(request.body.decode())}"])


def as_simulation(address: str, client: Client, recorded: Path) -> str:
    """A line for the shell that plays recorded conversations to the demo."""
    who = f"--client-id {client.client_id} --account {TENANT.account_id} --app {TENANT.app_id}"
    file = shlex.quote(str(recorded))
    return (
        f"{CLIENT_SECRET}={shlex.quote(client.secret)} \\\n  "
        f"{_program()} simulate {file} --limit 1 --speed 5 --now --url {address} {who}"
    )


def _program() -> str:
    """How this program is called from here: its name where the shell finds it, else its path."""
    return "auscult" if shutil.which("auscult") else shlex.quote(sys.argv[0])


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next that nobody listens on. Raises ``SettingsError``."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65_536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise SettingsError(
        f"no port is free from {wanted} on; name another with --port", code="port.taken", field="--port"
    )
