"""The pages around disputes in a real Chromium: the agent disputes, a reviewer decides, everybody sees what it made."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.disputes.dispute import DEFAULT_POLICY, UNDO, ReviewPolicy
from auscult.domain.people.principal import Principal, operator
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.latest import Sought, latest
from auscult.services.disputes.reviewing import Reviewing
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import AGENT, email_of
from tests.e2e.serving import TENANT, Service
from tests.unit.domain.disputes.viewers import agent_of
from tests.waiting import existing, wait_for

pytestmark = pytest.mark.night

OPERATOR = operator()
CONSOLE = {"weeks": 4}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console whose agent has three audits, each with a missed greeting."""
    audited(served, 3)
    return served


def reviewing(served: Service, viewer: Principal = OPERATOR) -> Reviewing:
    """Return the reviews of the app."""
    return Reviewing(served.store.within(TENANT), REPORTS, lambda: datetime.now(UTC), viewer)


def audited(served: Service, number: int) -> list[str]:
    """Have so many conversations of the agent audited, the first metric that was met as missed; their assignments."""
    app = served.store.within(TENANT)
    items = latest(app, replace(Sought(statuses=("evaluated",)), agents=(AGENT,)), limit=50).items
    chosen = [each.id for each in items if each.audit.state == "not_assigned"][:number]
    made: list[str] = []
    work = Auditing(app, REPORTS, lambda: datetime.now(UTC))
    for each in chosen:
        audit = work.assign(each, email_of("auditor"), by="test")
        case = existing(app.audits.case(each))
        missed = next(one.metric.id for one in case.evaluation.results if one.verdict.qualification == "YES")
        answer = AuditAnswer(metric_id=missed, answer="NO", comment="I did not hear it.")
        work.submit(each, [answer], as_machine=True)
        made.append(audit.assignment_id)
    return made


def looked_at(browser: Browser, served: Service, path: str) -> None:
    """Show a page in every width and theme, where axe finds nothing and nothing scrolls sideways."""
    for theme in ("light", "dark"):
        browser.driver.execute_cdp_cmd(
            "Network.setCookie", {"name": "auscult_theme", "value": theme, "url": served.url, "path": "/console"}
        )
        for pixels in (360, 768, 1440):
            width(browser, pixels)
            browser.driver.get(f"{served.url}/console{path}")
            found = browser.barriers()
            assert found == [], (path, theme, pixels, found)
    width(browser, 1440)


def test_an_agent_disputes_and_a_reviewer_decides(browser: Browser, served: Service) -> None:
    """From "new for you" to the changed score: accept, dispute, deadline, who decides, decision with reason, outcome."""
    enter(browser, served, "agent")
    browser.driver.get(f"{served.url}/console/my-results")
    assert "3 results are new" in browser.text("main")
    looked_at(browser, served, "/my-results")
    browser.driver.get(f"{served.url}/console/my-results")
    browser.one("details.dispute summary").click()
    browser.one("details.dispute textarea").send_keys("I said it in my first sentence.")
    browser.run("document.querySelector('details.dispute select').value = 'YES'")
    browser.one("details.dispute button").click()
    browser.until("main", lambda text: "Disputed, you ask for Yes" in text)
    assert "reviewer who did not audit it decides by" in browser.text("main")
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/disputes")
    assert "Not open to you" in browser.text("main")
    enter(browser, served, "qa-manager")
    looked_at(browser, served, "/disputes")
    browser.driver.get(f"{served.url}/console/disputes")
    browser.one("tbody a").click()
    wait_for(lambda: browser.driver.current_url, lambda url: "/disputes/di-" in url)
    address = browser.driver.current_url.partition("/console")[2]
    looked_at(browser, served, address)
    browser.driver.get(f"{served.url}/console{address}")
    assert "I said it in my first sentence." in browser.text("main")
    browser.one("input[name=answer][value=YES]").click()
    browser.one("#reason").send_keys("It is there, at the very beginning.")
    browser.one("form .btn--main").click()
    browser.until("main", lambda text: "Decided. Nothing else waits for you." in text)
    looked_at(browser, served, "/disputes?ended=1")
    looked_at(browser, served, "/disputes/statistics")
    enter(browser, served, "agent")
    browser.driver.get(f"{served.url}/console/my-results")
    assert "Changed from No to Yes" in browser.text("main")
    assert "It is there, at the very beginning." in browser.text("main")


def test_every_status_of_a_dispute(browser: Browser, served: Service) -> None:
    """Audited, pending agent review, pending supervisor review, resolved, closed: each as the agent and a reviewer see it."""
    service = reviewing(served)
    service.set_policy(ReviewPolicy(release="second_look", rounds=2))
    (assignment,) = audited(served, 1)
    service.set_policy(DEFAULT_POLICY)
    card, status = f"article[id='{assignment}']", lambda: reviewing(served).show(assignment).status
    shown(browser, served, "agent", "/my-results")
    assert (status(), browser.all(card)) == ("audited", [])
    shown(browser, served, "qa-manager", "/disputes")
    browser.one(f"form[action$='releases/{assignment}'] button").click()
    wait_for(status, lambda found: found == "pending_agent_review")
    for number, (answer, then) in enumerate((("NO", "again"), ("NO", "last")), 1):
        shown(browser, served, "agent", "/my-results")
        browser.one(f"{card} details.dispute summary").click()
        browser.one(f"{card} details.dispute textarea").send_keys(f"Listen {then}.")
        browser.one(f"{card} details.dispute button").click()
        browser.until(card, lambda text: "Disputed" in text)
        assert status() == "pending_supervisor_review"
        found = next(each for each in service.show(assignment).disputes if each.is_open)
        shown(browser, served, "agent", f"/disputes/{found.dispute_id}")
        assert browser.text(".crumbs").startswith("My results"), "the list of all disputes is not open to agents"
        shown(browser, served, "qa-manager", f"/disputes/{found.dispute_id}")
        browser.one(f"input[name=answer][value={answer}]").click()
        browser.one("#reason").send_keys(f"I listened {then}.")
        browser.one("form .btn--main").click()
        wait_for(lambda one=found.dispute_id: reviewing(served).get(one).state, lambda state: state == "denied")
        shown(browser, served, "agent", "/my-results")
        if number == 1:
            assert status() == "pending_agent_review"
            assert "You can dispute it 1 more time." in browser.text(card)
            browser.all(f"{card} form[action$=accept] button")[-1].click()
            browser.until(card, lambda text: "Accepted. Final at" in text)
            browser.press(f"{card} form[action$=undo] button")
            browser.until(card, lambda text: "Accepted. Final at" not in text)
            browser.press(f"{card} form[action$=accept] button")
            browser.until(card, lambda text: "Accepted. Final at" in text)
    final = Reviewing(served.store.within(TENANT), REPORTS, lambda: datetime.now(UTC) + UNDO, OPERATOR)
    assert final.show(assignment).status == "closed"
    assert "That was the last round." in browser.text(card)


def shown(browser: Browser, served: Service, role: str, path: str) -> None:
    """Show a page to the user of a role."""
    enter(browser, served, role)
    browser.driver.get(f"{served.url}/console{path}")


def test_a_decision_without_a_reason_stays(browser: Browser, served: Service) -> None:
    """The page says so, and what was chosen is kept."""
    app = served.store.within(TENANT)
    found = next(
        each for each in app.disputes.of_agents([AGENT], datetime.now(UTC)) if each.metrics[0].status == "pending"
    )
    agent = agent_of(AGENT, name=email_of("agent"))
    made = reviewing(served, agent).dispute(found.assignment_id, found.metrics[0].metric_id, "No.")
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/disputes/{made.dispute_id}")
    browser.run("document.querySelector('#reason').removeAttribute('required')")
    browser.one(f"input[name=answer][value={made.answer}]").click()
    browser.one("form .btn--main").click()
    browser.until("[role=alert]", lambda text: "reason is missing" in text)
    assert reviewing(served).get(made.dispute_id).is_open


def test_coaching_between_coach_and_agent(browser: Browser, served: Service) -> None:
    """By keyboard: a coach picks one behaviour with a clip and a date; the agent starts, and marks it as done; both see it measured."""
    app = served.store.within(TENANT)
    clip = latest(app, replace(Sought(statuses=("evaluated",)), agents=(AGENT,)), limit=1).items[0].id
    enter(browser, served, "qa-manager")
    looked_at(browser, served, "/coaching")
    looked_at(browser, served, f"/coaching/new?agents={AGENT}&clips={clip}&metric=em-greeting")
    browser.driver.get(f"{served.url}/console/coaching/new?agents={AGENT}&clips={clip}&metric=em-greeting")
    browser.write("#goal", "Name the company in the greeting")
    browser.write("#plan", "One breath, two seconds.")
    browser.press("form .btn--main")
    wait_for(lambda: browser.driver.current_url, lambda url: "/coaching/co-" in url)
    address = browser.driver.current_url.partition("/console")[2]
    enter(browser, served, "agent")
    looked_at(browser, served, "/coaching")
    browser.driver.get(f"{served.url}/console{address}")
    browser.press("button[value=start]")
    browser.until(".crumbs", lambda text: "In progress" in text)
    browser.write("#comment", "I tried it in the last ten.")
    browser.press("button[value=finish]")
    browser.until(".crumbs", lambda text: "With the coach" in text)
    enter(browser, served, "qa-manager")
    looked_at(browser, served, address)
    browser.driver.get(f"{served.url}/console{address}")
    browser.press("button[value=complete]")
    browser.until(".crumbs", lambda text: "Completed" in text)


@pytest.mark.night
def test_schedules_and_inbox(browser: Browser, served: Service) -> None:
    """By keyboard: a manager schedules a report, runs it, and finds its file in the inbox."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/schedules")
    browser.write("#name", "Weekly agents")
    browser.press("form.card .btn--main")
    browser.until("main", lambda text: "Report: agents. Every Monday at 07:00." in text)
    browser.press("form[action$=run] button")
    browser.until("main", lambda text: "New" in text and "rows" in text)
    looked_at(browser, served, "/schedules")
    assert "/console/schedules/sc-" in (browser.one("ul.plainlist a").get_attribute("href") or "")
