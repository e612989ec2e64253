"""Views of verdicts: the row of each metric, the strip of all, and the arithmetic of the score."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

import msgspec
from markupsafe import Markup, escape
from msgspec import Struct

from auscult.domain.errors import coded, parts_of
from auscult.domain.evaluation import Evaluation, Evidence, MetricResult, Part, Qualification, points
from auscult.domain.form import Form, Metric
from auscult.domain.questions.abstaining import is_hesitant
from auscult.language import gettext as _
from auscult.language import later
from auscult.metrics.manual import WAITING
from auscult.server.console.frame.charts.strip import Cell, Kind
from auscult.server.console.frame.quoting import excerpt, passage, span_of
from auscult.server.console.frame.reader import Reader, clock
from auscult.server.console.frame.reasons import filled, in_words, sentence_of
from auscult.services.conversations.closest import is_miss
from auscult.services.scoring.trial import is_not_asked

WORDS: dict[Qualification, str] = {"YES": later("Yes"), "NO": later("No"), "NA": later("N/A"), "-": later("To answer")}
_SIGNS = {"YES": "yes", "NO": "no", "NA": "na"}
_PARTS = {"Trigger": later("Trigger"), "Answer": later("Answer")}
"""The parts of a question with sub-weights; those of other metrics are named by their forms."""
_OTHERS = frozenset({"by_ai_agent"})
"""Metrics whose reasons are written by systems of others."""
_LONGEST_QUOTE = 240
_BY_VOTE = "words alone say "
_ENDINGS = (
    "{before}; nearest: {whys}",
    "{before}; the judge says that it does not apply: {judged}",
    "{before}; the judge says no: {judged}",
)
"""Additions to the reason of a search that found nothing."""


def sign_of(answer: str | None) -> str:
    """Return the sign of an answer, "" for a level."""
    return _SIGNS.get(answer or "", "")


class Quote(Struct, frozen=True, kw_only=True):
    """Decisive words in their sentence, or a call of a tool. ``why`` gives the reason where the words alone do not.

    ``place`` is who says it, and when.
    """

    text: str
    turn_id: str | None
    place: str
    why: Markup = Markup()
    call_id: str = ""


class PartView(Struct, frozen=True, kw_only=True):
    """A question within a metric."""

    name: str
    kind: Kind
    word: str


class VerdictView(Struct, frozen=True, kw_only=True):
    """One metric's row. ``gained`` and ``possible`` are empty where the metric is left out.

    ``near`` is the closest text where nothing matched, ``level`` the answer to a graded metric, ``confidence`` states
    the probability of a verdict that the machine hesitates over, or of a judge's; ``so_far`` holds the points earned by the verdicts up to
    this one, out of the points possible. ``is_asked``: a person answers it, and has not yet.
    """

    metric_id: str
    name: str
    question: str
    kind: Kind
    word: str
    level: str
    is_fatal: bool
    quotes: tuple[Quote, ...]
    cues: tuple[Quote, ...]
    near: tuple[Quote, ...]
    reason: Markup
    confidence: str
    parts: tuple[PartView, ...]
    gained: str
    possible: str
    so_far: str = ""
    is_asked: bool = False


class LedgerView(Struct, frozen=True, kw_only=True):
    """The arithmetic of a score: the weights left out, counted and lost, the score, and how it follows from them."""

    rows: tuple[tuple[str, Decimal], ...]
    sums: tuple[tuple[str, Decimal], ...]
    result: str
    score: Decimal | None


def kind_of(answer: MetricResult | Part) -> Kind:
    """Return the kind of a verdict: met, missed, left out, or not answered yet."""
    qualification = answer.verdict.qualification if isinstance(answer, MetricResult) else answer.qualification
    if qualification == "-":
        return "unsure"
    return "na" if answer.adhered is None else "yes" if answer.adhered else "no"


def cells_of(results: Sequence[MetricResult]) -> tuple[Cell, ...]:
    """Return the strip of an evaluation."""
    return tuple(
        Cell(
            name=each.metric.name,
            kind=kind_of(each),
            weight=float(each.metric.weight),
        )
        for each in results
    )


def _setting(metric: Metric, name: str) -> str:
    """Return a text of a metric's settings, which may not be decoded; empty where they have none."""
    given: object = metric.settings
    found = cast("dict[str, object]", given).get(name) if isinstance(given, dict) else getattr(given, name, None)
    return found if isinstance(found, str) else ""


def question_of(metric: Metric) -> str:
    """Return the question of a metric if its settings have one in words."""
    return _setting(metric, "question")


def verdict_views(
    results: Sequence[MetricResult],
    form: Form,
    reader: Reader,
    said: Mapping[str, tuple[str, str]],
    near: Mapping[str, Evidence],
) -> tuple[VerdictView, ...]:
    """Show every verdict. ``said`` holds speaker and words of each turn, ``near`` the closest matches by metric id."""
    views: list[VerdictView] = []
    gained = possible = Decimal(0)
    for each in results:
        counted = points(each, form)
        gained, possible = gained + counted.gained, possible + counted.possible
        view = verdict_view(each, form, reader, said, near.get(each.metric.id))
        so_far = _("{n} of {whole} so far").format(n=reader.weight(gained), whole=reader.weight(possible))
        views.append(msgspec.structs.replace(view, so_far=so_far))
    return tuple(views)


def verdict_view(
    result: MetricResult, form: Form, reader: Reader, said: Mapping[str, tuple[str, str]], near: Evidence | None = None
) -> VerdictView:
    """Show one verdict. ``said`` holds speaker and words of each turn, ``near`` is its closest match."""
    metric, verdict = result.metric, result.verdict
    kind = kind_of(result)
    counted = points(result, form)
    is_counted = counted.possible > 0
    return VerdictView(
        metric_id=metric.id,
        name=metric.name,
        question=question_of(metric),
        kind=kind,
        word=_word(result),
        level=verdict.level or "",
        is_fatal=metric.fatal,
        quotes=tuple(
            _quote(each, said) for each in verdict.evidence if not is_miss(result, each) and not each.is_absence
        ),
        near=tuple(
            _quote(each, said)
            for each in (*verdict.evidence, *filter(None, [near]))
            if each is near or is_miss(result, each)
        ),
        cues=tuple(_quote(each, said) for each in verdict.trigger),
        reason=Markup() if verdict.reason == WAITING else _reason(result),
        confidence=_confidence(result, form, reader),
        parts=tuple(
            PartView(name=_part_name(part, metric), kind=kind_of(part), word=_(WORDS[part.qualification]))
            for part in verdict.parts
        ),
        gained=reader.weight(counted.gained) if is_counted else "",
        possible=reader.weight(counted.possible) if is_counted else "",
        is_asked=verdict.qualification == "-" and not is_not_asked(verdict),
    )


def _part_name(part: Part, metric: Metric) -> str:
    """Return the name of a part: in the reader's language where it is not the form's own."""
    return _(_PARTS.get(part.name, part.name)) if metric.type == "by_question" else part.name


def _quote(evidence: Evidence, said: Mapping[str, tuple[str, str]]) -> Quote:
    speaker, text = said.get(evidence.turn_id or "", ("", ""))
    span = span_of(evidence, text) if text else None
    words = passage(text, span, _LONGEST_QUOTE) if span else evidence.text
    why = Markup() if evidence.why.startswith("says '") else in_words(evidence.why, may_be_of_others=True)
    time = "" if evidence.start_ms is None else clock(evidence.start_ms)
    return Quote(
        text=excerpt(words, _LONGEST_QUOTE) if span is None or len(words) > _LONGEST_QUOTE + 2 else words,
        turn_id=evidence.turn_id,
        call_id=evidence.call_id or "",
        place=f"{speaker} {time}".strip(),
        why=why,
    )


def reason_of(result: MetricResult) -> Markup:
    """Return the whole reason of a verdict, as it is stored; without one, what its first pieces of evidence show."""
    verdict = result.verdict
    if verdict.reason:
        return in_words(verdict.reason, may_be_of_others=result.metric.type in _OTHERS)
    return Markup("; ").join(in_words(each.why, may_be_of_others=True) for each in verdict.evidence[:2])


def _reason(result: MetricResult) -> Markup:
    """Return the reason in a sentence, unless it is given alongside words; without one, or where votes were weighed, the stretch that was read in vain."""
    evidence = result.verdict.evidence
    reason = "" if any(each.text and each.why == result.verdict.reason for each in evidence) else result.verdict.reason
    if not result.verdict.certain:
        said = (
            _("Unclear: {reason}.") if result.adhered is None else _("Counted as {answer}, though unclear: {reason}.")
        )
        return filled(said, answer=_word(result), reason=in_words(reason))
    if not reason or (reason.startswith(_BY_VOTE) and evidence):
        absence = next((each for each in evidence if each.is_absence), None)
        return Markup() if absence is None else sentence_of(in_words(absence.why))
    if reason.startswith("ruled out"):
        return escape(_("What was said rules it out: left out."))
    return _sought(result) or sentence_of(in_words(reason, may_be_of_others=result.metric.type in _OTHERS))


def _sought(result: MetricResult) -> Markup:
    """Return where something was sought in vain, and why that is excused, if it is; empty for another reason."""
    verdict, reason = result.verdict, result.verdict.reason
    if excused := parts_of(reason, "not found in {place}, and excused, because {because}"):
        said = _("Not found in {where}, and there was no occasion: left out.")
        if excused["because"] == _setting(result.metric, "excused_because"):
            said = _("Not found in {where}, and left out, because {reason}.")
        return filled(said, where=_part(excused["place"]), reason=_part(excused["because"]))
    ending = next((each for each in _ENDINGS if parts_of(reason, each)), "")
    parts = parts_of(reason, ending) or {"before": reason}
    found = parts_of(parts["before"], "not found in {place}")
    trigger = parts_of(parts["before"], "no trigger in {place}") if verdict.qualification == "NA" else None
    place = (found or trigger or {}).get("place")
    if place is None:
        return Markup()
    if trigger and "whys" in parts:
        said = _("Nothing in {where} asks for it: left out. Nearest: {near}.")
        return filled(said, where=_part(place), near=_part(parts["whys"]))
    said = _("Not found. Looked in {where}.") if found else _("Nothing in {where} asks for it: left out.")
    return filled(said, where=_part(coded(ending, **{**parts, "before": place}) if ending else place))


def _part(part: object) -> Markup:
    return in_words(part, may_be_of_others=True) if isinstance(part, str) else escape(part)


def _confidence(result: MetricResult, form: Form, reader: Reader) -> str:
    """Return the confidence of a verdict that the machine hesitates over, or of a judge's; empty for any other."""
    confidence, judged = result.verdict.confidence, result.verdict.calibration
    if confidence is None:
        return _("The judge states no confidence, and none is fitted.") if judged is not None else ""
    said = _("Unsure: confidence {n}.") if is_hesitant(result.verdict, form) else ""
    if judged is not None and judged.answers:
        said = _("Confidence {n}, fitted to {m} answers of people.")
    elif judged is not None:
        said = _("Confidence {n} by the judge itself, not calibrated.")
    return said.format(n=reader.number(confidence, 2), m=reader.number(judged.answers if judged else 0))


def ledger_view(evaluation: Evaluation, reader: Reader) -> LedgerView | None:
    """Show the arithmetic of the score; return None without a form or results."""
    form = evaluation.form
    if form is None or not evaluation.results:
        return None
    results = evaluation.results
    weights = sum((each.metric.weight for each in results), Decimal(0))
    rows = [(_("Weights of all {n} metrics").format(n=len(results)), weights)]
    lost: list[tuple[str, Decimal]] = []
    gained = possible = Decimal(0)
    for each in results:
        counted = points(each, form)
        gained, possible = gained + counted.gained, possible + counted.possible
        if left_out := each.metric.weight - counted.possible:
            label = _("{metric}: {word}, left out").format(metric=each.metric.name, word=_word(each))
            rows.append((label, -left_out))
        if missed := counted.possible - counted.gained:
            why = _why_lost(each, reader.weight(counted.gained), reader.weight(counted.possible))
            lost.append((f"{each.metric.name}: {why}", -missed))
    sums = ((_("Counted"), possible), *lost, (_("Earned"), gained))
    result = _result(evaluation, gained, possible, reader)
    return LedgerView(rows=tuple(rows), sums=sums, result=result, score=evaluation.score)


def _why_lost(result: MetricResult, gained: str, possible: str) -> str:
    if result.verdict.level:
        return _("{level}, {n} of {whole}").format(level=result.verdict.level, n=gained, whole=possible)
    if result.verdict.parts:
        missed = sum(part.adhered is False for part in result.verdict.parts)
        return _("{n} of {whole} parts missed").format(n=missed, whole=len(result.verdict.parts))
    return _word(result)


def _word(result: MetricResult) -> str:
    """Return the answer in words: of a graded metric its level."""
    return result.verdict.level or _(WORDS[result.verdict.qualification])


def _result(evaluation: Evaluation, gained: Decimal, possible: Decimal, reader: Reader) -> str:
    """Return how the score follows from the weights."""
    score = evaluation.score
    if score is None:
        return _("Nothing applies, so there is no score")
    fatal = [each.metric.name for each in evaluation.results if each.is_fatal_error]
    if fatal:
        return _("{metrics}: fatal, so the score is 0").format(metrics=", ".join(fatal))
    exact = 100 * gained / possible
    label = f"{reader.weight(gained)} \u00f7 {reader.weight(possible)}"
    if exact != score and exact % 1:
        label = _("{division} = {exact}\u2026, rounded").format(division=label, exact=reader.number(exact, 3))
    elif exact != score:
        label += f" = {reader.number(exact)}"
    return label
