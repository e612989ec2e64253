"""Our own API over insights: what a period comes to, and every number followed to its conversations."""

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from tests.e2e.conversations.test_api_conversations import APP, FORM, document
from tests.e2e.own import Own, problem
from tests.e2e.serving import Service, work

COUNT = 24
PERIOD = {"since": "2026-03-23T10:00:00Z", "until": "2026-03-23T11:00:00Z"}
KINDS = ("missed_metric", "queue", "agent")
NUMBERS = (
    "conversations", "analysed", "passed", "failed", "negative", "neutral", "positive", "resolved", "unresolved",
    "escalations", "churn_risks",
)  # fmt: skip
ANGRY = "This is absolutely disgusting, I want to speak to your manager."


def said(number: int) -> list[dict[str, Any]]:
    """A call; every third customer is angry, every fourth agent says no hello."""
    turns = ("Good day." if number % 4 == 0 else "Hello.", ANGRY if number % 3 == 1 else "I have a question.")
    return [
        {"id": f"m{at}", "speaker": speaker, "text": text, "start_ms": 3_000 * at, "end_ms": 3_000 * at + 2_000}
        for at, (speaker, text) in enumerate(zip(("agent", "customer"), turns, strict=True))
    ]


@pytest.fixture(scope="module")
def own(service: Service) -> Own:
    """An app with 24 calls, of which five are too short."""
    tenant = msgspec.structs.replace(APP, app_id="st-insights")
    service.store.ensure(tenant)
    service.store.within(tenant).forms.publish("ef-own", FORM)
    found = Own(service, service.new_client("conversations:write", tenant=tenant))
    documents = [document(n, channel="voice", turns=said(n), agents=[{"id": f"a-{n % 2}"}]) for n in range(COUNT)]
    assert found.ask("POST", "/conversations", msgspec.json.Encoder().encode_lines(documents)).status_code == 202
    work(service)
    return found


def ask(own: Own, **query: Any) -> dict[str, Any]:
    """Ask for the insights of the hour."""
    answer = own.ask("GET", "/insights", params=PERIOD | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def followed(own: Own, url: str, **narrowed: Any) -> list[str]:
    """All conversations at a URL, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        path = f"{url.removeprefix('/api/v1')}&{urlencode({**narrowed, **cursor, 'limit': 5})}"
        page = own.ask("GET", path).json()
        found += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.landing
def test_every_number_can_be_followed(own: Own) -> None:
    """Each number of all and of each group is how many conversations are behind its URL."""
    found = ask(own, by=KINDS)
    assert found["total"]["conversations"] == 20
    assert found["left_out"] == {
        "below_threshold": 4,
        "duration_unavailable": 0,
        "sides_unknown": 0,
        "handled_by_ai": 0,
    }
    assert found["names"] == {"missed_metric": 1, "queue": 2, "agent": 2}
    for figures, named in ((found["total"], {}), *((each, named_by(each)) for each in found["groups"])):
        for number in NUMBERS:
            behind = followed(own, found["conversations_url"], only=number, **named)
            assert len(behind) == figures[number], (number, named)
            assert behind[:3] == figures["examples"].get(number, [])
    assert followed(own, found["previous_conversations_url"]) == []
    assert found["total"]["escalations"] == found["total"]["negative"] == 6


def named_by(group: dict[str, Any]) -> dict[str, str]:
    """What narrows a list to a group."""
    return {"kind": group["kind"], "name": group["name"]}


def test_filters_go_along(own: Own) -> None:
    """The URL of the conversations has the filters of the overview."""
    found = ask(own, queue="Queue 1", agent="a-1", direction="inbound", channel="voice")
    behind = followed(own, found["conversations_url"])
    assert behind == [f"o-{n:03}" for n in range(1, COUNT, 2) if n % 5 != 4]
    assert found["total"]["conversations"] == len(behind)


def test_drivers_can_be_asked_for_of_few(own: Own) -> None:
    """The usual minimum is 30 conversations; a request may lower it."""
    assert ask(own, by="missed_metric", least=3)["drivers"]["score"] == {"low": [], "high": []}  # low by definition
    assert ask(own, by="agent")["drivers"]["score"] == {"low": [], "high": []}
    found = ask(own, by="agent", least=1)["drivers"]["score"]
    driver = (*found["low"], *found["high"])[0]
    assert driver["impact"] == pytest.approx((driver["mean"] - driver["baseline"]) * driver["conversations"], abs=0.05)


def test_what_cannot_be_asked_is_refused(own: Own) -> None:
    """With the reason that the table of errors has."""
    problem(own.ask("GET", "/insights?by=colour"), 400, "field.unknown_value")
    problem(own.ask("GET", "/insights?limit=0"), 400, "field.out_of_range")
    problem(own.ask("GET", "/insights?since=2026-03-24T00:00:00Z&until=2026-03-23T00:00:00Z"), 400, "range.reversed")
    problem(own.ask("GET", "/insights/conversations?kind=intent"), 400, "group.unknown")
    problem(own.ask("GET", "/insights/conversations?only=everything"), 400, "field.unknown_value")
    problem(own.ask("GET", "/insights/conversations?cursor=x"), 400, "cursor.unreadable")
    stranger = Own(own.service, own.service.new_client("audits:read"))
    problem(stranger.ask("GET", "/insights"), 403, "scope.missing")
