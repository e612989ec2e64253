"""A console with people and example data in it, for tests: one user of each role, some weeks of conversations, audits."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx

from auscult import bootstrap
from auscult.bootstrap.scheduling import connecting
from auscult.config import Settings
from auscult.domain.connectors.run import Order
from auscult.domain.conversation import Conversation
from auscult.domain.people.principal import operator
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.audits.desk import Desk
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.latest import Sought, latest
from auscult.services.conversations.repeating import Span, repeated
from auscult.services.definitions.forms.publish import publish
from auscult.services.definitions.forms.reading import starter_documents
from auscult.services.people.users import Access, Users
from auscult.services.scoring.intake.read import read_file
from tests.databases import Content
from tests.e2e.serving import KEY, TENANT, Service, listening, opened, process
from tests.integration.connectors.placing import document, fill
from tests.waiting import PATIENCE_S

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "conversations"
PASSWORD = "correct horse battery"
QUEUE, AGENT = "Retail Banking", "a-044ff2fa2255"
ROLES: dict[str, Access] = {
    "administrator": Access(role="administrator"),
    "qa-manager": Access(role="qa-manager"),
    "auditor": Access(role="auditor"),
    "supervisor": Access(role="supervisor", queues=(QUEUE,)),
    "agent": Access(role="agent", agents=(AGENT,)),
    "analyst": Access(role="analyst"),
    "inspector": Access(role="inspector"),
}


def email_of(role: str) -> str:
    """The e-mail address of the user of a role."""
    return f"{role}@example.com"


def put_people(url: str) -> None:
    """Put one user of each role into a migrated database."""
    with bootstrap.open(Settings(database_url=url, secret_key=KEY)) as application:
        application.store.ensure(TENANT)
        users = Users(application.store, operator(TENANT.account_id))
        for role, access in ROLES.items():
            user = users.add(email_of(role), role.capitalize(), TENANT.account_id, PASSWORD)
            users.grant(user, TENANT, access)


PEOPLE = Content("people", put_people)
"""Content of a database: one user of each role."""


def put_example(url: str, *, weeks: int, a_week: int, seed: int) -> None:
    """Put example data into a database that has people."""
    with bootstrap.open(Settings(database_url=url, secret_key=KEY)) as application:
        publish(application.store.within(TENANT).forms, starter_documents(), application.answered)
        found = [
            each
            for file in sorted(EXAMPLES.glob("*.ndjson"))
            for each in read_file(file, TENANT.app_id, Limits())
            if isinstance(each, Conversation)
        ]
        process(application, repeated(found, TENANT.app_id, Span(datetime.now(UTC), weeks, a_week), seed))


@cache
def example(weeks: int = 4, a_week: int = 12, seed: int = 1) -> Content:
    """Content of a database: some weeks of example conversations, and one user of each role."""
    return Content(
        f"console {weeks} {a_week} {seed}", partial(put_example, weeks=weeks, a_week=a_week, seed=seed), PEOPLE
    )


@contextmanager
def console(
    url: str, demo: Any = None, weeks: int = 4, a_week: int = 12, seed: int = 1, **settings: Any
) -> Iterator[Service]:
    """Serve a console on this database, with people and example data in it."""
    with (
        opened(example(weeks, a_week, seed), url, **settings) as application,
        listening(application.server_app(demo)) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        yield Service(address, application, http)


@contextmanager
def signed_in(service: Service, role: str) -> Iterator[httpx.Client]:
    """A client that has signed in as the user of a role, as a browser does."""
    with httpx.Client(base_url=service.url, timeout=PATIENCE_S, headers={"Origin": service.url}) as client:
        answer = client.post("/console/sign-in", data={"email": email_of(role), "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield client


def assign(service: Service, role: str, number: int) -> list[str]:
    """Assign so many conversations to the user of a role; their ids."""
    app = service.store.within(TENANT)
    items = latest(app, Sought(statuses=("evaluated",)), limit=100).items
    chosen = [each.id for each in items if each.audit.state == "not_assigned"][:number]
    auditing = Auditing(app, REPORTS, lambda: datetime.now(UTC))
    for each in chosen:
        auditing.assign(each, email_of(role), by="test")
    return chosen


def connect(service: Service, name: str = "inbox") -> None:
    """Put a connector in force that has run once: it read one conversation, and refused another."""
    folder = Path(str(service.application.settings.state_dir)) / name
    fill(folder, 1)
    (folder / "bad.json").write_bytes(b"{")
    connectors = connecting(service.store, TENANT, service.application.settings)
    connectors.apply(
        document(f"folder:{folder}", name, mapping={"queues": {"other": {"id": "sales", "name": "Sales"}}})
    )
    connectors.run(name, Order(kind="manual"))


class Page(HTMLParser):
    """What a test looks at in a page: headings, links, forms, scripts, and whether anything is inline."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.language = ""
        self.headings = 0
        self.links: list[str] = []
        self.forms: list[tuple[str, str]] = []
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        self.headings += tag == "h1"
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag == "form":
            self.forms.append(((given.get("method") or "get").lower(), given.get("action") or ""))
        if (tag == "script" and not given.get("src")) or tag == "style" or "style" in given:
            self.inline.append(tag)
        self.inline += [f"{tag} {name}" for name in given if re.match(r"on[a-z]+$", name)]
        if given.get("id"):
            self.ids.append(given["id"] or "")


def count_held(served: Service) -> int:
    """Submit what was submitted in the console as if the time to undo it were over; return how many."""
    return Desk(served.store.within(TENANT), REPORTS, lambda: datetime.now(UTC) + timedelta(minutes=1)).submit_held()
