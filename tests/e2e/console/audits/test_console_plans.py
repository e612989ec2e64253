"""Items of a plan in the console: on their auditor's desk, and blind until they are submitted."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from httpx import Client
from msgspec.structs import replace

from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.plan import Frame, PlanAuditor, PlanDocument, Quota
from auscult.reports import REPORTS
from auscult.services.audits.plans import DrawView, Planning
from auscult.services.conversations.latest import Sought, latest
from auscult.services.conversations.list_query import read_query
from tests.e2e.consoles import count_held, email_of, signed_in
from tests.e2e.serving import TENANT, Service

pytestmark = pytest.mark.landing


def drawn(served: Service, *hidden: Hidden) -> DrawView:
    """Draw one conversation for the auditor."""
    app, now = served.store.within(TENANT), datetime.now(UTC)
    newest = latest(app, Sought(statuses=("evaluated",)), limit=1).items[0]
    assert newest.form is not None
    document = PlanDocument(
        name="Blind",
        form_id=newest.form.id,
        frame=Frame(since=now - timedelta(days=60), until=now + timedelta(days=1)),
        quota=Quota(count=1),
        auditors=(PlanAuditor(user=email_of("auditor"), share=100),),
        hidden=hidden,
    )
    planning = Planning(app, REPORTS, lambda: datetime.now(UTC))
    return planning.draw(planning.create(document, "mia").plan_id, "mia")


def test_a_blind_item_on_the_desk(served: Service) -> None:
    """The desk opens and takes the answers; the conversation and its row in the list hide the machine until then."""
    app, found = served.store.within(TENANT), drawn(served, "machine", "others")
    name = found.items[0].assignment.conversation_id or ""
    case = app.audits.case(name)
    assert case is not None
    with signed_in(served, "auditor") as me, signed_in(served, "qa-manager") as manager:
        assert f"/console/audits/{name}" in me.get("/console/audits").text
        assert "Machine:" not in me.get(f"/console/audits/{name}").text
        assert "Hidden until you submit" in me.get(f"/console/conversations/{name}").text
        assert "Hidden until you submit" not in manager.get(f"/console/conversations/{name}").text
        assert me.get("/console/conversations").status_code == 200
        answers = {f"a-{each.metric.id}": "NA" for each in case.evaluation.results}
        done = me.post(f"/console/audits/{name}", data=answers)
        assert done.status_code == 303, done.text
        assert "Hidden until you submit" in me.get(f"/console/conversations/{name}").text, "it can still be undone"
        assert count_held(served)
        assert "Hidden until you submit" not in me.get(f"/console/conversations/{name}").text
    states = [each.assignment.state for each in app.queue.of_draw(found.draw.draw_id)]
    assert states == ["submitted"]


def test_a_plan_that_hides_nothing_shows_the_machine_on_the_desk(served: Service) -> None:
    """Beside each metric, and in no form that is submitted."""
    (item,) = drawn(served).items
    with signed_in(served, "auditor") as me:
        page = me.get(f"/console/audits/{item.assignment.conversation_id}").text
    assert "Blind" not in page
    assert re.search("Machine: (Yes|No|N/A)", page)
    assert not re.search("<input[^>]* checked", page)


def test_people_work_on_their_own_items_by_session(served: Service) -> None:
    """A manager creates and draws by session; each auditor gets their own items and may submit no other's."""
    app = served.store.within(TENANT)
    newest = latest(app, Sought(statuses=("evaluated",)), limit=1).items[0]
    assert newest.form is not None
    now = datetime.now(UTC)
    body = {
        "name": "Two auditors",
        "form_id": newest.form.id,
        "frame": {"since": f"{now - timedelta(days=60):%Y-%m-%d}", "until": f"{now + timedelta(days=1):%Y-%m-%d}"},
        "quota": {"per": "all", "count": 4},
        "auditors": [{"user": email_of("auditor"), "share": 50}, {"user": email_of("qa-manager"), "share": 50}],
    }
    with signed_in(served, "qa-manager") as manager, signed_in(served, "auditor") as auditor:
        made = manager.post("/api/v1/plans", json=body)
        assert made.status_code == 201, made.text
        plan_id = made.json()["plan_id"]
        refused = auditor.post("/api/v1/plans", json=body)
        assert (refused.status_code, refused.json()["value"]) == (403, "plan.edit")
        drawn = manager.post(f"/api/v1/plans/{plan_id}/draw").json()["items"]
        assert sorted(one["auditor"] for one in drawn) == sorted([email_of("auditor"), email_of("qa-manager")] * 2)
        mine = auditor.post("/api/v1/assignments/next", json={"plan_id": plan_id}).json()
        theirs = manager.post("/api/v1/assignments/next", json={"plan_id": plan_id}).json()
        assert mine["assignment_id"] != theirs["assignment_id"]
        answers = {"answers": {each["id"]: "NA" for each in theirs["metrics"]}}
        stolen = auditor.post(f"/api/v1/assignments/{theirs['assignment_id']}/submit", json=answers)
        assert stolen.status_code == 403
        assert auditor.get(f"/api/v1/assignments/{theirs['assignment_id']}").status_code == 404
        assert auditor.get("/api/v1/assignments?auditor=*").status_code == 403
        done = auditor.post(f"/api/v1/assignments/{mine['assignment_id']}/submit", json=answers)
        assert done.status_code == 200, done.text
        begun = auditor.get("/api/v1/assignments?state=begun").json()["items"]
        assert mine["assignment_id"] not in [one["assignment_id"] for one in begun]
        found = manager.get(f"/api/v1/estimates?form_id={newest.form.id}&metric_id=em-greeting&plan_id={plan_id}")
        assert found.status_code in (200, 409), found.text


def test_set_up_a_plan(served: Service) -> None:
    """The editor forecasts before anything is saved, names what is wrong, saves, draws, pauses and makes versions."""
    with signed_in(served, "qa-manager") as manager, signed_in(served, "auditor") as auditor:
        assert auditor.get("/console/plans").status_code == 200
        assert auditor.get("/console/plans/new").status_code == 403
        page = manager.get("/console/plans/new").text
        assert "What you would get" in page
        (form_id,) = re.findall(r'<option value="([^"]+)" selected>', page)[:1]
        scored = latest(served.store.within(TENANT), Sought(statuses=("evaluated",)), limit=500).items
        often = Counter(each.form.id for each in scored if each.form)
        assert form_id == max(often, key=lambda each: often[each])
        assert form_id != min(re.findall(r'<option value="(ef-[^"]+)"', page))
        me = email_of("auditor")
        plan = {
            "name": "November",
            "form_id": form_id,
            "since": f"{datetime.now(UTC) - timedelta(days=40):%Y-%m-%d}",
            "last": f"{datetime.now(UTC):%Y-%m-%d}",
            "per": "all",
            "kind": "count",
            "amount": "3",
            "auditor": [me, email_of("qa-manager")],
            f"share:{me}": "100",
            f"share:{email_of('qa-manager')}": "",
            "hidden": ["machine"],
        }
        forecast = manager.post("/console/plans/forecast", data=plan)
        assert '<p class="fig">3</p>' in forecast.text
        assert "<html" not in forecast.text
        few = manager.post("/console/plans", data={**plan, f"share:{me}": "99"})
        assert few.status_code == 422
        assert "shares must total 100, not 99" in few.text
        assert 'value="November"' in few.text
        assert "is not a number" in manager.post("/console/plans", data={**plan, "amount": "x"}).text
        made = manager.post("/console/plans", data=plan)
        assert made.status_code == 303, made.text
        path = made.headers["location"].partition("?")[0]
        assert "no audit drawn yet" in manager.get(path).text
        assert auditor.post(f"{path}/draw").status_code == 403
        assert manager.post(f"{path}/draw").status_code == 303
        assert "of 3 audits" in manager.get(path).text
        assert "of 3 audits" in auditor.get(path).text
        assert "/edit" not in auditor.get(path).text
        assert_filters_of_lists_narrow_the_frame(served, manager, path, plan)
        assert manager.post(path, data={**plan, "name": "November, revised"}).status_code == 303
        assert manager.post(f"{path}/pause").status_code == 303
        assert "Continue" in manager.get(path).text
        assert manager.post(f"{path}/resume").status_code == 303
        shown = manager.get("/console/plans").text
        assert "November, revised" in shown
        assert "0 of 3" in shown


def assert_filters_of_lists_narrow_the_frame(
    served: Service, manager: Client, path: str, plan: dict[str, str | list[str]]
) -> None:
    """A plan takes the filters of lists by result and length, counts what a list with them has, and keeps the others."""
    query = {"score_to": ["80"], "sentiment": ["neutral", "negative"], "duration_from": ["0:10"]}
    sought = replace(read_query(query, datetime.now(UTC)), statuses=("evaluated",))
    rows = latest(served.store.within(TENANT), sought, limit=500)
    listed = [each for each in rows.items if each.form and each.form.id == plan["form_id"]]
    assert rows.next is None
    assert listed
    forecast = manager.post("/console/plans/forecast", data={**plan, **query, "amount": "1"}).text
    assert f"{len(listed)} conversations" in forecast or f">{len(listed)}<" in forecast, forecast
    refused = manager.post(path, data={**plan, "name": "Never", "score_from": "90", "score_to": "high"})
    assert refused.status_code == 422
    assert 'name="score_to" value="high"' in refused.text
    assert manager.post(path, data={**plan, **query, "name": "November, low"}).status_code == 303
    html = manager.get(path).text
    assert "80 or less" in html
    assert "Negative, Neutral" in html
    edit = manager.get(f"{path}/edit").text
    assert 'name="score_to" value="80"' in edit
    assert '<details id="by-result" open>' in edit


def test_auditors(served: Service) -> None:
    """The page of auditors shows their load by name; those who do not assign audits do not see it."""
    with signed_in(served, "qa-manager") as manager, signed_in(served, "auditor") as auditor:
        page = manager.get("/console/auditors")
        assert page.status_code == 200
        assert "Auditor" in page.text
        assert auditor.get("/console/auditors").status_code == 403
