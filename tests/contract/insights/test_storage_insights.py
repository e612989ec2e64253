"""What analysis found, kept beside the revision in which it was found, over both databases."""

from decimal import Decimal

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from auscult.domain.evaluation import Evidence
from auscult.domain.insight import Flag, Insights, Sentiment, TurnSentiment
from auscult.reports import REPORTS
from auscult.services.scoring.rebuild import rebuild
from auscult.storage import migrate, new_secret_key, open_store
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation, of_pending
from tests.waiting import existing

FOUND = Insights(
    language="en",
    sentiment=Sentiment(
        label="negative",
        score=Decimal("3.2"),
        start="neutral",
        end="negative",
        positive=0,
        neutral=67,
        negative=33,
        turns=(TurnSentiment(turn_id="m1", label="negative", score=Decimal("2.6")),),
    ),
    churn_risk=Flag(observed=True, evidence=(Evidence(turn_id="m1", text="hello", why="leaves: 'hello'"),)),
    unknown={"emotions": "no times are known"},
    engines=("heads 1",),
)


def record(app: AppStore, language: str, insights: Insights | None) -> None:
    """A revision of one conversation, analysed like this."""
    batch = app.conversations.accept([conversation("c-1", language=language)]).batch_id or ""
    waiting = app.conversations.pending(batch)
    app.conversations.record(batch, [replace(of_pending(each), insights=insights) for each in waiting])


def test_insights_come_back_as_they_were(app: AppStore) -> None:
    """Whoever renders, shows or audits reads what was found, decimals exact, evidence whole."""
    record(app, "en", FOUND)
    case, detail, (again,) = app.audits.case("c-1"), app.conversations.get("c-1"), app.conversations.rerender("", 9)
    assert case is not None
    assert detail is not None
    assert [each.insights for each in (case, detail, again)] == [FOUND] * 3


def test_insights_belong_to_the_revision_that_was_evaluated(app: AppStore) -> None:
    """While a newer revision waits, those of the one before are shown; then its own, be they none."""
    record(app, "en", FOUND)
    batch = app.conversations.accept([conversation("c-1", language="nl")]).batch_id or ""
    detail = existing(app.conversations.get("c-1"))
    assert (detail.is_current, detail.insights) == (False, FOUND)
    app.conversations.record(batch, [of_pending(each) for each in app.conversations.pending(batch)])
    detail = existing(app.conversations.get("c-1"))
    assert (detail.is_current, detail.insights) == (True, None)


def test_insights_are_erased_with_their_conversation(app: AppStore) -> None:
    """Nothing that somebody said stays behind as evidence."""
    record(app, "en", FOUND)
    assert app.conversations.erase("c-1")
    record(app, "de", None)
    detail = existing(app.conversations.get("c-1"))
    assert (detail.revision, detail.insights) == (1, None)


BEFORE = (
    "INSERT INTO apps (app, app_id, account_id, org_id, created_at) VALUES (1, 'st-1', 'ac-1', 'o-1', 0)",
    "INSERT INTO batches (batch, batch_id, app, size, state, starts, accepted_at) VALUES (1, 'b-1', 1, 1, 'done', 1, 0)",
    """INSERT INTO conversations (conversation, app, conversation_id, revision, digest, started_at, batch,
       recorded_revision, status, filed_at, size, body) VALUES (1, 1, 'c-0', 1, :digest, :start, 1, 1, 'not_evaluated', :start, 1, :body)""",
    """INSERT INTO evaluations (evaluation, conversation, revision, form_id, form_version, status, fatal_errors,
       evaluated_at, backfill, body) VALUES (1, 1, 1, '', 0, 'not_evaluated', 0, 0, 0, :decided)""",
)


def test_a_conversation_stored_without_analysis_can_be_rendered(database_url: str) -> None:
    """It reads as never analysed, and rebuilding its rows works."""
    migrate(database_url)
    values = {
        "digest": b"0",
        "start": ms_of(conversation("c-0").started_at),
        "body": msgspec.json.encode(conversation("c-0")),
        "decided": b'{"engines":[],"results":[]}',
    }
    database = Database(database_url)
    with database.writing(is_shown=False) as connection:
        for statement in BEFORE:
            connection.execute(sa.text(statement), values)
    database.close()
    store = open_store(database_url, new_secret_key())
    (case,) = store.within(TENANT).conversations.rerender("", 9)
    detail = store.within(TENANT).conversations.get("c-0")
    rebuilt = rebuild(store, REPORTS, lambda _done, _total: None)
    differences = store.recount()
    store.close()
    assert (case.conversation.id, case.insights, detail and detail.insights) == ("c-0", None, None)
    assert (rebuilt, differences) == (1, [])
