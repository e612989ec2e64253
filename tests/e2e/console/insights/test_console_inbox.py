"""The inbox of Home: what waits for each role, and for nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult.services.calibration import Calibrating
from auscult.services.calibration import Wanted as Session
from auscult.services.coaching.coaching import Coach
from auscult.services.coaching.coaching import Wanted as Coaching
from auscult.services.conversations.latest import Sought, latest
from tests.e2e.console.disputes.test_console_reviews import audited, reviewing
from tests.e2e.consoles import AGENT, console, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.unit.domain.disputes.viewers import agent_of


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console in which a dispute, a result, a calibration and a coaching wait."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder)) as found:
        app = found.store.within(TENANT)
        disputed, _left = audited(found, 2)
        metric = reviewing(found).show(disputed).review.metrics[0].metric_id
        agent = agent_of(AGENT, name=email_of("agent"))
        reviewing(found, agent).dispute(disputed, metric, "I said it.", "YES")
        conversation = latest(app, replace(Sought(statuses=("evaluated",)), agents=(AGENT,)), limit=1).items[0].id
        form = reviewing(found).show(disputed).case.evaluation.form
        assert form is not None
        sessions = Calibrating(app, lambda: datetime.now(UTC))
        raters = (email_of("auditor"), email_of("supervisor"))
        made = sessions.create(
            Session(name="April", form_id=form.id, conversations=(conversation,), raters=raters), email_of("qa-manager")
        )
        sessions.activate(made.session_id)
        Coach(app, lambda: datetime.now(UTC)).create(
            Coaching(agent_ids=(AGENT,), goal="Name the company"), email_of("supervisor")
        )
        yield found


@pytest.mark.parametrize(
    ("role", "waits"),
    [
        ("qa-manager", {"1 dispute to decide"}),
        ("supervisor", {"1 dispute to decide", "Calibration: April"}),
        ("auditor", {"Calibration: April"}),
        ("agent", {"1 new result", "Coaching: Name the company"}),
        ("analyst", set()),
    ],
)
def test_home_lists_what_waits(served: Service, role: str, waits: set[str]) -> None:
    """Each role reads on Home what it has to decide, to answer or to begin, and nothing of others."""
    everything = {"1 dispute to decide", "1 new result", "Calibration: April", "Coaching: Name the company"}
    with signed_in(served, role) as me:
        page = me.get("/console").text
    assert {each for each in everything if each in page} == waits
