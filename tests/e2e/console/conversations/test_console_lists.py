"""The list of conversations in use: saved views, columns, what is done with several, and exports."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import get_args

import openpyxl
import pytest
from httpx import Client

from auscult.bootstrap.people import list_exporting
from auscult.domain.scoring.list_fields import ListFields, Order
from auscult.server.console.conversations import listing as conversations
from auscult.services.conversations.latest import Sought, latest
from auscult.services.conversations.list_query import read_query
from auscult.services.schedules.scheduling import Scheduling
from tests.e2e.consoles import Page, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import existing

PATH = "/console/conversations"


def chosen(html: str) -> list[str]:
    """Return the ids of the rows that can be chosen."""
    return re.findall(r'name="id" value="([^"]+)"', html)


def test_saved_views(served: Service) -> None:
    """A view is saved under a name, stands among the tabs, is shared where wanted, and removed by its owner."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "analyst") as other:
        here = f"{PATH}?outcome=failed&channel=voice&without=sentiment"
        assert "Save view" in me.get(here).text
        done = me.post(f"{PATH}/views", data={"name": "Voice, failed", "back": here, "shared": "1"})
        assert done.status_code == 303
        page = me.get(done.headers["location"]).text
        assert "View saved." in page
        assert "Save view" not in page
        assert 'aria-current="true">Voice, failed' in page
        shared = other.get(PATH).text
        assert "Voice, failed" in shared
        remove = re.findall(r'action="([^"]+/remove)"', page)
        assert remove
        assert not re.findall(r'action="([^"]+/remove)"', other.get(here).text)
        assert other.post(remove[0]).status_code == 404
        assert me.post(f"{PATH}/views", data={"name": "", "back": here}).status_code == 422
        assert me.post(remove[0]).status_code == 303
        assert "Voice, failed" not in me.get(PATH).text


def test_a_saved_view_is_scheduled_and_written_by_a_worker(served: Service) -> None:
    """From the list to its schedule, its file now and its file when it is due: the list's own rows, in the inbox too."""
    with signed_in(served, "qa-manager") as me:
        here = f"{PATH}?outcome=failed&days=30"
        page = me.get(me.post(f"{PATH}/views", data={"name": "Failed", "back": here}).headers["location"]).text
        (link,) = re.findall(r'href="([^"]+)">Schedule view Failed', page)
        form = me.get(link).text
        view_id = link.partition("view=")[2]
        assert f'<option value="{view_id}" selected>Failed</option>' in form
        wanted = {"name": "Failed calls", "kind": "view", "view": view_id, "every": "day", "days": "7"}
        assert me.post("/console/schedules", data=wanted).status_code == 303
        assert "Report: list of conversations: Failed. Every day at 07:00." in me.get("/console/schedules").text
        app = served.store.within(TENANT)
        (one,) = app.schedules.listing(email_of("qa-manager"))
        assert me.post(f"/console/schedules/{one.schedule_id}/run").status_code == 303
        later = Scheduling(served.store, TENANT, lambda: datetime.now(UTC) + timedelta(days=1))
        assert later.run_due() == 1
        listed = latest(app, read_query({"outcome": ["failed"], "days": ["30"]}, datetime.now(UTC)), limit=500)
        for run in app.schedules.runs(one.schedule_id):
            file = me.get(f"/console/schedules/{one.schedule_id}/{run.number}").content.decode("utf-8-sig")
            assert {row["id"] for row in csv.DictReader(io.StringIO(file))} == {each.id for each in listed.items}
        me.post(f"{PATH}/views/{view_id}/remove")
        assert "a view that is gone" in me.get("/console/schedules").text


def test_columns(served: Service) -> None:
    """Columns that are left out are gone, also on the next page; the address says which."""
    with signed_in(served, "qa-manager") as me:
        whole, less = me.get(PATH).text, me.get(f"{PATH}?without=sentiment&without=channel").text
        assert 'id="by-sentiment"' in whole
        assert 'id="by-sentiment"' not in less
        following = [link for link in Page(less).links if "before=" in link]
        assert all("without=sentiment" in link for link in following)


def walked(client: Client, path: str) -> list[str]:
    """Return the ids of all rows, by the links to the next pages."""
    found: list[str] = []
    while path:
        html = client.get(path).text
        found += re.findall(r'<tr id="row-([^"]+)"', html)
        path = next(iter(re.findall(r'href="([^"]+)" rel="next"', html)), "").replace("&amp;", "&")
    return found


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of seven rows."""
    monkeypatch.setattr(conversations, "_AT_A_TIME", 7)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("order", get_args(Order))
def test_every_order_pages_through_all(served: Service, order: Order) -> None:
    """Pages of any order are the whole list in that order, each row once, with filters in force."""
    app = served.store.within(TENANT)
    expected = latest(app, Sought(order=order, fields=ListFields(duration_from=20)), limit=500)
    assert expected.next is None
    with signed_in(served, "qa-manager") as me:
        assert len(chosen(me.get(f"{PATH}?sort={order}").text)) == 7
        assert walked(me, f"{PATH}?duration_from=0:20&sort={order}") == [each.id for each in expected.items]


@pytest.mark.usefixtures("small_pages")
def test_heads_sort(served: Service) -> None:
    """A head leads through its orders and back to the usual one; the one in force says its direction, once."""
    with signed_in(served, "qa-manager") as me:
        path, seen = f"{PATH}?channel=voice", []
        for _step in range(3):
            html = me.get(path).text
            seen.append(re.findall(r'<th [^>]*aria-sort="([a-z]+)"[^>]*><a class="sort" id="by-([a-z]+)"', html))
            (link,) = re.findall(r'id="by-score" href="([^"]+)"', html)
            path = link.replace("&amp;", "&")
        assert seen == [[("descending", "started")], [("ascending", "score")], [("descending", "score")]]
        (further,) = re.findall(r'href="([^"]+)" rel="next"', me.get(f"{PATH}?sort=sentiment").text)
        (link,) = re.findall(r'id="by-sentiment" href="([^"]+)"', me.get(further.replace("&amp;", "&")).text)
        assert link == PATH
        doubt = me.get(f"{PATH}?sort=confidence").text
        assert "% sure" in doubt
        assert 'aria-current="true">Least sure first' in doubt
        assert "% sure" not in me.get(PATH).text


def test_filters_by_result_and_length(served: Service) -> None:
    """Chips say what is in force and take both ends of a range away; the rows are those of the filters."""
    app = served.store.within(TENANT)
    fields = ListFields(score_from=10, score_to=99, resolved=("YES", "NO"), sentiment=("neutral",))
    expected = {each.id for each in latest(app, Sought(fields=fields), limit=500).items}
    here = "score_from=10&score_to=99&resolved=YES&resolved=NO&sentiment=neutral"
    with signed_in(served, "qa-manager") as me:
        html = me.get(f"{PATH}?{here}").text
        assert expected
        assert set(walked(me, f"{PATH}?{here}")) == expected
        assert "Score: <b>10 to 99</b>" in html
        assert "Request: <b>Resolved, Not resolved</b>" in html
        (without,) = re.findall(r'href="([^"]+)">Score: ', html)
        assert sorted(without.partition("?")[2].split("&amp;")) == ["resolved=NO", "resolved=YES", "sentiment=neutral"]
        assert "Length: <b>1:30 or more</b>" in me.get(f"{PATH}?duration_from=90").text
        until = me.get(f"{PATH}?until=2026-04-01").text
        assert 'name="to" value="2026-03-31"' in until
        assert 'name="until"' not in until.partition('role="search"')[2].partition("</form>")[0]
        for wrong, said in (
            ("score_from=many", "Score from: &#39;many&#39; is no whole number from -100 to 100."),
            ("duration_to=long", "is no length; give it as 1:30, or in seconds."),
            ("sort=name", "Unknown sort"),
        ):
            answer = me.get(f"{PATH}?{wrong}")
            assert answer.status_code == 422
            assert said in answer.text


def test_assign_several(served: Service) -> None:
    """Chosen conversations are assigned at once; those with an audit are left, and one is told how many."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "analyst") as analyst:
        ids = chosen(me.get(f"{PATH}?outcome=passed").text)[:3]
        assert chosen(analyst.get(PATH).text) == []
        form = {"id": ids, "auditor": email_of("auditor"), "back": f"{PATH}?outcome=passed"}
        assert analyst.post(f"{PATH}/assign", data=form).status_code == 403
        done = me.post(f"{PATH}/assign", data=form)
        assert done.headers["location"] == f"{PATH}?outcome=passed&done=assigned.3.0"
        page = me.get(done.headers["location"]).text
        assert "Assigned: 3." in page
        waiting = served.store.within(TENANT).audits.listing(state="assigned", auditor=email_of("auditor"), limit=100)
        assert {each.conversation_id for each in waiting} == set(ids)
        assert me.post(f"{PATH}/assign", data={**form, "auditor": "nobody@example.com"}).status_code in (400, 422)
        assert me.post(f"{PATH}/assign", data={**form, "id": "c-none"}).headers["location"].endswith("assigned.0.1")


def test_assign_only_what_one_sees(served: Service) -> None:
    """A supervisor assigns in their own queue alone."""
    app = served.store.within(TENANT)
    every = {each.conversation.id: each.conversation for each in app.conversations.rerender("", 1_000)}
    free = {row.id for row in latest(app, Sought(), limit=1_000).items if row.audit.state == "not_assigned"}
    other = next(
        id_ for id_, each in every.items() if id_ in free and all(one.name != "Retail Banking" for one in each.queues)
    )
    with signed_in(served, "supervisor") as me:
        form = {"id": other, "auditor": email_of("auditor"), "back": PATH}
        assert me.post(f"{PATH}/assign", data=form).headers["location"].endswith("assigned.0.1")
    assert existing(app.audits.case(other)).audit is None


def test_hold_several(served: Service) -> None:
    """An administrator holds what is chosen, with a reason; others are not offered it."""
    with signed_in(served, "administrator") as me, signed_in(served, "qa-manager") as manager:
        ids = chosen(me.get(PATH).text)[:2]
        form = {"id": ids, "reason": "Hearing in May", "back": PATH}
        assert manager.post(f"{PATH}/hold", data=form).status_code == 403
        assert "/hold" not in manager.get(PATH).text
        assert me.post(f"{PATH}/hold", data={**form, "reason": " "}).status_code in (400, 422)
        assert me.post(f"{PATH}/hold", data=form).headers["location"].endswith("done=held.2.0")
    holds = served.store.within(TENANT).retention.holds()
    assert [(each.value, each.reason) for each in holds] == [(each, "Hearing in May") for each in ids]


def test_export_the_whole_range(served: Service) -> None:
    """Everything that the filters show is exported, with progress, as the page counts it; the file is one's own."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "analyst") as other:
        here = f"{PATH}?channel=voice"
        counted = re.findall(r"(\d+) conversations", me.get(here).text)[0]
        assert me.post(f"{PATH}/export", data={"back": here, "kind": "csv"}).headers["location"] == "/console/exports"
        page = me.get("/console/exports").text
        assert "Waiting" in page
        assert "hx-trigger" in page
        assert list_exporting(served.store).run_once()
        page = me.get("/console/exports").text
        assert "hx-trigger" not in page
        (file,) = re.findall(r'href="(/console/exports/[^"]+/file)"', page)
        answer = me.get(file)
        assert answer.headers["content-disposition"].startswith("attachment")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == int(counted)
        assert {row["channel"] for row in rows} == {"voice"}
        (excel,) = re.findall(r'href="(/console/exports/[^"]+as=xlsx)"', page)
        head, *cells = openpyxl.load_workbook(io.BytesIO(me.get(excel).content))["Report"].iter_rows(values_only=True)
        assert [dict(zip(head, row, strict=True))["id"] for row in cells] == [row["id"] for row in rows]
        assert {type(row[head.index("score")]) for row in cells} <= {int, float, type(None)}
        assert other.get(file).status_code == other.get(excel).status_code == 404
        assert file not in other.get("/console/exports").text
    with signed_in(served, "auditor") as auditor:
        assert auditor.post(f"{PATH}/export", data={"back": PATH}).status_code == 403
        assert auditor.get("/console/exports").status_code == 403


def test_a_view_and_an_export_keep_order_and_filters(served: Service) -> None:
    """A view opens in its order, and an export has the rows of the list, in its order."""
    here = f"{PATH}?score_from=0&sort=-score"
    with signed_in(served, "qa-manager") as me:
        me.post(f"{PATH}/views", data={"name": "Best", "back": here})
        assert f'href="{PATH}?score_from=0&amp;sort=-score" aria-current="true">Best' in me.get(here).text
        assert me.post(f"{PATH}/export", data={"back": here, "kind": "csv"}).status_code == 303
        while list_exporting(served.store).run_once():
            pass
        file = re.findall(r'href="(/console/exports/[^"]+/file)"', me.get("/console/exports").text)[0]
        rows = list(csv.DictReader(io.StringIO(me.get(file).content.decode("utf-8-sig"))))
        assert [row["id"] for row in rows] == walked(me, here)
