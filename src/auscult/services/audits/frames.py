"""Frames of plans: the conversations, or segments, that a plan draws from, and the precision to expect."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from auscult.domain.audits.draw import Candidate, candidates_of
from auscult.domain.audits.frame import Case, Signs, has_risk, is_in_frame
from auscult.domain.audits.judged import judged_agents
from auscult.domain.audits.plan import Judged, PlanDocument
from auscult.domain.scoring.list_fields import rank_of
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.statistics.sample_size import forecast
from auscult.services.definitions.forms.reading import read_form
from auscult.storage.audits.frames import FrameQuery
from auscult.storage.store import AppStore

_SAMPLE = 20_000
"""Conversations that are enough to say how often the machine gives each answer: within half a point."""


def is_by_segment(app: AppStore, form_id: str) -> bool:
    """Return whether a form, in its newest version, is for segments."""
    stored = app.forms.get(form_id)
    return stored is not None and read_form(stored.document, stored.version).segments


def candidates(app: AppStore, document: PlanDocument, query: FrameQuery) -> Iterator[Candidate]:
    """Return the conversations of a frame, or their segments, as they are drawn from."""
    quota, frame = document.quota, document.frame
    query = query._replace(is_by_segment=is_by_segment(app, document.form_id))
    is_ordered = bool(document.risks) or document.order is not None
    is_plain = not (frame.needs_content or quota.per != "all" or document.judged == "each" or is_ordered)
    if is_plain and not query.is_by_segment:
        for conversation_id in app.frames.ids(query):
            yield Candidate(conversation_id=conversation_id)
        return
    signs = _signs(app, document)
    for case in app.frames.cases(query):
        if is_in_frame(case_of(case), frame):
            yield from candidates_of(
                case.conversation.id,
                agents_of(case, document.judged),
                case.conversation.queues[-1].id if case.conversation.queues else "",
                per=quota.per,
                is_risky=any(has_risk(case_of(case), risk, signs(case)) for risk in document.risks),
                segment=case.segment,
                rank=_rank(document, case),
            )


def _rank(document: PlanDocument, case: EvaluatedConversation) -> float | None:
    """Return the place in the plan's order; None without an order."""
    if document.order is None:
        return None
    return rank_of(document.order, case.conversation, case.evaluation, case.insights)


def case_of(case: EvaluatedConversation) -> Case:
    """Return what decides whether a conversation is in a frame."""
    return Case(case.conversation, case.evaluation, case.insights)


def agents_of(case: EvaluatedConversation, rule: Judged) -> list[str]:
    """Return the agents who are judged: of a segment, who handled it."""
    if case.segment:
        return [case.evaluation.agent_id] if case.evaluation.agent_id else []
    return list(judged_agents(case.conversation, rule))


def verdicts_in(
    app: AppStore, document: PlanDocument, query: FrameQuery, conversation_ids: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Count the machine's verdicts on each metric in a frame of these conversations.

    Of a large frame a random sample is read, the same for the same seed, and the counts are scaled: they show which
    precision to expect, which does not need each of a million.
    """
    query = query._replace(is_by_segment=is_by_segment(app, document.form_id))
    times = 1.0
    if document.frame.needs_content:
        cases = (case for case in app.frames.cases(query) if is_in_frame(case_of(case), document.frame))
        found = ({each.metric.id: each.verdict.qualification for each in case.evaluation.results} for case in cases)
    elif query.is_by_segment or len(conversation_ids) <= _SAMPLE:
        found = (result.answers for result in app.frames.results(query))
    else:
        times = len(conversation_ids) / _SAMPLE
        some = Random(document.seed).sample(conversation_ids, _SAMPLE)  # noqa: S311  (a sample, no secret)
        found = (result.answers for result in app.frames.results_of(query, some))
    counts: dict[str, Counter[str]] = {}
    for given in found:
        for metric_id, answer in given.items():
            counts.setdefault(metric_id, Counter())[answer] += 1
    return {name: {answer: round(n * times) for answer, n in some.items()} for name, some in counts.items()}


def half_widths(verdicts: Mapping[str, Mapping[str, int]], n: int) -> dict[str, float]:
    """Return the half-width to expect of each metric of the form with n audits."""
    found: dict[str, float] = {}
    for metric_id, answers in verdicts.items():
        applicable = {answer: answers.get(answer, 0) for answer in ("YES", "NO")}
        asked = sum(applicable.values())
        if asked:
            found[metric_id] = forecast(applicable, round(n * asked / sum(answers.values())))
    return found


def _signs(app: AppStore, document: PlanDocument) -> Callable[[EvaluatedConversation], Signs]:
    """Return what reads the signs of risk that are kept elsewhere than with a conversation, as far as they are asked for."""
    versions = app.forms.versions(document.form_id) if "new_form" in document.risks else []
    published = {each.version: each.published_at for each in versions if each.version > 1}

    def read(case: EvaluatedConversation) -> Signs:
        form = case.evaluation.form
        is_recognised = "low_recognition" in document.risks
        return Signs(
            recognition=_recognition(app, case.conversation.id) if is_recognised else None,
            form_published_at=published.get(form.version) if form else None,
        )

    return read


def _recognition(app: AppStore, conversation_id: str) -> float | None:
    """Return the mean confidence of recognised words; None where there is none."""
    heard = app.frames.confidences(conversation_id)
    return sum(heard) / len(heard) if heard else None
