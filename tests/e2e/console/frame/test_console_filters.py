"""Filters of conversations: each finds the same in console, API, exports, saved views and plans, or has a reason."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode

import httpx
import msgspec
import pytest

from auscult.bootstrap.people import list_exporting
from auscult.domain.audits.plan import Frame
from auscult.domain.scoring.list_fields import ListFields
from auscult.reports import REPORTS
from auscult.server.console.frame.filters import FILTERS
from auscult.services.audits.workflow import Auditing
from tests.data_files import data_of
from tests.e2e.console.frame.test_console_numbers import EMPATHY, answers, listed, stored
from tests.e2e.consoles import AGENT, QUEUE, assign, email_of, signed_in
from tests.e2e.own import Own
from tests.e2e.serving import TENANT, Service

pytestmark = pytest.mark.landing

CONVERSATIONS = "/console/conversations"
OWN = {
    "channel": "voice",
    "started_at": (datetime.now(UTC) - timedelta(days=3)).isoformat(),
    "ended_at": (datetime.now(UTC) - timedelta(days=3, seconds=-40)).isoformat(),
    "turns": [
        {"id": "m1", "speaker": "agent", "text": "Hello."},
        {"id": "m2", "speaker": "customer", "text": "Hi. Where is my parcel?"},
    ],
    "queues": [{"id": "q-own", "name": QUEUE}],
    "agents": [{"id": "a-own", "name": "Own"}],
    "custom_fields": {"region": "north"},
}
"""A conversation with a field of one's own and a topic, which the examples do not have."""
TOPICS = b"""\
id: tx-own
name: Own
topics: [{name: Orders, topics: [{name: Late, examples: [where is my parcel, my parcel has not come]}]}]
"""
CONSOLE = {"a_week": 60}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console with the demo's conversations: audits, threads, pins, and some that figures leave out."""
    app = served.store.within(TENANT)
    own = Own(served, served.new_client("conversations:write"))
    ids = ("own-1", "own-2")
    app.definitions.publish("taxonomy", "tx-own", TOPICS)
    documents = [OWN | {"id": each, "custom_id": f"crm:{each}"} for each in ids]
    documents += [OWN | each for each in data_of(__file__, "others")]
    own.load(*documents)
    auditing = Auditing(app, REPORTS, lambda: datetime.now(UTC))
    for each in assign(served, "auditor", 6)[:4]:
        auditing.submit(each, answers(app, each, differing=True))
    talk(served)
    return served


def talk(service: Service) -> None:
    """Open threads, resolve one, pin moments, and exclude conversations from figures."""
    with signed_in(service, "qa-manager") as me:
        made = me.post("/api/v1/collections", json={"name": "Best openings", "audience": "colleagues"})
        collection = made.json()["collection_id"]
        found = [
            each for each in stored(service.store.within(TENANT)) if each.conversation.turns and each.evaluation.form
        ]
        for number, case in enumerate(found[:6]):
            name, turn = case.conversation.id, case.conversation.turns[0].id
            thread = {"turn_id": turn, "text": "Well said.", "audience": "colleagues"}
            opened = me.post(f"/api/v1/conversations/{name}/comments", json=thread)
            assert opened.status_code == 201, opened.text
            if number == 0:
                assert me.post(f"/api/v1/comments/{opened.json()['thread_id']}/resolve").status_code == 200
            pin = {"conversation_id": name, "turn_id": turn}
            assert number % 2 or me.post(f"/api/v1/collections/{collection}/moments", json=pin).status_code == 201
        for case in found[6:9]:
            wish = {"kind": "excluded", "reason": "A test call"}
            done = me.post(f"/api/v1/conversations/{case.conversation.id}/corrections", json=wish)
            assert done.status_code == 201, done.text


def day(days: int) -> str:
    """Return the date of a number of days ago, in UTC."""
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def instant(days: int) -> str:
    """Return when that day begins."""
    return f"{day(days)}T00:00:00Z"


class Filter(NamedTuple):
    """A filter: its address in the console, that of the API, and its part of a plan's frame; or why there is none."""

    console: str
    frame: Mapping[str, Any] | str
    api: str = ""
    """Parameters where they are others than the console's; or, with spaces, the reason that there are none."""


OF_AUDITS = "a plan gives what is to be audited; what was is known by its assignments"
OF_PEOPLE = "plans draw the work of people"
BY_AUDITS = "audits and assignments are lists of their own in the API"
TABLE: Mapping[str, Filter] = {
    "q": Filter("q=thank", {"said": "thank"}),
    "days": Filter("days=7", "a plan's period is since and until", "since and until give any period"),
    "since": Filter(f"since={day(6)}", {"since": instant(6)}, f"since={instant(6)}"),
    "until": Filter(f"until={day(6)}", {"until": instant(6)}, f"until={instant(6)}"),
    "to": Filter(f"to={day(6)}", {"until": instant(5)}, f"until={instant(5)}"),
    "score_from": Filter("score_from=60", {"score_from": 60}),
    "score_to": Filter("score_to=80", {"score_to": 80}),
    "queue": Filter(urlencode({"queue": QUEUE}), {"queues": [QUEUE]}),
    "agent": Filter(f"agent={AGENT}", {"agents": [AGENT]}),
    "channel": Filter("channel=voice", {"channels": ["voice"]}),
    "language": Filter("language=de", "a plan compares languages with their regions"),
    "repeated": Filter("repeated=true", "what is drawn does not depend on other conversations"),
    "direction": Filter("direction=inbound", {"directions": ["inbound"]}),
    "outcome": Filter("outcome=failed&outcome=undecided", {"outcomes": ["failed", "undecided"]}),
    "missed": Filter("missed=em-empathy", {"missed": ["em-empathy"]}),
    "met": Filter("met=em-greeting", {"met": ["em-greeting"]}),
    "intent": Filter("intent={intent}", {"intents": ["{intent}"]}),
    "topic": Filter("topic=orders+>+Late", "a plan takes what conversations are about from their intents"),
    "sentiment": Filter("sentiment=negative&sentiment=neutral", {"sentiment": ["negative", "neutral"]}),
    "resolved": Filter("resolved=NO&resolved=NA", {"resolved": ["NO", "NA"]}),
    "escalation": Filter("escalation=false", {"escalation": False}),
    "churn_risk": Filter("churn_risk=false", {"churn_risk": False}),
    "duration_from": Filter("duration_from=30", {"duration_from": 30}),
    "duration_to": Filter("duration_to=1:00", {"duration_to": 60}, "duration_to=60"),
    "custom_id": Filter("custom_id=crm:own-1", "it names one conversation, of which nothing is drawn"),
    "custom_field": Filter("custom_field=region%3Dnorth", {"custom_fields": {"region": "north"}}),
    "audit": Filter("audit=audited", OF_AUDITS),
    "comments": Filter("comments=open", {"comments": ["open"]}),
    "pinned": Filter("pinned=any", {"pinned": ["any"]}),
    "handled_by": Filter("handled_by=ai", OF_PEOPLE),
    "ai_agent": Filter("ai_agent=Nia", OF_PEOPLE),
    "ai_version": Filter("ai_version=2", OF_PEOPLE),
    "changed": Filter("changed=true", OF_PEOPLE),
    "sides": Filter("sides=found", "what is drawn is scored, whoever said whose side is whose"),
    "excluded": Filter("excluded=true", "what figures leave out is not drawn"),
    "asked": Filter("asked=em-empathy", "met and missed are drawn by themselves", "met and missed, each by itself"),
    "plan": Filter("plan={plan}", OF_AUDITS, BY_AUDITS),
    "draw": Filter("draw={draw}", OF_AUDITS, BY_AUDITS),
    "auditor": Filter(f"auditor={email_of('auditor')}", OF_AUDITS, BY_AUDITS),
    "task": Filter("task=submitted", OF_AUDITS, BY_AUDITS),
    "ended": Filter(f"ended={day(1)}", OF_AUDITS, BY_AUDITS),
    "checked": Filter(f"checked={EMPATHY}", OF_AUDITS, BY_AUDITS),
    "machine": Filter(f"checked={EMPATHY}&machine=YES", OF_AUDITS, BY_AUDITS),
    "person": Filter(f"checked={EMPATHY}&person=YES&person=NO", OF_AUDITS, BY_AUDITS),
    "agrees": Filter(f"checked={EMPATHY}&agrees=no", OF_AUDITS, BY_AUDITS),
}
"""Every filter, with values that some of the conversations have and others have not."""
NO_FILTERS = {"sort", "limit", "cursor", "app"}
"""Parameters of order, of pages, and of which app it is."""
OF_API = {"status": "what came of analysis: the console has it as outcomes"}
"""Filters of the API that the console does not have, each with the reason."""
OF_PLANS = {
    "languages": "auditors are picked by language; lists show it",
    "least_score": "the exact score; lists round it",
    "most_score": "the exact score; lists round it",
    "below_threshold": "which statuses count",
}
"""Filters of plans that lists do not have, each with the reason."""


def test_every_filter_is_in_the_table(served: Service) -> None:
    """A new filter of any place is in the table, or has a reason."""
    assert set(TABLE) == set(FILTERS) - NO_FILTERS
    assert set(ListFields.__struct_fields__) <= set(TABLE)
    document = served.http.get(f"{served.url}/openapi.json").json()
    ours = {each["name"] for each in document["paths"]["/api/v1/conversations"]["get"]["parameters"]}
    given = {name for each in TABLE.values() for name in parse_qs(api_of(each))}
    assert ours - NO_FILTERS - set(OF_API) == given
    frames = {name for each in TABLE.values() if not isinstance(each.frame, str) for name in each.frame}
    assert set(Frame.__struct_fields__) - set(OF_PLANS) == frames


def api_of(one: Filter) -> str:
    """Return the parameters of a filter in the API; none where it has a reason."""
    return "" if " " in one.api else one.api or one.console


def filled(service: Service, text: str) -> str:
    """Return a text with what only the data knows in place of its names."""
    app = service.store.within(TENANT)
    if "{intent}" in text:
        found = Counter(
            each.name for case in stored(app) if case.insights for each in case.insights.intents or () if each.name
        )
        return text.replace("{intent}", found.most_common(1)[0][0])
    if "{plan}" in text or "{draw}" in text:
        with signed_in(service, "qa-manager") as me:
            form = Counter(each.evaluation.form.id for each in stored(app) if each.evaluation.form).most_common(1)[0][0]
            plan, draw = drawn(me, form, {"score_from": 50})
            return text.replace("{plan}", plan).replace("{draw}", draw["draw_id"])
    return text


def drawn(me: httpx.Client, form: str, frame: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Make a plan of everything in a frame, and draw it; its id and the draw, empty where there is nothing."""
    period = {"since": instant(400), "until": instant(-1), "below_threshold": True}
    body = {"name": "All", "form_id": form, "frame": {**period, **frame}, "quota": {"percent": 100}}
    made = me.post("/api/v1/plans", json=body)
    assert made.status_code == 201, made.text
    answer = me.post(f"/api/v1/plans/{made.json()['plan_id']}/draw")
    if answer.status_code == 409:
        assert answer.json()["reason"] == "plan.empty_frame"
        return made.json()["plan_id"], {"items": []}
    assert answer.status_code in (200, 201), answer.text
    return made.json()["plan_id"], answer.json()


def by_api(me: httpx.Client, query: str) -> set[str]:
    """Return the ids of a list in the API."""
    found: set[str] = set()
    cursor = ""
    while cursor is not None:
        page = me.get(f"/api/v1/conversations?limit=50&{query}" + (f"&cursor={cursor}" if cursor else ""))
        assert page.status_code == 200, page.text
        found |= {each["id"] for each in page.json()["items"]}
        cursor = page.json()["next_cursor"]
    return found


def by_export(service: Service, me: httpx.Client, query: str) -> set[str]:
    """Return the ids of an exported list."""
    asked = me.post(f"{CONVERSATIONS}/export", data={"back": f"{CONVERSATIONS}?{query}", "kind": "csv"})
    assert asked.status_code == 303, asked.text
    while list_exporting(service.store).run_once():
        pass
    file = re.findall(r'href="(/console/exports/[^"]+/file)"', me.get("/console/exports").text)[0]
    return {row["id"] for row in csv.DictReader(io.StringIO(me.get(file).content.decode("utf-8-sig")))}


def by_view(me: httpx.Client, name: str, query: str) -> set[str]:
    """Return the ids of a list that was saved as a view, and opened from the views of the API."""
    saved = me.post("/api/v1/views", json={"name": name, "query": query})
    assert saved.status_code == 200, saved.text
    (kept,) = [each for each in me.get("/api/v1/views").json()["items"] if each["name"] == name]
    return listed(me, f"{CONVERSATIONS}?{kept['query']}")


@pytest.mark.landing
@pytest.mark.parametrize("name", TABLE)
def test_a_filter_finds_the_same_everywhere(served: Service, name: str) -> None:
    """By id: some of the conversations, and not all of them."""
    given = TABLE[name]
    one = given._replace(console=filled(served, given.console))
    cases = stored(served.store.within(TENANT))
    with signed_in(served, "qa-manager") as me:
        found = listed(me, f"{CONVERSATIONS}?{one.console}")
        assert set() != found < {each.conversation.id for each in cases}
        assert by_export(served, me, one.console) == found
        assert by_view(me, name, one.console) == found
        if api := api_of(one):
            assert by_api(me, api) == found
        if isinstance(one.frame, str):
            return
        frame = msgspec.json.decode(filled(served, msgspec.json.encode(one.frame).decode()))
        by_form: dict[str, set[str]] = {}
        for each in cases:
            if each.evaluation.form and each.evaluation.status in ("evaluated", "below_threshold"):
                by_form.setdefault(each.evaluation.form.id, set()).add(each.conversation.id)
        assert found & set.union(*by_form.values())
        for form, ids in by_form.items():
            items = drawn(me, form, frame)[1]["items"]
            assert {each["conversation_id"] for each in items} == found & ids, form
