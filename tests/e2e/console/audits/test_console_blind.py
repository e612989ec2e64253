"""Blind raters walk every page of the console that reads, and the exports: nothing of the machine, of others or the agent."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx
import msgspec
import pytest

from auscult.bootstrap.people import list_exporting
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.bookmark import Bookmark
from auscult.domain.audits.plan import Frame, PlanAuditor, PlanDocument, Quota
from auscult.domain.conversation import Conversation
from auscult.domain.schedules.schedule import Schedule
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.audits.desk import Desk
from auscult.services.audits.plans import Planning
from auscult.services.schedules.scheduling import Scheduling
from auscult.services.scoring.intake.read import read_file
from tests.data_files import tuples_of
from tests.e2e.audits.test_blind_routes import AGENT, FORM, SECRET, call
from tests.e2e.consoles import console, email_of, signed_in
from tests.e2e.serving import TENANT, Service, process
from tests.waiting import existing, now

SCORE = re.compile(r">\s*37(\.0+)?\s*(%|points)?\s*<")
OTHER = "supervisor"
ROW = re.compile("<(?:tr|li|article)[ >]")
BELOW = re.compile('class="bulkbar"')
"""Begins what is done with chosen rows, with the agents to choose from."""
ROUTE = re.compile(r"\{(\w+):\w+\}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console in which ``blind-0`` is audited by another, and waits for two blind raters."""
    folder = tmp_path_factory.mktemp("blind")
    with console(f"sqlite:///{folder / 'auscult.db'}", weeks=1, a_week=1, state_dir=str(folder)) as found:
        app = found.store.within(TENANT)
        app.forms.publish("ef-blind", FORM)
        began = now() - timedelta(hours=9)
        documents = [
            call(n) | {"started_at": began + timedelta(minutes=n), "ended_at": began + timedelta(minutes=n + 1)}
            for n in range(6)
        ]
        file = folder / "six.ndjson"
        file.write_bytes(msgspec.json.Encoder().encode_lines(documents))
        six = [each for each in read_file(file, TENANT.app_id, Limits()) if isinstance(each, Conversation)]
        process(found.application, six)
        audited(found, began)
        yield found


def audited(served: Service, began: datetime) -> None:
    """Draw the conversation for three raters; the other one submits, with a comment and a bookmark."""
    app = served.store.within(TENANT)
    planning, desk = Planning(app, REPORTS, now), Desk(app, REPORTS, now)
    raters = (OTHER, "auditor", "qa-manager")
    plan = PlanDocument(
        name="Blind",
        form_id="ef-blind",
        frame=Frame(since=began - timedelta(hours=1), until=now(), missed=("em-b2",)),
        quota=Quota(count=1),
        auditors=tuple(
            PlanAuditor(user=email_of(each), share=share) for each, share in zip(raters, (34, 33, 33), strict=True)
        ),
        hidden=("machine", "others", "agent"),
        second_share=1.0,
        opinions=3,
    )
    made = planning.create(plan, "test")
    (items, *_) = [planning.draw(made.plan_id, "test").items]
    assert {one.assignment.conversation_id for one in items} == {"blind-0"}
    for rater in raters:
        item = existing(desk.next_item(email_of(rater), made.plan_id))
        if rater == OTHER:
            answers = [AuditAnswer(metric_id="em-b1", answer="NO"), AuditAnswer(metric_id="em-b2", answer="NA")]
            desk.submit(item.assignment.assignment_id, email_of(rater), answers, comment=SECRET)
    app.bookmarks.put(Bookmark(conversation_id="blind-0", by=email_of(OTHER), kind="bad", note=SECRET, at=now()))


def addresses(served: Service) -> list[str]:
    """Return the address of every page that reads, with what is known in place of its parameters; lists also filtered."""
    app = served.store.within(TENANT)
    plan = app.plans.listing(limit=1)[0]
    known = {
        "conversation_id": "blind-0",
        "agent_id": "ag-quux",
        "metric_id": "em-b2",
        "form_id": "ef-blind",
        "plan_id": plan.plan_id,
        "number": "1",
        "version": "1",
    }
    found: list[str] = []
    for route in served.application.server_app().litestar.routes:
        methods = getattr(route, "methods", ())
        if (
            route.path.startswith("/console")
            and "GET" in methods
            and not re.search("assets|sign-in|link|stream|:path", route.path)
        ):
            found.append(ROUTE.sub(lambda part: quote(known.get(part[1], "none")), route.path))
    assert len(found) > 40
    filters = tuples_of(__file__, "filters")
    return found + [f"/console/conversations{each}" for each in filters]


@pytest.mark.landing
@pytest.mark.parametrize("rater", ["auditor", "qa-manager"])
def test_no_page_shows_a_blind_rater_anything(served: Service, rater: str) -> None:
    """Neither score nor comment nor agent of the conversation that they judge, on any page."""
    answered, leaks = 0, list[str]()
    with signed_in(served, rater) as client:
        for address in addresses(served):
            answer = client.get(address)
            assert answer.status_code < 500, (address, answer.text[:500])
            answered += answer.status_code == 200
            leaks += revealed(address, answer)
    assert leaks == [], "\n".join(leaks)
    assert answered > 15


def revealed(address: str, answer: httpx.Response) -> list[str]:
    """Return what a page shows of what is hidden."""
    text = answer.text
    found = [f"{address}: {SECRET}"] if SECRET in text else []
    # Who works here is no secret, and is in the filters and below the rows; who had this conversation is one.
    rows = [text] if "blind-0" in address else [row for row in ROW.split(BELOW.split(text)[0]) if "blind-0" in row]
    found += [f"{address}: {AGENT}" for row in rows if AGENT in row]
    if "/forms/" in address:  # the weight of the metric
        return found
    return found + [f"{address}: {text[max(each.start() - 200, 0) : each.end()]}" for each in SCORE.finditer(text)]


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
@pytest.mark.parametrize("given", ["", "missed=em-b2", "outcome=failed", "agent=ag-quux", "audit=audited"])
def test_no_export_holds_what_a_rater_judges_blind(served: Service, given: str, kind: str) -> None:
    """Without its score, its audit and its agent; not at all where being found would tell; and no count tells either."""
    back = f"/console/conversations?queue=qu-blind&{given}"
    with signed_in(served, "qa-manager") as client:
        made = client.post("/console/conversations/export", data={"back": back, "kind": kind})
        assert made.status_code == 303, made.text
        assert list_exporting(served.store).run_once()
        listed = client.get(back).text
        address = re.findall(r"/console/exports/[^/]+/file", client.get("/console/exports").text)[0]
        text = client.get(address).text
    for hidden in (SECRET, AGENT, "ag-quux", "em-b2"):
        assert hidden not in text
    rows = [row for row in text.splitlines() if "blind-" in row]
    export = served.store.within(TENANT).exports.get(address.split("/")[-2], user_id(served, "qa-manager"))
    assert len(rows) == export.total == export.done == (0 if given else 6)
    assert f"{len(rows)} conversations" in listed
    own = [TIME.sub("", row) for row in rows if "blind-0" in row]  # a minute may be 37, as the score is
    assert len(own) == (0 if given else 1)
    assert not [row for row in own if re.search(r"\b37\b|audited", row)]


def user_id(served: Service, role: str) -> str:
    """Return the id of the user of a role."""
    return existing(served.store.people.users.by_email(email_of(role))).user_id


def test_no_report_holds_what_its_maker_judges_blind(served: Service) -> None:
    """A scheduled report of a blind maker leaves it out; another's has it."""
    for maker, rows in (("qa-manager", 5), ("administrator", 6)):
        schedules = Scheduling(served.store, TENANT, now)
        wanted = Schedule(schedule_id="", name="All", kind="interactions", created_by="", created_at=now())
        made = schedules.create(msgspec.structs.replace(wanted, form_id="ef-blind"), email_of(maker))
        run = schedules.run(made)[0]
        found = existing(served.store.within(TENANT).schedules.content(made.schedule_id, run.number))
        ids = {row[0] for row in csv.reader(io.StringIO(found[1].decode("utf-8-sig")))}
        assert ("blind-0" in ids) == (rows == 6)
        assert run.rows == rows


def test_no_file_of_a_list_reveals_by_its_filter_what_its_maker_judges_blind(served: Service) -> None:
    """Being among those that miss a metric says what the machine decided: neither export nor scheduled view has it."""
    address = "/console/conversations?missed=em-b2"
    for maker, is_blind in (("qa-manager", True), ("administrator", False)):
        with signed_in(served, maker) as me:
            me.post("/console/conversations/export", data={"back": address, "kind": "csv"})
            assert list_exporting(served.store).run_once()
            link, *_ = re.findall(r'href="(/console/exports/[^"]+/file)"', me.get("/console/exports").text)
            me.post("/console/conversations/views", data={"name": f"Missed {maker}", "back": address})
            view = served.store.within(TENANT).people.views.listing(email_of(maker))[0]
            form = {"name": "Missed", "kind": "view", "view": view.view_id, "every": "demand", "days": "7"}
            me.post("/console/schedules", data=form)
            *_, made = served.store.within(TENANT).schedules.listing(email_of(maker))
            me.post(f"/console/schedules/{made.schedule_id}/run")
            (run,) = served.store.within(TENANT).schedules.runs(made.schedule_id)
            for file in (link, f"/console/schedules/{made.schedule_id}/{run.number}"):
                content = me.get(file).content.decode("utf-8-sig")
                assert content.startswith("id,")
                assert ("blind-0" in content) is not is_blind
