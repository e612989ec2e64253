"""Every route, every role, every scope: what is not visible does not exist, and what is not permitted is named."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import cycle, product
from typing import Any, NamedTuple

import pytest

from auscult.domain.change import CHANGE_KINDS, Webhook, new_webhook_id, new_webhook_secret
from auscult.domain.conversation import Agent, Conversation, Queue
from auscult.domain.people.grants import Scope, pairs_of
from auscult.domain.people.principal import operator
from auscult.domain.people.roles import BUILT_IN
from auscult.domain.people.visibility import Visibility, visible_by
from auscult.server.people.cookies import PLAIN
from auscult.services.conversations.latest import Sought, latest
from auscult.services.delivery.webhooks import WebhookDispatch
from auscult.services.directory.naming import Naming
from auscult.services.people.directory_import import import_directory
from auscult.services.people.sign_in import Origin
from auscult.services.people.users import Access, Users
from auscult.storage.people.parties import write_auditor
from tests.contract.storing import STARTED, conversation
from tests.databases import Place
from tests.e2e.people.permissions import CONVERSATION, OWN, READS, WHOLE_APP
from tests.e2e.people.signing_in import Browser
from tests.e2e.serving import GOLDEN_SAMPLE, STRANGER, TENANT, Service, process, serving

pytestmark = pytest.mark.night

CONTENT = GOLDEN_SAMPLE
DAY = timedelta(days=1)
MADE: tuple[Conversation, ...] = (
    conversation("c-1", queues=(Queue("q-1", "Billing"),), agents=(Agent("a-1"),)),
    conversation("c-2", DAY, queues=(Queue("q-2"),), agents=(Agent("a-2"),)),
    conversation("c-3", 2 * DAY, queues=(Queue("q-2"), Queue("q-1", "Billing")), agents=(Agent("a-2"),)),
    conversation("c-4", -9 * DAY, agents=(Agent("a-1"), Agent("a-2"))),
)
SCOPES: dict[str, Access] = {
    "app": Access(),
    "queue": Access(queues=("billing",)),
    "team": Access(teams=("north",)),
    "own": Access(scope=Scope(kind="own")),
    "assigned": Access(scope=Scope(kind="assigned")),
}
FOREIGN = "c-foreign"
UNREAD = (400, 415)  # the body or its type is refused, before a conversation is looked up
OR_OWN = ("draft_assignment", "submit_assignment")  # whoever may review themselves may, too
PAGES = ("list_conversations", "list_insight_conversations", "get_insights", "list_changes", "list_audits")


class Person(NamedTuple):
    """A user with one role in one scope, signed in, and what each permission reaches."""

    name: str
    browser: Browser
    pairs: Any
    email: str

    def reaches(self, permission: str) -> Visibility:
        """Return which conversations a permission reaches."""
        return visible_by(self.pairs, permission, frozenset({"a-1"}), self.email)


class World(NamedTuple):
    """A server with people of every kind, and the operations of its API."""

    service: Service
    people: list[Person]
    operations: dict[str, tuple[str, str]]

    def sees(self, person: Person, permission: str, conversation_id: str) -> bool:
        """Return whether a permission reaches a conversation, by the facts."""
        app = self.service.store.within(TENANT)
        facts = app.people.facts(conversation_id)
        return facts is not None and person.reaches(permission).shows(facts, app.people.directory.memberships("team"))


@pytest.fixture(scope="module")
def world(place: Place) -> Iterator[World]:
    """A server on each kind of database."""
    with serving(place.url, rate_limit=0) as service:
        for each in service.store.within(TENANT).feed.after(0, 10_000):
            service.store.within(TENANT).conversations.erase(each.conversation_id)
        process(service.application, MADE)
        service.store.within(STRANGER).conversations.accept([conversation(FOREIGN, queues=(Queue("q-1", "Billing"),))])
        app = service.store.within(TENANT)
        team = "team_id,name,agent_id,since\nnorth,North,a-1,2026-03-20\n"
        import_directory(app, Naming(app, lambda: STARTED, operator()), "teams", team)
        assert STARTED.day == 23
        paths = service.http.get(f"{service.url}/openapi.json").json()["paths"]
        operations = {
            operation["operationId"]: (method.upper(), path.removeprefix("/api/v1"))
            for path, methods in paths.items()
            for method, operation in methods.items()
            if path.startswith("/api/v1/") and "/public/" not in path
        }
        yield World(service, [_person(service, *kind) for kind in _kinds(place.url.partition(":")[0])], operations)


def _kinds(database_kind: str) -> list[tuple[str, str]]:
    """Every role in every scope; on PostgreSQL each role once, and one in every scope: only the statements are new there."""
    every = [*product(BUILT_IN, SCOPES)]
    once = {*zip(BUILT_IN, cycle(SCOPES), strict=False), *(("qa-manager", scope) for scope in SCOPES)}
    return every if database_kind == "sqlite" else [kind for kind in every if kind in once]


def _person(service: Service, role: str, scope: str) -> Person:
    store, users = service.store, Users(service.store, operator())
    user = users.add(f"{role}-{scope}@example.com", role, TENANT.account_id)
    store.people.users.update(user.user_id, agent_ids=["a-1"])
    given = SCOPES[scope]
    access = Access(role=role, queues=given.queues, teams=given.teams, scope=given.scope)
    grants = users.grant(user, TENANT, access)
    app = store.within(TENANT)
    with app.people._database.writing() as connection:
        write_auditor(connection, app.people._database.dialect, app.people._app, "c-2", user.email)
    browser = Browser(service)
    browser.cookies.set(PLAIN, _session(service, user))
    now = grants[0].since + timedelta(seconds=1)
    return Person(f"{role} {scope}", browser, pairs_of(grants, TENANT.app_id, now), user.email)


def _session(service: Service, user: Any) -> str:
    from auscult.services.people.sign_in import SignIn  # noqa: PLC0415

    return SignIn(service.store).open(user, "password", Origin()).secret


@pytest.mark.landing
def test_the_table_names_every_operation(world: World) -> None:
    """An operation that is new stands in the table with its permission, or the test fails."""
    assert set(world.operations) == {*READS, *WHOLE_APP, *CONVERSATION, *OWN}


@pytest.mark.landing
def test_search_exports_and_deliveries_show_exactly_what_is_visible(world: World) -> None:
    """A search and its total, an export of the list, the deliveries of a webhook: the same predicate for every person."""
    ids, app = {each.id for each in MADE}, world.service.store.within(TENANT)
    hook = Webhook(
        id=new_webhook_id(),
        url="https://hooks.example.com/x",
        secret=new_webhook_secret(),
        kinds=frozenset(CHANGE_KINDS),
        position=0,
        created_at=STARTED,
    )
    app.webhooks.add(hook)
    dispatch = WebhookDispatch(world.service.store, Answering(), lambda: datetime.now(UTC))
    while dispatch.run_once():
        pass
    for person in world.people:
        seen = {each for each in ids if world.sees(person, "conversation.read", each)}
        found = person.browser.ask("GET", "/conversations?q=hello&since=2026-03-01&until=2026-04-01")
        if person.reaches("conversation.read").is_nothing:
            assert found.status_code == 403, person.name
        else:
            assert ({each["id"] for each in found.json()["items"]}, found.json()["total"]) == (seen, len(seen)), (
                person.name
            )
        everywhere = person.browser.ask("GET", "/search?q=hello&group=said")
        if person.reaches("conversation.read").is_nothing:
            assert everywhere.status_code == 403, person.name
        else:
            hits = {each["id"] for group in everywhere.json()["groups"] for each in group["hits"]}
            assert hits == seen, person.name
        told = person.browser.ask("GET", f"/webhooks/{hook.id}/deliveries?limit=1000")
        if person.reaches("webhook.read").is_nothing:
            assert told.status_code == 403, person.name
        else:
            delivered = {each["conversation_id"] for each in told.json()["items"]} & {*ids, FOREIGN}
            assert delivered == {each for each in ids if world.sees(person, "webhook.read", each)}, person.name
        narrowed = app.seen_by(person.reaches("report.export"))
        asked = Sought(since=datetime(2026, 3, 1, tzinfo=UTC), until=datetime(2026, 4, 1, tzinfo=UTC))
        exported = {each.id for each in latest(narrowed, asked, before=None, limit=100).items}
        assert exported == {each for each in ids if world.sees(person, "report.export", each)}, person.name


class Answering:
    """A receiver of webhooks that is always content."""

    is_closed = False

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        """Answer 200."""
        del url, headers, body
        return 200, ""

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.landing
def test_lists_pages_and_counts_show_exactly_what_is_visible(world: World) -> None:
    """The listing and its total, insights and what is behind them, the feed, audits: for every person alike."""
    ids = {each.id for each in MADE}
    period = "since=2026-03-01&until=2026-04-01"
    for person in world.people:
        for name in PAGES:
            permission = READS[name]
            seen = {each for each in ids if world.sees(person, permission, each)}
            path = world.operations[name][1]
            answer = person.browser.ask(
                "GET", f"{path}?{period}" if name not in ("list_changes", "list_audits") else path
            )
            if person.reaches(permission).is_nothing:
                assert (answer.status_code, answer.json()["value"]) == (403, permission), (person.name, name)
                continue
            body = answer.json()
            assert answer.status_code == 200, (person.name, name, body)
            if name == "get_insights":
                assert body["total"]["conversations"] == len(seen), person.name
            elif name != "list_audits":
                found = {each.get("id") or each["conversation_id"] for each in body["items"]}
                assert found & {*ids, FOREIGN} == seen, (person.name, name)
            if name == "list_conversations":
                assert body["total"] == len(seen), person.name


def _answer_of(world: World, person: Person, operation: str, conversation_id: str) -> tuple[int, str, str]:
    method, path = world.operations[operation]
    given = {"conversation_id": conversation_id, "number": "999", "user_id": "agent-own@example.com"}
    named = re.sub(r"\{(\w+)\}", lambda found: given.get(found[1], "no-such"), path)
    answer = person.browser.ask(method, named, {} if method in ("POST", "PUT") else None)
    body = answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else {}
    reason = body.get("reason", "") if isinstance(body, dict) else ""
    return answer.status_code, reason, body.get("value", "") if reason == "permission.missing" else ""


def test_conversations_out_of_scope_do_not_exist_and_a_lacking_permission_is_named(world: World) -> None:
    """For each operation about one conversation, each person, and each conversation, a foreign one too."""
    about_one = {name for name, (_, path) in world.operations.items() if "{conversation_id}" in path}
    ids = [*(each.id for each in MADE), FOREIGN, "c-none"]
    for operation in sorted(about_one):
        permission = READS.get(operation) or CONVERSATION[operation]
        for person in world.people:
            for conversation_id in ids:
                is_known = conversation_id.startswith("c-") and conversation_id not in (FOREIGN, "c-none")
                is_seen = is_known and world.sees(person, "conversation.read", conversation_id)
                if is_seen and world.sees(person, permission, conversation_id):
                    if operation in ("erase_conversation", "stream_live"):
                        continue
                    found = _answer_of(world, person, operation, conversation_id)
                    assert found[0] not in (401, 403, 500), (operation, person.name, conversation_id, found)
                    continue
                found = _answer_of(world, person, operation, conversation_id)
                told = (operation, person.name, conversation_id, found)
                if is_seen or (
                    person.reaches("conversation.read").is_everything and not person.reaches(permission).is_everything
                ):
                    assert found == (403, "permission.missing", permission), told
                elif person.reaches("conversation.read").is_everything:
                    assert (
                        found[0] == (204 if operation in ("erase_conversation", "remove_bookmark") else 404)
                        or found[0] in UNREAD
                    ), told
                else:
                    assert found[0] == 404, told


def test_everything_else_asks_for_its_permission(world: World) -> None:
    """Reading where the permission holds somewhere; what concerns the whole app, where it holds in the whole app."""
    skipped = {"list_webhooks"}
    for operation, (_, path) in sorted(world.operations.items()):
        if "{conversation_id}" in path or operation in OWN or operation in skipped:
            continue
        is_whole = operation in WHOLE_APP
        permission = WHOLE_APP[operation] if is_whole else READS[operation]
        for person in world.people:
            reached = person.reaches(permission)
            is_allowed = reached.is_everything if is_whole else not reached.is_nothing
            if operation in OR_OWN:
                is_allowed = is_allowed or not person.reaches("audit.review_own").is_nothing
            if is_allowed and operation in ("disable_user", "enable_user", "load_conversations"):
                continue
            found = _answer_of(world, person, operation, "")
            told = (operation, person.name, found)
            if operation in ("define_role", "remove_role") and is_allowed:
                assert found[:2] in {(403, "permission.missing"), (400, "field.missing")}, told
            elif is_allowed:
                assert found[0] not in (401, 403, 500), told
            else:
                assert found == (403, "permission.missing", permission), told
