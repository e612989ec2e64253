"""Rows of tables of what people added: comments, notices, examples, corrections, pins and collections."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.form_examples import Example
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.pinned import PinQuery
from auscult.storage.store import AppStore


class CommentRow(Struct, frozen=True, kw_only=True):
    """One comment. ``position`` counts from 0 within its thread; ``turn_id`` is null on the whole conversation."""

    conversation_id: str
    started_at: datetime
    thread_id: str
    position: int
    comment_id: str
    turn_id: str | None
    audience: str
    author: str
    written_at: datetime
    edited_at: datetime | None
    text: str
    mentions: tuple[str, ...]
    resolved_by: str | None
    resolved_at: datetime | None


def comments(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[CommentRow]:
    """Yield the comments on some conversations, thread by thread."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    for thread in app.comments.of_conversations(tuple(starts)):
        for position, each in enumerate(thread.comments):
            yield made_from(
                CommentRow,
                thread,
                each,
                started_at=starts[thread.conversation_id],
                position=position,
                author=each.by,
                written_at=each.at,
            )


class NoticeRow(Struct, frozen=True, kw_only=True):
    """One notice. ``subject`` is the id of the assignment, dispute or thread that it is about."""

    conversation_id: str
    started_at: datetime
    notice_id: str
    kind: str
    subject: str
    person: str
    caused_by: str | None
    made_at: datetime
    read_at: datetime | None


def notices(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[NoticeRow]:
    """Yield the notices about some conversations, in the order in which they were written."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    for person, each in app.notices.of_conversations(tuple(starts)):
        conversation_id = each.conversation_id
        if conversation_id is not None:
            yield made_from(
                NoticeRow,
                each,
                conversation_id=conversation_id,
                started_at=starts[conversation_id],
                person=person,
                caused_by=each.by,
            )


class ExampleRow(Struct, frozen=True, kw_only=True):
    """One example. ``wanted`` is the answer that a person expects: YES, NO, NA or the name of a level.

    Of a taxonomy it is a topic with those above it, empty where none is expected.
    """

    conversation_id: str
    started_at: datetime
    example_id: str
    form_id: str | None
    metric_id: str | None
    taxonomy_id: str | None
    wanted: str
    turn_id: str | None
    kept_by: str
    kept_at: datetime


def examples(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[ExampleRow]:
    """Yield the examples in some conversations, in the order in which they were kept."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    for each in app.form_examples.of_conversations(tuple(starts)):
        conversation_id = each.conversation_id
        if conversation_id is not None:
            yield made_from(
                ExampleRow,
                each,
                conversation_id=conversation_id,
                started_at=starts[conversation_id],
                form_id=each.form_id if isinstance(each, Example) else None,
                metric_id=each.metric_id if isinstance(each, Example) else None,
                taxonomy_id=None if isinstance(each, Example) else each.taxonomy_id,
                kept_by=each.by,
                kept_at=each.at,
            )


class CorrectionRow(Struct, frozen=True, kw_only=True):
    """One correction. ``before`` and ``after`` are ids of queues or agents; ``undone_at`` is null while it is in force."""

    conversation_id: str
    started_at: datetime
    correction_id: str
    kind: str
    before: str | None
    after: str | None
    reason: str
    corrected_by: str
    corrected_at: datetime
    undone_by: str | None
    undone_at: datetime | None


def corrections(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[CorrectionRow]:
    """Yield the corrections of some conversations, the oldest first."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    for each in app.corrections.of_conversations(tuple(starts)):
        yield made_from(
            CorrectionRow,
            each,
            started_at=starts[each.conversation_id],
            before=each.before.id if each.before else None,
            after=each.after.id if each.after else None,
            corrected_by=each.by,
            corrected_at=each.at,
        )


class PinRow(Struct, frozen=True, kw_only=True):
    """One pin. ``audience`` of its collection: ``colleagues`` or ``agents``."""

    conversation_id: str
    started_at: datetime
    pin_id: str
    collection_id: str
    collection: str
    audience: str
    turn_id: str
    note: str
    pinned_by: str
    pinned_at: datetime


def pins(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[PinRow]:
    """Yield the pins in some conversations by collection, those included whose agents have not consented."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    known = {each.collection_id: each for each in app.collections.listing()}
    for pin in app.collections.pins(PinQuery(conversation_ids=tuple(starts), is_agreed=None)):
        collection = known.get(pin.collection_id)
        if collection is not None:
            yield made_from(
                PinRow,
                pin,
                started_at=starts[pin.conversation_id],
                collection=collection.name,
                audience=collection.audience,
            )


class CollectionRow(Struct, frozen=True, kw_only=True):
    """One collection. ``pins`` counts its moments, those included that wait for the consent of their agents."""

    collection_id: str
    name: str
    audience: str
    agent_ids: list[str]
    pins: int
    made_by: str
    made_at: datetime


def collections(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[CollectionRow]:
    """Yield the collections by name, whatever conversations they have moments of."""
    del found
    counts = app.collections.counts(PinQuery(is_agreed=None))
    for each in app.collections.listing():
        yield made_from(CollectionRow, each, agent_ids=list(each.agent_ids), pins=counts.get(each.collection_id, 0))
