"""Notices over HTTP, on both databases: to whom they are, blind raters, lost sight, erasure and exports."""

import uuid
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any, get_args

import msgspec
import pytest

from auscult.domain.notices import Delivery, Kind, Letter, Notice
from auscult.services.delivery.tables import KINDS
from auscult.services.disputes.outcomes import outcomes
from auscult.services.notices.noticing import send_mails
from auscult.services.notices.writing import letter_of
from tests.e2e.audits.test_api_audits import send
from tests.e2e.disputes.test_api_disputes import ANSWERS, decide, dispute
from tests.e2e.disputes.test_api_disputes import People as Disputers
from tests.e2e.own import problem
from tests.e2e.people.signing_in import Browser
from tests.e2e.serving import TENANT, Service
from tests.e2e.talking import Talkers

BETWEEN = datetime(2026, 5, 23, tzinfo=UTC), datetime(2026, 5, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def disputers(service: Service, talkers: Talkers) -> Disputers:
    """People around audits."""
    del talkers
    return Disputers(service)


def told(person: Browser, conversation: str) -> list[tuple[str, str | None]]:
    """Return a person's notices about a conversation, the newest first: kind, and who caused it."""
    found = person.ask("GET", "/notices?limit=1000").json()["items"]
    return [(each["kind"], each["by"]) for each in found if each["conversation_id"] == conversation]


def test_a_comment_notifies_those_it_is_for(talkers: Talkers) -> None:
    """Mentioned people and those who wrote in the thread; not the author, and nobody else."""
    name = talkers.conversation()
    thread = talkers.opened(name, text=f"@{talkers.email('auditor')}, listen.")
    by = talkers.email("qa-manager")
    auditor, manager = talkers.by_role["auditor"], talkers.by_role["qa-manager"]
    assert (told(auditor, name), told(manager, name)) == ([("mentioned", by)], [])
    assert auditor.ask("POST", f"/comments/{thread['thread_id']}/replies", {"text": "Yes."}).status_code == 201
    assert told(manager, name) == [("answered", talkers.email("auditor"))]
    others = [talkers.by_role["supervisor"], talkers.by_role["administrator"], talkers.agent, talkers.stranger]
    assert [told(each, name) for each in others] == [[]] * len(others)


def test_the_feed_reports_notices_where_it_is_asked_for_them(talkers: Talkers) -> None:
    """Once a conversation however many are notified; without naming the kind there is only what they are notified of."""
    name = talkers.conversation()
    manager = talkers.by_role["qa-manager"]

    def kinds(query: str) -> list[str]:
        found = manager.ask("GET", f"/changes?limit=1000{query}").json()["items"]
        return [each["kind"] for each in found if each["conversation_id"] == name]

    usual = kinds("")
    talkers.opened(name, text=f"@{talkers.email('auditor')} and @{talkers.email('supervisor')}, listen.")
    assert kinds("") == [*usual, "commented"]
    assert kinds("&kinds=notified") == ["notified"]
    assert kinds("&kinds=notified&kinds=commented") == ["commented", "notified"]
    problem(manager.ask("GET", "/changes?kinds=nothing"), 400, "field.unknown_value")


def test_reading_is_a_persons_own(talkers: Talkers) -> None:
    """Another person has no such notice, and a client none at all; the count follows what is read."""
    name = talkers.conversation()
    talkers.opened(name, text=f"@{talkers.email('auditor')}, listen.")
    auditor, manager = talkers.by_role["auditor"], talkers.by_role["qa-manager"]
    page = auditor.ask("GET", "/notices?unread=true&limit=1").json()
    (notice,) = page["items"]
    assert (notice["conversation_id"], notice["read_at"]) == (name, None)
    path = f"/notices/{notice['notice_id']}/read"
    problem(manager.ask("POST", path), 404, "notice.unknown")
    problem(talkers.client.ask("POST", path), 404, "notice.unknown")
    assert talkers.client.ask("GET", "/notices").json() == {"items": [], "next_cursor": None, "unread": 0}
    assert auditor.ask("POST", path).json()["read_at"] is not None
    assert auditor.ask("GET", "/notices").json()["unread"] == page["unread"] - 1
    assert auditor.ask("POST", "/notices/read").json() == {"read": page["unread"] - 1}
    assert auditor.ask("GET", "/notices?unread=true").json() == {"items": [], "next_cursor": None, "unread": 0}


def test_pages_follow_each_other(talkers: Talkers) -> None:
    """Each notice once, the newest first."""
    names = [talkers.conversation() for _ in range(3)]
    for each in names:
        talkers.opened(each, text=f"@{talkers.email('supervisor')}, listen.")
    person, cursor, found = talkers.by_role["supervisor"], "", list[str]()
    while cursor is not None:
        page = person.ask("GET", f"/notices?limit=1{cursor and '&cursor=' + cursor}").json()
        found += [each["conversation_id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert found[:3] == names[::-1]
    assert len(found) == len(set(found))


def test_who_rates_blind_reads_of_their_work_alone(talkers: Talkers) -> None:
    """The assignment at once, the mention once they have submitted."""
    name = talkers.conversation()
    auditor = talkers.by_role["auditor"]
    body = {"conversation_id": name, "auditor": talkers.email("auditor"), "hidden": ["machine", "others"]}
    made = talkers.by_role["qa-manager"].ask("POST", "/assignments", body)
    assert made.status_code in {200, 201}, made.text
    talkers.opened(name, text=f"@{talkers.email('auditor')}, listen.")
    assert told(auditor, name) == [("assigned", talkers.email("qa-manager"))]
    path = f"/assignments/{made.json()['assignment_id']}/submit"
    assert auditor.ask("POST", path, {"answers": ANSWERS}).status_code == 200
    assert [kind for kind, _ in told(auditor, name)] == ["mentioned", "assigned"]


def test_who_lost_sight_of_a_conversation_gets_nothing(talkers: Talkers) -> None:
    """An agent who is another agent by now: neither list, nor count, nor a way to read it."""
    email = talkers.add("agent", f"ron-{uuid.uuid4().hex[:4]}", agents=("ag-talked",))
    person, name = Browser(talkers.service, email), talkers.conversation()
    talkers.opened(name, text=f"@{email}, well done.", audience="agent")
    (notice,) = person.ask("GET", "/notices").json()["items"]
    users = talkers.service.store.people.users
    user = users.by_email(email)
    assert user is not None
    users.update(user.user_id, agent_ids=("ag-other",))
    assert person.ask("GET", "/notices").json() == {"items": [], "next_cursor": None, "unread": 0}
    problem(person.ask("POST", f"/notices/{notice['notice_id']}/read"), 404, "notice.unknown")


def test_a_dispute_notifies_who_may_decide_it_and_then_its_agent(disputers: Disputers) -> None:
    """Not its auditor, who may not; and the agent is not told who decided, as an auditor may be hidden from them."""
    name, path = disputers.audited()
    dispute_id = dispute(disputers, path)
    deciders = [disputers.manager, disputers.other]
    assert [[kind for kind, _ in told(each, name)] for each in deciders] == [["to_decide"]] * 2
    assert [kind for kind, _ in told(disputers.auditor, name)] == ["assigned"] * len(told(disputers.auditor, name))
    assert told(disputers.agent, name) == told(disputers.stranger, name) == []
    assert decide(disputers.manager, dispute_id).status_code == 200
    assert told(disputers.agent, name) == [("decided", None)]
    items = disputers.agent.ask("GET", "/notices?limit=1000").json()["items"]
    mailed = [msgspec.convert(one, Notice) for one in items if one["subject"] == dispute_id]
    subject, _text = letter_of({}, "", "de", mailed, partial(outcomes, disputers.service.store.within(TENANT)))
    assert subject.endswith(": geändert in Ja."), "the e-mail has the outcome"
    for each in deciders:
        found = each.ask("GET", "/notices?limit=1000").json()["items"]
        assert [one["read_at"] is not None for one in found if one["subject"] == dispute_id] == [True], "nothing waits"


def test_a_named_reviewer_alone_is_notified(disputers: Disputers) -> None:
    """Where the policy names who decides, others get nothing."""
    disputers.policy(reviewer="same")
    try:
        name, path = disputers.audited()
        dispute(disputers, path)
    finally:
        disputers.policy()
    assert "to_decide" in [kind for kind, _ in told(disputers.auditor, name)]
    assert told(disputers.manager, name) == told(disputers.other, name) == []


def test_an_assignment_notifies_its_auditor(talkers: Talkers) -> None:
    """Also the next one it is given to; not a person who takes it themselves."""
    name, manager = talkers.conversation(), talkers.by_role["qa-manager"]

    def assigned(role: str) -> None:
        made = manager.ask("POST", f"/audits/{name}/assign", {"auditor": talkers.email(role)})
        assert made.status_code == 200, made.text

    assigned("auditor")
    assigned("administrator")
    assigned("qa-manager")
    by = talkers.email("qa-manager")
    assert told(talkers.by_role["auditor"], name) == [("assigned", by)]
    assert told(talkers.by_role["administrator"], name) == [("assigned", by)]
    assert told(manager, name) == []


def exported(talkers: Talkers, name: str) -> list[dict[str, Any]]:
    """Return the exported rows about a conversation."""
    app = talkers.service.store.within(TENANT)
    cases = app.timeline.evaluated(*BETWEEN, limit=1000)
    rows = [msgspec.to_builtins(each) for each in KINDS["notices"].rows(app, cases)]
    return [each for each in rows if each["conversation_id"] == name]


def test_notices_go_with_their_conversation(talkers: Talkers) -> None:
    """Until then they are in the export, which is written again after each change; afterwards nowhere."""
    name, app = talkers.conversation(), talkers.service.store.within(TENANT)
    auditor = talkers.by_role["auditor"]
    marks = [app.notices.state(*BETWEEN)]
    talkers.opened(name, text=f"@{talkers.email('auditor')}, listen.")
    marks.append(app.notices.state(*BETWEEN))
    (row,) = exported(talkers, name)
    assert (row["kind"], row["person"], row["caused_by"], row["read_at"]) == (
        "mentioned",
        talkers.email("auditor"),
        talkers.email("qa-manager"),
        None,
    )
    assert auditor.ask("POST", f"/notices/{row['notice_id']}/read").status_code == 200
    marks.append(app.notices.state(*BETWEEN))
    assert exported(talkers, name)[0]["read_at"] is not None
    assert send(talkers.client, "DELETE", f"/conversations/{name}").status_code in {200, 204}
    marks.append(app.notices.state(*BETWEEN))
    assert all(before != after for before, after in pairwise(marks))
    assert told(auditor, name) == []
    assert list(app.notices.of_conversations([name])) == []


def test_ways_are_a_persons_own(talkers: Talkers) -> None:
    """They choose a way for each kind, and what is left out is here alone; a client has none."""
    auditor, path = talkers.by_role["auditor"], "/notices/choices"
    before = auditor.ask("GET", path).json()
    readers = {"language": "en", "time_zone": "UTC", "digest_hour": 6}
    assert before == dict.fromkeys(get_args(Kind), "here") | readers
    chosen = {"mentioned": "mail", "late": "digest", "language": "de", "time_zone": "Asia/Tokyo", "digest_hour": 23}
    assert auditor.ask("PUT", path, chosen).json() == auditor.ask("GET", path).json() == before | chosen
    assert talkers.by_role["supervisor"].ask("GET", path).json() == before
    assert auditor.ask("PUT", path, {"late": "pigeon"}).status_code == 400
    assert auditor.ask("PUT", path, {"digest_hour": 24}).status_code == 400
    refused = problem(auditor.ask("PUT", path, {"time_zone": "Mars/Olympus"}), 422, "timezone.unknown")
    assert refused["field"] == "time_zone"
    problem(talkers.client.ask("PUT", path, msgspec.json.encode(chosen)), 401, "session.missing")
    assert auditor.ask("PUT", path, {}).json() == before


def test_an_e_mail_that_is_not_known_to_be_accepted(talkers: Talkers) -> None:
    """Its person alone lists it and has it sent again, once."""
    name, store = talkers.conversation(), talkers.service.store
    email, auditor, app = talkers.email("auditor"), talkers.by_role["auditor"], store.within(TENANT)
    assert auditor.ask("PUT", "/notices/choices", {"mentioned": "mail"}).status_code == 200
    talkers.opened(name, text=f"@{email}, listen.")
    sent: list[Letter] = []

    def losing(letter: Letter) -> Delivery:
        sent.append(letter)
        return Delivery("unknown", "the connection failed: SMTPServerDisconnected")

    send_mails(app, lambda: datetime.now(UTC), losing, lambda _, found: (found[0].kind, ""))
    (mail,) = auditor.ask("GET", "/notices/mails").json()["items"]
    assert (mail["state"], [(each.mail_id, each.to) for each in sent]) == ("unknown", [(mail["mail_id"], email)])
    path = f"/notices/mails/{mail['mail_id']}/send-again"
    problem(talkers.by_role["supervisor"].ask("POST", path), 404, "mail.unknown")
    assert auditor.ask("POST", path).json()["state"] == "waiting"
    problem(auditor.ask("POST", path), 409, "mail.settled")
    assert auditor.ask("PUT", "/notices/choices", {}).status_code == 200
