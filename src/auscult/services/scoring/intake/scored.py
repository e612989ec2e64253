"""Results of ``auscult score`` taken into a database as they are: nothing is judged or analysed again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.conversation import derive_id
from auscult.domain.errors import ConflictError, FormatError, RequestError
from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.form import Form
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.intake.ingest import Intake, Open, count
from auscult.services.scoring.records import ScoredRecord, read_records
from auscult.services.scoring.render import Reports, render
from auscult.storage.store import AppStore
from auscult.storage.work.work_list import WorkList

RECORDS = "_records"
SUFFIX = ".records"
_OURS = timedelta(minutes=10)
"""So long workers leave a batch alone whose scores are being loaded; afterwards they judge it."""
_TRIES = 3


class ScoredLoad:
    """Loads records into one app."""

    def __init__(self, app: AppStore, work: WorkList, reports: Reports, progress: Callable[[int, None], None]) -> None:
        """Refuse an app that redacts. Raises ``ConflictError`` ``scored.redacted``."""
        if app.privacy.settings().is_on:
            raise ConflictError(
                f"{app.tenant.app_id} redacts what it accepts, and scores quote what was said; "
                "load the conversations themselves, without --scored",
                code="scored.redacted",
                field="--scored",
            )
        self._app = app
        self._work = work
        self._reports = reports
        self._progress = progress
        self._forms = _Forms(app)
        self._intake = Intake()

    def ingest(self, folder: Path) -> Intake:
        """Load the records under a folder of results; return counts.

        A conversation that is stored already, unchanged and recorded, stays as it is. Raises ``RequestError``
        ``scored.none`` where there are no records, ``scored.form`` where the app does not have a form of theirs, and
        ``FormatError`` for a file that is cut off.
        """
        files = sorted((folder / RECORDS).rglob(f"*{SUFFIX}"))
        files = [file for file in files if not file.name.startswith("_")]
        if not files:
            raise RequestError(
                f"there are no records of scores in {folder}; score with: auscult score SHARDS --out {folder}",
                code="scored.none",
                field="--scored",
                value=str(folder),
            )
        for file in files:
            for group in _groups(file):
                self._load(group)
        return self._intake

    def _load(self, group: Sequence[ScoredRecord]) -> None:
        app_id = self._app.tenant.app_id
        scored = {one.conversation.id: one for one in (_of_app(each, app_id) for each in group)}
        scored = {key: replace(one, evaluation=self._forms.named(one.evaluation)) for key, one in scored.items()}
        accepted = self._app.conversations.accept([one.conversation for one in scored.values()])
        self._intake.accepted += accepted.new + accepted.changed + accepted.unchanged
        self._intake.unchanged += accepted.unchanged
        waiting = self._app.conversations.batches_of(list(scored))
        for batch_id in dict.fromkeys(waiting.values()):
            self._work.postpone(batch_id, "its scores are being loaded", datetime.now(UTC) + _OURS)
            self._record(batch_id, scored)
        count(self._app, Open(accepted.batch_id, tuple(scored)), self._intake, is_over=True)
        intake = self._intake
        self._progress(
            intake.scored + intake.below_threshold + intake.duration_unavailable + intake.not_evaluated, None
        )

    def _record(self, batch_id: str, scored: Mapping[str, ScoredRecord]) -> None:
        for attempt in range(1, _TRIES + 1):
            pending = self._app.conversations.pending(batch_id)
            ours = [each for each in pending if each.conversation.id in scored]
            decided = [_decided(each, scored[each.conversation.id]) for each in ours]
            try:
                rendered = [render(self._app.tenant, one, self._reports) for one in decided]
                self._app.conversations.record(batch_id, rendered)
            except AuditMovedError:
                if attempt == _TRIES:
                    raise
                continue
            if len(ours) < len(pending):  # others of an older batch are left to the workers
                self._work.postpone(batch_id, "the rest of it has no scores to load", datetime.now(UTC))
            return


class _Forms:
    """Versions of an app's forms, for each form of the records."""

    def __init__(self, app: AppStore) -> None:
        self._app = app
        self._stored: dict[bytes, int] | None = None
        self._known: dict[bytes, Form] = {}

    def named(self, evaluation: Evaluation) -> Evaluation:
        """Return the evaluation with the app's version of its form. Raises ``RequestError`` ``scored.form``."""
        form = evaluation.form
        if form is None:
            return evaluation
        key = _content(form)
        if key not in self._known:
            self._known[key] = replace(form, version=self._version(form, key))
        known = self._known[key]
        metrics = {metric.id: metric for metric in known.metrics}
        return replace(
            evaluation,
            form=known,
            results=tuple(
                [MetricResult(metric=metrics[one.metric.id], verdict=one.verdict) for one in evaluation.results]
            ),
            segments=tuple([self.named(part) for part in evaluation.segments]),
        )

    def _version(self, form: Form, key: bytes) -> int:
        if self._stored is None:
            in_force = self._app.forms.in_force()
            self._stored = {_content(read_form(each.document, each.version)): each.version for each in in_force}
        if key not in self._stored:
            app_id = self._app.tenant.app_id
            raise RequestError(
                f"the form {form.id} that these were scored with is not in force in {app_id}, or differs there; "
                f"publish it first: auscult forms apply FORM --app {app_id}",
                code="scored.form",
                field="--scored",
                value=form.id,
            )
        return self._stored[key]


def _groups(file: Path) -> Iterator[list[ScoredRecord]]:
    with file.open("rb") as stream:
        try:
            yield from read_records(stream)
        except FormatError as error:
            error.field = file.name
            raise


def _content(form: Form) -> bytes:
    """Return what two forms are compared by; settings of metrics that were read back are plain values."""
    return msgspec.json.encode(replace(form, version=0), order="sorted")


def _of_app(record: ScoredRecord, app_id: str) -> ScoredRecord:
    """Return a record whose conversation has the id that the app gives it, where it has none of its own."""
    conversation = record.conversation
    if conversation.custom_id is None or conversation.id != derive_id("", conversation.custom_id):
        return record
    name = derive_id(app_id, conversation.custom_id)
    evaluation = record.evaluation
    segments = tuple([replace(part, conversation_id=name) for part in evaluation.segments])
    return ScoredRecord(
        replace(conversation, id=name), replace(evaluation, conversation_id=name, segments=segments), record.insights
    )


def _decided(pending: PendingConversation, scored: ScoredRecord) -> EvaluatedConversation:
    segments = tuple([replace(part, revision=pending.revision) for part in scored.evaluation.segments])
    return EvaluatedConversation(
        conversation=pending.conversation,
        evaluation=replace(scored.evaluation, revision=pending.revision, segments=segments),
        insights=scored.insights,
        audit=pending.audit,
    )
