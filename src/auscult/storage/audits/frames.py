"""Frames: the evaluated conversations that a plan draws from, and what the machine decided about them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import ColumnElement

from auscult.domain.evaluation import Qualification, Status
from auscult.domain.recordings.words import Word
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.audits.segments import part_of_case, parts_of
from auscult.storage.conversations.evaluated import WHOLE, newest_evaluation, read_recorded, recorded_query
from auscult.storage.conversations.evaluations import EvaluationReader
from auscult.storage.core.database import AnyRow, AnySelect, Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.conversations import conversations, evaluations
from auscult.storage.core.tables.recordings import recordings, transcriptions
from auscult.storage.pages.row_filters import among_ids
from auscult.storage.people.visibility import SeenConversations

_ROWS = 5_000
_CASES = 200
_ORDER = (conversations.c.started_at, conversations.c.conversation)
_DECIDED = (evaluations.c.body, evaluations.c.score)
EVERYTHING = 2**62
"""A watermark above every evaluation."""


class FrameQuery(NamedTuple):
    """The conversations whose newest evaluation is with a form, that started in a window.

    Those that figures leave out are in no frame.
    Only those that were evaluated for the first time up to the watermark, and after ``earlier`` unless they started
    at ``fresh`` or later, and of ``among`` where it is not None. With ``is_by_segment`` each segment that was evaluated with the form is there by itself.
    """

    form_id: str
    since: datetime
    until: datetime
    statuses: tuple[Status, ...] = ("evaluated",)
    watermark: int = EVERYTHING
    earlier: int = 0
    fresh: datetime | None = None
    is_by_segment: bool = False
    among: tuple[str, ...] | None = None


class MachineResult(NamedTuple):
    """The machine's answers by metric id, and its score, for one conversation, or for a segment of it."""

    conversation_id: str
    answers: dict[str, Qualification]
    score: Decimal | None
    segment: int = 0


class _Verdict(Struct, frozen=True):
    qualification: Qualification


class _Result(Struct, frozen=True):
    metric: str
    verdict: _Verdict


class _Body(Struct, frozen=True):
    results: tuple[_Result, ...]


_BODY = msgspec.json.Decoder(_Body)
_HEARD = msgspec.json.Decoder(tuple[Word, ...])


class AppFrames(SeenConversations):
    """The frames of one app. Each part is read in a transaction of its own."""

    def __init__(self, database: Database, app: int, reader: EvaluationReader) -> None:
        """``app`` is the app's number."""
        super().__init__(database, app)
        self._reader = reader

    def watermark(self) -> int:
        """Return the number of the last evaluation that was made."""
        return self._database.value(sa.select(sa.func.max(evaluations.c.evaluation))) or 0

    def ids(self, query: FrameQuery) -> Iterator[str]:
        """Return the ids of the conversations in a frame, in the order of their start."""
        for conversation_id, *_ in self._rows(query, ()):
            yield conversation_id

    def results(self, query: FrameQuery) -> Iterator[MachineResult]:
        """Return the machine's answers for the conversations in a frame, in the order of their start."""
        if query.is_by_segment:
            yield from (machine_result(case) for case in self.cases(query))
            return
        for row in self._rows(query, _DECIDED):
            yield _result(row)

    def results_of(self, query: FrameQuery, conversation_ids: Sequence[str]) -> Iterator[MachineResult]:
        """Return the machine's answers for some conversations of a frame, in no order."""
        for start in range(0, len(conversation_ids), _ROWS):
            ids = conversation_ids[start : start + _ROWS]
            some = self._within(self._base(_DECIDED), query, None).where(conversations.c.conversation_id.in_(ids))
            rows = self._database.rows(some.order_by(None))
            yield from map(_result, rows)

    def cases(self, query: FrameQuery) -> Iterator[EvaluatedConversation]:
        """Return the conversations in a frame with all that was decided about them, in the order of their start."""
        if query.is_by_segment:
            yield from self._segments(query)
            return
        after: tuple[int, int] | None = None
        while True:
            some = recorded_query(self._app).add_columns(*_ORDER).where(*self._visible)
            some = self._within(some, query, after).limit(_CASES)
            with self._database.comparing() as connection:
                keys = [(row.started_at, row.conversation) for row in connection.execute(some)]
                found = read_recorded(connection, self._reader, some)
            yield from found
            if len(keys) < _CASES:
                return
            after = keys[-1]

    def _segments(self, query: FrameQuery) -> Iterator[EvaluatedConversation]:
        """Return the segments in a frame, in the order of their conversations' start."""
        after: tuple[int, int] | None = None
        while True:
            some = recorded_query(self._app).add_columns(*_ORDER).where(*self._visible)
            some = some.where(self._in_window(query), _has_part(query)).order_by(*_ORDER).limit(_CASES)
            some = some if after is None else some.where(sa.tuple_(*_ORDER) > sa.tuple_(*map(sa.literal, after)))
            with self._database.comparing() as connection:
                keys = [(row.started_at, row.conversation) for row in connection.execute(some)]
                found = read_recorded(connection, self._reader, some)
                parts = parts_of(connection, self._reader, self._app, [each.conversation.id for each in found])
            for case in found:
                for part in parts.get(case.conversation.id, ()):
                    one = part_of_case(case, [part], part.segment)
                    fits = part.form is not None and part.form.id == query.form_id and part.status in query.statuses
                    if one is not None and fits:
                        yield one
            if len(keys) < _CASES:
                return
            after = keys[-1]

    def of(self, conversation_ids: Sequence[str]) -> Iterator[EvaluatedConversation]:
        """Return some conversations by id, in no order, with all that was decided about them."""
        for start in range(0, len(conversation_ids), _CASES):
            ids = conversation_ids[start : start + _CASES]
            query = recorded_query(self._app).where(conversations.c.conversation_id.in_(ids), *self._visible)
            with self._database.reading() as connection:
                found = read_recorded(connection, self._reader, query)
            yield from found

    def confidences(self, conversation_id: str) -> list[float]:
        """Return the confidence of each recognised word in a conversation's recordings, where there is one."""
        query = (
            sa.select(transcriptions.c.words)
            .join(recordings, recordings.c.recording == transcriptions.c.recording)
            .join(conversations, conversations.c.conversation == recordings.c.conversation)
            .where(conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
            .where(transcriptions.c.words.is_not(None), *self._visible)
        )
        found = [word for body in self._database.values(query) for word in _HEARD.decode(body)]
        return [word.confidence for word in found if word.confidence is not None]

    def _rows(self, query: FrameQuery, columns: Sequence[ColumnElement[Any]]) -> Iterator[AnyRow]:
        base = self._base(columns)
        after: tuple[int, int] | None = None
        while True:
            rows = self._database.rows(self._within(base, query, after).limit(_ROWS))
            yield from rows
            if len(rows) < _ROWS:
                return
            after = (rows[-1].started_at, rows[-1].conversation)

    def _base(self, columns: Sequence[ColumnElement[Any]]) -> AnySelect:
        return (
            sa.select(conversations.c.conversation_id, *_ORDER, *columns)
            .select_from(conversations)
            .join(evaluations, evaluations.c.evaluation == newest_evaluation())
            .where(conversations.c.app == self._app, *self._visible)
        )

    def _within(self, base: AnySelect, query: FrameQuery, after: tuple[int, int] | None) -> AnySelect:
        """Narrow a query over conversations and their newest evaluations to a frame, in order, after a key."""
        found = base.where(
            self._in_window(query), evaluations.c.form_id == query.form_id, evaluations.c.status.in_(query.statuses)
        ).order_by(*_ORDER)
        return found if after is None else found.where(sa.tuple_(*_ORDER) > sa.tuple_(*map(sa.literal, after)))

    def _in_window(self, query: FrameQuery) -> ColumnElement[bool]:
        """Return the condition of the time, of the conversations, and of what was evaluated by then."""
        wanted = [conversations.c.started_at >= ms_of(query.since), conversations.c.started_at < ms_of(query.until)]
        wanted.append(conversations.c.is_excluded == 0)
        if query.among is not None:
            ids = among_ids(self._database.dialect.is_embedded)
            among = ids.params(among=msgspec.json.encode(query.among).decode())
            wanted.append(conversations.c.conversation_id.in_(among))
        if query.watermark != EVERYTHING:
            wanted.append(_first_evaluation() <= query.watermark)
        if query.earlier:
            late = _first_evaluation() > query.earlier
            wanted.append(late if query.fresh is None else late | (conversations.c.started_at >= ms_of(query.fresh)))
        return sa.and_(*wanted)


def _result(row: AnyRow) -> MachineResult:
    body = _BODY.decode(row.body)
    return MachineResult(
        conversation_id=row.conversation_id,
        answers={each.metric: each.verdict.qualification for each in body.results},
        score=None if row.score is None else Decimal(row.score),
    )


def _has_part(query: FrameQuery) -> ColumnElement[bool]:
    """Return the condition that a segment was ever evaluated with the form of a query."""
    each = evaluations.alias()
    mine = (each.c.conversation == conversations.c.conversation) & (each.c.segment > 0)
    return sa.exists().where(mine, each.c.form_id == query.form_id)


def machine_result(case: EvaluatedConversation) -> MachineResult:
    """Return the machine's answers of a conversation that was read whole."""
    answers: dict[str, Qualification] = {each.metric.id: each.verdict.qualification for each in case.evaluation.results}
    return MachineResult(case.conversation.id, answers, case.evaluation.score, case.segment)


def _first_evaluation() -> sa.ScalarSelect[int]:
    """Return the number of the first evaluation of a conversation of the query around it."""
    each = evaluations.alias()
    mine = (each.c.conversation == conversations.c.conversation) & (each.c.segment == WHOLE)
    return sa.select(sa.func.min(each.c.evaluation + 0)).where(mine).correlate(conversations).scalar_subquery()
