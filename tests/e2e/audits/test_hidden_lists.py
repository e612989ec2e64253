"""Lists filtered by `met`, `intent` and `audit`, on both databases: a reader learns nothing by them that rows hide."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec
import pytest

from auscult.bootstrap.people import list_exporting
from auscult.domain.audits.bookmark import AgentSees, AuditSettings
from auscult.domain.people.principal import operator
from auscult.services.conversations.list_query import read_query
from auscult.services.delivery.list_exports import request_export
from auscult.services.people.users import Users
from auscult.services.schedules.scheduling import Scheduling
from tests.data_files import data_of
from tests.e2e.audits.test_api_audits import send
from tests.e2e.disputes.test_api_disputes import ANSWERS, FORM, document
from tests.e2e.own import Own
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import TENANT, Service
from tests.waiting import existing

AGENT = "ag-hidden"
SINCE = "since=2026-01-01"
EVERY = {"open", "assigned", "unreleased", "released"}
"""Conversations by their audit: none, one that is being done, one that its agent is not shown yet, and one that they are."""
FILTERS = ("met", "intent", "audited", "assigned", "met and audited", "met and assigned")
FOUND: Mapping[str, Mapping[str, set[str]]] = {
    "everything": {
        "met": EVERY,
        "intent": EVERY,
        "audited": {"unreleased", "released"},
        "assigned": {"assigned"},
        "met and audited": {"unreleased", "released"},
        "met and assigned": {"assigned"},
    },
    "blind": {
        "met": EVERY - {"assigned"},
        "intent": EVERY - {"assigned"},
        "audited": {"unreleased", "released"},
        "assigned": set(),
        "met and audited": {"unreleased", "released"},
        "met and assigned": set(),
    },
    "scored": {
        "met": EVERY,
        "intent": EVERY,
        "audited": {"released"},
        "assigned": {"assigned"},
        "met and audited": {"released"},
        "met and assigned": {"assigned"},
    },
    "only audited": {
        "met": {"released"},
        "intent": {"released"},
        "audited": {"released"},
        "assigned": {"assigned"},
        "met and audited": {"released"},
        "met and assigned": set(),
    },
}
"""Conversations that each filter finds, by what the reader may see."""


class Audits:
    """Conversations of one agent, whose greeting the machine heard in each, and people who see more or less of them."""

    def __init__(self, service: Service) -> None:
        """Load them, audit two, and assign one to an auditor who sees neither the machine nor others."""
        self.service, mark = service, uuid.uuid4().hex[:6]
        self.app = service.store.within(TENANT)
        self.app.forms.publish("ef-disputed", FORM)
        self.client = Own(service, service.new_client("conversations:write", "audits:write"))
        self.reader = Own(service, service.new_client("conversations:read"))
        self.ids = {name: f"h-{mark}-{name}" for name in EVERY}
        said = [("agent", "Hello there."), ("customer", "I want to cancel my order."), ("agent", "I cancelled it.")]
        turns = [
            {"id": f"m{n}", "speaker": by, "text": text} | ({"agent_id": AGENT} if by == "agent" else {})
            for n, (by, text) in enumerate(said)
        ]
        self.merged = f"ag-{mark}"
        body = [document(each, AGENT) | {"turns": turns} for each in self.ids.values()]
        body.append(document(f"h-{mark}", self.merged))
        self.client.load(*body)
        users, permissions = (
            Users(service.store, operator()),
            frozenset({"conversation.read", "audit.read", "report.export"}),
        )
        service.store.people.roles.put(TENANT.account_id, f"own-{mark}", permissions, datetime.now(UTC))
        self.emails = {
            "manager": add(service, f"max-{mark}", "qa-manager"),
            "analyst": add(service, f"eve-{mark}", "analyst"),
            "auditor": add(service, f"ann-{mark}", "auditor"),
            "blind": add(service, f"bob-{mark}", "auditor"),
            "agent": add(service, f"lee-{mark}", "agent", agents=(AGENT,)),
            "exporting agent": add(service, f"kim-{mark}", f"own-{mark}", agents=(AGENT,)),
            "merged agent": add(service, f"sue-{mark}", "agent", agents=(self.merged,)),
        }
        exporting = existing(service.store.people.users.by_email(self.emails["exporting agent"]))
        users.set_agents(exporting, [AGENT])
        self.people = {name: Browser(service, email) for name, email in self.emails.items()}
        for name, release in (("unreleased", "second_look"), ("released", "at_once")):
            self.audit(self.ids[name], release)
        blind = {"conversation_id": self.ids["assigned"], "auditor": self.emails["blind"]}
        made = self.people["manager"].ask("POST", "/assignments", blind | {"hidden": ["machine", "others"]})
        assert made.status_code == 201, made.text
        merge = {"kind": "agent", "id": AGENT, "into": self.merged}
        done = self.people["manager"].ask("POST", "/directory/merges", merge)
        assert done.status_code in {200, 201}, done.text
        (row,) = [each for each in self.rows(self.people["manager"], SINCE) if each["id"] == self.ids["open"]]
        intents = [*row["insights"]["intents"], *row["insights"]["topics"]]
        self.intent = intents[0]["name"]

    def audit(self, conversation_id: str, release: str) -> None:
        """Have a conversation audited under a policy of disclosure."""
        policy = self.people["manager"].ask("PUT", "/review-policy", {"release": release})
        assert policy.status_code == 200, policy.text
        send(self.client, "POST", f"/audits/{conversation_id}/assign", auditor=self.emails["auditor"])
        auditor = self.people["auditor"]
        (one,) = auditor.ask("GET", f"/assignments?conversation_id={conversation_id}").json()["items"]
        done = auditor.ask("POST", f"/assignments/{one['assignment_id']}/submit", {"answers": ANSWERS})
        assert done.status_code == 200, done.text

    def query(self, name: str) -> str:
        """Return the parameters of a filter."""
        one = {"met": ("met", "em-hello"), "intent": ("intent", self.intent)}
        pairs = [one.get(each, ("audit", each)) for each in name.split(" and ")]
        return f"{SINCE}&{urlencode(pairs)}"

    def rows(self, to: Browser | Own, query: str) -> list[dict[str, Any]]:
        """Return the rows of a list, read one by one: every total is their number."""
        found: list[dict[str, Any]] = []
        cursor, totals = "", set[int]()
        while cursor is not None:
            answer = to.ask("GET", f"/conversations?limit=1&{query}&agent={AGENT}{cursor and '&cursor='}{cursor}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["items"]
            cursor = page["next_cursor"]
            totals.add(page["total"])
        assert totals == {len(found)}
        return found

    def found(self, to: Browser | Own, filter_name: str) -> set[str]:
        """Return the names of the conversations that a filter finds."""
        return self.named(each["id"] for each in self.rows(to, self.query(filter_name)))

    def named(self, ids: Any) -> set[str]:
        """Return the names of ids."""
        known = {each: name for name, each in self.ids.items()}
        return {known[each] for each in ids}

    def shows(self, to: Browser | Own, name: str, filter_name: str) -> bool:
        """Return whether the reader is shown in the conversation itself what the filter asks for."""
        shown = to.ask("GET", f"/conversations/{self.ids[name]}").json()
        evaluation, insights = shown["evaluation"], shown["insights"]
        holds = {
            "met": evaluation is not None
            and any(each["id"] == "em-hello" and each["adhered"] for each in evaluation["metrics"]),
            "intent": insights is not None
            and any(each["name"] == self.intent for each in (*insights["intents"], *insights["topics"])),
        }
        return all(holds.get(each, shown["audit"]["state"] == each) for each in filter_name.split(" and "))


@pytest.fixture(scope="module")
def audits(service: Service) -> Iterator[Audits]:
    """Audited and other conversations."""
    found = Audits(service)
    yield found
    found.people["manager"].ask("PUT", "/review-policy", {})
    found.app.bookmarks.change_settings(AuditSettings())


@pytest.mark.landing
@pytest.mark.parametrize(("who", "sees", "expected"), data_of(__file__, "a_filter_finds_what_the_reader_is_shown"))
def test_a_filter_finds_what_the_reader_is_shown(audits: Audits, who: str, sees: AgentSees, expected: str) -> None:
    """Rows, totals and cursors of each filter; and each that is found shows what was asked for when it is opened."""
    audits.app.bookmarks.change_settings(AuditSettings(agent_sees=sees))
    to = audits.reader if who == "client" else audits.people[who]
    for each in FILTERS:
        found = audits.found(to, each)
        assert found == FOUND[expected][each], each
        assert {name for name in found if not audits.shows(to, name, each)} == set(), each
    opened = {each for each in EVERY if audits.shows(to, each, "met")}
    assert opened == FOUND[expected]["met"]


@pytest.mark.landing
@pytest.mark.parametrize("sees", ["scored", "audited"])
def test_exports_and_reports_of_an_agent_hold_no_more(audits: Audits, sees: AgentSees) -> None:
    """A role may let agents export: an export, and a scheduled report of a view, have the rows of their list."""
    audits.app.bookmarks.change_settings(AuditSettings(agent_sees=sees))
    expected = FOUND["scored" if sees == "scored" else "only audited"]
    for each in FILTERS:
        query = audits.query(each)
        assert exported(audits, query) == expected[each], each
        assert reported(audits, query) == expected[each], each


def exported(audits: Audits, query: str) -> set[str]:
    """Return the names of the conversations in an export by the agent."""
    store = audits.service.store
    user = existing(store.people.users.by_email(audits.emails["exporting agent"]))
    sought = read_query(parse_qs(query), datetime.now(UTC))
    export_id = request_export(audits.app, user.user_id, user.email, sought, "ndjson", 0)
    while list_exporting(store).run_once():
        pass
    lines = b"".join(audits.app.exports.content(export_id, user.user_id)).splitlines()
    return audits.named(msgspec.json.decode(each)["id"] for each in lines)


def reported(audits: Audits, query: str) -> set[str]:
    """Return the names of the conversations in a report of the agent's saved view."""
    agent = audits.people["exporting agent"]
    saved = agent.ask("POST", "/views", {"name": uuid.uuid4().hex, "query": query})
    assert saved.status_code == 200, saved.text
    body = {"kind": "view", "name": "Mine", "view_id": saved.json()["view_id"]}
    made = agent.ask("POST", "/schedules", body)
    assert made.status_code == 201, made.text
    one = existing(audits.app.schedules.get(made.json()["schedule_id"]))
    (run,) = Scheduling(audits.service.store, TENANT, lambda: datetime.now(UTC)).run(one)
    file = existing(audits.app.schedules.content(one.schedule_id, run.number))
    return {name for name, each in audits.ids.items() if each.encode() in file[1]}
