"""Whole journeys of building in a real Chromium, by mouse and by keyboard alone: each type of question, nothing in Text.

A voice form by points with a person and measured speech, a chat form by percentage with a judge, a value, an insight and
an agent, and a scorecard over both: begun from nothing, tried on a conversation, published, scored, and brought back.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.domain.conversation import Channel, Conversation, Queue, Speaker, Turn
from auscult.domain.evaluation import Evaluation
from auscult.metrics import METRICS
from auscult.reports import REPORTS
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.scoring.process import Processing
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.building.building import Building
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.console.test_console_roles import open_page
from tests.e2e.consoles import console
from tests.e2e.hands import Hands, Keyboard, Mouse
from tests.e2e.serving import TENANT, Service, process
from tests.scripted_judge import scripted_judge
from tests.scripted_system import Given, Sent, system, told
from tests.waiting import wait_for

pytestmark = pytest.mark.night

PLANS = b"plan,fee\ngold,25\nsilver,10\n"


def talk(name: str, channel: Channel, queue: str, *said: tuple[Speaker, str], **fields: Any) -> Conversation:
    """Return a conversation in which each turn takes five seconds."""
    begun = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    turns = tuple(
        Turn(f"t{at}", speaker, text, start_ms=at * 5000, end_ms=at * 5000 + 4500)
        for at, (speaker, text) in enumerate(said)
    )
    length = timedelta(seconds=5 * len(said))
    return Conversation(
        id=name,
        channel=channel,
        queues=(Queue(id=queue),),
        language="en",
        started_at=begun,
        ended_at=begun + length,
        turns=turns,
        **fields,
    )


CALL = talk(
    "c-whole-call",
    "voice",
    "Retail Banking",
    ("agent", "Good morning, this is Robert. How can I help you today?"),
    ("customer", "I would like to know the balance of my account please."),
    ("agent", "May I put you on hold for a moment? I will look it up for you."),
    ("customer", "Yes, of course, thank you very much."),
    ("agent", "Your balance is twelve dollars. Is there anything else?"),
    ("customer", "No, that is all, thank you. Goodbye."),
)
CHAT = talk(
    "c-whole-chat",
    "chat",
    "Customer Care",
    ("customer", "Hello, what does my plan cost a month? I was charged twice."),
    ("agent", "I am sorry about that. Your plan costs $25 a month, and I have refunded the second charge."),
    ("customer", "Great, that solves it. Thank you."),
    ("agent", "You are welcome. Is there anything else that I can do for you today?"),
    custom_id="gold",
)


def review(sent: Sent) -> Given:
    """Find the first of two sub-metrics, as an agent of a customer's own does."""
    asked = json.loads(sent.body)
    subs = [
        {"subMetricId": "sm-fees", "isQualified": "YES", "messageIds": [asked["transcript"][0]["messageId"]]},
        {"subMetricId": "sm-calm", "isQualified": "NO", "failureReason": "not found"},
    ]
    return told({"conversationId": asked["conversationId"], "agentEvaluation": [{"eval-1": {"subMetrics": subs}}]})


@pytest.fixture(scope="module")
def agent() -> Iterator[Any]:
    """An agent of a customer's own, on a real port."""
    with system(review) as found:
        yield found


@pytest.fixture(scope="module")
def served(agent: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with a judge and that agent, and a table of plans."""
    folder: Path = tmp_path_factory.mktemp("console")
    hosts = folder / "hosts.json"
    hosts.write_text(json.dumps({"hosts": [{"url": agent.url, "is_private": True}]}))
    with scripted_judge() as judge:
        settings: dict[str, Any] = {
            "state_dir": str(folder),
            "judge_url": judge.url,
            "judge_model": "m-1",
            "hosts_file": str(hosts),
        }
        with console(f"sqlite:///{folder / 'auscult.db'}", weeks=2, **settings) as found:
            found.store.within(TENANT).definitions.publish("table", "plans", PLANS)
            process(found.application, [CALL, CHAT])
            yield found


def voice_form(build: Building) -> None:
    """Build the form for calls: questions about voice, steps and a person, in two sections."""
    build.settings(scoring="points", pass_score="60")
    opening, closing = build.section("Opening"), build.section("Closing")
    build.question(opening, "Greeting", "10", "by_question", "Does the agent greet?")
    for words in ("good morning", "thank you for calling"):
        build.add(".answer.any_of.0.phrases", words)
    build.question(opening, "Silence", "5", "by_speech", "Does the agent keep silences short?")
    build.choose(".measure", "dead_air")
    build.set(".min_duration", "10s")
    build.question(opening, "Tone", "20", "manual", "Is the tone friendly?")
    build.grade("levels")
    build.set(".levels.1.share", "60")
    build.choose(".met_at", "Some")
    build.question(closing, "Needs", "15", "graded", "Does the agent find out what is needed?")
    build.part(".rules")
    build.choose(".rules.0.level", "Full")
    build.add(".rules.0.found.any_of.0.phrases", "how can i help")
    for name, kind, words in (
        ("Hold", "hold", "may i put you on hold"),
        ("Transfer", "transfer", "i will transfer you"),
    ):
        build.question(closing, name, "5", kind, f"Is the customer asked before: {name}?")
        build.part(".parts")
        build.part(".parts.0.before")
        build.add(".parts.0.before.any_of.0.phrases", words)
    build.part(".when")
    build.choose(".when.metric", "em-greeting")
    build.question(closing, "Refund", "5", "by_playbook", "Is the playbook followed?")
    build.set(".playbook", "Refund")
    build.set(".min_adherence", "80")
    build.question(closing, "Look-up", "5", "by_dialog", "Is the account looked up?")
    build.set(".dialog", "Look up account")
    build.question(closing, "Kept", "5", "by_claim", "Does a bot do what it says?")
    build.choose(".check", "kept")
    build.question(closing, "Known", "5", "by_grounding", "Does a bot state what it knows?")
    build.question(closing, "Onward", "5", "by_repetition", "Does a bot move on?")


def chat_form(build: Building, agent: str, by: str) -> None:
    """Build the form for chats: a question to a judge, a value of a table, an insight, and an agent of one's own.

    The question is another one ``by`` another hand: a trial shows what a judge has answered before.
    """
    build.question("", "Apology", "40", "by_question", "Is an apology made?")
    build.set(".answer.any_of.0.judge", f"The agent, asked by {by}, says sorry.")
    build.question("", "Fee", "20", "by_value", "Is the right fee named?")
    build.choose(".said.kind", "amount")
    build.part(".source.table")
    for key, value in (("name", "plans"), ("key_column", "plan"), ("column", "fee"), ("key.field", "custom_id")):
        build.choose(f".source.table.{key}", value)
    build.question("", "Solved", "20", "by_insight", "Is it solved?")
    build.choose(".insight", "resolution")
    build.question("", "Review", "15", "by_ai_agent", "What does our agent find?")
    build.set(".url", f"{agent}/execute")
    build.set(".evaluation", "eval-1")
    for at, (name, weight) in enumerate((("sm-fees", "30"), ("sm-calm", "70"))):
        build.part(".sub_metrics")
        build.set(f".sub_metrics.{at}.id", name)
        build.set(f".sub_metrics.{at}.weight", weight)
    build.hands.browser.until(".sumsay", lambda text: ("95 of 100" in text and "5 is" in text) or "5 are" in text)
    build.hands.press('[value="spread"]')
    build.hands.browser.until(".sumsay", lambda text: text.startswith("100"))


def no_barrier(build: Building) -> None:
    """Open each question: axe finds nothing at three widths, and nothing is wider than the window."""
    browser = build.hands.browser
    build.tab("questions")
    for at in range(len(mappings(build.value, "metrics"))):
        if not browser.all(f"#close-{at}"):
            build.hands.press(f"#open-{at}")
        browser.one(f"#close-{at}")
        browser.run("for (const each of document.querySelectorAll('#inspector details')) each.open = true")
        for pixels in (360, 768, 1440):
            width(browser, pixels)
            assert browser.barriers() == [], (at, pixels)


def tried(build: Building, served: Service, conversation: str, *shown: str) -> None:
    """Try it on a conversation that is found by its link, and see verdicts and arithmetic."""
    build.tab("try")
    build.hands.write("#sought", f"{served.url}/console/conversations/{conversation}")
    build.hands.press('.tryon button[value="find"]')
    build.hands.browser.until(".tryone .vlist", lambda text: all(each in text for each in shown))
    build.hands.browser.until(".tryone .ledger", bool)


def published(build: Building, version: int) -> None:
    """Publish it: it is in force, and scores what comes in."""
    browser = build.hands.browser
    build.tab("publish")
    assert build.shows_no_yaml()
    build.hands.press("#publish")
    browser.until("main", lambda text: f"Version {version} is in force." in text)
    wait_for(lambda: browser.text("#checked"), bool)


def evaluation_of(served: Service, conversation: str) -> Evaluation:
    """Return how a conversation is scored."""
    found = served.store.within(TENANT).conversations.get(conversation)
    assert found
    return found.evaluations[0]


def scored(served: Service, conversation: str) -> str:
    """Send a conversation again, as a later delivery with one more word; return by which form it is scored."""
    found = served.store.within(TENANT).conversations.get(conversation)
    assert found
    *turns, last = found.conversation.turns
    longer = replace(found.conversation, turns=(*turns, replace(last, text=f"{last.text} Bye.")))
    settings, store = served.application.settings, served.store
    evaluator = bootstrap.evaluator(settings, spending=store.spending, store=store)
    work = Processing(store, evaluator, REPORTS, lambda: datetime.now(UTC))
    finished = work.evaluate(store.within(TENANT).conversations.accept([longer]).batch_id or "")
    assert finished
    for each in (finished, *work.ask_judge(finished)):
        work.record(each)
    form = evaluation_of(served, conversation).form
    return form.id if form else ""


def types_in(build: Building) -> set[str]:
    """Return the types of questions of a form."""
    return {each["type"] for each in mappings(build.value, "metrics")}


def brought_back(build: Building, served: Service) -> None:
    """Change a weight, publish, and bring the first version back as the third: its bytes are those of the first."""
    browser = build.hands.browser
    app = served.store.within(TENANT)
    form_id = str(build.found("id"))
    build.tab("questions")
    build.set("metrics.0.weight", "12")
    published(build, 2)
    build.hands.press('[value="back:1"]')
    build.becomes("metrics.0.weight", "10")
    published(build, 3)
    first, third = (app.forms.get(form_id, version) for version in (1, 3))
    assert first
    assert third
    assert first.document == third.document
    assert browser.text(".pubs table").count("Qa-manager") == 3


def scorecard(build: Building, name: str) -> None:
    """Build a scorecard over both forms, and put it in force."""
    browser = build.hands.browser
    browser.driver.get(browser.driver.current_url.partition("/forms")[0] + "/scorecards")
    build.hands.write("#d-name", name)
    build.hands.press("form.begin button[type=submit]")
    wait_for(lambda: browser.text("#checked"), bool)
    for at, (called, metrics) in enumerate((("Courtesy", ("Tone", "Apology")), ("Result", ("Needs", "Solved")))):
        build.hands.press("[value=attribute]")
        build.has(f"attributes.{at}", "metrics")
        build.set(f"attributes.{at}.name", called)
        for metric in metrics:
            build.hands.add(f"attributes.{at}.metrics", metric)
            build.has(f"attributes.{at}.metrics", f"em-{metric.lower()}")
        build.hands.press(f'[value="equal:attributes.{at}.metrics"]')
        build.becomes(f"attributes.{at}.metrics.0.weight", "50")
    build.set("attributes.1.weight", "40")
    build.hands.press('[value="balance:attributes.0"]')
    build.becomes("attributes.0.weight", "60")
    assert build.shows_no_yaml()
    build.hands.press("#publish")
    browser.until("main .tell", lambda text: "Published." in text)


@pytest.fixture(autouse=True)
def nothing_left(served: Service) -> Iterator[None]:
    """Leave the queues to the next."""
    yield
    forms = served.store.within(TENANT).forms
    for each in forms.in_force():
        if each.form_id.startswith("ef-whole"):
            forms.retire(each.form_id)


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
def test_two_forms_and_a_scorecard(browser: Browser, served: Service, agent: Any, kind: type[Hands]) -> None:
    """From nothing to scores, and back to the first version; no text area of YAML is seen."""
    build, by = Building(kind(browser)), kind.__name__.lower()
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    open_page(browser, served, "/forms")
    build.begin(f"Whole voice {by}", "voice", "Retail Banking")
    voice_form(build)
    asked = types_in(build)
    if kind is Mouse:
        no_barrier(build)
    tried(build, served, CALL.id, "Greeting", "A person answers it in an audit.")
    published(build, 1)
    assert scored(served, CALL.id) == f"ef-whole-voice-{by}"
    brought_back(build, served)
    open_page(browser, served, "/forms")
    build.begin(f"Whole chat {by}", "chat", "Customer Care")
    chat_form(build, agent.url, by)
    assert {*asked, *types_in(build)} == {*METRICS} - {"by_example"}  # is taught on a page of its own
    if kind is Mouse:
        no_barrier(build)
    tried(build, served, CHAT.id, "Apology", "a trial asks no judge")
    published(build, 1)
    assert scored(served, CHAT.id) == f"ef-whole-chat-{by}"
    verdicts = {each.metric.name: each.verdict.qualification for each in evaluation_of(served, CHAT.id).results}
    assert verdicts == {"Apology": "YES", "Fee": "YES", "Solved": "YES", "Review": "NO"}
    scorecard(build, f"Whole {by}")
    assert browser.faults() == []
