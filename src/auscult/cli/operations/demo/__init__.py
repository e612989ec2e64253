"""``auscult demo``: from a folder of conversations to scores over the API, in one go."""

import os
import shlex
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from auscult.cli.definitions import forms
from auscult.cli.operations.demo.naming import examples
from auscult.cli.operations.token import make_token
from auscult.cli.scoring import load
from auscult.cli.terminal import options
from auscult.cli.terminal.progress import progress
from auscult.config import CLIENT_SECRET, Settings
from auscult.domain.conversation import Conversation
from auscult.domain.errors import NotFoundError, SettingsError, counted
from auscult.domain.evaluation import Evaluation
from auscult.domain.tenancy import Client, Tenant, new_client_id, new_client_secret

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.server.console.operations.demo import Demo
    from auscult.storage.store import AppStore, Store

TENANT = Tenant(account_id="a-demo", org_id="o-demo", app_id="st-demo")
SCOPES = frozenset({"Quality AI", "assist:write"})
CONVERSATIONS = Path("conversations")
KNOWLEDGE = Path("knowledge/store")
LANGUAGES = Path("languages")
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
    conversations: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder of conversations to load. Default: the examples of the package."),
    ] = None,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the demo's own database stands.")] = Path(
        ".auscult/demo"
    ),
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Port to serve on; the next free one when it is taken. Default: AUSCULT_PORT, else 8484.",
        ),
    ] = None,
) -> None:
    """Load example conversations, score them, print a table, and serve them over the API.

    It needs no clone and works in an empty folder. Its database is in a folder of its own; delete that to start over.
    """
    from auscult import bootstrap
    from auscult.cli.operations.demo import audits, life, reviews, sound, table

    repeated = [] if conversations else sorted((examples() / LANGUAGES).glob("*.ndjson"))
    conversations = conversations or examples() / CONVERSATIONS
    files = _files(conversations)
    settings = options.settings_of(f"sqlite:///{folder}/auscult.db", host=HOST, port=port, workers=0 if once else 1)
    settings = msgspec.structs.replace(settings, port=free_port(HOST, settings.port))
    folder.mkdir(parents=True, exist_ok=True)
    remove_earlier(folder / "auscult.db", TENANT)
    with bootstrap.open(settings) as application:
        counts = load_examples(application, files)
        scored = list(scored_examples(application.store.within(TENANT)))
        plan = audits.plan_and_audit(application, TENANT, examples(), scored)
        reviews.review_and_calibrate(application.store, TENANT)
        client = _client(application.store)
        console = life.add_people(application.store, TENANT)
    table.show(scored)
    typer.echo(f"\n{load.sentence(counts)}")
    if plan is not None:
        typer.echo(
            f"\nAn example plan with audits made from labels; to estimate from it:\n\n{_estimate(settings, plan.document.form_id)}"
        )
    last_day = max(conversation.started_at for conversation, _ in scored).date().isoformat()
    if once:
        _serve(settings, client, last_day, None, console)
    else:
        life.begin(settings, TENANT, [*files, *repeated], sound.recordings(examples()))
        _serve(settings, client, last_day, conversations / RECORDED, console)


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*.ndjson*") if path.is_file()) if folder.is_dir() else []
    if not found:
        raise NotFoundError(
            f"no conversation in {folder}; name a folder of .ndjson files",
            code="conversations.none",
            field="--conversations",
        )
    return found


def load_examples(application: "Application", files: list[Path]) -> dict[str, int]:
    """Load conversations into the demo's app, with the starter forms and the knowledge for agents."""
    from auscult.cli.operations.demo import life, naming, sound
    from auscult.services.assist.knowledge import add_document
    from auscult.services.definitions.forms.publish import publish

    application.store.ensure(TENANT)
    documents = forms.documents_of(Path(forms.STARTER))
    publish(application.store.within(TENANT).forms, documents, application.answered)
    for file in sorted((examples() / KNOWLEDGE).glob("*.md")):
        add_document(application.store.within(TENANT), file.name, file.read_bytes(), "en")
    with ExitStack() as stack:
        if all(file.is_relative_to(examples()) for file in files):
            before = datetime.now(UTC).replace(hour=0, minute=0, second=0) - timedelta(weeks=life.WEEKS)
            found = naming.conversations_of(files, TENANT.app_id)
            shifted = naming.lately(found, application.store.within(TENANT), before)
            files = [stack.enter_context(naming.written(shifted))]
        report = stack.enter_context(progress("readable"))
        counts = application.load(TENANT, files, progress=report)
    sound.add(application, TENANT, {file: file.stem for file in sound.recordings(examples())})
    return counts


def scored_examples(app: "AppStore") -> Iterator[tuple[Conversation, Evaluation]]:
    """Yield every conversation that was loaded, with its evaluation."""
    last = ""
    while page := app.conversations.rerender(last, _PAGE):
        yield from ((each.conversation, each.evaluation) for each in page)
        last = page[-1].conversation.id


def _client(store: "Store") -> Client:
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


def _serve(settings: Settings, client: Client, day: str, recorded: Path | None, console: "Demo") -> None:
    """Serve, with ``recorded`` to be played to it; without, until one request is answered."""
    from auscult import bootstrap
    from auscult.cli.operations.demo import playing

    token = make_token(client.client_id, client.secret, TOKEN_S)

    def ready(address: str) -> None:
        request = score_request(address, token, day)
        if recorded is None:
            threading.Thread(target=_request_and_stop, args=(request, day, as_serving(address, settings))).start()
            return
        typer.echo(f"\nThe score report of {day}, the last day loaded:\n\n{as_curl(request)}\n")
        if recorded.is_file():
            playing.begin(address, client, TENANT, recorded)
            typer.echo(
                f"To see agents assisted live, in another shell:\n\n{as_simulation(address, client, recorded)}\n"
            )
        typer.echo(f"auscult serves {address} (docs {address}/docs); Ctrl-C ends it\n")
        typer.echo(f"Open the console, signed in as {console.people[0].name}: {address}/console/link/{console.secret}")

    bootstrap.serve(settings, ready, console)


def _request_and_stop(request: Request, day: str, serving: str) -> None:
    """Show the answer to one request, then how to serve again and repeat the request; end the server."""
    try:
        asked = urllib.request.Request(request.url, request.body, request.headers)  # noqa: S310  (our own address)
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            body: bytes = answer.read()
        rows = len(msgspec.json.decode(body)["results"])
        shown = body[:_ANSWER_SHOWN].decode(errors="ignore") + (" …" if len(body) > _ANSWER_SHOWN else "")
        typer.echo(f"\nThe score report of {day}, the last day loaded: {counted(rows, 'conversation')}.\n\n{shown}")
        typer.echo(f"\nTo serve the results again:\n\n{serving}\n")
        typer.echo(f"To request that report then, within a day:\n\n{as_curl(request)}")
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


def as_serving(address: str, settings: Settings) -> str:
    """Return the shell command that serves the demo's database at the same address again."""
    port = address.rpartition(":")[2]
    return f"{_program()} serve --database {shlex.quote(settings.database_url)} --port {port}"


def as_simulation(address: str, client: Client, recorded: Path) -> str:
    """A line for the shell that plays recorded conversations to the demo."""
    who = f"--client-id {client.client_id} --account {TENANT.account_id} --app {TENANT.app_id}"
    here = Path.cwd()
    file = shlex.quote(str(recorded.relative_to(here) if recorded.is_relative_to(here) else recorded))
    return (
        f"{CLIENT_SECRET}={shlex.quote(client.secret)} \\\n  "
        f"{_program()} simulate {file} --limit 1 --speed 5 --now --url {address} {who}"
    )


def _estimate(settings: Settings, form_id: str) -> str:
    """Return the shell command that prints an estimate of the example plan."""
    options_ = f"--app {TENANT.app_id} --database {shlex.quote(settings.database_url)}"
    return f"{_program()} estimate --form {form_id} --metric em-greeting {options_}"


def _program() -> str:
    """Return how to call this program from here: by name where the shell finds this very one, else as it was called."""
    found, called = shutil.which("auscult"), Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m auscult"
    is_found = found is not None and (not called.exists() or called.samefile(found))
    return "auscult" if is_found else shlex.quote(sys.argv[0])


def free_port(host: str, wanted: int) -> int:
    """Return the wanted port, or the next free one. Raises ``SettingsError``."""
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


def remove_earlier(database: Path, tenant: Tenant) -> None:
    """Remove a database that an earlier demo made and this version cannot migrate; leave every other one alone.

    The demo made it if ``tenant`` is its only app. Conversations, jobs and recordings go with it, the key stays.
    """
    if not database.is_file() or not _is_own(database, tenant):
        return
    for path in database.parent.glob(f"{database.name}*"):
        if path.name == f"{database.name}.recordings":
            shutil.rmtree(path)
        elif path.name == database.name or path.name.startswith(f"{database.name}-"):
            path.unlink()
    typer.echo(f"{database} was made by the demo of an earlier version; it is made again\n", err=True)


def _is_own(database: Path, tenant: Tenant) -> bool:
    from auscult.storage.core.migrations import is_earlier

    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            apps = connection.execute("SELECT account_id, org_id, app_id FROM apps").fetchall()
    except sqlite3.Error:
        return False  # what else it is, is said when it is opened
    return any(is_earlier(version) for (version,) in versions) and apps == [
        (tenant.account_id, tenant.org_id, tenant.app_id)
    ]
