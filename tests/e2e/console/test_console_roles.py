"""Journeys of each role in a real Chromium, by keyboard, named as they would speak of them.

Those of the QA manager with plans, metrics and forms stand in ``test_console_journeys.py`` and ``test_console_walks.py``,
those of reviews, administration and setup in ``test_console_journeys_*.py``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import Frame, PlanAuditor, PlanDocument, Quota
from auscult.domain.change import Webhook
from auscult.domain.people.directory import DirectoryAgent
from auscult.reports import REPORTS
from auscult.services.audits.plans import Planning
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.latest import Sought, latest
from tests.e2e.assisting import END, agent, moved, said
from tests.e2e.browsing import AT, Browser
from tests.e2e.console.assist.test_console_live import tell
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.consoles import AGENT, QUEUE, console, email_of
from tests.e2e.serving import TENANT, Service
from tests.integration.working import conversation
from tests.waiting import existing, wait_for

pytestmark = pytest.mark.night

SHOWN = "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent.trim())"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with a plan for one auditor, a result of the agent, who began on the day of their newest conversation."""
    folder = tmp_path_factory.mktemp("console")
    url, at = f"sqlite:///{folder / 'auscult.db'}", str(folder)
    with console(url, weeks=8, seed=7, state_dir=at, connector_folders=at) as found:  # of the queue, some miss a metric
        app = found.store.within(TENANT)
        items = latest(app, Sought(statuses=("evaluated",)), limit=200).items
        form_id = next(each.form.id for each in items if each.form)
        since, until = items[-1].started_at, items[0].started_at + timedelta(seconds=1)
        plan = PlanDocument(
            name="Journeys",
            form_id=form_id,
            frame=Frame(since=since, until=until),
            quota=Quota(count=3),
            auditors=(PlanAuditor(user=email_of("auditor"), share=100),),
        )
        planning = Planning(app, REPORTS, lambda: datetime.now(UTC))
        planning.draw(planning.create(plan, "test").plan_id, "test")
        own = next(
            each.id for each in items if AGENT in {one.id for one in each.agents} and each.audit.state != "assigned"
        )
        work = Auditing(app, REPORTS, lambda: datetime.now(UTC), rater=email_of("qa-manager"))
        work.assign(own, email_of("qa-manager"), by="test")
        case = existing(app.audits.case(own))
        missed = next(each.metric.id for each in case.evaluation.results if each.verdict.qualification == "YES")
        work.submit(own, [AuditAnswer(metric_id=missed, answer="NO", comment="I did not hear it.")], as_machine=True)
        began = next(each for each in items if AGENT in {one.id for one in each.agents}).started_at.date()
        app.people.directory.put_agents([DirectoryAgent(agent_id=AGENT, name="Robin", hired_on=began)])
        yield found


def open_page(browser: Browser, served: Service, path: str) -> None:
    """Open a page of the console, and skip its menu."""
    browser.driver.get(f"{served.url}/console{path}")
    browser.keys(Keys.TAB, Keys.ENTER)


def faults(browser: Browser) -> list[object]:
    """Return what axe finds on the page, light and dark."""
    return [found for _theme in browser.themes("light", "dark") for found in browser.barriers()]


@pytest.mark.night
def test_auditor_hands_back_what_cannot_be_judged(browser: Browser, served: Service) -> None:
    """Auditor, 4: with a reason; another conversation is drawn in its place, so as many wait as before."""
    enter(browser, served, "auditor")
    open_page(browser, served, "/audits")
    before = len(browser.all("table.list tbody tr"))
    browser.keys("n")
    browser.until("h1", lambda text: text == "Audit")
    first = browser.driver.current_url
    browser.press(".unable summary")
    browser.reach("#why-code")
    browser.keys(Keys.END)
    browser.write("#why", "It is in Portuguese.")
    browser.press("button[value=decline]")
    wait_for(lambda: browser.driver.current_url, lambda url: url != first)
    open_page(browser, served, "/audits")
    assert len(browser.all("table.list tbody tr")) == before
    assert first.rpartition("/")[2] not in browser.run("return document.body.innerHTML")


def test_auditor_looks_at_their_own_work(browser: Browser, served: Service) -> None:
    """Auditor, 6: pace, agreement and severity with their doubt, and each difference one click from the words."""
    enter(browser, served, "auditor")
    open_page(browser, served, "/audits")
    browser.press("a[href$='/auditors/me']")
    browser.until("h1", lambda text: text == "How you audit")
    heads = browser.run(SHOWN, "main thead th")
    assert {"Median pace", "Agrees with the machine", "On conversations that others judged too"} <= set(heads)
    assert faults(browser) == []


def test_supervisor_hears_three_calls_worth_it(browser: Browser, served: Service) -> None:
    """Supervisor, 2: at most three, each with the reason why it was chosen, and a link to its words."""
    enter(browser, served, "supervisor")
    open_page(browser, served, "")
    chosen = browser.all(".hear article")
    assert 1 <= len(chosen) <= 3
    for each in chosen:
        assert each.find_element("css selector", ".soft").text
        assert "/console/conversations/" in (each.find_element("css selector", "a").get_attribute("href") or "")


def test_supervisor_follows_a_new_colleague(browser: Browser, served: Service) -> None:
    """Supervisor, 5: who began lately is flagged, with conversations to look at."""
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/coaching")
    assert "Robin" in browser.text("main")
    assert browser.run(SHOWN, f"main a[href*='{AGENT}'], main a[href*='/conversations/']")


def test_agent_sees_who_decides_until_when(browser: Browser, served: Service) -> None:
    """Agent, 1 and 2: the new result has its score, its deadline, and what a dispute would need."""
    enter(browser, served, "agent")
    open_page(browser, served, "/my-results")
    words = browser.text("main")
    assert "1 result is new" in words
    assert "Answer by" in words
    assert browser.all(".result .act button, .result form button")


def test_agent_knows_what_to_work_on(browser: Browser, served: Service) -> None:
    """Agent, 3: from the results to the own figures: what goes well, and at most one thing to work on."""
    enter(browser, served, "agent")
    open_page(browser, served, "/my-results")
    browser.press("main a[href*='/console/agents/']")
    titles = wait_for(lambda: browser.run(SHOWN, "main h2"), lambda found: any("work on" in each for each in found))
    assert "Good at" in titles


def test_agent_reviews_themselves_first(browser: Browser, served: Service) -> None:
    """Agent, 4: by keyboard alone, blind until it is submitted, and then beside the machine."""
    enter(browser, served, "agent")
    open_page(browser, served, "/my-results")
    browser.press("form[action$='/reviews'] button")
    browser.until("h1", lambda text: text == "Review yourself")
    assert faults(browser) == []
    questions = len(browser.all("[data-q]"))
    for _ in range(questions):
        browser.keys("1")
    browser.until("#answered", lambda text: text == str(questions))
    browser.keys("n")
    browser.until("h1", lambda text: text == "Your review")
    assert "Machine" in browser.run(SHOWN, "main thead th")
    assert faults(browser) == []


def test_supervisor_watches_what_goes_on(browser: Browser, served: Service) -> None:
    """Supervisor: conversations appear as they begin, one key opens one read-only, and the focus stays where it was."""
    ada = agent("ada")
    queues = served.store.within(TENANT).people.directory.queues()
    ada["customFields"] |= {"queueId": next(each.queue_id for each in queues if each.name == QUEUE), "queueName": QUEUE}
    enter(browser, served, "supervisor")
    open_page(browser, served, "/live")
    for one in ("live-1", "live-2"):
        tell(served, one, moved(ada, "NA", "entry"), said("where is my parcel"))
    browser.until("#live", lambda text: text.count("Where is my parcel") == 2)
    browser.reach("a[href$='/live/live-1']")
    tell(served, "live-1", said("I am furious, and I want your manager"))
    browser.until("#live", lambda text: "I want your manager" in text)
    assert browser.run(AT, "a[href$='/live/live-1']")[0]
    browser.keys(Keys.ENTER)
    browser.until(".script", lambda text: "where is my parcel" in text)
    tell(served, "live-1", said("I will look", "AGENT"))
    browser.until(".script", lambda text: "I will look" in text)
    assert browser.all("main form") == []
    open_page(browser, served, "/live")
    browser.reach("a[href$='/live/live-1']")
    tell(served, "live-1", END)
    wait_for(lambda: browser.all("#l-live-1"), lambda found: not found)
    assert browser.run(AT, "#live")[0], "who stood on what is over is still in the list"
    tell(served, "live-2", END)


def test_administrator_changes_retention_and_adds_a_client(browser: Browser, served: Service) -> None:
    """Administrator, 3: a preview before it is set. A client's secret is shown, once."""
    enter(browser, served, "administrator")
    open_page(browser, served, "/administration/retention")
    browser.write("#f-days", "1")
    browser.press("button[value=preview]")
    browser.until("main", lambda text: "At the next run this erases" in text)
    browser.write("#f-days", "36000")
    browser.press("button[value=preview]")
    browser.until("main [role=status]", lambda text: "0 conversations" in text or "nothing" in text.lower())
    browser.press("button[value=set]")
    browser.until("main", lambda text: "36,000 days" in text)
    open_page(browser, served, "/administration/clients")
    browser.press("input[value='conversations:read']", Keys.SPACE)
    browser.press("main form .btn--main")
    secret = browser.text(".secret")
    open_page(browser, served, "/administration/clients")
    assert secret not in browser.text("main")


def test_administrator_sees_what_is_behind_and_starts_it_again(browser: Browser, served: Service) -> None:
    """Administrator, 5, and data engineer, 5: a job that failed is tried again, and a webhook that was switched off."""
    app = served.store.within(TENANT)
    batch_id = str(app.conversations.accept([conversation("c-behind")]).batch_id)
    served.store.work.fail(batch_id, "no engine")
    off = Webhook(
        id="wh-off",
        url="https://a.example",
        secret="s",
        kinds=frozenset({"created"}),
        position=0,
        created_at=datetime.now(UTC),
        is_disabled=True,
    )
    app.webhooks.add(off)
    enter(browser, served, "administrator")
    open_page(browser, served, "/administration/jobs")
    assert "no engine" in browser.text("main")
    browser.press("form[action$=retry] button")
    browser.until("main", lambda text: "no engine" not in text)
    app.jobs.cancel(batch_id)
    open_page(browser, served, "/administration/webhooks")
    browser.press("form[action$=enable] button")
    browser.until("main", lambda text: "It continues where it stopped." in text)


def test_inspector_finds_an_entry_and_checks_the_log(browser: Browser, served: Service) -> None:
    """Inspector: who did what, and that nothing was taken out or changed."""
    enter(browser, served, "inspector")
    open_page(browser, served, "/administration/log")
    browser.reach("#f-action")
    browser.keys("User added")
    browser.press("main form .btn")
    browser.until("main", lambda text: "No matching entry" in text)
    browser.press("main .empty a")
    browser.until("tbody", lambda text: "Log read" in text)
    browser.press("form[action$='/log/check'] button")
    browser.until("main", lambda text: "The log is whole" in text)


@pytest.mark.landing
def test_agent_works_on_a_phone_in_their_language(browser: Browser, served: Service) -> None:
    """Agent, 6: at 360 px nothing reaches out of the window, and the console speaks German."""
    enter(browser, served, "agent")
    width(browser, 360)
    try:
        open_page(browser, served, "/my-results")
        browser.run("document.querySelector('#menu').showPopover()")
        browser.press(".own summary")
        browser.press("button[name=language][value=de]")
        wait_for(lambda: browser.run("return document.documentElement.lang"), lambda found: found == "de")
        for path in ("/my-results", "/conversations", "/coaching"):
            open_page(browser, served, path)
            assert browser.run("return document.documentElement.lang") == "de"
            assert browser.run("return document.documentElement.scrollWidth") <= 360, path
        assert "Abmelden" in browser.run("return document.body.textContent")
    finally:
        browser.driver.delete_all_cookies()
        width(browser, 1280)
