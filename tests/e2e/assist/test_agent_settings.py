"""What an app lets its agents see: results that people audited, and not who audited them. In the console and over HTTP."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult.domain.audits.bookmark import AuditSettings
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.latest import Sought, latest
from auscult.storage.store import AppStore
from tests.databases import Place
from tests.e2e.consoles import AGENT, console, email_of, example, signed_in
from tests.e2e.serving import TENANT, Service

CONTENT = example(weeks=8)


@pytest.fixture(scope="module")
def served(place: Place) -> Iterator[Service]:
    """A console whose agents see audited results alone, and no auditor; one conversation of the agent is audited."""
    with console(place.url, weeks=8, state_dir=str(place.folder)) as found:
        app = found.store.within(TENANT)
        app.bookmarks.change_settings(AuditSettings(agent_sees="audited", hide_auditor=True))
        work = Auditing(app, REPORTS, lambda: datetime.now(UTC), rater=email_of("auditor"))
        audited = _own(app)[0]
        work.assign(audited, email_of("auditor"), by="test")
        work.submit(audited, as_machine=True)
        yield found


def _own(app: AppStore, sought: Sought | None = None) -> list[str]:
    """Return the evaluated conversations of the agent, the audited ones first."""
    items = latest(app, replace(sought or Sought(statuses=("evaluated",)), agents=(AGENT,)), limit=100).items
    return [each.id for each in sorted(items, key=lambda each: each.audit.state != "audited")]


def test_list_of_the_api(served: Service) -> None:
    """Other rows have no result, and a filter by results finds audited ones alone, in rows, total and pages."""
    audited, *others = _own(served.store.within(TENANT))
    assert others
    with signed_in(served, "agent") as client:
        items = {
            each["id"]: each for each in client.get("/api/v1/conversations", params={"limit": 500}).json()["items"]
        }
        assert items[audited]["score"] is not None
        assert all(items[each]["score"] is None and items[each]["passed"] is None for each in others)
        found: list[str] = []
        for outcome in ("passed", "failed"):
            page = client.get("/api/v1/conversations", params={"outcome": outcome, "limit": 1}).json()
            assert page["total"] == len(page["items"])
            assert page["next_cursor"] is None
            found += [each["id"] for each in page["items"]]
    assert found == [audited]


def test_list_of_the_console(served: Service) -> None:
    """The same in the console: a filter by results finds the audited one alone."""
    audited, *others = _own(served.store.within(TENANT))
    with signed_in(served, "agent") as client:
        everything = client.get("/console/conversations").text
        found = "".join(
            client.get("/console/conversations", params={"outcome": each}).text for each in ("passed", "failed")
        )
    assert audited in everything
    assert all(each in everything for each in others[:3])
    assert audited in found
    assert not [each for each in others if each in found]


def test_conversation_of_the_console(served: Service) -> None:
    """One that is audited shows its verdicts and no auditor; another one shows neither score nor verdicts."""
    audited, other, *_ = _own(served.store.within(TENANT))
    with signed_in(served, "agent") as client:
        open_page, closed = (client.get(f"/console/conversations/{each}").text for each in (audited, other))
    with signed_in(served, "qa-manager") as client:
        seen_by_others = client.get(f"/console/conversations/{other}").text
    assert 'id="arithmetic"' in open_page
    assert 'id="arithmetic"' in seen_by_others
    assert 'id="arithmetic"' not in closed
    assert "Shown once it is audited." in closed
    assert email_of("auditor") not in open_page
    assert "Audited by the auditor" in open_page


def test_figures_of_the_console(served: Service) -> None:
    """The agent's own page counts audited conversations alone; a manager's counts all."""
    with signed_in(served, "agent") as client:
        own_page = client.get(f"/console/agents/{AGENT}").text
    with signed_in(served, "qa-manager") as client:
        whole = client.get(f"/console/agents/{AGENT}").text
    app = served.store.within(TENANT)
    audited, *others = _own(app)
    passed = int(bool(app.conversations.recorded([audited])[audited].evaluation.passed))
    own_words, words = (re.sub(r"</?a\b[^>]*>", "", page) for page in (own_page, whole))  # numbers are links
    assert f">1 scored in 90 days, {passed} passed." in own_words
    assert ">1 scored in 90 days" not in words
    assert " scored in 90 days, " in words
    assert not [each for each in others if each in own_page]
