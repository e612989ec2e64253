"""Lists of conversations by the talk about them, on both databases: comments and pins, who is shown what, plans, exports."""

import csv
import io
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from auscult.bootstrap.people import list_exporting
from auscult.services.conversations.list_query import read_query
from auscult.services.delivery.list_exports import request_export
from auscult.services.schedules.scheduling import Scheduling
from tests.e2e.audits.test_api_audits import send
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser
from tests.e2e.serving import TENANT, Service
from tests.e2e.talking import Talkers
from tests.waiting import existing


class Talked:
    """Conversations of one agent, by what is said about them."""

    def __init__(self, talkers: Talkers) -> None:
        """Open a thread for colleagues, one for the agent, one that is resolved, and pin two moments."""
        self.talkers = talkers
        names = ("silent", "colleagues", "agent", "resolved", "pinned", "shared")
        self.ids = {each: talkers.conversation() for each in names}
        for audience in ("colleagues", "agent"):
            talkers.opened(self.ids[audience], audience=audience)
        done = talkers.opened(self.ids["resolved"])
        assert self.manager.ask("POST", f"/comments/{done['thread_id']}/resolve").status_code == 200
        self.collections = {each: self.collection(each) for each in ("colleagues", "agents")}
        for name, audience in (("pinned", "colleagues"), ("shared", "agents")):
            body = {"conversation_id": self.ids[name], "turn_id": "m1"}
            made = self.manager.ask("POST", f"/collections/{self.collections[audience]}/moments", body)
            assert made.status_code == 201, made.text

    @property
    def manager(self) -> Browser:
        """The QA manager, who writes the comments and pins the moments."""
        return self.talkers.by_role["qa-manager"]

    def collection(self, audience: str) -> str:
        """Make a collection; its id."""
        made = self.manager.ask("POST", "/collections", {"name": uuid.uuid4().hex, "audience": audience})
        return made.json()["collection_id"]

    def found(self, to: Browser | Own, **filters: Any) -> set[str]:
        """Return the names of those that a list shows, whose total is their number."""
        answer = to.ask("GET", f"/conversations?limit=1000&{urlencode(filters, doseq=True)}")
        assert answer.status_code == 200, answer.text
        ids = [each["id"] for each in answer.json()["items"]]
        assert answer.json()["total"] == len(ids)
        return self.named(ids)

    def named(self, ids: Any) -> set[str]:
        """Return the names of ids; others are left out."""
        return {name for name, each in self.ids.items() if each in ids}


@pytest.fixture(scope="module")
def talked(talkers: Talkers) -> Talked:
    """Conversations that are talked about."""
    return Talked(talkers)


def test_a_list_by_comments_and_pins(talked: Talked) -> None:
    """Threads in one of the states, moments in one of the collections, and with other filters those of both."""
    to, collections = talked.manager, talked.collections
    assert talked.found(to, comments="open") == {"colleagues", "agent"}
    assert talked.found(to, comments="resolved") == {"resolved"}
    assert talked.found(to, comments=["open", "resolved"]) == {"colleagues", "agent", "resolved"}
    assert talked.found(to, pinned="any") == {"pinned", "shared"}
    assert talked.found(to, pinned=collections["colleagues"]) == {"pinned"}
    assert talked.found(to, pinned=list(collections.values())) == {"pinned", "shared"}
    assert talked.found(to, pinned="cl-none") == set()
    assert talked.found(to, pinned="any", comments="open") == set()
    for sort in ("-started_at", "score", "-duration"):
        assert talked.found(to, comments="open", sort=sort, score_from=0) == {"colleagues", "agent"}
    assert talked.found(to, comments="open", q="agent:yes") == {"colleagues", "agent"}
    assert problem(to.ask("GET", "/conversations?comments=begun"), 400, "field.unknown_value")["field"] == "comments"


def test_agents_find_what_they_are_shown(talked: Talked) -> None:
    """Threads for them, pins of theirs in any collection, and by name those in collections that are shared with them."""
    agent, stranger = talked.talkers.agent, talked.talkers.stranger
    assert talked.found(agent, comments=["open", "resolved"]) == {"agent"}
    assert talked.found(agent, pinned="any") == {"pinned", "shared"}
    assert talked.found(agent, pinned=list(talked.collections.values())) == {"shared"}
    assert talked.found(stranger, comments="open") == talked.found(stranger, pinned="any") == set()


def test_who_rates_blind_finds_nothing_of_it(talked: Talked) -> None:
    """Neither in a list nor in a plan's count, a draw or an export; others do."""
    talkers, auditor = talked.talkers, talked.talkers.by_role["auditor"]
    name = talkers.conversation()
    talked.ids["blind"] = name
    talkers.opened(name)
    body = {"conversation_id": name, "turn_id": "m1"}
    path = f"/collections/{talked.collections['colleagues']}/moments"
    assert talked.manager.ask("POST", path, body).status_code == 201
    for filters in ({"comments": "open"}, {"pinned": "any"}):
        assert "blind" in talked.found(auditor, **filters)
    assigned = {"conversation_id": name, "auditor": talkers.email("auditor"), "hidden": ["others"]}
    assert talked.manager.ask("POST", "/assignments", assigned).status_code == 201
    for filters in ({"comments": "open"}, {"pinned": "any"}):
        assert "blind" not in talked.found(auditor, **filters)
        assert "blind" in talked.found(talked.manager, **filters)
    del talked.ids["blind"]


def test_a_client_needs_the_scope_of_threads(talked: Talked, service: Service) -> None:
    """To filter by comments, which reveals them."""
    reader = Own(service, service.new_client("conversations:read"))
    problem(reader.ask("GET", "/conversations?comments=open"), 403, "scope.missing")
    assert talked.found(reader, pinned="any") == {"pinned", "shared"}
    both = Own(service, service.new_client("conversations:read", "audits:read"))
    assert talked.found(both, comments="resolved") == {"resolved"}


def test_saved_views_schedules_and_exports_have_them(talked: Talked, service: Service) -> None:
    """As their maker sees them: of the agent's own view the thread for colleagues is no row."""
    app, wanted = service.store.within(TENANT), {"colleagues", "agent", "resolved"}
    query = "comments=open&comments=resolved&since=2026-01-01"
    saved = talked.manager.ask("POST", "/views", {"name": uuid.uuid4().hex, "query": query})
    assert saved.status_code == 200, saved.text
    body = {"kind": "view", "name": "Talk", "view_id": saved.json()["view_id"]}
    made = talked.manager.ask("POST", "/schedules", body)
    assert made.status_code == 201, made.text
    one = existing(app.schedules.get(made.json()["schedule_id"]))
    (run,) = Scheduling(service.store, TENANT, lambda: datetime.now(UTC)).run(one)
    file = existing(app.schedules.content(one.schedule_id, run.number))
    assert talked.named(ids_in(file[1])) == wanted
    user = existing(service.store.people.users.by_email(talked.talkers.email("qa-manager")))
    sought = read_query(parse_qs(query), datetime.now(UTC))
    export_id = request_export(app, user.user_id, user.email, sought, "csv", len(wanted))
    while list_exporting(service.store).run_once():
        pass
    assert talked.named(ids_in(b"".join(app.exports.content(export_id, user.user_id)))) == wanted


def test_plans_draw_from_them_and_repeat_their_draws(talked: Talked, service: Service) -> None:
    """As the talk is at the draw: what is said afterwards changes no repetition."""
    own = Own(service, service.new_client("audits:write"))
    frame = {"since": "2026-05-01", "until": "2026-06-01", "comments": ["resolved"]}
    body: dict[str, Any] = {"name": "Talk", "form_id": "ef-disputed", "frame": frame, "quota": {"count": 50}}

    def counted(**frame: Any) -> int:
        shown = send(own, "POST", "/plans/preview", **{**body, "frame": body["frame"] | frame})
        assert shown.status_code == 200, shown.text
        return shown.json()["frame_count"]

    before = counted()
    assert counted(pinned=["any"]) == 0
    assert counted(comments=[], pinned=[talked.collections["agents"]]) == 1
    made = send(own, "POST", "/plans", **body)
    assert made.status_code == 201, made.text
    path = f"/plans/{made.json()['plan_id']}"
    drawn = own.ask("POST", f"{path}/draw")
    assert drawn.status_code == 200, drawn.text
    assert talked.ids["resolved"] in {each["conversation_id"] for each in drawn.json()["items"]}
    talker = talked.talkers
    other = talker.opened(talker.conversation())
    assert talked.manager.ask("POST", f"/comments/{other['thread_id']}/resolve").status_code == 200
    assert counted() == before + 1
    again = own.ask("GET", f"{path}/draws/{drawn.json()['draw_id']}/repeat")
    assert again.status_code == 200, again.text
    assert {each["conversation_id"] for each in again.json()["items"]} == {
        each["conversation_id"] for each in drawn.json()["items"]
    }
    assert "among" not in own.ask("GET", path).json()["draws"][0]


def ids_in(content: bytes) -> list[str]:
    """Return the ids in a file."""
    return [row["id"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]
