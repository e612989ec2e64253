"""Journeys of those who administer, in a real Chromium, by keyboard: holds, erasure, settings, roles of one's own."""

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.people.principal import operator
from auscult.services.people.users import Access, Users
from auscult.services.privacy.settings import change_settings
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter
from tests.e2e.console.test_console_roles import open_page
from tests.e2e.consoles import PASSWORD, email_of
from tests.e2e.serving import TENANT, Service
from tests.waiting import existing, wait_for

pytestmark = pytest.mark.night

PATH = "/administration"
CONSOLE = {"a_week": 6}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console with somebody who approves and does nothing else, and an owner who administers the whole account."""
    users = Users(served.store, operator(TENANT.account_id))
    second, owner = (
        users.add(email_of(name), name.capitalize(), TENANT.account_id, PASSWORD) for name in ("second", "owner")
    )
    users.grant(second, TENANT, Access(permission="approval.decide"))
    users.grant(owner, None, Access(role="administrator"))
    return served


def customers(served: Service) -> list[str]:
    """Return the ids of the customers of whom something is kept."""
    every = [each.conversation for each in served.store.within(TENANT).conversations.rerender("", 1_000)]
    return sorted({str(each.customer.id) for each in every if each.customer and each.customer.id})


def note(browser: Browser, words: str) -> None:
    """Read what was done, which has the focus."""
    said = "return document.activeElement.matches('[role=status]') ? document.activeElement.textContent : ''"
    wait_for(lambda: browser.run(said), lambda text: words in text)


def test_administrator_asks_for_two_people(browser: Browser, served: Service) -> None:
    """The settings: what happens with personal data, and that a second person approves; one person cannot undo that."""
    privacy = served.store.within(TENANT).privacy
    enter(browser, served, "administrator")
    open_page(browser, served, f"{PATH}/settings")
    browser.reach("input[name=redaction]")
    browser.keys(Keys.ARROW_DOWN)
    browser.write("#f-countries", "nowhere")
    browser.press("main form .btn--main")
    wait_for(lambda: browser.run("return document.activeElement.getAttribute('role')"), lambda role: role == "alert")
    assert browser.run("return document.querySelector('#f-countries').value") == "nowhere", "what was written stays"
    browser.write("#f-countries", "de, us")
    browser.reach("input[name=people]")
    browser.keys(Keys.ARROW_DOWN)
    browser.press("main form .btn--main")
    note(browser, "Changed.")
    found = privacy.settings()
    assert (found.redaction, found.countries, found.two_people) == ("mask", ("DE", "US"), True)
    browser.reach("input[name=people]")
    browser.keys(Keys.ARROW_UP)
    browser.press("main form .btn--main")
    note(browser, "another person has to approve it")
    assert privacy.settings().two_people
    browser.press("form[action$=refuse] button")
    note(browser, "Refused")
    change_settings(served.store.within(TENANT), "test", {"two_people": False, "redaction": "off"}, is_approved=True)


@pytest.mark.night
def test_administrators_hold_a_customer_and_lift_it_together(browser: Browser, served: Service) -> None:
    """Placed with a reason; lifting asks for a reason and waits for the second person, who sees it and nothing else."""
    app = served.store.within(TENANT)
    change_settings(app, "test", {"two_people": True})
    enter(browser, served, "administrator")
    open_page(browser, served, f"{PATH}/holds")
    browser.reach("input[name=kind]")
    browser.keys(Keys.ARROW_DOWN)
    browser.write("#f-customer", customers(served)[0])
    browser.write("#f-reason", "Hearing in May", Keys.ENTER)
    note(browser, "On hold")
    browser.press("form[action$=lift] button")
    browser.until("main [role=alert]", lambda text: "Lifting a hold needs a reason" in text)
    browser.write("form[action$=lift] input", "Hearing is over", Keys.ENTER)
    note(browser, "another person has to approve it")
    assert browser.all("form[action$=approve]") == []
    assert "Waits for a second person" in browser.text("main tbody")
    enter(browser, served, "second")
    browser.press(".nav a[href$='/administration']")
    browser.until("h1", lambda text: text == "Approvals")
    browser.press("form[action$=approve] button")
    note(browser, "Approved")
    assert browser.text("h1") == "Approvals"
    assert app.retention.holds() == []
    change_settings(app, "test", {"two_people": False}, is_approved=True)


def test_administrators_erase_a_customer_together(browser: Browser, served: Service) -> None:
    """Administrator, 4: found, asked for, and erased by the second person, who gets the certificate."""
    app, customer = served.store.within(TENANT), customers(served)[-1]
    change_settings(app, "test", {"two_people": True})
    enter(browser, served, "administrator")
    open_page(browser, served, f"{PATH}/erasure")
    browser.write("#f-value", customer, Keys.ENTER)
    browser.until("main [role=status]", lambda text: "Found" in text)
    browser.press("button[value=erase]")
    note(browser, "another person has to approve it")
    assert customer in customers(served)
    enter(browser, served, "second")
    open_page(browser, served, f"{PATH}/approvals")
    browser.press("form[action$=approve] button")
    note(browser, "The certificate is er-")
    assert customer not in customers(served)
    change_settings(app, "test", {"two_people": False}, is_approved=True)


def test_owner_defines_a_role_grants_and_revokes_it(browser: Browser, served: Service) -> None:
    """A role of the account's own: defined, granted to the inspector, taken again, and removed."""
    user = existing(served.store.people.users.by_email(email_of("inspector")))
    enter(browser, served, "owner")
    open_page(browser, served, f"{PATH}/roles")
    browser.write("#f-name", "Listener")
    browser.press("input[name=permission][value='conversation.read']", Keys.SPACE)
    browser.write("#find-permission", "play rec", Keys.ENTER)  # it finds, and sends nothing
    shown = [each.get_attribute("value") for each in browser.all("input[name=permission]") if each.is_displayed()]
    assert shown == ["recording.play"]
    browser.press("input[name=permission]:checked, input[name=permission][value='recording.play']", Keys.SPACE)
    browser.until(".rgroup:not([hidden]) legend", lambda text: text.startswith("Conversations 2 of "))
    browser.write("#find-permission", "nothing of the kind")
    browser.until(".rights [role=status]", lambda text: text == "Nothing found")
    browser.press("main form:not([action]) .btn--main")
    note(browser, "Defined.")
    assert served.store.people.roles.of(TENANT.account_id)["listener"].permissions == {
        "recording.play",
        "conversation.read",
    }
    open_page(browser, served, f"{PATH}/users/{user.user_id}")
    browser.reach("#f-role")
    browser.keys("listener")
    browser.press("form[action$=grants] .btn--main")
    note(browser, "Granted.")
    assert "listener" in browser.text("main tbody").lower()
    browser.press("form[action$=revoke] button")
    note(browser, "Revoked")
    open_page(browser, served, f"{PATH}/roles")
    browser.press("details:has(form[action$='/listener/remove']) > summary")
    browser.press("form[action$='/listener/remove'] button")
    note(browser, "Removed")
    assert "listener" not in served.store.people.roles.of(TENANT.account_id)
