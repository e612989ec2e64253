"""Two queues of one name: told apart wherever a queue is named or chosen, by those who see both."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Queue
from auscult.domain.people.directory import DirectoryQueue
from auscult.domain.people.principal import operator
from auscult.services.people.users import Access, Users
from tests.e2e.consoles import PASSWORD, signed_in
from tests.e2e.serving import TENANT, Service, process
from tests.integration.working import conversation
from tests.waiting import PATIENCE_S

TWINS = ("q-north", "q-south")
CONSOLE = {"weeks": 1, "a_week": 2}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console with two queues that are called Support, a conversation in each, and somebody who sees one."""
    at = datetime.now(UTC) - timedelta(hours=1)
    twins = [Queue(id=each, name="Support") for each in TWINS]
    given = [
        replace(conversation(f"c-{each.id}"), queues=(each,), started_at=at, ended_at=at + timedelta(seconds=10))
        for each in twins
    ]
    process(served.application, given)
    directory = served.store.within(TENANT).people.directory
    directory.put_queues([DirectoryQueue(queue_id=each, name="Support") for each in TWINS])
    users = Users(served.store, operator(TENANT.account_id))
    north = users.add("north@example.com", "North", TENANT.account_id, PASSWORD)
    users.grant(north, TENANT, Access(role="supervisor", queues=("q-north",)))
    return served


@pytest.fixture(scope="module")
def manager(served: Service) -> Iterator[httpx.Client]:
    """A QA manager, who sees every conversation."""
    with signed_in(served, "qa-manager") as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/conversations", "", "/agents", "/insights", "/overview", "/schedules", "/plans/new", "/forms"]
)
def test_both_are_offered(manager: httpx.Client, path: str) -> None:
    """By their ids, with words that differ, wherever a queue is chosen."""
    page = manager.get(f"/console{path}").text
    for each in TWINS:
        assert f'value="{each}"' in page
        assert f"Support ({each})" in page
    assert 'value="Support"' not in page


@pytest.mark.parametrize("path", ["/administration/users", "/administration/retention"])
def test_an_administrator_chooses_one(served: Service, path: str) -> None:
    """Grants and rules of retention are about one of them."""
    with signed_in(served, "administrator") as root:
        page = root.get(f"/console{path}").text
    assert all(f'value="{each}"' in page and f"Support ({each})" in page for each in TWINS)
    assert 'value="Support"' not in page


def test_a_filter_opens_one_of_them(manager: httpx.Client) -> None:
    """The chip says which."""
    page = manager.get("/console/conversations?queue=q-north").text
    assert "c-q-north" in page
    assert "c-q-south" not in page
    assert "<b>Support (q-north)</b>" in page


def test_conversations_name_theirs(manager: httpx.Client) -> None:
    """On its own page, and in the list."""
    assert "Support (q-south)" in manager.get("/console/conversations/c-q-south").text
    rows = manager.get("/console/conversations").text.partition("<tbody>")[2]
    assert "Support (q-north)" in rows
    assert "Support (q-south)" in rows


def test_who_sees_one_sees_no_other(served: Service) -> None:
    """Its name is plain to them: that another queue has it is not theirs to know."""
    with httpx.Client(base_url=served.url, timeout=PATIENCE_S, headers={"Origin": served.url}) as client:
        given = {"email": "north@example.com", "password": PASSWORD}
        assert client.post("/console/sign-in", data=given).status_code == 303
        for path in ("/conversations", "/conversations/c-q-north", "/agents"):
            page = client.get(f"/console{path}").text
            assert "Support" in page
            assert "Support (" not in page
            assert "q-south" not in page
