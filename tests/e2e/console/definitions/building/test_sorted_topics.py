"""The conversations in the builder of taxonomies: their number at each topic, and some of the open one and of none to learn from."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from msgspec.structs import replace
from selenium.webdriver.common.keys import Keys

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.people.principal import operator
from auscult.services.conversations.latest import Sought, newest_recorded
from auscult.services.form_examples import TopicExamples
from tests.data_files import data_of
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_builder import DOCUMENT, becomes, click, looked_at
from tests.e2e.console.definitions.test_console_scorecards import definitions, leave_none
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.console.test_console_roles import open_page
from tests.e2e.consoles import email_of, signed_in
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service, process
from tests.waiting import wait_for

TREE = data_of(__file__, "tree")
NEW = TREE.replace(
    "  - name: Branch", "      - name: Eaten\n        examples: [the machine has my card]\n  - name: Branch"
)
PATH = "/console/taxonomies/tx-bank/edit"
SAID = {
    "c-lost-1": "I lost my card",
    "c-lost-2": "my name is Sandra Miller and i lost my card in the park",
    "c-broken": "the chip of my card does not work",
    "c-branch": "when do you open",
}
CHOICES = "return [...document.querySelectorAll('.moveto[open] option')].map((each) => each.value)"
BLIND = "i lost my card yesterday"
NOWHERE = "The pears on that tree over there will be ripe in the autumn"
ELSEWHERE = "Grandmother plays the violin on Tuesdays"
LOST, BRANCH = "topics.0.topics.0", "topics.1"


@pytest.fixture(autouse=True)
def sorted_by_tree(served: Service) -> Iterator[None]:
    """A taxonomy in force, and conversations that it sorted; they are the newest."""
    definitions(served).publish("taxonomy", "tx-bank", TREE.encode())
    app = served.store.within(TENANT)
    (newest,) = newest_recorded(app, Sought(), 1)
    template = newest.conversation
    missing = [name for name in SAID if app.conversations.get(name) is None]
    if missing:
        process(served.application, [_conversation(template, name) for name in missing])
    yield
    for each in app.form_examples.of_taxonomy("tx-bank"):
        TopicExamples(app, lambda: datetime.now(UTC), operator(TENANT.account_id)).remove("tx-bank", each.example_id)
    leave_none(served, "taxonomy", "tx-bank")


def _conversation(template: Conversation, name: str, said: str = "") -> Conversation:
    turns = (Turn("m1", "agent", "hello"), Turn("m2", "customer", said or SAID.get(name, BLIND)))
    return replace(template, id=name, custom_id=None, channel="chat", language="en", turns=turns, agents=(), events=())


def ask(me: httpx.Client, path: str, document: str = TREE, **more: str) -> str:
    """Return a part of the page."""
    answer = me.post(f"{PATH}{path}", data={"document": document, **more})
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def numbers(page: str) -> dict[str, str]:
    """Return the numbers at the topics."""
    return {
        name: re.findall(r'class="num"[^>]*>([\d,]+)<', row)[0]
        for name, row in re.findall(r'data-slot="n:([^"]+)">(.*?)</div>', page, re.DOTALL)
    }


def test_conversations_are_counted_at_their_topics(served: Service) -> None:
    """With what is counted, and how many have no topic; one with another name keeps its own, a new one has none yet."""
    with signed_in(served, "qa-manager") as me:
        page = ask(me, "/counts")
        assert numbers(page) == {
            "Cards": "3",
            "Cards \u203a Lost": "2",
            "Cards \u203a Broken": "1",
            "Branch": "1",
        }
        assert "4 conversations" in page
        assert "Not recognised: 0 (0%)" in page
        renamed = numbers(ask(me, "/counts", TREE.replace("Lost", "Gone")))
        assert renamed["Cards \u203a Gone"] == "2"
        for document, topic, there in (
            (TREE, "Cards", ["c-broken", "c-lost-1", "c-lost-2"]),
            (TREE, "Cards \u203a Lost", ["c-lost-1", "c-lost-2"]),
            (TREE.replace("Lost", "Gone"), "Cards \u203a Gone", ["c-lost-1", "c-lost-2"]),
            (TREE.replace("Lost", "Gone"), "Cards", ["c-broken", "c-lost-1", "c-lost-2"]),
        ):
            row = ask(me, "/counts", document).partition(f'data-slot="n:{topic}"')[2].partition("</div>")[0]
            page = me.get(re.findall(r'href="([^"]+)"', row)[0]).text
            assert sorted(set(re.findall(r"/console/conversations/(c-(?:lost|broken|branch)[-\d]*)", page))) == there
        new = numbers(ask(me, "/counts", NEW))
        assert (new["Cards \u203a Lost"], new["Cards \u203a Eaten"]) == ("2", "0")
        assert "data-slot" not in ask(me, "/counts", "id: [")
        assert "data-slot" not in ask(me, "/counts", TREE.replace("tx-bank", "tx-other"))


def test_some_of_a_topic_are_listed(served: Service) -> None:
    """The least sure first, with a link to the turn; none of a topic with others below it."""
    with signed_in(served, "qa-manager") as me:
        page = ask(me, "/here", open=LOST)
        assert re.findall(r'href="([^"]+)"', page) == [
            f"/console/conversations/{name}#t-m2" for name in ("c-lost-2", "c-lost-1")
        ]
        assert re.search(r"\d+% sure", page)
        assert "No conversation was sorted here yet." in ask(me, "/here", NEW, open="topics.0.topics.2")
        for path in ("topics.0", "", "topics.9", "name"):
            assert "data-slot" not in ask(me, "/here", open=path)


@pytest.mark.landing
def test_who_judges_a_conversation_blind_sees_nothing_of_it(served: Service) -> None:
    """It is in no count and no list, and its words are not taken over."""
    (newest,) = newest_recorded(served.store.within(TENANT), Sought(), 1)
    process(served.application, [_conversation(newest.conversation, "c-blind")])
    body = {"conversation_id": "c-blind", "auditor": email_of("qa-manager"), "hidden": ["machine"]}
    act = f'example:["{LOST}","c-blind","m2"]'
    listed = f"/api/v1/conversations?app={TENANT.app_id}&topic=cards+>+lost"
    with signed_in(served, "qa-manager") as me:
        assert numbers(ask(me, "/counts"))["Cards \u203a Lost"] == "3"
        assert "c-blind" in ask(me, "/here", open=LOST)
        assert '"c-blind"' in me.get(listed).text
        assert "/c-blind" in me.get("/console/conversations?topic=Cards+>+Lost").text
        assert f"{BLIND}]" in ask(me, "", part="1", act=act, base=TREE, open=LOST)
        made = me.post(f"/api/v1/assignments?app={TENANT.app_id}", json=body)
        assert made.status_code == 201, made.text
        assert numbers(ask(me, "/counts"))["Cards \u203a Lost"] == "2"
        assert "c-blind" not in ask(me, "/here", open=LOST)
        assert '"c-blind"' not in me.get(listed).text
        assert "/c-blind" not in me.get("/console/conversations?topic=Cards+>+Lost").text
        page = ask(me, "", part="1", act=act, base=TREE, open=LOST)
        assert "There is no conversation 'c-blind' here." in page


@pytest.fixture
def unsorted(served: Service) -> Iterator[None]:
    """Three conversations that the taxonomy sorts nowhere, two of them with the same words."""
    (newest,) = newest_recorded(served.store.within(TENANT), Sought(), 1)
    said = {"c-nowhere-1": NOWHERE, "c-nowhere-2": NOWHERE, "c-elsewhere": ELSEWHERE}
    process(served.application, [_conversation(newest.conversation, name, words) for name, words in said.items()])
    yield
    for name in said:
        served.store.within(TENANT).conversations.erase(name)


@pytest.mark.usefixtures("unsorted")
def test_what_is_not_recognised_is_listed(served: Service) -> None:
    """The same words once, with a link to the turn, until they are a sentence of the draft."""
    with signed_in(served, "qa-manager") as me:
        assert "Not recognised: 3 (" in ask(me, "/counts")
        page = ask(me, "/nowhere")
        (address,) = [each for each in re.findall(r'href="([^"]+)"', page) if "c-nowhere" in each]
        assert re.fullmatch(r"/console/conversations/c-nowhere-[12]#t-m2", address)
        assert NOWHERE in page
        name = address.partition("/c-")[2].partition("#")[0]
        act = f'move:["","c-{name}","m2"]'
        assert act in page
        added = ask(me, "", part="1", act=act, base=TREE, **{f"to:c-{name}": "Branch"})
        assert f"Added to Branch: {NOWHERE}" in added
        draft = TREE.replace("where is your branch", f"where is your branch, {NOWHERE}")
        assert NOWHERE not in ask(me, "/nowhere", draft)
        assert "Nothing is left here" in ask(me, "/nowhere", draft.replace("my card is", f"{ELSEWHERE}, my card is"))
        assert "data-slot" not in ask(me, "/nowhere", "id: [")


@pytest.mark.parametrize(
    "act", ["example:[]", 'example:["topics.7","c-lost-1","m2"]', 'example:["name","c-lost-1","m9"]']
)
def test_a_sentence_that_is_not_there_changes_nothing(served: Service, act: str) -> None:
    """It is refused in words."""
    with signed_in(served, "qa-manager") as me:
        page = ask(me, "", part="1", act=act, base=TREE, open=LOST)
        assert 'role="alert"' in page
        assert html.unescape(page).count("i lost my card, my card was stolen]") == 1


@pytest.mark.parametrize("role", ["auditor", "agent", "analyst"])
def test_who_edits_no_taxonomies_sees_neither(served: Service, role: str) -> None:
    """The parts of the builder are for those who may open it."""
    with signed_in(served, role) as me:
        for path in ("/counts", "/here", "/nowhere"):
            assert me.post(f"{PATH}{path}", data={"document": TREE, "open": LOST}).status_code in (403, 404)


@pytest.mark.night
@pytest.mark.parametrize("pixels", [360, 1440])
def test_learned_from_by_mouse(browser: Browser, served: Service, pixels: int) -> None:
    """The tree shows the numbers. A sentence is added to a topic with its names redacted, then to another topic."""
    width(browser, pixels)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/taxonomies/tx-bank/edit")
    browser.until("[data-slot=period]", lambda text: "4 conversations" in text and "Not recognised" in text)
    browser.until(f"[id='q-{LOST}'] .sorted .num", lambda text: text.startswith("2"))
    click(browser, f"[id='open-{LOST}']")
    browser.until(".sortedhere", lambda text: "i lost my card in the park" in text)
    click(browser, ".sortedhere [value^='example:']")
    becomes(browser, "my name is [name] and i lost my card in the park")
    browser.until("#panel .tell", lambda text: "Added to Cards \u203a Lost: my name is [name]" in text)
    click(browser, ".sortedhere [value^='example:']")
    browser.until("#panel .bad", lambda text: "has this sentence already" in text)
    click(browser, ".sortedhere .moveto summary")
    wait_for(
        lambda: browser.run(CHOICES), lambda found: found == ["", "Cards \u203a Lost", "Cards \u203a Broken", "Branch"]
    )
    browser.run("document.querySelector(\".sortedhere [name^='to:']\").value = 'Branch'")
    click(browser, ".sortedhere [value^='move:']")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text.count("in the park") == 2)
    browser.until("#panel .tell", lambda text: "Added to Branch" in text)
    browser.run("document.querySelector('.sortedhere .moveto').open = true")
    browser.run("document.querySelector('.sortedhere').scrollIntoView({block: 'center'})")
    looked_at(browser)
    assert browser.faults() == []
    width(browser, 1440)


@pytest.mark.night
def test_learned_from_by_keyboard(browser: Browser, served: Service) -> None:
    """The same by keyboard alone; without a topic nothing is moved, and what was is undone."""
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/taxonomies/tx-bank/edit")
    browser.until("[data-slot=period]", lambda text: "4 conversations" in text)
    browser.press(f"[id='open-{LOST}']")
    browser.until(".sortedhere", lambda text: "in the park" in text)
    browser.press(".sortedhere .moveto summary")
    browser.press(".sortedhere [value^='move:']")
    browser.until("#panel .bad", lambda text: "Choose the topic that the sentence belongs to" in text)
    browser.reach(".sortedhere [name^='to:']")
    browser.keys("Branch")
    browser.press(".sortedhere [value^='move:']")
    becomes(browser, "my name is [name] and i lost my card in the park")
    browser.control("z")
    wait_for(lambda: browser.run(DOCUMENT), lambda text: text == TREE)
    browser.press(".sortedhere [value^='example:']")
    becomes(browser, ", I lost my card]")
    assert browser.faults() == []


@pytest.mark.night
@pytest.mark.usefixtures("unsorted")
@pytest.mark.parametrize("pixels", [360, 1440])
def test_what_is_not_recognised_is_added_to_a_topic(browser: Browser, served: Service, pixels: int) -> None:
    """By keyboard alone, in a tab of its own with its share: what was added goes from the list."""
    width(browser, pixels)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/taxonomies/tx-bank/edit")
    browser.until("[data-tab=nowhere] .count", lambda text: text.endswith("%"))
    browser.press("[data-tab=nowhere]")
    browser.until("#part-nowhere", lambda text: NOWHERE in text and "Not recognised: 3 (" in text)
    row, other = (f"#said-{name}" for name in ("c-nowhere-1", "c-elsewhere"))
    if not browser.all(row):
        row = "#said-c-nowhere-2"
    browser.press(f"{row} .moveto summary")
    wait_for(lambda: browser.run(CHOICES), lambda found: "Branch" in found)
    browser.reach(f"{row} [name^='to:']")
    browser.keys("Branch")
    looked_at(browser)
    browser.press(f"{row} [value^='move:']")
    browser.until("#panel .tell", lambda text: f"Added to Branch: {NOWHERE}" in text)
    wait_for(lambda: browser.all(row), lambda found: not found)
    assert browser.run("return document.activeElement.closest('li').id") == other.removeprefix("#")
    browser.keys(Keys.ENTER)
    wait_for(lambda: browser.run(CHOICES), lambda found: "Branch" in found)
    browser.reach(f"{other} [name^='to:']")
    browser.keys("Branch")
    browser.press(f"{other} [value^='move:']")
    browser.until("#part-nowhere", lambda text: "Nothing is left here" in text)
    assert browser.run("return document.activeElement.textContent") == "Not recognised"
    browser.control("z")
    browser.until("#part-nowhere", lambda text: ELSEWHERE in text and NOWHERE not in text)
    assert browser.faults() == []
    width(browser, 1440)


DRAFT = TREE.replace("[i lost my card, my card was stolen]", "[please block it at once]").replace(
    "my card is broken,", "my card is broken, i lost my card, my card was stolen,"
)
EFFECT = "#effect li [value^='stays:']"


def test_what_was_sorted_rightly_is_kept_and_tried(served: Service) -> None:
    """Stays keeps the topic of the turn; it is tried at each preview, wrong until the draft sorts it there, and dropped."""
    app = served.store.within(TENANT)
    with signed_in(served, "qa-manager") as me:
        page = ask(me, "/effect", DRAFT)
        stays = [html.unescape(each) for each in re.findall(r'value="(stays:\[.*?\])"', page)]
        assert 'stays:["c-lost-1","m2","Cards > Lost"]' in stays
        put_away = ask(me, "/effect", DRAFT, right="c-lost-1")
        assert '"c-lost-1"' not in put_away.replace('name="right" value="c-lost-1"', "")
        kept = ask(me, "/effect", DRAFT, act='stays:["c-lost-1","m2","Cards > Lost"]')
        (example,) = app.form_examples.of_taxonomy("tx-bank")
        assert (example.conversation_id, example.turn_id, example.wanted) == ("c-lost-1", "m2", "Cards > Lost")
        assert "0 of 1 example right" in kept
        assert "should be Cards \u203a Lost, would be Cards \u203a Broken" in kept
        assert 'stays:["c-lost-1"' not in kept
        for same in (TREE, TREE.replace("Lost", "Gone")):
            assert "1 of 1 example right" in ask(me, "/effect", same)
        published = me.post(PATH, data={"document": DRAFT, "act": "publish"})
        assert published.status_code == 303, "a wrong example does not stop publishing"
        assert "The topic that the example expects is missing." in ask(me, "/effect", DRAFT, act="stays:[]")
        dropped = ask(me, "/effect", DRAFT, act=f"drop:{example.example_id}")
        assert "example right" not in dropped
        assert app.form_examples.of_taxonomy("tx-bank") == []
        assert "unknown" in ask(me, "/effect", DRAFT, act=f"drop:{example.example_id}").lower()


def test_examples_over_the_api(served: Service) -> None:
    """Kept, listed, tried with the draft, and removed; an unknown taxonomy, and a topic that it lacks, are named."""
    client = Own(served, served.new_client("forms:write", "forms:read", "conversations:read"))
    path = "/taxonomies/tx-bank/examples"
    body = {"conversation_id": "c-lost-1", "turn_id": "m2", "wanted": "Cards > Lost"}
    made = client.ask("POST", path, msgspec.json.encode(body))
    assert made.status_code == 201, made.text
    assert client.ask("GET", path).json()["items"] == [made.json()]
    found = client.ask("POST", f"{path}/try").json()
    assert (found["right"], found["count"], found["erased"]) == (1, 1, 0)
    assert found["items"] == [{"example": made.json(), "found": ["Cards > Lost"], "is_right": True}]
    definitions(served).save_draft("taxonomy", "tx-bank", DRAFT.encode())
    assert client.ask("POST", f"{path}/try").json()["items"][0]["found"] == ["Cards > Broken"]
    wrong = client.ask("POST", path, msgspec.json.encode(body | {"wanted": "Cards > Gone"}))
    problem(wrong, 400, "field.unknown_value")
    problem(client.ask("POST", path, msgspec.json.encode(body | {"turn_id": "m9"})), 422, "turn.unknown")
    problem(client.ask("GET", "/taxonomies/tx-none/examples"), 404, "taxonomy.unknown")
    blind = Own(served, served.new_client("forms:write", "forms:read"))
    assert blind.ask("GET", path).json() == {"items": []}
    problem(blind.ask("POST", path, msgspec.json.encode(body)), 403, "scope.missing")
    name = f"{path}/{made.json()['example_id']}"
    assert client.ask("DELETE", name).status_code == 204
    problem(client.ask("DELETE", name), 404, "example.unknown")


@pytest.mark.night
@pytest.mark.parametrize("pixels", [360, 1440])
def test_moves_are_looked_at(browser: Browser, served: Service, pixels: int) -> None:
    """By keyboard: Right puts a row away and the next has the focus; Stays keeps one, which is wrong until it is removed."""
    definitions(served).save_draft("taxonomy", "tx-bank", DRAFT.encode())
    width(browser, pixels)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/taxonomies/tx-bank/edit")
    browser.press("[data-tab=publish]")
    browser.until("#effect h2", lambda text: "conversations would move" in text)
    rows = [str(each.get_attribute("value")) for each in browser.all(EFFECT)]
    first, second, *_others = (each.partition('"')[2].partition('"')[0] for each in rows)
    browser.press(f"#effect [value='right:{first}']")
    wait_for(lambda: len(browser.all(EFFECT)), lambda n: n == len(rows) - 1)
    assert browser.run("return document.activeElement.value") == f"right:{second}"
    browser.press(f"#effect [value='{rows[1]}']")
    browser.until("#topicexamples h2", lambda text: text == "0 of 1 example right")
    browser.until("#topicexamples li", lambda text: "should be Cards \u203a Lost, would be" in text)
    wait_for(lambda: browser.run("return document.activeElement.textContent"), lambda text: "would move" in text)
    shown = [each.get_attribute("value") for each in browser.all("#effect [value^='right:']")]
    assert not {f"right:{first}", f"right:{second}"} & set(shown)
    browser.run("document.querySelector('#topicexamples').scrollIntoView({block: 'center'})")
    looked_at(browser)
    browser.press("#topicexamples [value^='drop:']")
    wait_for(lambda: browser.all(f"#effect [value='right:{second}']"), bool)
    assert browser.all("#topicexamples") == []
    assert browser.all(f"#effect [value='right:{first}']") == []
    assert browser.faults() == []
    width(browser, 1440)
