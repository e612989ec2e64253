"""Refused input in the console: the page names the field and what would be right, and keeps what was typed."""

import re
from datetime import UTC, datetime

import msgspec
import pytest

from auscult.domain.people.directory import DirectoryAgent
from auscult.storage.delivery.exports import AppExports
from tests.data_files import data_of
from tests.e2e.consoles import AGENT, QUEUE, assign, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import existing

OFFICE = b"PK\x03\x04 and the rest of an archive"


@pytest.mark.parametrize(("field", "typed", "problem"), data_of(__file__, "a_refused_plan_keeps_what_was_typed"))
def test_a_refused_plan_keeps_what_was_typed(served: Service, field: str, typed: str, problem: str) -> None:
    """The field is named as on the page, in the units of the page."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    plan = {"name": "November", "form_id": "ef-starter-voice", "since": today, "last": today, "amount": "7"}
    with signed_in(served, "qa-manager") as me:
        page = me.post("/console/plans", data={**plan, field: typed})
    assert page.status_code == 422
    assert problem in page.text
    for name, value in {**plan, field: typed}.items():
        if name != "form_id":
            assert re.search(rf'name="{name}"[^>]* value="{re.escape(value)}"', page.text), name


def test_a_plan_takes_a_number_in_groups_of_digits(served: Service) -> None:
    """1,000 are a thousand, not one."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    plan = {"name": "Big", "form_id": "ef-starter-voice", "since": today, "last": today, "amount": "1,000"}
    with signed_in(served, "qa-manager") as me:
        path = me.post("/console/plans", data=plan).headers["location"].partition("?")[0]
        assert 'name="amount" value="1000"' in me.get(f"{path}/edit").text


@pytest.mark.parametrize(("query", "problem"), data_of(__file__, "filters_that_select_nothing_stay_on_the_list"))
def test_filters_that_select_nothing_stay_on_the_list(served: Service, query: str, problem: str) -> None:
    """The list says why nothing was searched, with its filters to be changed."""
    with signed_in(served, "qa-manager") as me:
        page = me.get(f"/console/conversations?{query}")
    assert page.status_code == 422
    assert "Nothing was searched" in page.text
    assert problem in page.text
    assert 'role="search"' in page.text
    assert "Queue" in page.text
    assert "Show all" in page.text


def test_errors_are_in_the_language_of_the_reader(served: Service) -> None:
    """A German reader learns in German what is missing."""
    with signed_in(served, "qa-manager") as me:
        page = me.get("/console/conversations?q=%22", headers={"Accept-Language": "de"})
    assert page.status_code == 422
    assert "Eine Suche braucht mindestens ein Wort, das gesagt wurde." in page.text


def test_a_file_that_is_not_read_is_named(served: Service) -> None:
    """A file of an office program is not called a text, and a name of a file stays as it is."""
    with signed_in(served, "qa-manager") as me:
        office = me.post("/console/knowledge", files={"file": ("returns.docx", OFFICE)}, data={"language": "en"})
        empty = me.post("/console/knowledge", files={"file": ("returns.md", b"")}, data={"language": "en"})
    assert office.status_code == empty.status_code == 422
    assert "Save it as PDF, HTML or CSV." in office.text
    assert "returns.md has no text in it." in empty.text


def test_a_document_with_an_impossible_day_is_refused(served: Service) -> None:
    """It would hold always; a day that exists is taken."""
    with signed_in(served, "qa-manager") as me:
        wrong = b"# Returns\nValid from 31 February 2026.\n"
        refused = me.post("/console/knowledge", files={"file": ("feb.md", wrong)}, data={"language": "en"})
        right = wrong.replace(b"31", b"28")
        taken = me.post("/console/knowledge", files={"file": ("feb.md", right)}, data={"language": "en"})
    assert refused.status_code == 422
    assert "feb.md names the day 31 February 2026 for its validity, which does not exist" in refused.text
    assert taken.status_code == 303, taken.text


def test_a_known_user_is_not_added_again(served: Service) -> None:
    """A form that adds a user changes neither name nor password of one who is here, and keeps its queues."""
    users = served.store.people.users
    given = {"email": email_of("auditor"), "name": "Other", "role": "auditor", "queue": QUEUE, "agents": AGENT}
    with signed_in(served, "administrator") as me:
        page = me.post("/console/administration/users", data={**given, "password": "another password"})
    assert page.status_code == 422
    assert "auditor@example.com has a page here already" in page.text
    assert f'name="queue" value="{QUEUE}" checked' in page.text
    assert f'value="{AGENT}"' in page.text
    assert existing(users.by_email(email_of("auditor"))).name == "Auditor"
    with signed_in(served, "auditor") as still:
        assert still.get("/console").status_code == 200


def test_an_unknown_agent_is_refused_with_those_near_it(served: Service) -> None:
    """A slip in an agent's id, or a name in its place, adds nobody and grants nothing, on the page and over the API."""
    slip = AGENT[:-1]
    known = served.store.within(TENANT).people.directory
    known.put_agents([msgspec.structs.replace(known.agent(AGENT), name="Mary Jones")])
    users = served.store.people.users
    with signed_in(served, "administrator") as me:
        given = {"email": "mary@example.com", "name": "Mary", "role": "agent"}
        for name in ("Mary", slip):
            page = me.post("/console/administration/users", data={**given, "agents": name})
            assert page.status_code == 422
            assert f"Mary Jones ({AGENT})" in page.text
            answer = me.post("/api/v1/users", json={**given, "agents": [name]})
            assert answer.status_code == 404
            assert answer.json()["reason"] == "agent.unknown"
            assert AGENT in answer.json()["detail"]
        far = me.post("/api/v1/users", json={**given, "agents": ["zzz"]})
        assert "others are known" in far.json()["detail"]
        assert users.by_email("mary@example.com") is None
        known.put_agents([DirectoryAgent(agent_id="a-new", name="New here")])
        assert me.post("/api/v1/users", json={**given, "agents": ["a-new"]}).status_code == 201
        added = existing(users.by_email("mary@example.com"))
        refused = me.post(
            f"/console/administration/users/{added.user_id}/grants", data={"role": "agent", "agents": slip}
        )
        assert refused.status_code == 409
        assert f"Mary Jones ({AGENT})" in refused.text
    assert existing(users.by_email("mary@example.com")).agent_ids == {"a-new"}


def test_a_refused_webhook_keeps_its_template(served: Service) -> None:
    """Neither address, template nor choice of changes has to be entered again."""
    given = {
        "url": "ftp://example.com/in",
        "format": "slack",
        "template": "New: {id}",
        "kind": "conversation.evaluated",
    }
    with signed_in(served, "administrator") as me:
        page = me.post("/console/administration/webhooks", data=given)
    assert page.status_code == 422
    assert 'value="ftp://example.com/in"' in page.text
    assert '<option value="slack" selected>' in page.text
    assert ">New: {id}</textarea>" in page.text


def test_a_hold_needs_something_to_hold(served: Service) -> None:
    """A mistyped id holds nothing, so it is refused; so is a period that ends before it begins."""
    hold = {"kind": "conversation", "conversation": "c-mistyped", "reason": "Hearing"}
    period = {"kind": "period", "first": "2026-03-02", "last": "2026-03-01", "reason": "Hearing"}
    with signed_in(served, "administrator") as me:
        unknown = me.post("/console/administration/holds", data=hold)
        reversed_ = me.post("/console/administration/holds", data=period)
    assert unknown.status_code == reversed_.status_code == 422
    assert "There is no conversation c-mistyped in this app." in unknown.text
    assert "The last day lies before the first." in reversed_.text
    assert served.store.within(TENANT).retention.holds() == []


def test_coaching_takes_the_address_of_a_conversation(served: Service) -> None:
    """A clip is what somebody copies from the bar of the browser; a second item for the same links to the first."""
    (conversation_id,) = assign(served, "auditor", 1)
    clip = f"{served.url}/console/conversations/{conversation_id}?days=7"
    given = {"agent": AGENT, "goal": "Greet by name", "clips": clip}
    with signed_in(served, "qa-manager") as me:
        made = me.post("/console/coaching/new", data=given)
        assert made.status_code == 303, made.text
        again = me.post("/console/coaching/new", data=given)
        assert f'<a href="{made.headers["location"]}">' in again.text
        nobody = me.post("/console/coaching/new", data={"goal": "Greet by name"})
        assert "Who: choose 1 to 200 agents." in nobody.text
        remark = "Well done. " * 1_000
        refused = me.post(made.headers["location"], data={"act": "reply", "comment": remark})
    assert refused.status_code == 422
    assert remark in refused.text


def test_a_fault_of_the_server_has_a_page(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says whose fault it is and where the log has it; a form that is too large is told so."""

    def broken(*given: object, **more: object) -> None:
        raise OverflowError(given, more)

    monkeypatch.setattr(AppExports, "of_user", broken)
    with signed_in(served, "qa-manager") as me:
        page = me.get("/console/exports")
        large = me.post("/console/scorecards", data={"act": "check", "document": "x" * 3_000_000})
    assert page.status_code == 500
    assert "<h1>Something broke here</h1>" in page.text
    assert page.headers["x-request-id"] in page.text
    assert "OverflowError" not in page.text
    assert large.status_code == 413
    assert "<h1>Too large</h1>" in large.text


def test_a_refused_webhook_names_the_field_as_on_the_page(served: Service) -> None:
    """The address is called so in both languages, and stays in its field."""
    typed = {"url": "http://example.com/hook", "kind": "audited"}
    with signed_in(served, "administrator") as me:
        page = me.post("/console/administration/webhooks", data=typed)
        assert page.status_code == 422
        assert "Address: give an https address" in page.text
        assert 'value="http://example.com/hook"' in page.text
        german = me.post("/console/administration/webhooks", data=typed, headers={"Accept-Language": "de"})
        assert "Adresse: geben Sie eine https-Adresse" in german.text
        inside = {"url": "https://10.0.0.5/hook", "kind": "audited"}
        page = me.post("/console/administration/webhooks", data=inside)
        assert page.status_code == 422
        assert "10.0.0.5 is no address of the internet" in page.text
        german = me.post("/console/administration/webhooks", data=inside, headers={"Accept-Language": "de"})
        assert "10.0.0.5 ist keine Adresse des Internets" in german.text
