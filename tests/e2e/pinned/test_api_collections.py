"""Collections over HTTP, on both databases: consent, who sees and changes what, order, undo, erasure, log, feed, export."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from auscult.domain.people.principal import operator
from auscult.domain.pinned import UNDO, NewCollection
from auscult.services.delivery.tables import KINDS
from auscult.services.pinned import Collecting
from tests.e2e.audits.test_api_audits import send
from tests.e2e.disputes.test_api_disputes import FORM, document
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import TENANT, Service

TURNS = [
    {"id": "m1", "speaker": "agent", "text": "Good day, how can I help?", "start_ms": 0, "end_ms": 2_000},
    {"id": "m2", "speaker": "customer", "text": "My card is lost.", "start_ms": 2_100, "end_ms": 3_000},
    {"id": "m3", "speaker": "agent", "text": "I block it now.", "start_ms": 3_200, "end_ms": 4_500},
    {"id": "m4", "speaker": "customer", "text": "Thank you.", "start_ms": 4_600, "end_ms": 5_000},
]


class Company:
    """Colleagues and agents, each with a browser: Sue sees one agent's conversations, Kim and Lee are agents."""

    def __init__(self, service: Service) -> None:
        """Add them; agents are known by a conversation each."""
        self.mark = uuid.uuid4().hex[:6]
        self.service = service
        self.kims, self.lees = f"ag-kim-{self.mark}", f"ag-lee-{self.mark}"
        self.client = Own(service, service.new_client("conversations:write"))
        self.conversation(self.kims)
        self.conversation(self.lees)
        self.manager = self.person("mia", "qa-manager")
        self.auditor = self.person("ann", "auditor")
        self.analyst = self.person("bob", "analyst")
        self.supervisor = self.person("sue", "supervisor", agents=(self.lees,))
        self.kim = self.person("kim", "agent", agents=(self.kims,))
        self.lee = self.person("lee", "agent", agents=(self.lees,))

    def person(self, name: str, role: str, **access: Any) -> Browser:
        """Add a person, signed in."""
        return Browser(self.service, add(self.service, f"{name}-{self.mark}", role, **access))

    def conversation(self, agent: str = "") -> str:
        """Load a conversation, of Kim unless another agent is named; its id."""
        name, who = f"p-{uuid.uuid4().hex[:8]}", agent or self.kims
        self.client.load(document(name, who) | {"turns": TURNS})
        return name

    def consents(self, *, is_given: bool = True) -> None:
        """Let colleagues hear Kim, or no longer."""
        body = {"agent_id": self.kims, "is_given": is_given}
        assert self.kim.ask("PUT", "/coaching/consent", body).status_code == 204

    def collection(self, by: Browser | None = None, **wanted: Any) -> str:
        """Make a collection, of the manager unless it is another's; its path."""
        body = {"name": f"Openings {uuid.uuid4().hex[:8]}", **wanted}
        made = (by or self.manager).ask("POST", "/collections", body)
        assert made.status_code == 201, made.text
        return f"/collections/{made.json()['collection_id']}"

    def pin(self, path: str, conversation: str, turn: str = "m3", by: Browser | None = None) -> str:
        """Pin a moment; its id."""
        body = {"conversation_id": conversation, "turn_id": turn, "note": f"well said, {turn}"}
        made = (by or self.manager).ask("POST", f"{path}/moments", body)
        assert made.status_code == 201, made.text
        return made.json()["pin_id"]

    def shown(self, path: str, to: Browser) -> list[str] | None:
        """Return the moments of a collection that a person is shown; None where it does not exist for them."""
        answer = to.ask("GET", path)
        if answer.status_code == 404:
            problem(answer, 404, "collection.unknown")
            return None
        listed = {each["collection_id"]: each["moments"] for each in to.ask("GET", "/collections").json()["items"]}
        found = [each["pin_id"] for each in answer.json()["moments"]]
        assert listed[answer.json()["collection_id"]] == len(found)
        return found


@pytest.fixture(scope="module")
def company(service: Service) -> Company:
    """People and a form."""
    service.store.within(TENANT).forms.publish("ef-disputed", FORM)
    return Company(service)


@pytest.mark.landing
def test_a_moment_is_shown_with_consent_and_to_its_readers(company: Company) -> None:
    """Not before; then to colleagues who read the conversation, and to agents with whom the collection is shared."""
    company.consents(is_given=False)
    path, shared = company.collection(), company.collection(audience="agents")
    named = company.collection(audience="agents", agent_ids=[company.lees])
    name = company.conversation()
    pins = {each: company.pin(each, name) for each in (path, shared, named)}
    for each, pin in pins.items():
        assert company.shown(each, company.manager) == []
        assert company.manager.ask("GET", each).json()["waiting"] == 1
        assert company.analyst.ask("GET", each).json()["waiting"] == 0
        assert pin not in company.lee.ask("GET", each).text
    company.consents()
    for each, pin in pins.items():
        for person in (company.manager, company.auditor, company.analyst):
            assert company.shown(each, person) == [pin]
        assert company.shown(each, company.supervisor) == []
    agents = {each: [company.shown(each, one) for one in (company.kim, company.lee)] for each in pins}
    assert agents == {
        path: [None, None],
        shared: [[pins[shared]], [pins[shared]]],
        named: [None, [pins[named]]],
    }
    (heard,) = company.lee.ask("GET", shared).json()["moments"]
    assert [each["turn_id"] for each in heard["turns"]] == ["m2", "m3", "m4"]
    assert [each["is_pinned"] for each in heard["turns"]] == [False, True, False]
    assert (heard["can_open"], heard["note"]) == (False, "well said, m3")
    assert company.lee.ask("GET", f"/conversations/{name}").status_code == 404
    company.consents(is_given=False)
    assert [company.shown(each, one) for each in pins for one in (company.manager, company.lee)] == [
        *([], None),
        *([], []),
        *([], []),
    ]


def test_who_rates_blind_hears_no_moment_of_it(company: Company) -> None:
    """And pins none; another person of the same role does."""
    company.consents()
    path, name = company.collection(), company.conversation()
    company.pin(path, name)
    assert company.shown(path, company.auditor) != []
    body = {"conversation_id": name, "auditor": f"ann-{company.mark}@example.com", "hidden": ["machine", "others"]}
    assert company.manager.ask("POST", "/assignments", body).status_code == 201
    assert company.shown(path, company.auditor) == []
    refused = company.auditor.ask("POST", f"{path}/moments", {"conversation_id": name, "turn_id": "m1"})
    problem(refused, 404, "conversation.unknown")


def test_who_may_pin_and_change(company: Company) -> None:
    """Pins follow the conversation; a collection is changed by its maker, and by who may edit them everywhere."""
    company.consents()
    path = company.collection(by=company.supervisor, audience="agents")
    name, lees = company.conversation(), company.conversation(company.lees)
    for person in (company.analyst, company.kim, company.lee):
        body = {"conversation_id": name, "turn_id": "m1"}
        assert person.ask("POST", f"{path}/moments", body).status_code == 403
        assert person.ask("POST", "/collections", {"name": "Mine"}).status_code == 403
    refused = company.supervisor.ask("POST", f"{path}/moments", {"conversation_id": name, "turn_id": "m1"})
    problem(refused, 404, "conversation.unknown")
    company.pin(path, lees, by=company.supervisor)
    theirs = company.pin(path, name, by=company.manager)
    problem(company.supervisor.ask("DELETE", f"{path}/moments/{theirs}"), 404, "pin.unknown")
    mine = company.collection()
    problem(company.supervisor.ask("PUT", mine, {"name": "Taken"}), 403, "collection.not_yours")
    problem(company.supervisor.ask("DELETE", mine), 403, "collection.not_yours")
    own = company.pin(mine, lees, by=company.supervisor)
    assert company.supervisor.ask("DELETE", f"{mine}/moments/{own}").status_code == 204
    changed = company.manager.ask("PUT", path, {"name": f"Best {company.mark}", "audience": "colleagues"})
    assert (changed.status_code, changed.json()["name"]) == (200, f"Best {company.mark}")
    assert company.shown(path, company.lee) is None


def test_order_removal_and_undo(company: Company) -> None:
    """Each step can be repeated; after ten minutes what was removed is gone."""
    company.consents()
    path, name = company.collection(), company.conversation()
    one, two, three = (company.pin(path, name, turn) for turn in ("m1", "m2", "m3"))
    ordered = company.manager.ask("PUT", f"{path}/order", {"pin_ids": [three, one, two]})
    assert [each["pin_id"] for each in ordered.json()["moments"]] == [three, one, two]
    logged = company.service.store.within(TENANT).log.newest(None, 1, action="collection.reordered")
    assert [each.target for each in logged] == [f"collection:{path.rpartition('/')[2]}"]
    for wrong in ([three, one], [three, one, one], [three, one, "pi-none"]):
        problem(company.manager.ask("PUT", f"{path}/order", {"pin_ids": wrong}), 409, "pin.order")
    again = company.manager.ask("POST", f"{path}/moments", {"conversation_id": name, "turn_id": "m1"})
    problem(again, 409, "pin.duplicate")
    assert company.manager.ask("DELETE", f"{path}/moments/{one}").status_code == 204
    problem(company.manager.ask("DELETE", f"{path}/moments/{one}"), 404, "pin.unknown")
    assert company.shown(path, company.manager) == [three, two]
    for _ in range(2):
        assert company.manager.ask("POST", f"{path}/moments/{one}/restore").json()["pin_id"] == one
    assert company.shown(path, company.manager) == [three, one, two]
    assert company.manager.ask("DELETE", path).json()["removed_at"] is not None
    assert company.shown(path, company.manager) is None
    problem(company.manager.ask("DELETE", path), 404, "collection.unknown")
    for _ in range(2):
        assert company.manager.ask("POST", f"{path}/restore").json()["removed_at"] is None
    assert company.shown(path, company.manager) == [three, one, two]
    company.manager.ask("DELETE", f"{path}/moments/{one}")
    company.manager.ask("DELETE", path)
    late = Collecting(company.service.store, TENANT, lambda: datetime.now(UTC) + UNDO * 2, operator())
    late.remove(late.create(NewCollection(name=f"Late {company.mark}")).collection_id)
    problem(company.manager.ask("POST", f"{path}/restore"), 404, "collection.unknown")


def test_faults_are_named(company: Company) -> None:
    """Names, agents, notes, turns."""
    path, name = company.collection(), company.conversation()
    taken = company.manager.ask("GET", path).json()["name"].upper()
    for body, status, code in (
        ({"name": " "}, 422, "collection.invalid"),
        ({"name": "x" * 101}, 422, "collection.invalid"),
        ({"name": "Named", "agent_ids": ["a-1"]}, 422, "collection.invalid"),
        ({"name": taken}, 409, "collection.duplicate"),
    ):
        problem(company.manager.ask("POST", "/collections", body), status, code)
    moments = f"{path}/moments"
    body = {"conversation_id": name, "turn_id": "m1"}
    problem(company.manager.ask("POST", moments, body | {"turn_id": "m9"}), 422, "turn.unknown")
    problem(company.manager.ask("POST", moments, body | {"note": "x" * 501}), 422, "pin.invalid")
    problem(company.manager.ask("POST", moments, body | {"conversation_id": "c-none"}), 404, "conversation.unknown")
    problem(company.manager.ask("POST", "/collections/cl-none/moments", body), 404, "collection.unknown")


def test_pins_go_with_their_conversation(company: Company) -> None:
    """Until then they are in the log without words, the feed, the export and the agent's notices; afterwards nowhere."""
    company.consents()
    path, name = company.collection(), company.conversation()
    app = company.service.store.within(TENANT)
    before = app.feed.last()
    pin = company.pin(path, name)
    assert [each.kind for each in app.feed.after(before, 10)] == ["pinned"]
    entries = [each for each in app.log.entries() if each.target == f"conversation:{name}"]
    assert [each.action for each in entries] == ["moment.pinned"]
    assert "well said" not in str(entries)
    (notice,) = [each for each in company.kim.ask("GET", "/notices").json()["items"] if each["subject"] == pin]
    assert (notice["kind"], notice["conversation_id"]) == ("pinned", name)
    between = datetime(2026, 5, 23, tzinfo=UTC), datetime(2026, 5, 24, tzinfo=UTC)
    cases = app.timeline.evaluated(*between, limit=1000)

    def rows() -> list[tuple[str, str]]:
        found = [msgspec.to_builtins(each) for each in KINDS["pins"].rows(app, cases)]
        return [(each["pin_id"], each["note"]) for each in found if each["conversation_id"] == name]

    assert rows() == [(pin, "well said, m3")]
    marked = app.collections.state(*between)
    assert send(company.client, "DELETE", f"/conversations/{name}").status_code in {200, 204}
    assert (rows(), company.shown(path, company.manager)) == ([], [])
    assert app.collections.state(*between) != marked
    assert name not in str([each.target for each in app.log.entries()])
