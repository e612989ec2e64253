"""The choices of the pages around reviews, over HTTP: schedules, raters of a session, the agent to coach."""

import re

import pytest

from tests.data_files import data_of
from tests.e2e.console.disputes.test_console_reviews import audited, reviewing
from tests.e2e.consoles import AGENT, email_of, signed_in
from tests.e2e.serving import TENANT, Service

CONSOLE = {"weeks": 4}


@pytest.mark.parametrize(("more", "problem"), data_of(__file__, "a_refused_schedule_keeps_what_was_entered"))
def test_a_refused_schedule_keeps_what_was_entered(served: Service, more: dict[str, str], problem: str) -> None:
    """The page says what is missing in words of the form, and nothing has to be entered again."""
    with signed_in(served, "qa-manager") as me:
        page = me.post("/console/schedules", data={"name": "Watch", "days": "14", **more})
    assert page.status_code == 422
    assert problem in page.text
    assert 'name="name" value="Watch"' in page.text
    assert f'<option value="{more["kind"]}" selected>' in page.text
    assert f'<option value="{more["every"]}" selected>' in page.text


def test_a_schedule_has_only_what_its_kind_needs(served: Service) -> None:
    """Fields of other kinds, which the page hides, are not stored; the queues of a report are."""
    given = {"queue": ["Retail Banking"], "metric": "em-greeting@ef-starter-voice", "every": "week"}
    with signed_in(served, "qa-manager") as me:
        for kind in ("agent_performance", "limits", "fatal"):
            made = me.post("/console/schedules", data={"name": kind, "kind": kind, **given})
            assert made.status_code == 303, made.text
    stored = {each.name: each for each in served.store.within(TENANT).schedules.listing(email_of("qa-manager"))}
    assert (stored["agent_performance"].queues, stored["agent_performance"].metric_id) == (("Retail Banking",), "")
    assert (stored["limits"].queues, stored["limits"].metric_id) == ((), "em-greeting")
    assert (stored["fatal"].queues, stored["fatal"].metric_id) == ((), "")


def test_raters_and_agents_are_chosen_by_name(served: Service) -> None:
    """A session offers people who may rate, and keeps the ticked ones; coaching offers agents, and takes the chosen."""
    with signed_in(served, "qa-manager") as me:
        rater = f'name="rater" value="{email_of("auditor")}"'
        assert rater in me.get("/console/calibration/new").text
        refused = me.post("/console/calibration/new", data={"name": "March", "rater": email_of("auditor")})
        assert refused.status_code == 422
        assert f"{rater} checked" in refused.text
        assert "Name of the session" in refused.text
        given = {"name": "March", "rater": [email_of("auditor")], "raters": "mistyped@example.com"}
        mistyped = me.post("/console/calibration/new", data=given)
        assert "mistyped@example.com is no user of this account." in mistyped.text
        assert ">mistyped@example.com</textarea>" in mistyped.text
        page = me.get(f"/console/coaching/new?agents={AGENT}").text
        assert f'<option value="{AGENT}" selected>' in page
        assert re.search(r'name="agents"[^>]* value=""', page)
        made = me.post("/console/coaching/new", data={"agent": AGENT, "goal": "Greet by name"})
        assert made.status_code == 303, made.text
        assert "Greet by name" in me.get(made.headers["location"]).text


def test_people_have_names(served: Service) -> None:
    """Disputes, their figures and the conversation name the auditor as a person, and never by e-mail address."""
    (assignment,) = audited(served, 1)
    whole = reviewing(served).show(assignment)
    assert whole.audit.result is not None
    metric = next(each.metric_id for each in whole.audit.result.sheet.answers if each.answer == "NO")
    with signed_in(served, "agent") as me:
        raised = me.post(f"/console/my-results/{assignment}/disputes", data={"metric_id": metric, "comment": "I did."})
        assert raised.status_code == 303, raised.text
    name = next(
        each.name for each in served.store.people.users.listing(TENANT.account_id) if each.email == email_of("auditor")
    )
    with signed_in(served, "qa-manager") as me:
        listing = me.get("/console/disputes").text
        dispute = re.search(r"/console/disputes/(?!statistics)[\w-]+", listing)
        assert dispute
        conversation = f"/console/conversations/{whole.case.conversation.id}"
        for path in ("/console/disputes", dispute[0], "/console/disputes/statistics", conversation):
            page = me.get(path).text
            main = page[page.index("<main") :]
            assert name in main
            assert email_of("auditor") not in main


def test_a_refused_dispute_keeps_its_comment(served: Service) -> None:
    """The form of the answer is open again, with all that the agent wrote."""
    audited(served, 1)
    comment = "I said it. " * 1_000
    with signed_in(served, "agent") as me:
        page = me.get("/console/my-results").text
        found = re.search(r'action="([^"]+/disputes)"><input type="hidden" name="metric_id" value="([^"]+)"', page)
        assert found is not None
        path, metric = found.groups()
        refused = me.post(path, data={"metric_id": metric, "comment": comment, "proposed": "NA"})
    assert refused.status_code == 422
    assert "A comment has at most 10000 characters. Nothing was changed." in refused.text
    assert comment in refused.text
    assert refused.text.count('<details class="dispute" open>') == 1
    assert '<option value="NA" selected>' in refused.text


def test_every_audit_is_in_the_table_of_answers(served: Service) -> None:
    """Rows of Yes, No and N/A add up to the audits that the page counts, so that its agreement can be checked."""
    audited(served, 1)
    with signed_in(served, "qa-manager") as me:
        page = re.sub(r"</?a\b[^>]*>", "", me.get("/console/metrics/em-empathy").text)  # numbers are links
    (audits,) = re.findall(r"(\d+) conversations? audited\.", page)
    table = page[page.index('class="cross"') :].partition("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(\d+)</td>", row)[:3] for row in table.split("<tr>")[2:]]
    assert int(audits)
    assert [len(row) for row in rows] == [3, 3, 3]
    assert sum(int(each) for row in rows for each in row) == int(audits)
