"""Graded, sectioned and banded forms in the console: what the machine gave, and what an auditor gives."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from auscult.domain.conversation import Queue
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.definitions.forms.publish import publish
from tests.data_files import data_of
from tests.e2e.consoles import console, count_held, email_of, signed_in
from tests.e2e.serving import TENANT, Service, process
from tests.strategies import STARTED, talk
from tests.waiting import existing

FORM = data_of(__file__, "form").encode()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with one conversation of that form, assigned to the auditor."""
    url = f"sqlite:///{tmp_path_factory.mktemp('console') / 'test.db'}"
    with console(url, weeks=1, a_week=1) as running:
        app = running.store.within(TENANT)
        publish(app.forms, {"levels.yaml": FORM}, running.application.answered)
        spoken = talk(
            "agent: How many people?",
            "customer: Ten.",
            id="c-levels",
            channel="chat",
            ended_at=STARTED + timedelta(minutes=3),
            queues=(Queue(id="qu-levels", name="Levels"),),
        )
        process(running.application, [spoken])
        Auditing(app, REPORTS, lambda: datetime.now(UTC)).assign("c-levels", email_of("auditor"), by="test")
        yield running


def test_a_conversation_shows_levels_sections_and_the_band(service: Service) -> None:
    """The level beside its metric, the subtotal beside its section."""
    with signed_in(service, "qa-manager") as client:
        page = client.get("/console/conversations/c-levels").text
    assert 'Needs <span class="tag">Some</span>' in page
    assert '<p><span class="tag">gold</span></p>' in page
    assert 'Opening <span class="num strong">80</span> <span class="soft">not passed</span>' in page


def test_the_desk_asks_for_levels_and_numbers(service: Service) -> None:
    """Levels to choose from, a number to type, reasons and templates; kept, refused and submitted."""
    desk = "/console/audits/c-levels"
    with signed_in(service, "auditor") as client:
        page = client.get(desk).text
        for part in ('value="level:Full"', 'name="n-em-minutes"', "Count the minutes.", "Too late", "Well done"):
            assert part in page
        given = {"a-em-needs": "level:Full", "n-em-minutes": "-3", "act": "submit"}
        refused = client.post(desk, data=given)
        assert refused.status_code == 422
        assert "A number falls in no band of its metric: -3." in refused.text
        given |= {"n-em-minutes": "2", "r-em-minutes": "late"}
        assert client.post(f"{desk}/draft", data=given).status_code == 200
        page = client.get(desk).text
        assert 'value="level:Full" checked' in page
        assert 'name="n-em-minutes" value="2"' in page
        assert '<option value="late" selected>' in page
        assert client.post(desk, data=given).status_code == 303
    count_held(service)
    audit = existing(service.store.within(TENANT).audits.case("c-levels")).audit
    assert audit.result is not None
    assert [(one.answer, one.level, one.reason_code) for one in audit.result.sheet.answers] == [
        ("YES", "Full", None),
        ("NO", "2", "late"),
    ]
    assert audit.result.score == 67
