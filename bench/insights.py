"""An overview of many conversations: seconds, and memory while it is counted.

    python -m bench.insights [--count 100000] [--database URL]

Rows of our own listing are synthetic and written straight into it, because filling takes the time: 90 days, each
conversation with two of 300 intents, two topics, one of a taxonomy, a queue, an agent, sentiment, resolution and a score. Counted is the
second half, beside the first. Five metrics are decided too, and one in ten customers answers a survey.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.contact import Contact, Survey
from auscult.domain.conversation import Agent, Conversation, Queue
from auscult.domain.directory import NO_ALIASES
from auscult.domain.evaluation import BY_A_PERSON, Evaluation, MetricResult, Qualification, Verdict
from auscult.domain.form import Form
from auscult.domain.insight import Flag, Insights, Intent, Outcome, Resolution, Sentiment, Topic
from auscult.domain.insights.drivers import Bar
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.domain.tenancy import Tenant
from auscult.services.definitions.forms.reading import read_form
from auscult.services.insights.overview import Behind, Wanted, behind, overview
from auscult.services.scoring.render import render
from auscult.storage.core.database import Database
from auscult.storage.core.tables.base import apps
from auscult.storage.pages.row_index import file_rows, filing_of
from bench.multiplying import multiply

TENANT = Tenant(account_id="acc-bench", org_id="o-bench", app_id="st-bench")
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90
BATCH = 5_000
INTENTS = 300
METRICS = 5
AREAS, REASONS = 11, 10
FORM = "\n".join(
    [
        "id: ef-bench",
        "name: Bench",
        "channel: voice",
        'assignments: [{queue: "*", direction: both}]',
        "metrics:",
        *(
            f"- {{id: em-{n}, name: Metric {n}, type: by_question, weight: 20, answer: {{any_of: [{{phrases: [hi]}}]}}}}"
            for n in range(METRICS)
        ),
    ]
).encode()
ANSWERS: tuple[Qualification, ...] = ("YES", "YES", "YES", "NO", "NA")
RESOLUTIONS: tuple[Resolution, ...] = ("YES", "NO", "NA")


def rendered(count: int, days: float = DAYS) -> Iterator[RenderedRows]:
    """Yield ``count`` conversations as the listing shows them, spread over ``days``."""
    chance = random.Random(1)  # noqa: S311  (spread, not secrecy)
    form = read_form(FORM)
    for number in range(count):
        started = FIRST + number * timedelta(days=days) / count
        score = Decimal(chance.randrange(10, 101)) / 10
        label = "negative" if score < 4 else "positive" if score > 6 else "neutral"
        intents = [Intent(name=f"intent {chance.randrange(INTENTS)}", score=chance.randrange(1, 11)) for _ in range(4)]
        conversation = Conversation(
            id=f"c-{number:08}-0000-0000-000000000000",
            channel="voice",
            started_at=started,
            ended_at=started + timedelta(minutes=3),
            queues=(Queue(f"qu-{number % 10}", f"Queue {number % 10}"),),
            agents=(Agent(f"a-{number % 50}", f"Agent {number % 50}", "agent@example.com"),),
            turns=(),
            contact=Contact(survey=Survey(score=chance.randrange(1, 6))) if chance.random() < 1 / 10 else None,
        )
        insights = Insights(
            language="en",
            sentiment=Sentiment(label=label, score=score, start=label, end=label, positive=0, neutral=0, negative=0),
            churn_risk=Flag(observed=chance.random() < 1 / 20),
            escalation=Flag(observed=chance.random() < 1 / 20),
            resolution=Outcome(resolution=chance.choice(RESOLUTIONS)),
            intents=tuple(intents[:2]),
            topics=tuple(intents[2:]),
            configured_intents=topics_of(number),
        )
        evaluation = decided(conversation, form, chance)
        yield render(
            TENANT,
            EvaluatedConversation(conversation=conversation, evaluation=evaluation, insights=insights),
            {},
            NO_ALIASES,
        )


def topics_of(number: int) -> tuple[Topic, ...]:
    """Return the topics of a taxonomy that a conversation is sorted to; one in ten is sorted to none."""
    if number % 10 == 0:
        return ()
    names = f"Area {number % AREAS}", f"Reason {number // AREAS % REASONS}"
    below = Topic(name=names[1], level=2, confidence=Decimal("0.8"))
    return (Topic(name=names[0], level=1, confidence=Decimal("0.8"), topics=(below,)),)


def decided(conversation: Conversation, form: Form, chance: random.Random) -> Evaluation:
    """Decide a conversation by chance."""
    return Evaluation(
        conversation_id=conversation.id,
        revision=1,
        form=form,
        status="evaluated",
        score=Decimal(chance.randrange(101)),
        passed=chance.random() < 3 / 4,
        fatal_errors=0,
        results=tuple(
            MetricResult(metric=metric, verdict=Verdict(qualification=chance.choice(ANSWERS), evidence=(BY_A_PERSON,)))
            for metric in form.metrics
        ),
        engines=(),
        evaluated_at=conversation.started_at,
    )


def fill(url: str, count: int, copies: int = 1) -> None:
    """Write their rows: all of them, or the first days' and copies for the days after, which takes a tenth of the time."""
    with bootstrap.open(read_settings(database_url=url)) as application:
        application.store.ensure(TENANT)
        application.store.within(TENANT).forms.publish("ef-bench", FORM)
    database = Database(url)
    days, first = DAYS // copies, count // copies
    rows = rendered(first, days)
    for start in range(0, first, BATCH):
        with database.writing() as connection:
            app = connection.execute(sa.select(apps.c.app).where(apps.c.app_id == TENANT.app_id)).scalar_one()
            some = [filing_of(next(rows), None) for _ in range(min(BATCH, first - start))]
            file_rows(connection, database.dialect, app, some)
    if copies > 1:
        multiply(database, first, copies, days)
    database.vacuum()  # as a load does
    database.close()


def measure(url: str) -> None:
    """Print what an overview takes, and what following a number takes."""
    half = FIRST + timedelta(days=DAYS / 2)
    wanted = Wanted(since=half, until=FIRST + timedelta(days=DAYS))
    with bootstrap.open(read_settings(database_url=url)) as application:
        app = application.store.within(TENANT)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began, used = time.perf_counter(), time.process_time()
        found = overview(app, wanted, bar=Bar())
        wall, used = time.perf_counter() - began, time.process_time() - used
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
        read = found.total.conversations + found.previous.total.conversations
        print(
            f"  overview of {read:,} conversations: {wall:.2f} s ({used:.2f} s of processor), {read / wall:,.0f} a second, "
            f"{grown} MB more resident"
        )
        began = time.perf_counter()
        page = behind(app, wanted, Behind(kind="intent", name="intent 7", only="negative"), limit=100)
        print(f"  the first {len(page.found)} conversations behind a number: {time.perf_counter() - began:.3f} s")


def arguments(about: str | None, rounds: int) -> argparse.ArgumentParser:
    """Return the arguments of a bench that fills a database with these rows, unless it is filled, and asks in rounds."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="a new database; a temporary SQLite file unless given")
    parser.add_argument("--filled", action="store_true", help="the database was filled before: only measure")
    parser.add_argument("--rounds", type=int, default=rounds)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--database", default="", help="a new PostgreSQL database; SQLite unless given")
    parser.add_argument("--filled", action="store_true", help="the database was filled before: only measure")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder)}/bench.db"
        if not chosen.filled:
            fill(url, chosen.count)
        print(f"{chosen.count:,} conversations of {DAYS} days, {url.partition(':')[0]}")
        measure(url)


if __name__ == "__main__":
    main()
