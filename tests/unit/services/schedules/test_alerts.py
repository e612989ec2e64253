"""Each alert, by webhook, e-mail and in the inbox: once for each thing, and nothing while nothing is wrong."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.change import signature
from auscult.domain.schedules.schedule import Schedule
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.disputes.reviewing import Reviewing
from auscult.services.schedules.scheduling import Scheduling
from auscult.storage import Store
from auscult.workers.mailer import Mailer
from tests.data_files import data_of
from tests.mailing import mail_server
from tests.unit.domain.disputes.viewers import agent_of
from tests.unit.services.audits.drawing import ANN, AT, BOB, TENANT, scored, talk

CLIENT, HOOK = "cs-1", "https://example.com/hook"
FATAL = data_of(__file__, "fatal").encode()


class Sent:
    """What an alert has sent at an hour, by each way."""

    def __init__(self, store: Store, kind: Any, **changes: Any) -> None:
        """Make an alert that looks every hour."""
        self.at = AT
        self.store = store
        self.service = Scheduling(store, TENANT, lambda: self.at)
        wanted = Schedule(schedule_id="", name="Alert", kind=kind, every="hour", created_by="", created_at=AT)
        made = msgspec.structs.replace(wanted, emails=(ANN,), webhook_url=HOOK, **changes)
        self.schedule = self.service.create(made, CLIENT)
        self.posted: list[dict[str, Any]] = []

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        """Take what is posted, if it is signed."""
        seconds = int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == signature(
            self.schedule.webhook_secret, headers["webhook-id"], seconds, body
        )
        assert url == HOOK
        self.posted.append(msgspec.json.decode(body))
        return 204, None

    def look(self, at: datetime) -> list[str]:
        """Look at an hour and send; the titles, which are the same by webhook, by e-mail and in the inbox."""
        self.at = at
        app = self.store.within(TENANT)
        known = {each.number for each in app.schedules.inbox(CLIENT)}
        self.service.run_due()
        fresh = [each for each in app.schedules.inbox(CLIENT) if each.number not in known]
        self.posted.clear()
        with mail_server() as server:
            self.service.send(self.post, Mailer(f"smtp://127.0.0.1:{server.port}", "auscult@example.com"))
        titles = sorted(each.title for each in fresh)
        assert sorted(each["data"]["title"] for each in self.posted) == titles
        assert {each["type"] for each in self.posted} <= {f"alert.{self.schedule.kind}"}
        assert sorted(str(each["Subject"]).strip() for each in server.messages) == [
            f"auscult: {title}" for title in titles
        ]
        assert all(each.state == "sent" for each in app.schedules.runs(self.schedule.schedule_id))
        return titles


def test_a_fatal_error(store: Store) -> None:
    """Of what is evaluated from the alert on; the same one only once."""
    old = talk(0, started_at=AT - timedelta(hours=2), ended_at=AT - timedelta(hours=1))
    scored(store, [old])
    store.within(TENANT).forms.publish("ef-1", FATAL)
    sent = Sent(store, "fatal")
    assert sent.look(AT + timedelta(minutes=1)) == []
    recent = {"started_at": AT - timedelta(hours=1), "ended_at": AT - timedelta(minutes=59)}
    scored(store, [talk(4, **recent), talk(5, **recent)])
    assert sent.look(AT + timedelta(hours=1)) == ["Fatal: Hello"]
    assert sent.look(AT + timedelta(hours=2)) == []


def test_a_metric_that_leaves_its_limits(store: Store) -> None:
    """Eight weeks with a quarter missed, and one in which all are: once for that week."""
    weeks = [
        talk(12 * week + n, started_at=AT - timedelta(weeks=9 - week, hours=1), ended_at=AT - timedelta(weeks=9 - week))
        for week in range(8)
        for n in range(12)
    ]
    scored(store, weeks)
    sent = Sent(store, "limits", form_id="ef-1", metric_id="em-hello")
    assert sent.look(AT + timedelta(minutes=1)) == []
    scored(store, [talk(4 * n + 1000, started_at=AT - timedelta(hours=2), ended_at=AT) for n in range(12)])
    assert sent.look(AT + timedelta(hours=1)) == ["em-hello left its limits in the week of 2026-03-30"]
    assert sent.look(AT + timedelta(hours=2)) == []


@pytest.mark.parametrize("is_disputed", [False, True])
def test_a_dispute_that_is_about_to_lapse(store: Store, *, is_disputed: bool) -> None:
    """Before the agent's time to answer ends, and before the reviewer's does; not earlier, and once each."""
    app = scored(store, [talk(1)])
    auditing = Auditing(app, REPORTS, lambda: AT)
    audit = auditing.assign("c-0001", ANN)
    auditing.submit("c-0001", [AuditAnswer(metric_id="em-hello", answer="NO")], as_machine=True)
    reviewing = Reviewing(app, REPORTS, lambda: AT, agent_of("a-1", name=BOB))
    until = reviewing.show(audit.assignment_id).review.ends_at
    title = "An agent's time to answer an audit ends at"
    if is_disputed:
        until = reviewing.dispute(audit.assignment_id, "em-hello", "I said it.").due_at
        reviewing.accept(audit.assignment_id)
        title = "A dispute of em-hello is to be decided by"
    assert until is not None
    sent = Sent(store, "dispute_due", hours=24)
    assert sent.look(AT + timedelta(minutes=1)) == []
    assert sent.look(until - timedelta(hours=23)) == [f"{title} {until:%Y-%m-%d %H:%M} UTC"]
    assert sent.look(until - timedelta(hours=22)) == []
