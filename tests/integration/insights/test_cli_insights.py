"""``auscult insights``: what a period comes to, and the conversations behind its numbers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits, Rejected
from auscult.reports import REPORTS
from auscult.services.scoring.intake.read import read_file
from auscult.services.scoring.process import Processing
from tests.data_files import data_of
from tests.integration.program import POLITE, Result, auscult, conversation, write

pytestmark = pytest.mark.night

TENANT = Tenant(account_id="a-1", org_id="o-1", app_id="st-1")
FORM = data_of(__file__, "form").encode()
ANGRY = (
    ("agent", "Good day."),
    ("customer", "My parcel has not arrived. This is absolutely disgusting, I want to speak to your manager."),
    ("agent", "I am afraid I cannot help you."),
)
APRIL = ("--since", "2026-04-01", "--until", "2026-05-01")


def contact(index: int, day: str, waited_s: int) -> dict[str, Any]:
    """A contact with an answered survey, which is bad after a long wait, and good else."""
    accepted = datetime.fromisoformat(f"{day}T10:00:00+00:00") + timedelta(seconds=waited_s)
    agent = {"agent_id": "a-1", "accepted_at": accepted.isoformat()}
    queue = {"type": "queue", "queue_id": "qu-1", "entered_at": f"{day}T10:00:00Z", "responding_agent": agent}
    return {
        "survey": {"type": "csat", "score": (1 if waited_s > 60 else 4) + index % 2},
        "destinations": [queue],
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of four calls in March and six in April, of which three are angry."""
    home = tmp_path_factory.mktemp("home")
    with bootstrap.open(read_settings({"HOME": str(home)}, database_url=f"sqlite:///{home}/test.db")) as application:
        application.store.ensure(TENANT)
        app = application.store.within(TENANT)
        app.forms.publish("ef-1", FORM)
        days = [f"2026-03-{day:02}" for day in (7, 8, 9, 10)] + [f"2026-04-{day:02}" for day in range(10, 16)]
        documents = [
            conversation(
                f"c-{index}",
                ANGRY if index > 6 else POLITE,
                started_at=f"{day}T10:00:00Z",
                ended_at=f"{day}T10:02:00Z",
                queues=[{"id": "qu-1", "name": "Parcels"}],
                contact=contact(index, day, waited_s=180 if index > 6 else 10),
            )
            for index, day in enumerate(days)
        ]
        read = read_file(write(home / "calls.ndjson", *documents), "st-1", Limits())
        accepted = app.conversations.accept([one for one in read if not isinstance(one, Rejected)])
        work = Processing(
            application.store, bootstrap.evaluator(application.settings), REPORTS, lambda: datetime.now(UTC)
        )
        finished = work.evaluate(accepted.batch_id or "")
        assert finished is not None
        work.record(finished)
    return home


def insights(folder: Path, *words: str) -> Result:
    """Run ``auscult insights`` on the app."""
    return auscult(folder, "insights", "--app", "st-1", *words)


def test_a_month_beside_the_one_before(home: Path) -> None:
    """Volume, sentiment, resolution and risk, beside the period of the same length before."""
    found = insights(home, *APRIL, "--by", "queue", "--by", "missed_metric", "--json")
    assert (found.status, found.err) == (0, "")
    total = found.last["total"]
    assert (total["conversations"], total["negative"], total["escalations"], total["failed"]) == (6, 3, 3, 3)
    assert total["score"] == {"n": 6, "mean": 50}
    assert total["examples"]["escalations"] == ["c-7", "c-8", "c-9"]
    assert found.last["previous"]["since"] == "2026-03-02T00:00:00Z"
    assert found.last["previous"]["total"]["conversations"] == 4
    (missed, queue) = found.last["groups"]
    assert (queue["name"], queue["conversations"], queue["before"]) == ("Parcels (qu-1)", 6, 4)
    assert (missed["kind"], missed["name"], missed["conversations"]) == ("missed_metric", "em-hello", 3)


@pytest.mark.landing
def test_people_read_a_table(home: Path) -> None:
    """With drivers where they are asked for of few conversations."""
    told = insights(home, *APRIL, "--by", "missed_metric", "--least", "3").out
    assert "2026-04-01 00:00 to 2026-05-01 00:00: 6 conversations (4 in the period before)" in told
    assert "missed metrics (1)" in told
    assert "Low sentiment is driven by\n  missed_metric:em-hello  -" in told
    low = told.partition("Low score is driven by\n")[2].split("\n\n")[0]
    assert "missed_metric" not in low  # it lowers the score by definition
    assert "wait:over 2 min  -25.00 points of the mean" in low
    assert "3 of 6 failed, score 50.00 in the mean" in told or "3 of 6 failed, score 50 in the mean" in told


def test_failures_come_by_week_queue_and_agent(home: Path) -> None:
    """Without a word: weeks that end with the period, queues, failures before means; 28 days unless said."""
    told = insights(home, "--until", "2026-04-18").out
    assert told.startswith("2026-03-21 00:00 to 2026-04-18 00:00: 6 conversations")
    weeks = told.partition("weeks from")[2].split("\n\n")[0].splitlines()
    assert weeks[0].split()[:3] == ["n", "failed", "score"]
    assert [line.split()[:5] for line in weeks[1:]] == [
        ["2026-04-04", "1", "0", "of", "1"],
        ["2026-04-11", "5", "3", "of", "5"],
    ]
    assert told.index("queues (1)") < told.index("intents (")


def test_what_drives_satisfaction_has_its_interval_and_its_conversations(home: Path) -> None:
    """CSAT falls with long waits: points of the mean with 95 %, and the conversations behind them."""
    told = insights(home, *APRIL, "--least", "3").out
    assert "3 dissatisfied, 3 satisfied; CSAT 3.00 in the mean of 6 answers" in told
    low = told.partition("Low satisfaction (CSAT) is driven by\n")[2].split("\n\n")[0]
    line = next(line for line in low.splitlines() if "wait:over 2 min" in line)
    assert line.strip().startswith("wait:over 2 min  -0.67 points of the mean (-0.99 to -0.34)")
    assert line.endswith("1.67 in 3 (50.0%), 3.00 overall; c-7, c-8, c-9")
    behind = insights(home, *APRIL, "--show", "wait:over 2 min", "--only", "dissatisfied").out.splitlines()
    assert [row.split()[0] for row in behind] == ["c-7", "c-8", "c-9", "3"]
    found = insights(home, *APRIL, "--least", "3", "--json").last["drivers"]["csat"]
    assert [each["name"] for each in found["high"] if each["kind"] == "wait"] == ["up to 28 s"]


def test_a_number_is_followed_to_its_conversations(home: Path) -> None:
    """--show and --only: a line for each, or the rows as the listing has them."""
    group = ("--show", "missed_metric:em-hello", "--only", "escalations")
    shown = insights(home, *APRIL, *group).out.splitlines()
    assert [line.split()[0] for line in shown] == ["c-7", "c-8", "c-9", "3"]
    assert "2026-04-13 10:00  score 0, sentiment " in shown[0]
    assert "escalation" in shown[0]
    rows = insights(home, *APRIL, *group, "--json").lines
    assert [row["id"] for row in rows] == ["c-7", "c-8", "c-9"]
    assert insights(home, *APRIL, "--show", "all", "--only", "positive").out == "0 conversations\n"


def test_what_is_no_group_is_refused(home: Path) -> None:
    """With what would be right; and a kind that is none is no command line."""
    refused = insights(home, "--show", "colour:red", "--json")
    assert refused.status == 1
    assert '"reason":"group.unknown"' in refused.err
    assert insights(home, "--by", "colour").status == 2
