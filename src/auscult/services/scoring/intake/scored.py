"""Results of ``auscult score`` taken into a database as they are: nothing is judged or analysed again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.conversation import Conversation, derive_id
from auscult.domain.errors import ConflictError, FormatError, RequestError
from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.form import Form, Metric, pass_score_of
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.scoring.segments import segments_of
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation
from auscult.metrics import METRICS
from auscult.services.definitions.forms.cache import FormCache
from auscult.services.scoring.intake.ingest import Intake, Open, count
from auscult.services.scoring.records import ScoredRecord, read_records
from auscult.services.scoring.render import Reports, renderer
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
                "{app_id} redacts what it accepts, and scores quote what was said; load the conversations themselves, without --scored",
                app_id=app.tenant.app_id,
                code="scored.redacted",
                field="--scored",
            )
        self._app = app
        self._work = work
        self._reports = reports
        self._progress = progress
        self._forms = _Forms(app)
        self._intake = Intake()
        self._since: int | None = None

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
                "there are no records of scores in {folder}; score with: auscult score SHARDS --out {folder}",
                folder=folder,
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
        scored = {key: self._forms.named(one) for key, one in scored.items()}
        conversations = [one.conversation for one in scored.values()]
        accepted = self._app.conversations.accept(conversations, since=self._since)
        self._intake.add(accepted)
        self._since = accepted.batch if self._since is None else self._since
        waiting = self._app.conversations.batches_of(list(scored))
        for batch_id in dict.fromkeys(waiting.values()):
            self._work.postpone(batch_id, "its scores are being loaded", datetime.now(UTC) + _OURS)
            self._record(batch_id, scored)
        count(self._app, Open(accepted.batch_id, tuple(scored)), self._intake, is_over=True)
        self._progress(self._intake.readable, None)

    def _record(self, batch_id: str, scored: Mapping[str, ScoredRecord]) -> None:
        for attempt in range(1, _TRIES + 1):
            pending = self._app.conversations.pending(batch_id)
            ours = [each for each in pending if each.conversation.id in scored]
            settings = self._app.privacy.settings()
            decided = [_decided(each, scored[each.conversation.id], settings) for each in ours]
            try:
                rendered = list(map(renderer(self._app, self._reports), decided))
                self._app.conversations.record(batch_id, rendered)
            except AuditMovedError:
                if attempt == _TRIES:
                    raise
                continue
            if len(ours) < len(pending):  # others of an older batch are left to the workers
                self._work.postpone(batch_id, "the rest of it has no scores to load", datetime.now(UTC))
            return


class _Forms:
    """The forms of an app that records were scored with."""

    def __init__(self, app: AppStore) -> None:
        self._app = app
        self._in_force: list[Form] | None = None
        self._known: dict[bytes, _Known] = {}

    def named(self, record: ScoredRecord) -> ScoredRecord:
        """Return the record with the app's version of its form. Raises ``RequestError`` ``scored.form``."""
        return replace(record, evaluation=self._named(record.evaluation, record.conversation))

    def _named(self, evaluation: Evaluation, conversation: Conversation) -> Evaluation:
        form = evaluation.form
        if form is None:
            return evaluation
        key = msgspec.json.encode(form)
        if key not in self._known:
            stored = self._stored(form)
            self._known[key] = _Known(stored, replace(stored, pass_score=form.pass_score))
        stored, applied = self._known[key]
        routed = segments_of(conversation)[evaluation.segment - 1].conversation if evaluation.segment else conversation
        if pass_score_of(stored, routed) != applied.pass_score:
            raise self._refused(form)
        metrics = {metric.id: metric for metric in applied.metrics}
        return replace(
            evaluation,
            form=applied,
            results=tuple(
                [MetricResult(metric=metrics[one.metric.id], verdict=one.verdict) for one in evaluation.results]
            ),
            segments=tuple([self._named(part, conversation) for part in evaluation.segments]),
        )

    def _stored(self, form: Form) -> Form:
        """Return the form in force that means the same, whatever its assignments put for its pass score."""
        if self._in_force is None:
            self._in_force = FormCache().in_force(self._app)
        wanted = _meaning(form)
        found = next((one for one in self._in_force if one.id == form.id and _meaning(one) == wanted), None)
        if found is None:
            raise self._refused(form)
        return found

    def _refused(self, form: Form) -> RequestError:
        app_id = self._app.tenant.app_id
        return RequestError(
            "the form {value} that these were scored with is not in force in {app_id}, or differs there; publish it first: auscult forms apply FORM --app {app_id}",
            app_id=app_id,
            code="scored.form",
            field="--scored",
            value=form.id,
        )


class _Known(NamedTuple):
    """A form in force, and the same with the pass score that conversations were scored with."""

    stored: Form
    applied: Form


def _groups(file: Path) -> Iterator[list[ScoredRecord]]:
    with file.open("rb") as stream:
        try:
            yield from read_records(stream)
        except FormatError as error:
            error.field = file.name
            raise


def _meaning(form: Form) -> Form:
    """Return what two forms are compared by.

    Settings that were read back are plain values, with or without their defaults. The pass score may be that of an
    assignment, and is compared for each conversation.
    """
    return replace(form, version=0, pass_score=Decimal(0), metrics=tuple([_with_settings(one) for one in form.metrics]))


def _with_settings(metric: Metric) -> Metric:
    kind = METRICS.get(metric.type)
    if kind is None or isinstance(metric.settings, Struct):
        return metric
    with suppress(msgspec.ValidationError):  # settings of another version of a plug-in stay plain, and differ
        return replace(metric, settings=msgspec.convert(metric.settings, kind.settings_type))
    return metric


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


def _decided(pending: PendingConversation, scored: ScoredRecord, settings: PrivacySettings) -> EvaluatedConversation:
    segments = tuple([replace(part, revision=pending.revision) for part in scored.evaluation.segments])
    return EvaluatedConversation(
        conversation=pending.conversation,
        evaluation=replace(scored.evaluation, revision=pending.revision, segments=segments),
        insights=settings.shown(scored.insights),
        audit=pending.audit,
    )
