"""What the tests of the store write into it: small conversations, and evaluations rendered for two reports."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evaluation, Evidence, MetricResult, Status, Verdict, answered
from auscult.domain.form import Form, Metric
from auscult.domain.record import RecordQuery
from auscult.domain.recordings.recording import Recording, Sound
from auscult.domain.scoring.stored import PendingConversation, RenderedRows
from auscult.domain.tenancy import Tenant
from auscult.storage.store import AppStore
from tests.strategies import evaluation_of
from tests.waiting import existing

TENANT = Tenant(account_id="ac-1", org_id="o-1", app_id="st-1")
OTHER = Tenant(account_id="ac-2", org_id="o-2", app_id="st-2")
STARTED = datetime(2026, 3, 23, 10, 0, tzinfo=UTC)
FORM = Form(
    id="ef-1",
    name="Form",
    channel="voice",
    metrics=(
        Metric(id="em-1", name="Greeting", type="by_question", weight=Decimal("99.5"), settings={"question": "?"}),
        Metric(id="em-2", name="Closing", type="manual", weight=Decimal("0.5"), fatal=True),
    ),
)
REPORT = "scorereporting"


def conversation(name: str, after: timedelta = timedelta(0), **changes: Any) -> Conversation:
    """A conversation that starts some time after 23 March 2026, 10:00."""
    made: dict[str, Any] = {
        "id": name,
        "channel": "voice",
        "started_at": STARTED + after,
        "turns": (Turn("m1", "agent", "hello", start_ms=0, end_ms=900),),
    }
    return Conversation(**made | changes)


def evaluation(
    of: Conversation, revision: int = 1, status: Status = "evaluated", form: Form | None = FORM
) -> Evaluation:
    """An evaluation of a revision, with evidence where it is evaluated."""
    evidence = Evidence(turn_id="m1", start_ms=0, end_ms=900, text="hello", why="says hello", similarity=0.75)
    verdicts = (answered("YES", [evidence]), Verdict(qualification="-", reason="not yet"))
    is_evaluated = form is not None and status == "evaluated"
    return evaluation_of(
        of.id,
        revision=revision,
        form=form,
        status=status,
        score=Decimal(-7) if is_evaluated else None,
        passed=False if is_evaluated else None,
        fatal_errors=1 if is_evaluated else 0,
        results=tuple(MetricResult(metric=m, verdict=v) for m, v in zip(form.metrics, verdicts, strict=True))
        if form and is_evaluated
        else (),
        engines=("wordllama 0.4",),
        evaluated_at=STARTED,
    )


def recording(name: str, conversation_id: str, duration_ms: int = 900, size: int = 7200) -> Recording:
    """A recording without a file."""
    return Recording(
        recording_id=name,
        conversation_id=conversation_id,
        state="success",
        sound=Sound(content_type="audio/wav", codec="pcm_s16le", channels=1, sample_rate=8000, duration_ms=duration_ms),
        speakers=("agent",),
        sha256=name,
        size=size,
        location=f"{name}.wav",
        created_at=STARTED,
    )


def rendered(
    of: Conversation, revision: int = 1, status: Status = "evaluated", reports: Iterable[str] = (REPORT,)
) -> RenderedRows:
    """A finished evaluation. Its row names the conversation, the revision and the report."""
    rows = {report: f"{of.id}/{revision}/{report}".encode() for report in reports}
    form = None if status == "not_evaluated" else FORM
    return RenderedRows(conversation=of, evaluation=evaluation(of, revision, status, form), rows=rows)


def of_pending(pending: PendingConversation, status: Status = "evaluated") -> RenderedRows:
    """Finish what waits."""
    return rendered(pending.conversation, pending.revision, status)


def put(app: AppStore, *conversations: Conversation, status: Status = "evaluated") -> None:
    """Accept these and record them."""
    accepted = app.conversations.accept(conversations)
    if accepted.batch_id:
        waiting = app.conversations.pending(accepted.batch_id)
        version = app.aliases.in_force().version
        done = [replace(of_pending(each, status), directory_version=version) for each in waiting]
        app.conversations.record(accepted.batch_id, done)


def query(app_id: str = TENANT.app_id, **changes: Any) -> RecordQuery:
    """A query for everything, but for what is changed."""
    everything: dict[str, Any] = {"report": REPORT, "app_ids": (app_id,), "since_ms": -(10**15), "until_ms": 10**15}
    return RecordQuery(**everything | changes)


def names(app: AppStore, **changes: Any) -> list[str]:
    """The rows of one page, as text."""
    return [row.decode() for row in app.conversations.page(query(app.tenant.app_id, **changes)).rows]


def accept(app: AppStore, *conversations: Conversation) -> str:
    """Accept these; the batch that they are in."""
    return existing(app.conversations.accept(conversations).batch_id)
