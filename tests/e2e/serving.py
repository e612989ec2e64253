"""A real server on a real port over a real database, for tests: started in this process, asked over HTTP."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import uvicorn

from auscult import bootstrap
from auscult.bootstrap import key_path
from auscult.config import Settings
from auscult.domain.scoring.stored import Accepted
from auscult.domain.tenancy import Client, Tenant, new_client_id, new_client_secret
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.server.serving.listening import uvicorn_config
from auscult.services.scoring.intake.read import read_file
from auscult.services.scoring.process import Processing
from auscult.storage import new_secret_key
from auscult.storage.access.key_file import kept_key
from auscult.storage.store import Store
from tests.databases import Content, copy_tables
from tests.waiting import PATIENCE_S, existing

PATH = "/qualityai/api/v1/public/qualitymanagement/app/{app}/scorereporting"
DAY = {"startDate": "2025-02-21", "endDate": "2025-02-21"}
TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
STRANGER = Tenant(account_id="acc-2", org_id="o-2", app_id="st-2")
KEY = new_secret_key().decode()
"""The key to the secrets of all databases of this test process, for they are copies of few."""
GOLDEN = Path(__file__).parent.parent / "golden"


@contextmanager
def listening(app: Any, port: int = 0) -> Iterator[str]:
    """Address of this application, served on a free port or this one until the end."""
    server = uvicorn.Server(uvicorn_config(app, "127.0.0.1", port))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        getattr(app, "stop_listening", lambda: None)()
        server.should_exit = True
        thread.join()


class Service:
    """The server, and a client that may read ``TENANT``."""

    def __init__(self, url: str, application: bootstrap.Application, http: httpx.Client) -> None:
        """Make the client."""
        self.url = url
        self.application = application
        self.store: Store = application.store
        self.http = http
        self.client = self.new_client()

    def new_client(self, *scopes: str, tenant: Tenant = TENANT, apps: frozenset[str] | None = None) -> Client:
        """Make a further client."""
        client = Client(
            client_id=new_client_id(),
            secret=new_client_secret(),
            account_id=tenant.account_id,
            app_ids=apps or frozenset({tenant.app_id}),
            scopes=frozenset(scopes or {"Quality AI"}),
            created_at=datetime.now(UTC),
        )
        self.store.clients.add(client)
        return client

    def token(self, client: Client | None = None, **claims: Any) -> str:
        """Make a token that a client would sign."""
        signer = client or self.client
        return jwt.encode({"appId": signer.client_id, **claims}, signer.secret, algorithm="HS256")

    def headers(self, **changed: str | None) -> dict[str, str]:
        """Make the headers of a request that is right, with some changed or, by None, left out."""
        given = {
            "auth": self.token(),
            "accountId": TENANT.account_id,
            "orgId": TENANT.org_id,
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in changed.items()},
        }
        return {name: value for name, value in given.items() if value is not None}

    def ask(
        self,
        body: Mapping[str, Any] | bytes = DAY,
        *,
        path: str = PATH,
        app: str = TENANT.app_id,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> httpx.Response:
        """Ask for a page."""
        content = body if isinstance(body, bytes) else httpx.Request("POST", "http://x", json=dict(body)).content
        return self.http.request(
            method,
            self.url + path.replace("{app}", app),
            content=content,
            headers=self.headers() if headers is None else headers,
        )


def process(application: bootstrap.Application, conversations: Iterable[Any], tenant: Tenant = TENANT) -> Accepted:
    """Take conversations from accepted to readable here, without the seconds that a worker takes to start."""
    processing = Processing(
        application.store, bootstrap.evaluator(application.settings), REPORTS, lambda: datetime.now(UTC)
    )
    accepted = application.store.within(tenant).conversations.accept(list(conversations))
    finished = existing(processing.evaluate(accepted.batch_id or ""))
    processing.record(finished)
    return accepted


def load(service: Service, tenant: Tenant, file: Path) -> int:
    """Take a file whose every line is right from accepted to readable here; the number of its conversations."""
    return process(service.application, read_file(file, tenant.app_id, Limits()), tenant).new


def processing(service: Service) -> Processing:
    """What a worker would do."""
    return Processing(
        service.store, bootstrap.evaluator(service.application.settings), REPORTS, lambda: datetime.now(UTC)
    )


def work(service: Service) -> None:
    """Process every batch that waits, as the worker of `auscult serve` would."""
    worker = processing(service)
    for batch in service.store.batches.waiting():
        finished = worker.evaluate(batch.batch_id)
        if finished is not None:
            worker.record(finished)


def put_sample(url: str) -> None:
    """Put the golden sample into a migrated database."""
    with bootstrap.open(Settings(database_url=url, secret_key=KEY)) as application:
        for tenant in (TENANT, STRANGER):
            application.store.ensure(tenant)
        forms = application.store.within(TENANT).forms
        for name in ("inbound", "outbound", "chat"):
            document = (GOLDEN / f"scorereporting.{name}.yaml").read_bytes()
            forms.publish(f"ef-golden-{name}", document)
        process(application, read_file(GOLDEN / "scorereporting.conversations.ndjson", TENANT.app_id, Limits()))


GOLDEN_SAMPLE = Content("golden", put_sample)
"""Content of a database: the golden sample."""


@contextmanager
def opened(content: Content, url: str, **settings: Any) -> Iterator[bootstrap.Application]:
    """Open a database that was made with this content. A missing file is made with it."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        copy_tables(file, content)
    found = Settings(database_url=url, **settings)
    kept_key(key_path(found), KEY.encode())
    with bootstrap.open(found) as application:
        assert application.store.tenant(TENANT.app_id), f"the database was not made with the content {content.name!r}"
        yield application


@contextmanager
def serving(url: str, port: int = 0, **settings: Any) -> Iterator[Service]:
    """Serve a database that holds the golden sample."""
    with (
        opened(GOLDEN_SAMPLE, url, **settings) as application,
        listening(application.server_app(), port) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        yield Service(address, application, http)


def told(answer: httpx.Response) -> dict[str, Any]:
    """The one entry of an answer that is an error, its shape checked (rule 17)."""
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["errors"]
    (entry,) = body["errors"]
    assert entry["msg"] == entry["message"]
    assert entry["requestId"] == answer.headers["x-request-id"]
    return entry
