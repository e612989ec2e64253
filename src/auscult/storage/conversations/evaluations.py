"""Stored evaluations: the verdicts with their evidence, and the form as it was.

A form is much larger than its verdicts about one conversation, so it is kept once (``form_snapshots``) and
referenced. The settings of its metrics are read back as plain JSON values: they are for display.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from auscult.domain.errors import from_store, kept
from auscult.domain.evaluation import Evaluation, MetricResult, Verdict
from auscult.domain.form import Form, StoredHandler, handler_of
from auscult.domain.scoring.stored import state_grounds
from auscult.storage.core.database import AnyRow, AnySelect, Database
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.result_seals import ResultSeals
from auscult.storage.core.tables.conversations import conversations, evaluations
from auscult.storage.core.tables.definitions import form_snapshots

WHOLE = 0
"""The segment that is the whole conversation."""
DIGEST_BYTES = 16
_MOST_FORMS = 1_000


class _Result(Struct, frozen=True):
    """The verdict on the metric of this id."""

    metric: str
    verdict: Verdict


class _Body(Struct, frozen=True, omit_defaults=True):
    engines: tuple[str, ...]
    results: tuple[_Result, ...]
    reason: str | None = None
    segment: int = WHOLE
    handler: StoredHandler | None = None
    agent_id: str | None = None


_BODY = msgspec.json.Decoder(_Body)
_FORM = msgspec.json.Decoder(Form)

COLUMNS = (
    evaluations.c.revision,
    evaluations.c.snapshot,
    evaluations.c.status,
    evaluations.c.score,
    evaluations.c.passed,
    evaluations.c.fatal_errors,
    evaluations.c.evaluated_at,
    evaluations.c.body.label("evaluation_body"),
)
_WRITTEN = tuple(column.name for column in evaluations.columns if column is not evaluations.c.evaluation)


def write_evaluations(
    connection: Connection, database: Database, app: int, decided: Sequence[tuple[int, Evaluation]], backfill: int = 0
) -> None:
    """Keep evaluations, each with the number of its conversation, and those of its segments. One that is there is left as it is.

    ``backfill`` is the re-score that decided them; 0 where they were decided when the conversation came in.
    """
    each_of = [(number, WHOLE, one) for number, one in decided]
    each_of += [(number, part.segment, part) for number, one in decided for part in one.segments]
    snapshots = _write_snapshots(connection, database.dialect, app, [evaluation.form for *_, evaluation in each_of])
    rows: list[tuple[object, ...]] = []
    for conversation, segment, evaluation in each_of:
        key = (
            segment,
            evaluation.revision,
            evaluation.form.id if evaluation.form else "",
            evaluation.form.version if evaluation.form else 0,
        )
        snapshot, digest = snapshots.get(id(evaluation.form), (None, None))
        decision = (
            evaluation.status,
            None if evaluation.score is None else int(evaluation.score),
            None if evaluation.passed is None else int(evaluation.passed),
            evaluation.fatal_errors,
            ms_of(evaluation.evaluated_at),
            _encode(evaluation),
        )
        seal = seal_of_evaluation(database.seals, connection, evaluation.conversation_id, digest, (*key, *decision))
        rows.append((conversation, *key, backfill, snapshot, *decision, seal))
    database.dialect.insert_many(connection, evaluations, _WRITTEN, rows, "ON CONFLICT DO NOTHING")


SEALED = (
    evaluations.c.segment,
    evaluations.c.revision,
    evaluations.c.form_id,
    evaluations.c.form_version,
    evaluations.c.status,
    evaluations.c.score,
    evaluations.c.passed,
    evaluations.c.fatal_errors,
    evaluations.c.evaluated_at,
    sa.cast(evaluations.c.body, sa.LargeBinary).label("body"),  # as bytes, also after an edit by hand
)
"""Columns that the seal of an evaluation covers, in its order."""

_SEALED = tuple(column.name for column in SEALED)
_REWRITE = (
    sa.update(evaluations)
    .where(evaluations.c.evaluation == sa.bindparam("number"))
    .values(revision=sa.bindparam("after"), body=sa.bindparam("words"), seal=sa.bindparam("anew"))
)


def seal_of_evaluation(
    seals: ResultSeals, connection: Connection, conversation_id: str, snapshot: bytes | None, columns: Iterable[object]
) -> bytes:
    """Return the seal of an evaluation: of its conversation's id, the digest of its form's snapshot, and ``SEALED``."""
    return seals.of(connection, "evaluation", conversation_id, snapshot, *columns)


def sealed_evaluations(*conditions: sa.ColumnElement[bool]) -> AnySelect:
    """Select evaluations with what their seals cover: ``SEALED`` are the last columns."""
    return (
        sa.select(
            evaluations.c.evaluation,
            conversations.c.conversation_id,
            sa.cast(evaluations.c.seal, sa.LargeBinary).label("seal"),
            sa.cast(form_snapshots.c.digest, sa.LargeBinary).label("digest"),
            *SEALED,
        )
        .join(conversations, conversations.c.conversation == evaluations.c.conversation)
        .outerjoin(form_snapshots, form_snapshots.c.snapshot == evaluations.c.snapshot)
        .where(*conditions)
        .order_by(evaluations.c.evaluation)
    )


def is_sealed(seals: ResultSeals, connection: Connection, row: AnyRow) -> bool:
    """Return whether a row of ``sealed_evaluations`` is as its seal covers it."""
    digest = None if row.digest is None else bytes(row.digest)
    made = seal_of_evaluation(seals, connection, row.conversation_id, digest, row[-len(SEALED) :])
    return row.seal is not None and bytes(row.seal) == made


def rewrite_evaluations(
    connection: Connection,
    seals: ResultSeals,
    which: sa.ColumnElement[bool],
    rewritten: Callable[[AnyRow], tuple[int, bytes]],
) -> int:
    """Store the revision and the body that ``rewritten`` returns for each evaluation, sealed again; return how many change.

    One that was changed by hand keeps a seal that shows it.
    """
    changed: list[dict[str, object]] = []
    for row in connection.execute(sealed_evaluations(which)).all():
        revision, body = rewritten(row)
        if (revision, body) == (row.revision, row.body):
            continue
        covered = {**dict(zip(_SEALED, row[-len(SEALED) :], strict=True)), "revision": revision, "body": body}
        seal = row.seal
        if is_sealed(seals, connection, row):
            seal = seal_of_evaluation(seals, connection, row.conversation_id, row.digest, covered.values())
        changed.append({"number": row.evaluation, "after": revision, "words": body, "anew": seal})
    if changed:
        connection.execute(_REWRITE, changed)
    return len(changed)


class EvaluationReader:
    """Makes evaluations of what is kept. Forms already seen are remembered: a snapshot never changes."""

    def __init__(self) -> None:
        """Nothing is remembered yet."""
        self._forms: dict[int, Form] = {}

    def read(self, connection: Connection, rows: Mapping[str, AnyRow]) -> dict[str, Evaluation]:
        """Evaluations by conversation id, of rows that have ``COLUMNS``."""
        self._learn(connection, {row.snapshot for row in rows.values() if row.snapshot is not None})
        return {conversation_id: self._evaluation(conversation_id, row) for conversation_id, row in rows.items()}

    def _learn(self, connection: Connection, wanted: set[int]) -> None:
        if len(self._forms) > _MOST_FORMS:
            self._forms.clear()
        missing = sorted(wanted - self._forms.keys())
        if not missing:
            return
        query = sa.select(form_snapshots.c.snapshot, form_snapshots.c.body)
        for snapshot, body in connection.execute(query.where(form_snapshots.c.snapshot.in_(missing))):
            self._forms[snapshot] = _FORM.decode(body)

    def _evaluation(self, conversation_id: str, row: AnyRow) -> Evaluation:
        form = None if row.snapshot is None else self._forms[row.snapshot]
        body = _read_body(row.evaluation_body)
        metrics = {metric.id: metric for metric in form.metrics} if form else {}
        return Evaluation(
            conversation_id=conversation_id,
            revision=row.revision,
            form=form,
            status=row.status,
            score=None if row.score is None else Decimal(row.score),
            passed=None if row.passed is None else bool(row.passed),
            fatal_errors=row.fatal_errors,
            results=tuple(
                MetricResult(metric=metrics[result.metric], verdict=result.verdict) for result in body.results
            ),
            engines=body.engines,
            evaluated_at=instant_of(row.evaluated_at),
            reason=None if body.reason is None else from_store(body.reason),
            segment=body.segment,
            handler=handler_of(body.handler),
            agent_id=body.agent_id,
        )


def _read_body(body: bytes) -> _Body:
    try:
        return _BODY.decode(body)
    except msgspec.ValidationError:
        document = msgspec.json.decode(body, type=dict[str, Any])
        state_grounds(result["verdict"] for result in document["results"])
        return msgspec.convert(document, _Body)


def digest_of_form(body: bytes) -> bytes:
    """Return the digest by which the snapshot of a form is found."""
    return blake2b(body, digest_size=DIGEST_BYTES).digest()


def _encode(evaluation: Evaluation) -> bytes:
    results = tuple(_Result(result.metric.id, result.verdict) for result in evaluation.results)
    body = _Body(
        evaluation.engines,
        results,
        evaluation.reason,
        evaluation.segment,
        evaluation.handler,
        evaluation.agent_id,
    )
    return msgspec.json.encode(body, enc_hook=kept)


def _write_snapshots(
    connection: Connection, dialect: Dialect, app: int, forms: Sequence[Form | None]
) -> dict[int, tuple[int, bytes]]:
    """Store each form once; return the number and digest of each by the identity of the object."""
    bodies = {id(form): msgspec.json.encode(form) for form in {id(form): form for form in forms if form}.values()}
    if not bodies:
        return {}
    digests = {key: digest_of_form(body) for key, body in bodies.items()}
    rows = [{"app": app, "digest": digests[key], "body": body} for key, body in bodies.items()]
    connection.execute(dialect.insert(form_snapshots).on_conflict_do_nothing(), rows)
    query = sa.select(form_snapshots.c.digest, form_snapshots.c.snapshot).where(
        form_snapshots.c.app == app, form_snapshots.c.digest.in_(set(digests.values()))
    )
    snapshots = {bytes(digest): snapshot for digest, snapshot in connection.execute(query)}
    return {key: (snapshots[digest], digest) for key, digest in digests.items()}
