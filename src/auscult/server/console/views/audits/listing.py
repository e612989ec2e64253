"""My audits: what waits for this auditor, and what they have done."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from auscult.domain.audits.audit import Audit
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.server.console.reader import Reader, length
from auscult.server.console.views.naming import CHANNELS, customer_words, queues_of
from auscult.server.console.views.quoting import excerpt

_LATE = timedelta(days=3)


class ItemView(Struct, frozen=True, kw_only=True):
    """One conversation to audit, without a word of what the machine decided."""

    href: str
    words: str
    about: str
    assigned: str
    answered: str
    is_begun: bool
    is_late: bool


class DoneView(Struct, frozen=True, kw_only=True):
    """One audit that was submitted."""

    href: str
    words: str
    when: str
    score: str


class AuditsView(Struct, frozen=True, kw_only=True):
    """The page. ``next`` leads to the one to go on with; empty where nothing waits."""

    waiting: tuple[ItemView, ...]
    done: tuple[DoneView, ...]
    next: str
    lead: str
    note: str


def audits_view(
    waiting: Sequence[Audit],
    done: Sequence[Audit],
    known: Mapping[str, EvaluatedConversation],
    reader: Reader,
    base: str,
) -> AuditsView:
    """Show an auditor's audits: those that are begun first, then the longest assigned."""
    ordered = sorted(waiting, key=lambda each: (not each.draft.answers, each.assigned_at))
    late = sum(is_late(each.assigned_at, reader.now) for each in ordered)
    lead = f"{reader.number(len(ordered))} to do" if ordered else "Nothing waits for you"
    if late:
        lead += f", {reader.number(late)} for more than three days"
    return AuditsView(
        waiting=tuple(_item(each, known.get(each.conversation_id), reader, base) for each in ordered),
        done=tuple(
            _done(each, known.get(each.conversation_id), reader, base)
            for each in sorted(done, key=_submitted_at, reverse=True)
        ),
        next=f"{base}/audits/{ordered[0].conversation_id}" if ordered else "",
        lead=f"{lead}.",
        note="",
    )


def is_late(assigned_at: datetime, now: datetime) -> bool:
    """Return whether an audit waits for longer than three days."""
    return now - assigned_at > _LATE


def _submitted_at(audit: Audit) -> datetime:
    return audit.result.audited_at if audit.result else audit.assigned_at


def _item(audit: Audit, known: EvaluatedConversation | None, reader: Reader, base: str) -> ItemView:
    conversation = known.conversation if known else None
    form = known.evaluation.form if known else None
    about = (
        (CHANNELS[conversation.channel], queues_of(conversation), length(conversation.duration_ms))
        if conversation
        else ()
    )
    answered = len(audit.draft.answers)
    return ItemView(
        href=f"{base}/audits/{audit.conversation_id}",
        words=excerpt(customer_words(conversation)) if conversation else audit.conversation_id,
        about=" \u00b7 ".join(each for each in about if each),
        assigned=reader.lately(audit.assigned_at),
        answered=f"{answered} of {len(form.metrics)} answered" if form and answered else "Not begun",
        is_begun=answered > 0,
        is_late=is_late(audit.assigned_at, reader.now),
    )


def _done(audit: Audit, known: EvaluatedConversation | None, reader: Reader, base: str) -> DoneView:
    result = audit.result
    score = result.score if result else None
    return DoneView(
        href=f"{base}/conversations/{audit.conversation_id}",
        words=excerpt(customer_words(known.conversation)) if known else audit.conversation_id,
        when=reader.lately(_submitted_at(audit)),
        score="\u2013" if score is None else reader.number(score),
    )
