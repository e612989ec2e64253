"""Scheduled reports and alerts, on both databases: run once, kept five times, sent at least once, erased."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from auscult.domain.errors import RequestError
from auscult.domain.schedules.schedule import Schedule, following
from auscult.services.delivery.spreadsheets import write_rows
from auscult.services.schedules.scheduling import Scheduling
from auscult.storage import Store
from auscult.workers.mailer import Mailer
from tests.data_files import data_of, tuples_of
from tests.databases import client_of
from tests.mailing import mail_server
from tests.unit.services.audits.drawing import AT, TENANT, scored, talk
from tests.waiting import existing

CLIENT = "cs-1"
RECENT = AT - timedelta(days=1)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at the tests' time."""
        self.at = AT

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


def scheduling(store: Store, clock: Callable[[], datetime]) -> Scheduling:
    """Return the schedules of an app with eight conversations of yesterday, two without a greeting."""
    scored(store, (talk(n, started_at=RECENT, ended_at=RECENT + timedelta(minutes=1)) for n in range(8)))
    return Scheduling(store, TENANT, clock)


def wanted(**changes: Any) -> Schedule:
    """Return a weekly report on agents."""
    made: dict[str, Any] = {"schedule_id": "", "name": "Agents", "kind": "agent_performance", "every": "week"}
    return Schedule(**made | {"created_by": "", "created_at": AT} | changes)


def test_a_report_runs_when_it_is_due_and_its_last_five_runs_are_kept(store: Store) -> None:
    """Not before, once each time, and with the vendor's name."""
    clock = Clock()
    service = scheduling(store, clock)
    made = service.create(wanted(), CLIENT)
    assert made.next_at == datetime(2026, 4, 6, tzinfo=UTC)
    assert service.run_due() == 0
    for week in range(7):
        clock.at = datetime(2026, 4, 6, 0, 1, tzinfo=UTC) + timedelta(weeks=week)
        assert (service.run_due(), service.run_due()) == (1, 0)
    runs = store.within(TENANT).schedules.runs(made.schedule_id)
    assert len(runs) == 5
    assert runs[0].filename == "AgentPerformance-2026-05-18-00-01-00.csv"


@pytest.mark.parametrize("kind", ["agent_performance", "interactions", "form_summary", "view"])
def test_every_report_on_demand(store: Store, kind: str) -> None:
    """Its rows are what the conversations come to."""
    service = scheduling(store, Clock())
    made = service.create(wanted(kind=kind, every="demand"), CLIENT)
    run = service.run(made)[0]
    found = existing(store.within(TENANT).schedules.content(made.schedule_id, run.number))
    lines = found[1].decode("utf-8-sig").splitlines()
    assert len(lines) - 1 == run.rows == {"agent_performance": 3, "form_summary": 2}.get(kind, 8)
    if kind == "form_summary":
        assert lines[2].startswith("ef-1,em-hello,Hello,8,8,6,75")
    if kind == "interactions":
        assert "Hello Is Fatal Metric" in lines[0]


def test_files_hold_text_as_text() -> None:
    """A formula is no formula, and XLSX is an archive that is read again."""
    rows = [["Name", "n"], ["=cmd()", 3], ["a & <b>", None]]
    assert b"'=cmd()" in write_rows(rows, "csv")
    with zipfile.ZipFile(io.BytesIO(write_rows(rows, "xlsx"))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "a &amp; &lt;b&gt;" in sheet
    assert "<v>3</v>" in sheet


def test_a_run_is_sent_until_each_way_has_accepted_it(store: Store) -> None:
    """By e-mail and to a signed webhook: only what failed is tried again, after a pause, and five times in all."""
    clock = Clock()
    service = scheduling(store, clock)
    made = service.create(wanted(emails=("mia@example.com",), webhook_url="https://example.com/h"), CLIENT)
    service.run(made)
    statuses, faults, posted, mailed = [500, 204], ["away", ""], [], []

    def post(url: str, headers: Any, body: bytes) -> tuple[int | None, str | None]:
        assert (url, body[:9]) == ("https://example.com/h", b'{"type":"')
        posted.append(headers["webhook-signature"][:3])
        return statuses.pop(0), None

    def mail(to: tuple[str, ...], subject: str, text: str, attachment: Any) -> str:
        assert attachment[0].endswith(".csv")
        mailed.append((to, subject, text.splitlines()[0]))
        return faults.pop(0)

    def tried(wait: int, by: Any = mail) -> tuple[str, str, int, int]:
        clock.at += timedelta(minutes=wait)
        service.send(post, by)
        run = store.within(TENANT).schedules.runs(made.schedule_id)[0]
        assert (run.mailed_at is None, run.posted_at is None) == (len(mailed) < 2, len(posted) < 2)
        return run.state, run.error, len(mailed), len(posted)

    assert tried(0, None) == ("stored", "e-mail is not configured; the webhook answered 500", 0, 1)
    assert tried(1) == ("stored", "e-mail is not configured; the webhook answered 500", 0, 1)
    assert tried(1) == ("stored", "away", 1, 2)
    assert tried(4) == ("sent", "", 2, 2)
    assert tried(60) == ("sent", "", 2, 2)
    assert (posted, mailed[0]) == (["v1,", "v1,"], (("mia@example.com",), "auscult: Agents", "Agents"))


def test_what_is_sent_links_to_the_file(store: Store) -> None:
    """The link begins with the address where people reach the server; a file too large to attach is there, too."""
    scheduling(store, Clock())
    service = Scheduling(store, TENANT, Clock(), "https://quality.example.com")
    made = service.create(wanted(emails=("mia@example.com",), webhook_url="https://example.com/h"), CLIENT)
    number = service.run(made)[0].number
    links: list[str] = []

    def post(_url: str, _headers: Any, body: bytes) -> tuple[int, None]:
        links.append(msgspec.json.decode(body)["data"]["href"])
        return 204, None

    def mail(_to: Any, _subject: str, text: str, _attachment: Any) -> str:
        links.append(text.splitlines()[-1])
        return ""

    service.send(post, mail)
    assert links == [f"https://quality.example.com/console/schedules/{made.schedule_id}/{number}"] * 2


def test_a_webhook_that_never_accepts_costs_one_e_mail(store: Store) -> None:
    """The run has failed after half an hour, and says what was sent."""
    clock = Clock()
    service = scheduling(store, clock)
    made = service.create(wanted(emails=("mia@example.com",), webhook_url="https://example.com/h"), CLIENT)
    service.run(made)
    sent: list[str] = []

    def post(*_: object) -> tuple[None, str]:
        sent.append("post")
        return None, "unreachable"

    def mail(*_: object) -> str:
        sent.append("mail")
        return ""

    for _ in range(40):
        service.send(post, mail)
        clock.at += timedelta(minutes=1)
    run = store.within(TENANT).schedules.runs(made.schedule_id)[0]
    assert sorted(sent) == ["mail", *["post"] * 5]
    assert (run.state, run.error, run.mailed_at, run.posted_at) == ("failed", "unreachable", AT, None)


def test_the_schedules_of_a_revoked_client_run_no_more(store: Store) -> None:
    """Its inbox says why; nothing is written or sent."""
    clock = Clock()
    service = scheduling(store, clock)
    client = client_of(TENANT, client_id=CLIENT, scopes=("conversations:read",))
    store.clients.add(client)
    made = service.create(wanted(), CLIENT)
    assert service.run(made)[0].filename
    store.clients.revoke(CLIENT)
    clock.at += timedelta(weeks=1)
    service.run_due()
    run = store.within(TENANT).schedules.runs(made.schedule_id)[0]
    assert (run.filename, run.detail) == ("", "the client cs-1 is revoked")


def test_an_alert_speaks_once_about_each_thing(store: Store) -> None:
    """However often it looks; and its inbox is its maker's."""
    clock = Clock()
    service = scheduling(store, clock)
    app = store.within(TENANT)
    app.forms.publish(
        "ef-1",
        data_of(__file__, "an_alert_speaks_once_about_each_thing").encode(),
    )
    scored(store, [talk(100, started_at=RECENT, ended_at=RECENT + timedelta(minutes=1))])
    made = service.create(wanted(name="Fatal", kind="fatal", every="hour"), CLIENT)
    for hour in range(3):
        clock.at = AT + timedelta(hours=hour, minutes=1)
        service.run_due()
    assert [each.title for each in app.schedules.inbox(CLIENT)] == ["Fatal: Hello"]
    assert app.schedules.inbox("cs-2") == []
    assert made.is_alert
    app.conversations.erase("c-0100")
    assert app.schedules.inbox(CLIENT) == []


def test_an_erased_conversation_takes_the_files_with_it(store: Store) -> None:
    """Each may hold it; the run says so, and the next one is without it."""
    service = scheduling(store, Clock())
    made = service.create(wanted(kind="view"), CLIENT)
    number = service.run(made)[0].number
    app = store.within(TENANT)
    app.conversations.erase("c-0001")
    assert app.schedules.content(made.schedule_id, number) is None
    assert app.schedules.runs(made.schedule_id)[0].state == "withdrawn"
    assert service.run(made)[0].rows == 7


@pytest.mark.parametrize(
    "changes",
    tuples_of(__file__, "schedules_that_cannot_be_used"),
)
def test_schedules_that_cannot_be_used(store: Store, changes: dict[str, Any]) -> None:
    """Each is refused with its field."""
    with pytest.raises(RequestError, check=lambda error: error.reason == "schedule.invalid"):
        scheduling(store, Clock()).create(wanted(**changes), CLIENT)


@pytest.mark.parametrize(("every", "then"), data_of(__file__, "the_next_time"))
def test_the_next_time(every: Any, then: str) -> None:
    """Full hours, midnights, Mondays, and firsts."""
    assert existing(following(wanted(every=every), AT)).isoformat() == then


def test_a_report_is_due_at_an_hour_of_its_zone(store: Store) -> None:
    """Monday at seven in Berlin is five in UTC in summer and six in winter; a test message arrives and costs no report."""
    clock = Clock()
    service = scheduling(store, clock)
    made = service.create(wanted(hour=7, timezone="Europe/Berlin", emails=("mia@example.com",)), CLIENT)
    assert made.next_at == datetime(2026, 4, 6, 5, tzinfo=UTC)
    assert following(made, datetime(2026, 10, 26, 5, 59, tzinfo=UTC)) == datetime(2026, 10, 26, 6, tzinfo=UTC)
    assert following(made, datetime(2026, 10, 26, 6, tzinfo=UTC)) == datetime(2026, 11, 2, 6, tzinfo=UTC)
    service.run(made)
    for _ in range(9):
        service.test(made)
    with mail_server() as server:
        service.send(lambda *_: (204, None), Mailer(f"smtp://127.0.0.1:{server.port}", "auscult@example.com"))
    assert [each["subject"] for each in server.messages] == ["auscult: Agents", *["auscult: Test of Agents"] * 5]
    assert server.recipients[1] == ["mia@example.com"]
    assert "This is a test" in str(server.messages[1].get_content())
    assert [bool(each.filename) for each in store.within(TENANT).schedules.runs(made.schedule_id)] == [False] * 5 + [
        True
    ]
