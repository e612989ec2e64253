"""Self-reviews: the conversations to review, and the agent's answers next to those of machine and auditor."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.audit import AuditResult
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.verdicts import word_of
from auscult.services.scoring.listing import ListedConversation

_LONGEST = 90


class OfferView(Struct, frozen=True, kw_only=True):
    """One conversation that can be or was reviewed. ``href`` leads to its review, empty before it began."""

    conversation_id: str
    words: str
    when: str
    href: str
    state: str


class AnswerView(Struct, frozen=True, kw_only=True):
    """One metric with all answers. ``differs``: the machine or the auditor answers otherwise than the agent."""

    name: str
    own: str
    machine: str
    auditor: str
    comment: str
    differs: bool


class SelfReviewView(Struct, frozen=True, kw_only=True):
    """The page after a review. ``waits`` names the answers that are not shown yet."""

    words: str
    when: str
    lead: str
    rows: tuple[AnswerView, ...]
    has_machine: bool
    has_auditor: bool
    waits: str


def offers(
    items: Iterable[ListedConversation],
    known: Mapping[str, EvaluatedConversation],
    mine: Sequence[Assigned],
    reader: Reader,
    at: str,
) -> tuple[OfferView, ...]:
    """Show an agent's newest conversations with the states of their self-reviews, which are below address ``at``."""
    begun = {one.assignment.conversation_id: one for one in mine if one.assignment.role == "self"}
    return tuple(
        OfferView(
            conversation_id=each.id,
            words=excerpt(customer_words(known[each.id].conversation), _LONGEST) if each.id in known else each.id,
            when=reader.lately(each.started_at),
            href=f"{at}/{each.id}" if each.id in begun else "",
            state=_state(begun.get(each.id)),
        )
        for each in items
    )


def self_review_view(
    case: EvaluatedConversation,
    own: AuditResult,
    reader: Reader,
    *,
    shows_machine: bool,
    auditor: AuditResult | None,
) -> SelfReviewView:
    """Show a submitted self-review. ``auditor`` is the audit that was released, None where there is none."""
    form = case.evaluation.form
    machine = (
        {each.metric.id: each.verdict.level or each.verdict.qualification for each in case.evaluation.results}
        if shows_machine
        else {}
    )
    own_answers, other = _answers(own), _answers(auditor) if auditor else {}
    comments = {each.metric_id: each.comment for each in own.sheet.answers}
    rows = tuple(
        AnswerView(
            name=metric.name,
            own=word_of(own_answers.get(metric.id)),
            machine=word_of(machine.get(metric.id)),
            auditor=word_of(other.get(metric.id)),
            comment=comments.get(metric.id, ""),
            differs=any(
                found.get(metric.id, "-") not in {"-", own_answers.get(metric.id, "-")} for found in (machine, other)
            ),
        )
        for metric in (form.metrics if form else ())
    )
    differ = sum(each.differs for each in rows)
    return SelfReviewView(
        words=excerpt(customer_words(case.conversation), _LONGEST),
        when=reader.moment(case.conversation.started_at),
        lead=ngettext("{n} answer differs from yours.", "{n} answers differ from yours.", differ).format(
            n=reader.number(differ)
        )
        if machine or other
        else "",
        rows=rows,
        has_machine=bool(machine),
        has_auditor=bool(other),
        waits="" if machine or other else _("Your answers are kept. Others are shown once an audit is released."),
    )


def _answers(found: AuditResult) -> dict[str, str]:
    return {each.metric_id: each.level or each.answer for each in found.sheet.answers}


def _state(found: Assigned | None) -> str:
    if found is None:
        return ""
    return _("Reviewed") if found.assignment.state == "submitted" else _("Begun")
