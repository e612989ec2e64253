"""Questions over HTTP and in the console: who may ask, what goes to the judge, what is shown of its answer, what it costs."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auscult.domain.limits import Limits, Owner
from auscult.services.conversations.latest import Sought, latest
from tests.e2e.consoles import QUEUE, Page, console, email_of, signed_in
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser
from tests.e2e.serving import TENANT, Service
from tests.scripted_judge import Scripted, scripted_judge
from tests.unit.domain.explanations.scripted_explainer import Given, ScriptedExplainer, sentences
from tests.waiting import wait_until

pytestmark = pytest.mark.night

METRIC = "em-greeting"
ASKING = ("administrator", "qa-manager", "auditor", "supervisor", "analyst")
OTHERS = ("agent", "inspector")
BODIES: dict[str, dict[str, Any]] = {"/metrics/explain": {"metric_id": METRIC}, "/overview/explain": {}}


def everything(given: Given) -> dict[str, Any]:
    """A reply that repeats every passage, up to those that are shown, the last ones first."""
    last = list(given.passages.items())[::-1]
    return sentences(*((text, [number]) for number, (_, text) in last[:6]))


@pytest.fixture(scope="module")
def judge() -> Iterator[ScriptedExplainer]:
    """A model on a real port."""
    with scripted_judge(ScriptedExplainer()) as found:
        assert isinstance(found, ScriptedExplainer)
        yield found


@pytest.fixture(scope="module")
def service(judge: ScriptedExplainer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with that judge, whose tokens have a price."""
    url = f"sqlite:///{tmp_path_factory.mktemp('explaining')}/test.db"
    settings: dict[str, Any] = {
        "judge_url": judge.url,
        "judge_model": "m-1",
        "judge_price_in": "1",
        "judge_price_out": "2",
    }
    with console(url, **settings) as found:
        yield found


@pytest.fixture(autouse=True)
def _honest(judge: ScriptedExplainer) -> None:
    """A model that reads, and has been asked nothing yet."""
    url = judge.url
    judge.__init__()  # type: ignore[misc]
    judge.url = url


@pytest.fixture
def browser(service: Service) -> Any:
    """Browsers of people by role."""
    return lambda role: Browser(service, email_of(role))


@pytest.mark.landing
def test_a_question_is_answered_with_the_turns_that_carry_it(
    service: Service, judge: ScriptedExplainer, browser: Any
) -> None:
    """Over the API: the sentence, who said it, the turn; what went to the judge, and what it took."""
    name = any_conversation(service)
    judge.reply = lambda given: sentences((given.passages[2][1], [2]), ("The agent was flawless.", [2]))
    asked = browser("qa-manager").ask("POST", f"/conversations/{name}/explain", {"question": " What  was said? "})
    assert asked.status_code == 200, asked.text
    found = asked.json()
    detail = service.store.within(TENANT).conversations.get(name)
    assert detail
    second = [each for each in detail.conversation.turns if each.text.strip()][1]
    (said,) = found["sentences"]
    assert [each["turn_id"] for each in said["rests_on"]] == [second.id]
    assert said["said_by"] == [second.speaker]
    assert (found["question"], found["dropped"], found["fault"]) == ("What was said?", 1, None)
    assert found["sent"]["conversations"] == [name]
    assert found["sent"]["turns"] + found["sent"]["figures"] == len(judge.given[-1].passages)
    assert found["spent"] == {
        "calls": 1,
        "tokens_in": 1000,
        "tokens_cached": 0,
        "tokens_out": 100,
        "cost": pytest.approx(0.0012),
    }


def test_what_is_not_carried_is_not_known(service: Service, judge: ScriptedExplainer, browser: Any) -> None:
    """No sentence stands, or the reply is none: the answer is empty, and costs count all the same."""
    before = tokens(service)
    path = f"/conversations/{any_conversation(service)}/explain"
    for reply, fault in (
        (sentences(), None),
        ("I think it went well.", "the judge's reply is not the JSON that was asked for"),
    ):
        judge.reply = lambda _, reply=reply: reply
        found = browser("auditor").ask("POST", path, {"question": "Why?"}).json()
        assert (found["sentences"], found["fault"]) == ([], fault)
    assert tokens(service) == before + 2 * 1100


@pytest.mark.landing
@pytest.mark.parametrize("role", ASKING)
def test_nothing_goes_to_the_judge_that_the_reader_may_not_see(
    service: Service, judge: ScriptedExplainer, browser: Any, role: str
) -> None:
    """However greedy the model: passages and citations are of conversations that the person reads."""
    judge.reply = everything
    person = browser(role)
    visible = set(conversations_of(person))
    assert (len(visible) < len(everyones(service))) == (role == "supervisor")
    for path, body in BODIES.items():
        answer = person.ask("POST", path, body | {"question": "What went wrong?"})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        cited = {each["conversation_id"] for one in found["sentences"] for each in one["rests_on"]} - {None}
        assert cited <= set(found["sent"]["conversations"]) <= visible
        texts = words_of(service, visible)
        said = [text for who, text in judge.given[-1].passages.values() if who != "figure"]
        assert all(text.removesuffix("…") in texts for text in said)
        assert found["sentences"]
    for hidden in sorted(everyones(service) - visible)[:3]:
        answer = person.ask("POST", f"/conversations/{hidden}/explain", {"question": "What was said?"})
        problem(answer, 404, "conversation.unknown")


@pytest.mark.parametrize("role", OTHERS)
def test_who_lacks_the_permission_asks_nothing(
    service: Service, judge: ScriptedExplainer, browser: Any, role: str
) -> None:
    """An agent reads their own conversations, and asks the judge about none unless a role of theirs allows it."""
    person = browser(role)
    name = next(iter(conversations_of(person)), any_conversation(service))
    paths = {**BODIES, f"/conversations/{name}/explain": {}}
    for path, body in paths.items():
        answer = person.ask("POST", path, body | {"question": "What was said?"})
        assert answer.status_code in {403, 404}, (path, answer.text)
    assert judge.given == []
    if role == "agent":
        with signed_in(service, role) as client:
            assert 'id="ask"' not in client.get(f"/console/conversations/{name}").text


def test_who_rates_blind_asks_nothing_about_it(judge: ScriptedExplainer, browser: Any) -> None:
    """Neither about the conversation, nor is it among those behind figures."""
    person, question = browser("auditor"), {"question": "What went wrong?"}
    sent = person.ask("POST", "/overview/explain", question).json()["sent"]["conversations"]
    assert sent
    for name in sent:
        wanted = {"conversation_id": name, "auditor": email_of("auditor"), "hidden": ["machine", "others"]}
        assert browser("qa-manager").ask("POST", "/assignments", wanted).status_code in {200, 201}
        answer = person.ask("POST", f"/conversations/{name}/explain", question)
        problem(answer, 409, "explanation.blind")
    for path, body in BODIES.items():
        found = person.ask("POST", path, body | question).json()
        assert set(found["sent"]["conversations"]).isdisjoint(sent)
    assert len(judge.given) == 1 + len(BODIES)


def test_bodies_are_checked(service: Service, judge: ScriptedExplainer) -> None:
    """A client with the scope asks, too; a question that is missing or too long, and an unknown metric, are refused."""
    client = Own(service, service.new_client("conversations:write", "audits:read"))

    def ask(path: str, body: str) -> Any:
        return client.ask("POST", path, body, headers={"Content-Type": "application/json"})

    assert ask("/overview/explain", '{"question": "Why?"}').status_code == 200
    problem(ask("/overview/explain", '{"question": " "}'), 422, "question.invalid")
    problem(ask("/overview/explain", f'{{"question": "{"x" * 401}"}}'), 422, "question.invalid")
    problem(ask("/metrics/explain", '{"question": "Why?", "metric_id": "em-none"}'), 422, "metric.unknown")
    reader = Own(service, service.new_client("conversations:read"))
    refused = reader.ask(
        "POST", "/overview/explain", '{"question": "Why?"}', headers={"Content-Type": "application/json"}
    )
    assert refused.status_code == 403
    assert len(judge.given) == 1


def test_the_log_names_what_went_to_the_judge(service: Service, browser: Any) -> None:
    """Who asked, about what, and the conversations; no word of the question."""
    name = any_conversation(service)
    browser("qa-manager").ask("POST", f"/conversations/{name}/explain", {"question": "Where is pineapple?"})
    entry = service.store.within(TENANT).log.newest(None, 1)[0]
    assert (entry.action, entry.target) == ("judge.asked", f"conversation:{name}")
    assert entry.principal == f"user:{email_of('qa-manager')}"
    assert name in (entry.details or "")
    assert "pineapple" not in (entry.details or "")


def test_the_box_of_each_page_answers_with_links(service: Service, judge: ScriptedExplainer) -> None:
    """On a conversation, a metric and the overview: the sentence, its links, and what went to the judge."""
    judge.reply = everything
    name = any_conversation(service)
    with signed_in(service, "qa-manager") as client:
        for path in (f"/console/conversations/{name}", f"/console/metrics/{METRIC}", "/console/overview"):
            page = client.get(path).text
            assert 'id="ask"' in page, path
            (action,) = [action for method, action in Page(page).forms if action.endswith("/explain")]
            answer = client.post(action, data={"question": "What went wrong?"})
            assert answer.status_code == 200, answer.text
            found = Page(answer.text)
            assert found.headings == 1
            told = answer.text.split('class="told"')[1].split("</ol>")[0]
            links = [html.unescape(each) for each in re.findall(r'href="([^"]+)"', told)]
            assert links
            for link in links:
                opened = client.get(link.partition("#")[0])
                assert opened.status_code == 200, link
                part = link.partition("#")[2]
                assert not part or f'id="{part}"' in opened.text, link
            assert "What went to the judge" in answer.text
            assert client.get(action).status_code == 303


def test_the_box_says_what_it_does_not_know_in_the_readers_language(service: Service, judge: ScriptedExplainer) -> None:
    """Without evidence it does not know; where the judge does not answer it says why."""
    with signed_in(service, "qa-manager") as client:
        judge.reply = lambda _: sentences()
        path = f"/console/conversations/{any_conversation(service)}/explain"
        asked = client.post(path, data={"question": "Why?"})
        assert "That is not known from what is on this page." in asked.text
        client.post("/console/language", data={"language": "de", "back": "/console"})
        judge.script.append(Scripted(status=500))
        asked = client.post(path, data={"question": "Warum?"})
        assert "Das Sprachmodell kann nicht antworten" in asked.text or "Sprachmodell" in asked.text
        assert client.post(path, data={"question": ""}).status_code == 200


def test_the_limit_of_the_day_holds(judge: ScriptedExplainer, tmp_path: Path) -> None:
    """What is above it is not asked."""
    settings: dict[str, Any] = {"judge_url": judge.url, "judge_model": "m-1", "judge_tokens_per_day": 50}
    with console(f"sqlite:///{tmp_path}/limit.db", weeks=1, **settings) as service:
        answer = Browser(service, email_of("qa-manager")).ask("POST", "/overview/explain", {"question": "Why?"})
        problem(answer, 503, "engine.unavailable")
        assert "limit of a day" in answer.json()["detail"]
    assert judge.given == []


def test_the_limits_of_account_and_app_hold(judge: ScriptedExplainer, tmp_path: Path) -> None:
    """What an answer took counts against both, and what is above either is not asked, with the limit's owner named."""
    settings: dict[str, Any] = {"judge_url": judge.url, "judge_model": "m-1"}
    with console(f"sqlite:///{tmp_path}/limits.db", weeks=1, **settings) as service:
        limits, person = service.store.limits, Browser(service, email_of("qa-manager"))

        def used() -> tuple[int, int]:
            use = limits.uses(datetime.now(UTC))[TENANT.app_id]
            return use.judge_calls, use.judge_tokens

        def ask() -> Any:
            return person.ask("POST", "/overview/explain", {"question": "Why?"})

        calls, tokens_before = used()
        assert ask().status_code == 200
        assert used() == (calls + 1, tokens_before + 1100)
        for owner in (Owner(TENANT.account_id), Owner(TENANT.account_id, TENANT.app_id)):
            limits.save(owner, Limits(judge_tokens=1200))
            wait_until(lambda: ask().status_code == 503)  # limits are cached for some seconds
            spent, asked = used(), len(judge.given)
            answer = ask()
            problem(answer, 503, "engine.unavailable")
            assert f"{owner}: the limit of the judge's day is reached" in answer.json()["detail"]
            assert (used(), len(judge.given)) == (spent, asked)
            limits.save(owner, Limits())
            wait_until(lambda: ask().status_code == 200)


@pytest.mark.parametrize(
    "settings", [{}, {"judge_explanations_s": 0, "judge_url": "http://127.0.0.1:9/v1", "judge_model": "m"}]
)
def test_without_a_judge_there_is_no_box(tmp_path: Path, settings: dict[str, Any]) -> None:
    """Nor where questions are switched off; the operation says so."""
    with console(f"sqlite:///{tmp_path}/none.db", weeks=1, **settings) as service:
        with signed_in(service, "qa-manager") as client:
            for path in (f"/console/conversations/{any_conversation(service)}", "/console/overview"):
                assert 'id="ask"' not in client.get(path).text
        answer = Browser(service, email_of("qa-manager")).ask("POST", "/overview/explain", {"question": "Why?"})
        problem(answer, 409, "judge.none")


def any_conversation(service: Service) -> str:
    """Return a scored conversation that nobody audits."""
    items = latest(service.store.within(TENANT), Sought(statuses=("evaluated",), queues=(QUEUE,)), limit=100).items
    return next(each.id for each in items if each.audit.state == "not_assigned")


def everyones(service: Service) -> set[str]:
    """Return every conversation of the app."""
    return {each.id for each in latest(service.store.within(TENANT), Sought(), limit=1_000).items}


def conversations_of(person: Browser) -> list[str]:
    """Return the conversations that a person reads."""
    return [each["id"] for each in person.ask("GET", "/conversations?limit=1000").json().get("items", [])]


def words_of(service: Service, names: set[str]) -> set[str]:
    """Return the turns of conversations, each as much as goes to a judge."""
    found = service.store.within(TENANT).conversations.recorded(sorted(names)).values()
    texts = {" ".join(turn.text.split()) for each in found for turn in each.conversation.turns}
    return texts | {text[:599] for text in texts}


def tokens(service: Service) -> int:
    """Return the tokens of today."""
    return service.store.spending.spent(datetime.now(UTC).date().isoformat())[0]
