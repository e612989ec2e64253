"""An agent reviews their own conversation on a screen: blind first, then beside what the machine and the auditor said."""

import re
from datetime import UTC, datetime

import pytest

from auscult.domain.audits.bookmark import AuditSettings
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.latest import Sought, latest
from tests.e2e.consoles import AGENT, Page, email_of, signed_in
from tests.e2e.serving import TENANT, Service

REVIEWS = "/console/my-results/reviews"
CONSOLE = {"weeks": 8}


def own(served: Service, number: int) -> str:
    """Return one of the agent's conversations."""
    app = served.store.within(TENANT)
    return latest(app, Sought(statuses=("evaluated",), agents=(AGENT,)), limit=10).items[number].id


def answers(page: str, answer: str) -> dict[str, str]:
    """Return the fields of the desk with one answer to every metric."""
    fields = dict(re.findall(r'name="(assignment)" value="([^"]+)"', page))
    return fields | {f"a-{metric}": answer for metric in re.findall(r'data-q="([^"]+)"', page)}


@pytest.mark.landing
def test_review_before_and_after(served: Service) -> None:
    """It is begun from My results, blind on every page until it is submitted, and then shown beside the machine."""
    chosen = own(served, 0)
    with signed_in(served, "agent") as client:
        assert f'value="{chosen}"' in client.get("/console/my-results").text
        begun = client.post(REVIEWS, data={"conversation_id": chosen})
        assert (begun.status_code, begun.headers["location"]) == (303, f"{REVIEWS}/{chosen}")
        desk = client.get(f"{REVIEWS}/{chosen}").text
        assert "Review yourself" in desk
        assert "Hand it back" not in desk
        assert "Hidden until you submit" in client.get(f"/console/conversations/{chosen}").text
        assert f'href="{REVIEWS}/{chosen}"' in client.get(f"/console/conversations/{chosen}").text
        assert client.post(f"{REVIEWS}/{chosen}/draft", data=answers(desk, "YES")).status_code == 200
        done = client.post(f"{REVIEWS}/{chosen}", data=answers(desk, "YES") | {"act": "submit"})
        assert (done.status_code, done.headers["location"]) == (303, f"{REVIEWS}/{chosen}")
        after = client.get(f"{REVIEWS}/{chosen}").text
        assert "Hidden until you submit" not in client.get(f"/console/conversations/{chosen}").text
        assert "Reviewed" in client.get("/console/my-results").text
    assert "Machine" in after
    assert "differ" in after
    assert Page(after).headings == 1


def test_review_of_somebody_else(served: Service) -> None:
    """A conversation of another agent is not there, and neither is a review that was not begun."""
    app = served.store.within(TENANT)
    items = latest(app, Sought(statuses=("evaluated",)), limit=100).items
    other = next(each.id for each in items if AGENT not in {agent.id for agent in each.agents})
    with signed_in(served, "agent") as client:
        assert client.post(REVIEWS, data={"conversation_id": other}).status_code == 404
        assert client.get(f"{REVIEWS}/{own(served, 1)}").status_code == 404
    with signed_in(served, "auditor") as client:
        assert client.post(REVIEWS, data={"conversation_id": other}).status_code == 403


def test_what_agents_do_not_see(served: Service) -> None:
    """Where agents see audited results alone, the machine stays hidden after the review as well."""
    app, chosen = served.store.within(TENANT), own(served, 2)
    app.bookmarks.change_settings(AuditSettings(agent_sees="audited"))
    with signed_in(served, "agent") as client:
        client.post(REVIEWS, data={"conversation_id": chosen})
        desk = client.get(f"{REVIEWS}/{chosen}").text
        client.post(f"{REVIEWS}/{chosen}", data=answers(desk, "NO") | {"act": "submit"})
        closed = client.get(f"{REVIEWS}/{chosen}").text
        work = Auditing(app, REPORTS, lambda: datetime.now(UTC), rater=email_of("auditor"))
        work.assign(chosen, email_of("auditor"), by="test")
        work.submit(chosen, as_machine=True)
        opened = client.get(f"{REVIEWS}/{chosen}").text
    assert "Machine" not in closed
    assert "Others are shown once an audit is released." in closed
    assert "Auditor" in opened
    assert "Machine" in opened
