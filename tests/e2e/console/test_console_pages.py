"""The console in a real Chromium: by keyboard alone, in both themes, at every width, as axe-core sees it."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.domain.absences import NewAbsence
from auscult.domain.people.principal import operator
from auscult.services.absences import Absences
from auscult.services.conversations.latest import Sought, latest
from auscult.services.definitions.taxonomies import starter_taxonomy
from tests.data_files import tuples_of
from tests.e2e.browsing import MOUSE, UNMARKED, Browser, browsing
from tests.e2e.consoles import PASSWORD, assign, connect, count_held, email_of
from tests.e2e.serving import TENANT, Service
from tests.tiers import drawn
from tests.waiting import existing, wait_for, wait_until

pytestmark = pytest.mark.night

HELP = """
  document.querySelector("[data-tab=settings]").click();
  document.querySelector("#part-settings details.about").open = true;
"""
WIDTHS = (320, 360, 768, 1440)
METRIC = "em-empathy"
SCORECARD = Path(__file__).parents[3] / "examples" / "scorecards" / "service.yaml"
ADMINISTRATION = tuples_of(__file__, "administration")
OTHERS = tuples_of(__file__, "others")
CONSOLE = {"weeks": 4}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console with people and example data in it."""
    app, now = served.store.within(TENANT), datetime.now(UTC)
    away = NewAbsence(person=email_of("administrator"), since=now.date(), until=now.date() + timedelta(days=9), note="")
    Absences(app.absences, app, lambda: now, operator()).add(away)
    app.definitions.publish("scorecard", "sc-service", SCORECARD.read_bytes())
    app.definitions.publish("taxonomy", "tx-general", starter_taxonomy())
    return served


def enter(browser: Browser, served: Service, role: str) -> None:
    """Sign in as the user of a role, by keyboard."""
    browser.driver.get(f"{served.url}/console/sign-in")
    browser.driver.delete_all_cookies()
    browser.driver.get(f"{served.url}/console/sign-in")
    browser.one("#email").click()
    browser.keys(email_of(role), Keys.TAB, PASSWORD, Keys.ENTER)
    wait_for(lambda: browser.driver.current_url, lambda url: url.rstrip("/").endswith("/console"))


def width(browser: Browser, pixels: int, height: int = 900) -> None:
    """Give the window a width, and a height."""
    browser.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": pixels, "height": height, "deviceScaleFactor": 1, "mobile": pixels < 700},
    )


def is_clean(browser: Browser) -> None:
    """Nothing for axe at three widths, one of them dark, and nothing that scrolls sideways."""
    for pixels, theme in ((360, "light"), (768, "dark"), (1440, "light")):
        width(browser, pixels)
        for _theme in browser.themes(theme):
            assert browser.barriers() == [], (browser.driver.current_url, pixels, theme)
    width(browser, 1280)


def paths(served: Service) -> list[str]:
    """One address of every page."""
    newest = latest(served.store.within(TENANT), Sought(statuses=("evaluated",)), limit=1).items[0]
    connect(served)
    return [
        "",
        "/conversations",
        "/conversations?outcome=fatal",
        f"/conversations/{newest.id}",
        "/overview",
        "/metrics",
        f"/metrics/{METRIC}",
        "/agents",
        f"/agents/{newest.agents[0].id}",
        "/audits",
        f"/audits/{assign(served, 'administrator', 1)[0]}",
        "/conversations/none",
        "/exports",
        "/plans",
        "/plans/new",
        "/auditors",
        "/insights",
        "/live",
        "/forms",
        "/forms/ef-starter-voice",
        "/forms/ef-starter-voice/teach",
        "/scorecards",
        "/scorecards/sc-service",
        "/scorecards/sc-service/edit",
        "/taxonomies",
        "/taxonomies/tx-general",
        "/taxonomies/tx-general/edit",
        "/knowledge?q=refund",
        "/connectors",
        "/connectors/inbox",
        "/connectors/inbox/edit",
        *(f"/administration/{name}" for name in ADMINISTRATION),
        *(f"/{name}" for name in OTHERS),
    ]


@pytest.mark.night
def test_axe_on_every_page(browser: Browser, served: Service) -> None:
    """Nothing by WCAG 2.2 AA or as good practice on any page, light and dark, from 320 px (1,280 at 400 %) to 1,440 px."""
    enter(browser, served, "administrator")
    found: list[str] = []
    for path in paths(served):
        browser.driver.get(f"{served.url}/console{path}")
        for theme, pixels in drawn(list(product(("light", "dark"), WIDTHS)), 1):
            browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
            width(browser, pixels)
            faults = browser.barriers()
            found += [f"{path} {theme} {pixels}: {json.dumps(fault)}" for fault in faults]
    width(browser, 1280)
    assert found == []


def test_axe_on_what_opens(browser: Browser, served: Service) -> None:
    """Nothing in the dialogs, in the menu of narrow windows, in an opened help, and after a refusal."""
    enter(browser, served, "administrator")
    wide = WIDTHS[1:]
    for path, opening, shown, widths in (
        ("/conversations", "document.querySelector('#keys').showModal()", "#keys", wide),
        ("", "document.querySelector('#finder').showModal()", "#finder", wide),
        ("/overview", "document.querySelector('#menu').showPopover()", "#menu", wide[:-1]),
        ("/forms/ef-starter-voice", HELP, "#part-settings details.about p", wide),
        (
            "/administration/users",
            "document.querySelector('main form[method=post]').submit()",
            "main [role=alert]",
            wide,
        ),
    ):
        browser.driver.get(f"{served.url}/console{path}")
        for pixels in widths:
            width(browser, pixels)
            browser.run(opening)
            browser.one(shown)
            assert browser.barriers() == [], (path, pixels)
            browser.driver.refresh()
    width(browser, 1280)


def test_nothing_reaches_out(browser: Browser, served: Service) -> None:
    """At no width does a page scroll sideways, but for tables that say so, or hide a focus; no script is refused or fails."""
    enter(browser, served, "administrator")
    browser.faults()
    for path in paths(served):
        for pixels in WIDTHS:
            width(browser, pixels)
            browser.driver.get(f"{served.url}/console{path}")
            wide = browser.run("return document.documentElement.scrollWidth")
            assert wide <= pixels, (path, pixels, wide)
            assert pixels not in (360, 1440) or browser.run(UNMARKED) == [], (path, pixels)
    width(browser, 1280)
    assert browser.faults() == []


@pytest.mark.landing
def test_ten_audits_by_keyboard(browser: Browser, served: Service) -> None:
    """An auditor opens their audits, answers ten of them and submits each, without a mouse."""
    assign(served, "auditor", 10)
    enter(browser, served, "auditor")
    browser.keys("g")
    browser.keys("a")
    browser.until("h1", lambda text: text == "My audits")
    browser.keys("n")
    seen: set[str] = set()
    for number in range(10):
        browser.until("h1", lambda text: text == "Audit")
        address = wait_for(lambda: browser.driver.current_url, lambda url: url not in seen)
        seen.add(address)
        questions = len(browser.all("[data-q]"))
        assert "Machine" not in browser.text("#desk-form")
        for n in range(questions):
            browser.keys("2" if n == number else "1")
        browser.until("#answered", lambda text, all_=questions: text == str(all_))
        if number == 3:  # answered, taken back, answered otherwise
            browser.keys("z")
            browser.until("#answered", lambda text, all_=questions: text == str(all_ - 1))
            browser.keys("3")
        if number == 4:
            browser.keys("k")
            browser.keys("m")
            browser.keys("said at the end", Keys.ESCAPE)
        browser.until("#saved", lambda text: text.startswith("Saved"))
        browser.keys("n")
    browser.until("h1", lambda text: text == "My audits")
    assert "Submitted." in browser.text("main")
    count_held(served)
    done = served.store.within(TENANT).audits.listing(state="audited", auditor=email_of("auditor"))
    assert len(done) == 10
    comments = {answer.comment for each in done if each.result for answer in each.result.sheet.answers}
    assert "said at the end" in comments


def test_draft_survives(browser: Browser, served: Service) -> None:
    """What was answered is there again after the page was left, and an audit that lacks answers says which."""
    (conversation_id,) = assign(served, "auditor", 1)
    enter(browser, served, "auditor")
    desk = f"{served.url}/console/audits/{conversation_id}"
    browser.driver.get(desk)
    browser.until("h1", lambda text: text == "Audit")
    browser.keys("1")
    browser.keys("3")
    browser.until("#saved", lambda text: text.startswith("Saved"))
    browser.driver.get(f"{served.url}/console/audits")
    assert "2 of 10 answered" in browser.text("main")
    browser.driver.get(desk)
    browser.until("#answered", lambda text: text == "2")
    browser.keys(Keys.CONTROL, Keys.ENTER, Keys.NULL)
    browser.until(".bad", lambda text: "metrics are not answered yet" in text)
    browser.until("#answered", lambda text: text == "2")


def test_an_answer_right_before_the_desk_is_left_is_stored(browser: Browser, served: Service) -> None:
    """The page does not wait for its draft to be sent, and the draft is stored all the same."""
    (conversation_id,) = assign(served, "auditor", 1)
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/audits/{conversation_id}")
    browser.until("h1", lambda text: text == "Audit")
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}));"
    browser.run(press % 1 + press % 3 + "location.href = '/console/conversations'")
    browser.until("h1", lambda text: text == "Conversations")

    def is_stored() -> bool:
        browser.driver.get(f"{served.url}/console/audits")
        return "2 of 10 answered" in browser.text("main")

    wait_until(is_stored)


def test_the_desk_lists_its_keys(browser: Browser, served: Service) -> None:
    """By ?, also where the focus is on an answer; while one writes, it is a character."""
    (conversation_id,) = assign(served, "auditor", 1)
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/audits/{conversation_id}")
    browser.one(".q.on")
    browser.keys("?")
    assert "Submit and next" in browser.text("dialog#keys")
    browser.keys(Keys.ESCAPE)
    wait_until(lambda: not browser.run("return document.querySelector('dialog#keys').open"))
    browser.run("document.querySelector('.q input[type=radio]').focus()")
    browser.keys("?")
    wait_until(lambda: bool(browser.run("return document.querySelector('dialog#keys').open")))
    browser.keys(Keys.ESCAPE)
    browser.run("document.querySelector('#comment').focus()")
    browser.keys("why?")
    assert browser.run("return document.querySelector('#comment').value") == "why?"
    assert not browser.run("return document.querySelector('dialog#keys').open")


def test_desk_is_blind(browser: Browser, served: Service) -> None:
    """The page of an audit has nothing in it of what the machine decided: no score, no reason, no evidence."""
    (conversation_id,) = assign(served, "auditor", 1)
    case = existing(served.store.within(TENANT).audits.case(conversation_id))
    enter(browser, served, "auditor")
    browser.driver.get(f"{served.url}/console/audits/{conversation_id}")
    html = browser.run("return document.documentElement.outerHTML")
    for result in case.evaluation.results:
        for each in (*result.verdict.evidence, *result.verdict.trigger):
            assert each.why not in html
    assert "mark class" not in html
    assert not browser.all("input:checked")


def test_menu_on_a_narrow_window(browser: Browser, served: Service) -> None:
    """The menu opens behind its button, by keyboard too, leads on, and closes with Escape."""
    enter(browser, served, "qa-manager")
    width(browser, 360)
    browser.driver.get(f"{served.url}/console/conversations")
    assert browser.run("return document.querySelector('#menu').checkVisibility()") is False
    browser.run("document.querySelector('.topbar [popovertarget=menu]').focus()")
    browser.keys(Keys.ENTER)
    wait_for(lambda: browser.run("return document.querySelector('#menu').checkVisibility()"), bool)
    browser.keys(Keys.ESCAPE)
    wait_for(lambda: browser.run("return document.querySelector('#menu').checkVisibility()"), lambda shown: not shown)
    width(browser, 1280)


# Whether all of an element is seen without scrolling, and nothing covers its middle.
IN_VIEW = """
  const at = document.querySelector(arguments[0]), box = at.getBoundingClientRect();
  const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight && at.contains(above);
"""


@pytest.mark.parametrize("height", [768, 600])
def test_sign_out_is_in_view_on_a_low_window(browser: Browser, served: Service, height: int) -> None:
    """The menu of an administrator, who has every page in it, scrolls behind the way out."""
    enter(browser, served, "administrator")
    width(browser, 1280, height)
    for path in ("", "/administration/users"):
        browser.driver.get(f"{served.url}/console{path}")
        browser.one(".own summary").click()
        assert browser.run(IN_VIEW, "form[action$='/sign-out'] button"), path
    width(browser, 1280)


def test_a_phone_shows_the_score_first(browser: Browser, served: Service) -> None:
    """In view before the transcript, and a link to how it came about; where there is room beside it, once only."""
    newest = latest(served.store.within(TENANT), Sought(statuses=("evaluated",)), limit=1).items[0]
    enter(browser, served, "qa-manager")
    width(browser, 390)
    browser.driver.get(f"{served.url}/console/conversations/{newest.id}")
    assert browser.run(IN_VIEW, ".first-score a")
    assert browser.text(".first-score b") == f"{newest.score:.0f}"
    top = "return document.querySelector(arguments[0]).getBoundingClientRect().top"
    assert browser.run(top, ".first-score") < browser.run(top, ".script .turn")
    width(browser, 1280)
    assert not browser.run("return document.querySelector('.first-score').checkVisibility()")


def test_no_word_of_a_mouse_on_a_touch_screen(served: Service) -> None:
    """What only a mouse does is said where there is one."""
    with browsing(MOUSE) as browser:
        enter(browser, served, "qa-manager")
        browser.driver.get(f"{served.url}/console/overview")
        assert "double-click" in browser.text(".by-mouse")
        browser.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
        assert not browser.run("return document.querySelector('.by-mouse').checkVisibility()")


def test_what_a_chart_says_stands_beside_it_in_its_card(browser: Browser, served: Service) -> None:
    """No card ends above half a page of nothing: one holds both, at every width."""
    enter(browser, served, "qa-manager")
    for path in ("/overview", "/agents", "/insights"):
        browser.driver.get(f"{served.url}/console{path}")
        beside = "return [...document.querySelectorAll('.beside > *')].map((each) => each.getBoundingClientRect().top)"
        width(browser, 1440)
        tops = browser.run(beside)
        assert len(tops) == 2
        assert tops[0] == tops[1], path
        width(browser, 768)
        tops = browser.run(beside)
        assert tops[0] < tops[1], path
    width(browser, 1280)


def test_a_number_in_a_sentence_of_home_stays_in_it(browser: Browser, served: Service) -> None:
    """Its links do not stand on lines of their own."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console")
    script = "return [...document.querySelectorAll('p.say')].map((each) => getComputedStyle(each).display)"
    assert set(browser.run(script)) == {"block"}


def test_the_open_tab_is_in_view_on_a_phone(browser: Browser, served: Service) -> None:
    """Tabs that are wider than the window begin where the open one is visible."""
    enter(browser, served, "administrator")
    width(browser, 360)
    browser.driver.get(f"{served.url}/console/administration/erasure")
    script = (
        "const at = document.querySelector('.tabs [aria-current]').getBoundingClientRect(); return [at.left, at.right]"
    )
    wait_for(lambda: browser.run(script), lambda at: at[0] >= 0 and at[1] <= 360)
    width(browser, 1280)


def test_panels_of_a_list_fill_a_phone(browser: Browser, served: Service) -> None:
    """Columns and export open from the bottom edge, as wide as the window, as the filter does."""
    enter(browser, served, "qa-manager")
    width(browser, 360)
    browser.driver.get(f"{served.url}/console/conversations")
    shown = "[...document.querySelectorAll('.drop > .panel')].filter((each) => each.checkVisibility())"
    script = f"return {shown}.map((each) => each.offsetWidth)"
    browser.run("for (const each of document.querySelectorAll('.drop')) each.open = true")
    assert set(browser.run(script)) == {360}
    width(browser, 1280)


@pytest.mark.landing
def test_keys_of_a_list(browser: Browser, served: Service) -> None:
    """J and k move from row to row, Enter opens, and / goes to the search field."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/conversations")
    browser.until("h1", lambda text: text == "Conversations")
    links = [each.get_attribute("href") for each in browser.all("table.list .what a")]
    browser.keys("j", "j", "j", "k")
    assert browser.driver.switch_to.active_element.get_attribute("href") == links[1]
    browser.keys(Keys.ENTER)
    wait_for(lambda: browser.driver.current_url, lambda url: url == links[1])
    browser.driver.back()
    browser.until("h1", lambda text: text == "Conversations")
    browser.keys("/")
    assert browser.driver.switch_to.active_element.get_attribute("id") == "q"


def test_verdict_and_words(browser: Browser, served: Service) -> None:
    """A verdict under the focus shows its words in the transcript, and replay steps through all of them."""
    enter(browser, served, "qa-manager")
    newest = latest(served.store.within(TENANT), Sought(statuses=("evaluated",)), limit=1).items[0]
    browser.driver.get(f"{served.url}/console/conversations/{newest.id}")
    browser.one("#replay").send_keys(Keys.ENTER)
    chosen = browser.run("return document.querySelector('.vrow.on').dataset.metric")
    marked = browser.run("return document.querySelector('mark.on')?.dataset.for ?? ''")
    assert chosen in marked.split()
    assert "so far" in browser.text("#replaying p")
    for _ in browser.all(".vrow"):
        browser.keys(Keys.ENTER)
    assert browser.text("#replay") == "Replay score"
    assert browser.text("#replaying p") == " ".join(browser.text("#arithmetic .res").split()).replace(" 100", ": 100")
    browser.one("#replaying [data-step=end]").click()
    assert browser.run("return document.querySelector('#replaying').hidden")


@pytest.mark.landing
def test_the_menu_fits_a_window_of_900_pixels(browser: Browser, served: Service) -> None:
    """Of whoever has the most pages; theme, language and links are behind the name."""
    for role in ("administrator", "qa-manager"):
        enter(browser, served, role)
        size = {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        menu = "const menu = document.querySelector('.nav'); return [menu.scrollHeight, menu.clientHeight]"
        needed, shown = browser.run(menu)
        assert needed <= shown == 900
        assert not browser.run("return document.querySelector('.own .themes').checkVisibility()")
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.landing
def test_theme_is_kept(browser: Browser, served: Service) -> None:
    """The theme that one chooses holds on every page, for whoever signs in with this browser."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/overview")
    browser.one(".own summary").send_keys(Keys.ENTER)
    browser.one(".themes button[value=dark]").send_keys(Keys.ENTER)
    wait_for(lambda: browser.run("return document.documentElement.dataset.theme"), lambda theme: theme == "dark")
    wait_for(lambda: browser.driver.get_cookie("auscult_theme"), bool)
    browser.driver.get(f"{served.url}/console/conversations")
    assert browser.run("return document.documentElement.dataset.theme") == "dark"


def test_shortcuts_are_listed_and_switched_off(browser: Browser, served: Service) -> None:
    """``?`` lists the shortcuts; switched off, no key alone does anything on any page, until they are on again (WCAG 2.1.4)."""
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/conversations")
    browser.keys("?")
    assert "Next, previous row" in browser.text("dialog#keys")
    browser.one("dialog#keys button[value=off]").send_keys(Keys.ENTER)
    wait_for(lambda: browser.driver.get_cookie("auscult_shortcuts"), bool)
    browser.keys(Keys.ESCAPE)
    body = "return document.activeElement.localName"
    for key in "j", "/", "?":
        browser.one("body").send_keys(key)
    assert browser.run(body) not in {"a", "input"}
    assert not browser.run("return document.querySelector('dialog#keys').open")
    browser.driver.get(f"{served.url}/console/conversations")
    browser.one("body").send_keys("j")
    assert browser.run(body) != "a"
    browser.one(".own summary").send_keys(Keys.ENTER)
    browser.press("nav [data-shows-keys]")
    browser.one("dialog#keys button[value=on]").send_keys(Keys.ENTER)
    browser.keys(Keys.ESCAPE)
    browser.one("body").send_keys("j")
    assert browser.run(body) == "a"
