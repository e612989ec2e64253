"""Metrics with their grounds, as raw data shows them with wire 2026-10."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType, field

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evidence, Verdict
from auscult.reports._rows.quality import MetricRow, Outcome, described, shown_of

_LATER = "With wire 2026-10."


class JustificationRow(Struct, frozen=True, kw_only=True):
    """Grounds of an answer. The first three keys are there for a metric that compares values."""

    source_value: Annotated[str | UnsetType, described("The value of the source of truth.")] = field(
        name="sourceSystemValue", default=UNSET
    )
    said_value: Annotated[
        str | UnsetType | None, described("The value that the agent stated; null if the agent stated none.")
    ] = field(name="agentMentionedValue", default=UNSET)
    entity: Annotated[str | UnsetType, described("The name of the value.")] = field(name="AgentEntity", default=UNSET)
    turns: Annotated[tuple[str, ...], described("Ids of turns; empty where it rests on none.")] = field(
        name="message_id"
    )
    times: Annotated[tuple[int, ...], described("When these were said, in ms since 1970; empty where not known.")] = (
        field(name="timestamp")
    )
    text: Annotated[str, described("In words.")] = field(name="justification")


class JustifiedMetricRow(MetricRow, frozen=True, kw_only=True):
    """A metric of the form, how it turned out, and why."""

    trigger: Annotated[
        tuple[JustificationRow, ...] | UnsetType, described(f"What made the question apply. {_LATER}")
    ] = field(name="triggerJustification", default=UNSET)
    grounds: Annotated[tuple[JustificationRow, ...] | UnsetType, described(f"What the answer rests on. {_LATER}")] = (
        field(name="justification", default=UNSET)
    )
    auditor_response: Annotated[
        Literal["YES", "NO", "NA"] | UnsetType | None, described(f"Null until the audit is submitted. {_LATER}")
    ] = field(name="Auditor Response", default=UNSET)


def justified(outcome: Outcome, conversation: Conversation, *, is_later: bool) -> JustifiedMetricRow:
    """Return a metric; with its grounds in a row of the later wire."""
    if not is_later:
        return JustifiedMetricRow(**shown_of(outcome))
    verdict = outcome.verdict or Verdict(qualification="NA")
    return JustifiedMetricRow(
        **shown_of(outcome),
        trigger=_rows(verdict.trigger, "", conversation),
        grounds=_grounds(verdict, conversation),
        auditor_response=outcome.audited,
    )


def _grounds(verdict: Verdict, conversation: Conversation) -> tuple[JustificationRow, ...]:
    """One row for each reason; of compared values one row in all."""
    evidence = verdict.evidence or [one for part in verdict.parts for one in part.evidence]
    compared = verdict.compared
    if compared is None:
        return _rows(evidence, verdict.reason, conversation)
    texts = dict.fromkeys(filter(None, [verdict.reason, *(each.why for each in evidence)]))
    turns, times = _places(evidence, conversation)
    return (
        JustificationRow(
            source_value=compared.source,
            said_value=compared.said,
            entity=compared.name,
            turns=turns,
            times=times,
            text="; ".join(texts),
        ),
    )


def _rows(evidence: Sequence[Evidence], reason: str, conversation: Conversation) -> tuple[JustificationRow, ...]:
    """Return a row for each reason, with the turns of all evidence that has it; what has none of its own has ``reason``."""
    reasons: dict[str, list[Evidence]] = {}
    for each in evidence:
        reasons.setdefault(each.why or reason or each.text, []).append(each)
    if reason and not reasons:
        reasons[reason] = []
    found: list[JustificationRow] = []
    for text, its in reasons.items():
        turns, times = _places(its, conversation)
        found.append(JustificationRow(turns=turns, times=times, text=text))
    return tuple(found)


def _places(evidence: Sequence[Evidence], conversation: Conversation) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the turns of evidence, each once, and when they were said."""
    starts = {each.turn_id: each.start_ms for each in evidence if each.turn_id is not None}
    times = [
        round((conversation.started_at + timedelta(milliseconds=ms)).timestamp() * 1000)
        for ms in starts.values()
        if ms is not None
    ]
    return tuple(starts), tuple(times)
