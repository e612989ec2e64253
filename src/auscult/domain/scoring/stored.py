"""Conversations as the store holds them: accepted, pending, evaluated, rendered."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from auscult.domain.audits.audit import Audit, TrailEntry
from auscult.domain.conversation import Conversation
from auscult.domain.errors import sent
from auscult.domain.evaluation import UNSTATED, Evaluation, Evidence, Verdict
from auscult.domain.insight import Insights
from auscult.domain.record import Filter


class Accepted(Struct, frozen=True, kw_only=True):
    """Outcome of storing a group of conversations handed in together; it is committed when this exists.

    ``batch_id`` is None when nothing in it needs processing (all were stored before, unchanged, and are done).
    ``size`` is that of the new and changed ones, in bytes. ``batch`` is the batch's number; ``replaced`` names those that
    came in more than once, each replacing another: by the source's id where it has one.
    """

    batch_id: str | None
    new: int
    changed: int
    unchanged: int
    size: int = 0
    batch: int | None = None
    replaced: tuple[str, ...] = ()


class ReusedVerdicts(Struct, frozen=True, kw_only=True):
    """Verdicts that are still valid, by metric id, and the engines that may have had a part in them."""

    verdicts: Mapping[str, Verdict] = {}
    engines: tuple[str, ...] = ()


class PendingConversation(Struct, frozen=True, kw_only=True):
    """A stored conversation that waits to be evaluated. ``audit`` is that of an earlier revision, if it has one.

    Metrics whose verdict is ``known`` are not judged again. ``insights`` are those stored before, for a conversation
    that is evaluated without being analysed again.
    """

    conversation: Conversation
    revision: int
    audit: Audit | None = None
    known: ReusedVerdicts = ReusedVerdicts()
    insights: Insights | None = None


class EvaluatedConversation(Struct, frozen=True, kw_only=True):
    """A conversation with what was decided about it: its newest evaluation and its audit, if it has one.

    ``insights`` are what analysis found in the revision that was evaluated; None where it was not analysed.
    ``is_current`` is false where a newer revision of the conversation waits to be evaluated: ``conversation`` is that
    one already, and ``evaluation`` still that of the revision before. ``is_excluded``: figures leave it out.

    With a ``segment``, ``evaluation`` is that of the segment, and ``conversation`` the whole with its
    turns, queue and agent alone.
    """

    conversation: Conversation
    evaluation: Evaluation
    insights: Insights | None = None
    audit: Audit | None = None
    is_current: bool = True
    is_excluded: bool = False
    segment: int = 0

    @property
    def language(self) -> str:
        """Return the language that analysis found, else that of the document."""
        found = self.insights.language if self.insights else None
        return found or self.conversation.language


class Wait(Struct, frozen=True, kw_only=True):
    """Why a conversation is not evaluated yet, and from when on it is tried again."""

    reason: str
    until: datetime


class ConversationDetail(Struct, frozen=True, kw_only=True):
    """All that is kept of one conversation. ``evaluations`` has every evaluation, the newest first.

    ``insights`` belong to the revision that the newest evaluation is of; None where it was not analysed.
    ``is_current`` is false while its present revision is not recorded; ``has_failed`` when also the batch that
    should have done it has ended, ``is_cancelled`` when a user ended it; ``wait`` is set when it was postponed.
    """

    conversation: Conversation
    revision: int
    is_current: bool
    has_failed: bool
    is_cancelled: bool = False
    wait: Wait | None = None
    evaluations: tuple[Evaluation, ...]
    insights: Insights | None
    audit: Audit | None
    trail: tuple[TrailEntry, ...]

    def scored_before(self, instant: datetime) -> tuple[Evaluation, Decimal | None]:
        """Return the newest evaluation before an instant, else the oldest, and the audit's score at that time."""
        evaluation = next((each for each in self.evaluations if each.evaluated_at < instant), self.evaluations[-1])
        audit = self.audit
        if audit is None or audit.result is None:
            return evaluation, None
        its = [each for each in self.trail if each.dispute is not None or each.auditor == audit.auditor]
        results = [each.result for each in its if each.result is not None and not each.segment and each.at < instant]
        return evaluation, results[-1].score if results else None


class AuditedConversation(Struct, frozen=True, kw_only=True):
    """Submitted audit with its conversation and evaluation.

    ``conversation`` is its present ``revision``, which may be a later one than was audited. ``evaluation`` is the one
    that the auditor worked on; None where that is not kept.
    """

    conversation: Conversation
    revision: int
    audit: Audit
    evaluation: Evaluation | None


class RenderedRows(Struct, frozen=True, kw_only=True):
    """One finished evaluation with the rows that the reports show of it: report name -> JSON bytes.

    ``insights`` are kept with the revision that was evaluated.
    ``audit`` is the audit that the rows show. ``filters`` says by what the rows of a report can be found; those of a
    report that is not named there, by all. ``named`` is the conversation with the names that the rows show, those of
    ``directory_version``; None: as in ``conversation``.
    """

    conversation: Conversation
    evaluation: Evaluation
    rows: Mapping[str, bytes]
    insights: Insights | None = None
    audit: Audit | None = None
    filters: Mapping[str, frozenset[Filter]] = {}
    named: Conversation | None = None
    directory_version: int = 0


def state_grounds(verdicts: Iterable[dict[str, Any]]) -> None:
    """Complete decoded verdicts of an earlier version, which kept YES without a turn; each then states that."""
    for verdict in verdicts:
        kept = msgspec.convert(verdict.get("evidence", ()), tuple[Evidence, ...])
        is_yes = verdict["qualification"] == "YES" and not any(one.turn_id for one in kept)
        if is_yes or (verdict["qualification"] == "NO" and not any(one.is_ground for one in kept)):
            verdict["evidence"] = [msgspec.to_builtins(UNSTATED, enc_hook=sent)]
