"""The desk gives what a plan deals to nobody in a real Chromium: the next item, second opinions, and then nothing."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.audits.plan import Frame, PlanDocument, Quota
from auscult.reports import REPORTS
from auscult.services.audits.plans import Planning
from auscult.services.conversations.latest import Sought, latest
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import looked_at
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import QUEUE, assign, count_held, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

pytestmark = pytest.mark.night

NOTHING = "Nothing is left to audit"


def drawn(served: Service) -> str:
    """Draw two conversations, each for any two auditors; return the id of the draw."""
    app, now = served.store.within(TENANT), datetime.now(UTC)
    newest = next(each for each in latest(app, Sought(queues=(QUEUE,)), limit=50).items if each.form)
    assert newest.form is not None
    document = PlanDocument(
        name="Whoever comes first",
        form_id=newest.form.id,
        frame=Frame(since=now - timedelta(days=60), until=now + timedelta(days=1), queues=(QUEUE,)),
        quota=Quota(count=2),
        second_share=1.0,
    )
    planning = Planning(app, REPORTS, lambda: datetime.now(UTC))
    return planning.draw(planning.create(document, "mia").plan_id, "mia").draw.draw_id


def audit(browser: Browser) -> str:
    """Answer every metric on the desk and submit, by keyboard; return the address."""
    browser.until("h1", lambda text: text == "Audit")
    address: str = browser.driver.current_url
    questions = len(browser.all("[data-q]"))
    browser.keys(*["1"] * questions)
    browser.until("#answered", lambda text: text == str(questions))
    browser.until("#saved", lambda text: text.startswith("Saved"))
    browser.keys("n")
    browser.until("body", lambda _: browser.driver.current_url != address)
    return address


def test_the_next_item_by_keyboard(browser: Browser, served: Service) -> None:
    """Two auditors to whom nothing is assigned each get both conversations by pressing n, and then are told so."""
    draw_id = drawn(served)
    for role in ("auditor", "qa-manager"):
        enter(browser, served, role)
        browser.driver.get(f"{served.url}/console/audits")
        assert "Nothing is assigned to you" in browser.text("main")
        looked_at(browser, served, "/audits")
        browser.driver.get(f"{served.url}/console/audits")
        browser.keys("n")
        browser.until("h1", lambda text: text == "Audit")
        looked_at(browser, served, browser.driver.current_url.removeprefix(f"{served.url}/console"))
        first, second = audit(browser), audit(browser)
        assert first != second
        browser.until("h1", lambda text: text == "My audits")
        assert "Submitted." in browser.text("main")
        assert NOTHING in browser.text("main")
        browser.keys("n")
        browser.until("main", lambda text: NOTHING in text and "Submitted." not in text)
        looked_at(browser, served, "/audits?done=none")
    count_held(served)
    items = [one.assignment for one in served.store.within(TENANT).queue.of_draw(draw_id)]
    raters = Counter((one.rater, one.role, one.state) for one in items)
    assert sum(raters.values()) == 4
    assert {state for _, _, state in raters} == {"submitted"}
    assert Counter(one.rater for one in items) == {email_of("auditor"): 2, email_of("qa-manager"): 2}
    assert all(one.begun_at is not None for one in items)


def opened(browser: Browser, served: Service) -> str:
    """Open an audit that has no answers yet; return the id of its conversation."""
    (conversation_id,) = assign(served, "auditor", 1)
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/audits/{conversation_id}")
    browser.until("#answered", lambda text: text == "0")
    return conversation_id


@pytest.mark.landing
def test_the_notice_of_missing_answers_counts_down(browser: Browser, served: Service) -> None:
    """It says what is missing now, also after an answer is taken back, and goes with the last answer."""
    opened(browser, served)
    browser.keys("n")
    notice = browser.until(".right > .bad", lambda text: "not answered yet" in text)
    missing = int(notice.split()[0])
    assert missing > 2
    browser.keys("1")
    browser.until("#incomplete", lambda text: text == f"{missing - 1} metrics are not answered yet. Answers are kept.")
    browser.keys("z")
    browser.until("#incomplete", lambda text: text.startswith(f"{missing} metrics"))
    browser.keys(*["1"] * (missing - 1))
    browser.until("#incomplete", lambda text: text.startswith("One metric is not answered yet."))
    browser.keys("1")
    shown = "return document.querySelector('#incomplete').getClientRects().length"
    wait_for(lambda: browser.run(shown), lambda found: found == 0)
    assert browser.faults() == []
    browser.keys("n")
    browser.until("h1", lambda text: text == "My audits")


@pytest.mark.landing
def test_keys_in_fields_of_the_desk(browser: Browser, served: Service) -> None:
    """Enter ends a comment without sending the form; x opens the reasons for which it cannot be judged."""
    opened(browser, served)
    browser.run("window.isSame = true")
    browser.keys("j", "m", "Heard it.", Keys.ENTER)
    at = "const at = document.activeElement; return [at.type, at.closest('[data-q]') === document.querySelectorAll('[data-q]')[1]]"
    assert browser.run(at) == ["radio", True]
    browser.until("#saved", lambda text: text.startswith("Saved"))
    assert browser.run("return window.isSame") is True
    browser.keys("x")
    assert browser.run("return document.activeElement.id") == "why-code"
    browser.reach("#why")
    browser.keys("No sound", Keys.ENTER)
    browser.until("h1", lambda text: text == "My audits")


def test_answers_of_a_session_that_is_over(browser: Browser, served: Service) -> None:
    """The desk says that its auditor is signed out, and stores what was kept once they have signed in elsewhere."""
    opened(browser, served)
    session = next(each for each in browser.driver.get_cookies() if each["name"].endswith("session"))
    browser.driver.delete_cookie(session["name"])
    browser.keys("1")
    browser.until("#saved", lambda text: "you are signed out" in text)
    browser.driver.add_cookie(session)
    browser.until("#saved", lambda text: text.startswith("Saved"))


def test_a_submission_can_be_undone_for_ten_seconds(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result is shown; nothing counts and nothing can be drafted until then; undone, the answers are back on the desk."""
    (conversation_id,) = assign(served, "auditor", 1)
    at = f"/console/audits/{conversation_id}"

    def feed() -> list[str]:
        return [each.action for each in served.store.within(TENANT).audits.trail(conversation_id)]

    with signed_in(served, "auditor") as client:
        page = client.get(at).text
        fields = dict(re.findall(r'name="(assignment|revision)" value="([^"]+)"', page))
        given = {f"a-{metric}": "YES" for metric in re.findall(r'data-q="([^"]+)"', page)}
        monkeypatch.setattr("auscult.services.audits.desk.UNDO", timedelta(hours=1))  # these pages may take ten seconds
        answer = client.post(at, data=fields | given | {"act": "submit"}, follow_redirects=True)
        assert "100, passed." in answer.text
        assert "The machine:" not in answer.text
        assert feed() == ["assigned"]
        assert f'href="{at}"' not in client.get("/console/audits").text, "it is not to do any more"
        assert client.post(f"{at}/draft", data=fields | given).status_code == 409
        again = client.post(f"{at}/undo", data=fields, follow_redirects=True)
        assert again.url.path == at
        assert len(re.findall(r'value="YES"[^>]* checked', again.text)) == len(given)
        assert feed() == ["assigned"]
        monkeypatch.undo()

        fields = dict(re.findall(r'name="(assignment|revision)" value="([^"]+)"', again.text))
        client.post(at, data=fields | given | {"act": "submit"})
        assert count_held(served)
        assert feed() == ["assigned", "submitted"]
        over = client.post(f"{at}/undo", data=fields, follow_redirects=True)
        assert "The machine:" in over.text
        assert feed() == ["assigned", "submitted"]


def test_a_held_submission_counts_by_itself(browser: Browser, served: Service) -> None:
    """Without another click the page shows what the machine decided, once the time is over; U undoes until then."""
    conversation_id = opened(browser, served)
    address = audit(browser)
    browser.until(".held", lambda text: "Counts in" in text)
    browser.keys("u")
    browser.until("h1", lambda text: text == "Audit" and browser.driver.current_url == address)
    browser.keys("n")
    browser.until(".held", lambda text: "Counts in" in text)
    browser.until(".held", lambda text: "The machine:" in text)
    assert "Undo" not in browser.text(".held")
    looked_at(browser, served, browser.driver.current_url.removeprefix(f"{served.url}/console"))
    done = served.store.within(TENANT).audits.listing(state="audited", auditor=email_of("auditor"))
    assert conversation_id in {each.conversation_id for each in done}
    assert browser.faults() == []
