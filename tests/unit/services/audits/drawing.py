"""An app with scored conversations, and plans that draw from them."""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any

from auscult.domain.audits.plan import Frame, PlanAuditor, PlanDocument, Quota
from auscult.domain.conversation import Agent, Conversation, Queue, Turn
from auscult.domain.tenancy import Tenant
from auscult.metrics import METRICS
from auscult.reports import REPORTS
from auscult.services.audits.desk import Desk
from auscult.services.audits.plans import Planning
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.process import Processing
from auscult.storage import Store, open_store
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.databases import KEY, Content

TENANT = Tenant(account_id="ac-1", org_id="o-1", app_id="st-1")
START = datetime(2026, 3, 1, tzinfo=UTC)
AT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
FORM = data_of(__file__, "form").encode()
ANN, BOB = "ann@example.com", "bob@example.com"


def talk(number: int, **changes: Any) -> Conversation:
    """Return a conversation of agent a-0, a-1 or a-2; every fourth has no greeting."""
    agent = f"a-{number % 3}"
    text = "good day" if number % 4 == 0 else "hello and goodbye"
    made: dict[str, Any] = {
        "id": f"c-{number:04}",
        "channel": "voice",
        "started_at": START + timedelta(minutes=number),
        "ended_at": START + timedelta(minutes=number + 1),
        "queues": (Queue("q-1" if number % 2 else "q-2"),),
        "agents": (Agent(agent),),
        "turns": (Turn("m1", "agent", text, agent_id=agent, start_ms=0, end_ms=900),),
    }
    return Conversation(**made | changes)


def scored(store: Store, conversations: Iterable[Conversation]) -> AppStore:
    """Store conversations and score them."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    if app.forms.get("ef-1") is None:
        app.forms.publish("ef-1", FORM)
    work = Processing(store, Evaluator(METRICS, {}), REPORTS, lambda: AT)
    batch = app.conversations.accept(list(conversations)).batch_id
    finished = work.evaluate(batch or "")
    assert finished is not None
    work.record(finished)
    return app


def put_talks(url: str, number: int) -> None:
    """Put scored conversations into a migrated database."""
    with closing(open_store(url, KEY)) as store:
        scored(store, map(talk, range(number)))


@cache
def talks(number: int) -> Content:
    """Content of a database: the first conversations, scored."""
    return Content(f"{number} talks", partial(put_talks, number=number))


def planning(app: AppStore) -> Planning:
    """Return the plans of an app at a fixed time."""
    return Planning(app, REPORTS, lambda: AT)


def desk(app: AppStore, after: timedelta = timedelta()) -> Desk:
    """Return the desk of an app at a fixed time, or at one after it."""
    return Desk(app, REPORTS, lambda: AT + after)


def plan(**changes: Any) -> PlanDocument:
    """Return a plan for ten conversations of March, half of them for each of two auditors."""
    made: dict[str, Any] = {
        "name": "March",
        "form_id": "ef-1",
        "frame": Frame(since=START, until=START + timedelta(days=31)),
        "quota": Quota(count=10),
        "auditors": (PlanAuditor(user=ANN, share=50), PlanAuditor(user=BOB, share=50)),
        "seed": "s",
    }
    return PlanDocument(**made | changes)
