"""Agents that a user is given, in other words than the fault was found with: every door of a served console."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from auscult.domain.people.directory import DirectoryAgent
from auscult.domain.people.users import User
from auscult.domain.tenancy import Tenant
from tests.databases import database
from tests.e2e.consoles import AGENT, console, email_of, example, signed_in
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service

SISTER = Tenant(account_id=TENANT.account_id, org_id="o-9", app_id="st-sister")
FOREIGN = Tenant(account_id="acc-foreign", org_id="o-9", app_id="st-foreign")
HIRED, SISTERS, STRANGERS = "a-hired", "a-sister", "a-foreign"
WRONG = {
    "a typing error": AGENT[:-1],
    "another case": AGENT.upper(),
    "a space within": AGENT.replace("-", " "),
    "a name instead of an id": "Hanna Hired",
    "an e-mail address instead of an id": "hanna@example.com",
    "every agent": "*",
    "part of SQL": "' OR '1'='1",
    "letters that look alike": AGENT.replace("a", "\u0430"),
    "an agent of another app of the account": SISTERS,
    "an agent of another account": STRANGERS,
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with examples; an agent who was imported, and agents of two other apps."""
    folder: Path = tmp_path_factory.mktemp("agents")
    with database("sqlite", "", folder, content=example(1, 6)) as url, console(url, weeks=1, a_week=6) as served:
        for tenant, agent in ((TENANT, HIRED), (SISTER, SISTERS), (FOREIGN, STRANGERS)):
            served.store.ensure(tenant)
            one = DirectoryAgent(agent_id=agent, name="Hanna Hired", emails=("hanna@example.com",))
            served.store.within(tenant).people.directory.put_agents([one])
        yield served


@pytest.fixture
def own(service: Service) -> Own:
    """A program that may write users."""
    return Own(service, service.new_client("users:read", "users:write"))


def user_of(service: Service, email: str) -> User | None:
    """The user of an address, if there is one."""
    return service.store.people.users.by_email(email)


def before(service: Service) -> tuple[Any, ...]:
    """All that a refusal leaves as it is: users with their agents, and grants."""
    users = service.store.people.users.listing(TENANT.account_id)
    return users, [service.store.people.grants.of_user(each.user_id) for each in users]


@pytest.mark.landing
@pytest.mark.parametrize("why", WRONG)
@pytest.mark.parametrize(
    "right", [{"role": "agent"}, {"role": "supervisor"}, {"permission": "conversation.read"}], ids=str
)
def test_a_program_cannot_name_an_agent_that_the_app_does_not_have(
    service: Service, own: Own, why: str, right: dict[str, str]
) -> None:
    """With a new user and for an old one, alone and behind a known agent: refused, and nothing is written."""
    as_it_was = before(service)
    for agents in ([WRONG[why]], [AGENT, WRONG[why]], [HIRED, AGENT, WRONG[why]]):
        new = {
            "email": "new@example.com",
            "name": "New",
            "password": "correct horse battery",
            "agents": agents,
            **right,
        }
        user = user_of(service, email_of("auditor"))
        assert user
        for path, body in (("/users", new), (f"/users/{user.user_id}/grants", {"agents": agents, **right})):
            told = problem(
                own.ask("POST", path, httpx.Request("POST", "http://x", json=body).content), 404, "agent.unknown"
            )
            assert repr(WRONG[why]) in told["detail"]
    assert before(service) == as_it_was


@pytest.mark.parametrize("why", WRONG)
def test_the_page_of_users_refuses_an_agent_that_the_app_does_not_have(service: Service, why: str) -> None:
    """Typed or ticked, on both forms: the page stays, names the id, and nothing is written."""
    as_it_was = before(service)
    user = user_of(service, email_of("auditor"))
    assert user
    with signed_in(service, "administrator") as browser:
        for path, who in (
            ("/console/administration/users", {"email": "new@example.com", "name": "New"}),
            (f"/console/administration/users/{user.user_id}/grants", {}),
        ):
            for agents in (WRONG[why], f"{AGENT}, {WRONG[why]}", [AGENT, WRONG[why]], f"{AGENT}\r\n{WRONG[why]}\r\n"):
                answer = browser.post(path, data={"role": "agent", "agents": agents, **who})
                assert answer.status_code in (409, 422), (path, agents)
                assert "nknown agent" in answer.text
    assert before(service) == as_it_was


def test_a_misspelt_agent_is_named_with_those_near(own: Own) -> None:
    """The refusal helps: it names the agent that was probably meant, and the way to add one."""
    body = b'{"email": "new@example.com", "role": "agent", "agents": ["%s"]}' % AGENT[:-2].encode()
    told = problem(own.ask("POST", "/users", body), 404, "agent.unknown")
    assert AGENT in told["detail"]
    assert "import" in told["detail"]


def test_known_agents_are_given_through_every_door(service: Service, own: Own) -> None:
    """An agent of conversations and one who was imported are taken, so that what is refused is not everything."""
    given = {}
    body = httpx.Request("POST", "http://x", json={"email": "ok@example.com", "role": "agent", "agents": [HIRED]})
    assert own.ask("POST", "/users", body.content).status_code == 201
    given["ok@example.com"] = {HIRED}
    with signed_in(service, "administrator") as browser:
        data = {"email": "page@example.com", "name": "P", "role": "agent", "agents": f" {AGENT} ,{HIRED}"}
        assert browser.post("/console/administration/users", data=data).status_code == 200
    given["page@example.com"] = {AGENT, HIRED}
    for email, agents in given.items():
        user = user_of(service, email)
        assert user
        assert user.agent_ids == agents
