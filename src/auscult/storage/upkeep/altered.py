"""Results that were changed in the database by hand: evaluations, audits and forms that differ from their seals."""

from collections.abc import Iterator
from itertools import islice

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.definitions.form_version import Signed
from auscult.domain.evaluation import Evaluation, score
from auscult.domain.questions.outcome import is_passed
from auscult.storage.audits.writing import SEALED as SEALED_OF_AUDITS
from auscult.storage.audits.writing import seal_of_audit
from auscult.storage.conversations.evaluations import (
    COLUMNS,
    WHOLE,
    EvaluationReader,
    digest_of_form,
    is_sealed,
    sealed_evaluations,
)
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.packing import CorruptError, unpack
from auscult.storage.core.result_seals import ResultSeals
from auscult.storage.core.tables.audits import audits
from auscult.storage.core.tables.conversations import conversations, evaluations
from auscult.storage.core.tables.definitions import form_snapshots, forms
from auscult.storage.core.tables.pages import listings, report_rows
from auscult.storage.definitions.forms import seal_of_form
from auscult.storage.upkeep.verify import Difference

MOST_SHOWN = 10_000
SEALED = "as it was sealed"
_ROWS_AT_ONCE = 10_000
_MANUAL = "manual"
_UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, KeyError)
"""Errors of reading a body that somebody wrote by hand."""


def altered(database: Database, app: int) -> list[Difference]:
    """Return everything of an app that differs from its seal, at most 10,000 of each kind."""
    with database.comparing() as connection:
        return [
            each
            for check in (_forms, _snapshots, _evaluations, _audits)
            for each in islice(check(connection, database.seals, app), MOST_SHOWN)
        ]


def filed_rows(database: Database, app: int, after: str, limit: int, *, is_itself: bool) -> dict[str, dict[str, bytes]]:
    """Return the rows of recorded conversations after one, or of it itself, by id and by report."""
    name = conversations.c.conversation_id
    its = (
        sa.select(name, conversations.c.filed_at)
        .where(
            conversations.c.app == app,
            name == after if is_itself else name > after,
            conversations.c.recorded_revision == conversations.c.revision,
            conversations.c.filed_at.is_not(None),
        )
        .order_by(name)
        .limit(limit)
        .subquery()
    )
    of_it = (
        (report_rows.c.listing == listings.c.listing)
        & (report_rows.c.started_at == its.c.filed_at)
        & (report_rows.c.conversation_id == its.c.conversation_id)
    )
    query = (
        sa.select(its.c.conversation_id, listings.c.report, _bytes(report_rows.c.body).label("body"))
        .select_from(its.outerjoin(listings, listings.c.app == app).outerjoin(report_rows, of_it))
        .order_by(its.c.conversation_id)
    )
    found: dict[str, dict[str, bytes]] = {}
    with database.reading() as connection:
        for row in connection.execute(query):
            rows = found.setdefault(row.conversation_id, {})
            if row.body is not None:
                rows[row.report] = _unpacked(row.body)
    return found


def _unpacked(body: bytes) -> bytes:
    """Return a row; one that cannot be unpacked, as it is."""
    try:
        return unpack(body)
    except CorruptError:
        return body


def _forms(connection: Connection, seals: ResultSeals, app: int) -> Iterator[Difference]:
    """Published forms, each named with the conversations that it scored."""
    query = sa.select(
        forms.c.form_id,
        forms.c.version,
        _bytes(forms.c.document),
        forms.c.published_at,
        forms.c.published_by,
        forms.c.note,
        _bytes(forms.c.seal),
    )
    for form_id, version, document, at, by, note, seal in connection.execute(query.where(forms.c.app == app)).all():
        if seal != seal_of_form(seals, connection, form_id, version, document, at, Signed(by, note)):
            its = (evaluations.c.form_id == form_id, evaluations.c.form_version == version)
            found = f"another document, day, person or reason{_scored_with(connection, app, *its)}"
            yield Difference(f"form {form_id} version {version}", SEALED, found)


def _scored_with(connection: Connection, app: int, *its: sa.ColumnElement[bool]) -> str:
    query = sa.select(sa.func.count(), sa.func.min(conversations.c.conversation_id)).select_from(
        evaluations.join(conversations, conversations.c.conversation == evaluations.c.conversation)
    )
    n, first = connection.execute(query.where(conversations.c.app == app, *its)).one()
    return f", which scored {first}{f' and {n - 1:,} more' if n > 1 else ''}" if n else ""


def _snapshots(connection: Connection, seals: ResultSeals, app: int) -> Iterator[Difference]:  # noqa: ARG001  (as the others)
    """Forms as conversations were scored with them, for each conversation; evaluations seal the digest of theirs."""
    query = sa.select(form_snapshots.c.snapshot, _bytes(form_snapshots.c.digest), _bytes(form_snapshots.c.body))
    for snapshot, digest, body in connection.execute(query.where(form_snapshots.c.app == app)).all():
        if digest_of_form(body) == digest:
            continue
        scored = (
            sa.select(conversations.c.conversation_id, evaluations.c.form_id, evaluations.c.form_version)
            .join(conversations, conversations.c.conversation == evaluations.c.conversation)
            .where(evaluations.c.snapshot == snapshot, evaluations.c.segment == WHOLE)
            .order_by(conversations.c.conversation_id)
        )
        for conversation_id, form_id, version in connection.execute(scored).all():
            what = f"form {form_id} version {version} that {conversation_id} was scored with"
            yield Difference(what, SEALED, "other weights or questions")


def _evaluations(connection: Connection, seals: ResultSeals, app: int) -> Iterator[Difference]:
    query = sealed_evaluations(conversations.c.app == app).execution_options(yield_per=_ROWS_AT_ONCE)
    for row in connection.execute(query):
        if not is_sealed(seals, connection, row):
            part = f"segment {row.segment} of " if row.segment else ""
            what = f"evaluation of {part}{row.conversation_id} with {row.form_id} version {row.form_version}"
            yield Difference(what, SEALED, _against_verdicts(connection, row))


def _against_verdicts(connection: Connection, row: AnyRow) -> str:
    """Return what differs in an evaluation, as far as its own verdicts show it."""
    query = sa.select(*COLUMNS).where(evaluations.c.evaluation == row.evaluation)
    try:
        (found,) = EvaluationReader().read(connection, {row.conversation_id: connection.execute(query).one()}).values()
        return "; ".join(_differing(found)) or "other verdicts, evidence, weights or time"
    except _UNREADABLE as error:
        return f"a body that cannot be read: {error}"


def _differing(found: Evaluation) -> Iterator[str]:
    form = found.form
    if form is None or found.status != "evaluated":
        if (found.score, found.passed) != (None, None):
            yield f"score {found.score} with the status {found.status}"
        return
    fatal_errors = sum(one.is_fatal_error for one in found.results)
    points = score(found.results, form)
    by_machine = [one for one in found.results if one.metric.type != _MANUAL]
    passed = is_passed(points, fatal_errors, by_machine, form)
    expected = {"score": points, "passed": passed, "fatal_errors": fatal_errors}
    for name, value in expected.items():
        if getattr(found, name) != value:
            yield f"{name} {getattr(found, name)}, and {value} by its verdicts"


def _audits(connection: Connection, seals: ResultSeals, app: int) -> Iterator[Difference]:
    columns = [_bytes(audits.c.body).label(name) if name == "body" else audits.c[name] for name in SEALED_OF_AUDITS]
    query = sa.select(audits.c.conversation_id, audits.c.assignment_id, _bytes(audits.c.seal).label("seal"), *columns)
    mine = query.where(audits.c.app == app).order_by(audits.c.assignment).execution_options(yield_per=_ROWS_AT_ONCE)
    for row in connection.execute(mine):
        covered: tuple[object, ...] = row[-len(SEALED_OF_AUDITS) :]
        if row.seal != seal_of_audit(seals, connection, row.conversation_id, row.assignment_id, covered):
            yield Difference(f"audit {row.assignment_id} of {row.conversation_id}", SEALED, _against_body(row))


def _against_body(row: AnyRow) -> str:
    """Return in which columns an audit differs from its body."""
    try:
        body = msgspec.json.decode(row.body, type=dict[str, object])
        differing = [name for name in ("auditor", "changes") if getattr(row, name) != body.get(name, 1)]
    except _UNREADABLE as error:
        return f"a body that cannot be read: {error}"
    return f"another {' and '.join(differing)} than in its body" if differing else "other answers, score or state"


def _bytes(column: sa.ColumnElement[bytes]) -> sa.ColumnElement[bytes]:
    """Return a column as bytes, whatever type SQLite has it in after an edit by hand."""
    return sa.cast(column, sa.LargeBinary)
