"""The bell and the page of notices: in a real Chromium from the mention to its thread, and for whom there is nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from auscult.domain.comments import NewThread
from auscult.domain.notices import NewNotice
from auscult.domain.people.principal import operator
from auscult.services.coaching.coaching import Coach, Wanted
from auscult.services.comments import Commenting
from auscult.services.conversations.latest import Sought, latest
from auscult.services.notices.noticing import send_mails
from auscult.storage.disputes import DisputeQuery
from auscult.storage.notices import NoticeQuery, write_notices
from auscult.workers.mailer import Mailer
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import audited, looked_at, reviewing
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import AGENT, assign, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.mailing import mail_server
from tests.unit.domain.disputes.viewers import agent_of

CONSOLE = {"weeks": 4}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console in which the agent disputed an answer and has a coaching item, and the auditor has an audit."""
    disputed, _left = audited(served, 2)
    metric = reviewing(served).show(disputed).review.metrics[0].metric_id
    reviewing(served, agent_of(AGENT, name=email_of("agent"))).dispute(disputed, metric, "I said it.", "YES")
    app = served.store.within(TENANT)
    Coach(app, lambda: datetime.now(UTC)).create(Wanted(agent_ids=(AGENT,), goal="Greet"), email_of("supervisor"))
    assign(served, "auditor", 1)
    return served


def conversation(served: Service) -> str:
    """Return the id of a conversation of the agent."""
    sought = replace(Sought(statuses=("evaluated",)), agents=(AGENT,))
    return latest(served.store.within(TENANT), sought, limit=3).items[2].id


def mention(served: Service, role: str) -> tuple[str, str]:
    """Mention the user of a role; the conversation and the thread."""
    name = conversation(served)
    by = operator(email_of("supervisor"))
    work = Commenting(served.store.within(TENANT), lambda: datetime.now(UTC), by)
    return name, work.open(name, NewThread(text=f"@{email_of(role)}, listen.")).thread_id


@pytest.mark.landing
def test_from_the_bell_to_the_thread(browser: Browser, served: Service) -> None:
    """The bell counts; a line opens the very thread and is read then; the rest is read at once, and the bell is quiet."""
    name, thread = mention(served, "qa-manager")
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console")
    bell = browser.text(".nav .bell")
    assert bell.startswith("Notices")
    assert bell.split()[1] == "2"
    browser.one(".nav .bell").click()
    browser.until(".lead", lambda text: "2 are new." in text)
    looked_at(browser, served, "/notices")
    browser.driver.get(f"{served.url}/console/notices")
    assert "Supervisor mentions you in a comment." in browser.text(".notices li:first-child")
    browser.one(".notices li:first-child a.btn").click()
    browser.until(f"#{thread}[open]", lambda text: "listen" in text)
    assert browser.driver.current_url == f"{served.url}/console/conversations/{name}#{thread}"
    assert browser.text(".nav .bell").split()[1] == "1"
    browser.one(".nav .bell").click()
    browser.one(".pagehead form button").click()
    browser.until(".lead", lambda text: "Nothing is new." in text)
    assert browser.text(".nav .bell") == "Notices"
    browser.driver.get(f"{served.url}/console/notices?unread=1")
    assert "No notices" in browser.text("main")
    looked_at(browser, served, "/notices?unread=1")


@pytest.mark.night
def test_an_e_mail_that_was_lost_is_sent_again(browser: Browser, served: Service) -> None:
    """Chosen on the page; where its acceptance is not known, that is shown, with a button that sends it again."""
    enter(browser, served, "administrator")
    browser.driver.get(f"{served.url}/console/notices")
    browser.run("document.querySelector('[name=mentioned]').value = 'mail'")
    browser.one("form.ways button").click()
    browser.until("main", lambda text: "How you are notified" in text)
    assert browser.run("return document.querySelector('[name=mentioned]').value") == "mail"
    mention(served, "administrator")
    app = served.store.within(TENANT)
    with mail_server() as server:
        server.is_losing = True
        mailer = Mailer(f"smtp://127.0.0.1:{server.port}", "auscult@example.com")
        assert send_mails(app, lambda: datetime.now(UTC), mailer.deliver, lambda _, found: (found[0].kind, "")) == 1
        browser.driver.get(f"{served.url}/console/notices")
        assert "Not known whether it was sent" in browser.text(".mails")
        looked_at(browser, served, "/notices")
        browser.driver.get(f"{served.url}/console/notices")
        browser.one(".mails button").click()
        browser.until("main", lambda text: "Not known" not in text)
        server.is_losing = False
        assert send_mails(app, lambda: datetime.now(UTC), mailer.deliver, lambda _, found: (found[0].kind, "")) == 1
        assert len({message["Message-ID"] for message in server.messages}) == 1
        assert len(server.messages) == 2


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("auditor", {"assigned an audit to you."}),
        ("agent", {"wrote a coaching item for you."}),
        ("supervisor", {"disputes an answer"}),
        ("analyst", set[str]()),
    ],
)
def test_each_reads_their_own(served: Service, role: str, told: set[str]) -> None:
    """And each line leads to a page that its reader may open."""
    everything = {"assigned an audit to you.", "wrote a coaching item for you.", "disputes an answer"}
    found = served.store.within(TENANT).notices.listing(NoticeQuery(email_of(role)))
    with signed_in(served, role) as me:
        page = me.get("/console/notices").text
        assert {each for each in everything if each in page} == told
        assert bool(found) == bool(told)
        for each in found:
            answer = me.get(f"/console/notices/{each.notice.notice_id}", follow_redirects=True)
            assert (answer.status_code, answer.url.path) == (200, f"/console{each.notice.path}"), each
        assert 'class="badge"' not in me.get("/console").text


def test_notices_of_others_are_not_there(served: Service) -> None:
    """Neither to open nor to mark."""
    (notice, *_) = served.store.within(TENANT).notices.listing(NoticeQuery(email_of("auditor")))
    with signed_in(served, "analyst") as other:
        path = f"/console/notices/{notice.notice.notice_id}"
        assert other.get(path).status_code == other.post(path).status_code == 404


def test_older_notices_are_on_another_page(served: Service) -> None:
    """A hundred a page, by day."""
    app, at = served.store.within(TENANT), datetime.now(UTC)
    made = [NewNotice(email_of("inspector"), "late", f"as-{n}", at - timedelta(hours=n)) for n in range(130, 0, -1)]
    with app.notices._database.writing() as connection:
        write_notices(connection, app.notices._database.dialect, 1, made)
    with signed_in(served, "inspector") as me:
        page = me.get("/console/notices").text
        assert (page.count('class="new"'), "99+" in page) == (100, True)
        rest = page.partition("/console/notices?before=")[2].partition('"')[0]
        assert me.get(f"/console/notices?before={rest}").text.count('class="new"') == 30


def test_an_ended_dispute_is_there_to_be_read(served: Service) -> None:
    """Its notice offers to decide while it waits, and to read once it is decided."""
    (dispute,) = served.store.within(TENANT).disputes.all(DisputeQuery())
    with signed_in(served, "qa-manager") as me:
        (verb,) = re.findall(
            r">\s*(\w+)\s*<span class=\"vh\">[^<]* disputes an answer", me.get("/console/notices").text
        )
        assert verb == "Decide"
        reviewing(served).decide(dispute.dispute_id, "deny", "It was not there.")
        (verb,) = re.findall(
            r">\s*(\w+)\s*<span class=\"vh\">[^<]* disputes an answer", me.get("/console/notices").text
        )
        assert verb == "Read"
