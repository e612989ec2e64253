"""The use cases of explanations for one viewer: which pieces they see, what the judge makes of them, and the log."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from auscult.domain.audits.audit import state_of
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import ConflictError, coded, unknown
from auscult.domain.evaluation import Evaluation, Evidence, MetricResult, points
from auscult.domain.explanations import (
    ASK,
    Explanation,
    Sent,
    Spent,
    checked,
    chosen,
    excerpt,
    later,
    standing,
)
from auscult.domain.form import Metric
from auscult.domain.insight import Insights
from auscult.domain.people.principal import Principal
from auscult.domain.scoring.explaining import Explainer, Piece
from auscult.domain.scoring.stored import ConversationDetail, EvaluatedConversation
from auscult.services.audits.blind import (
    blindness_of,
    hidden_from,
    kept_from,
    kept_from_agents,
    latest_blind,
    read_by,
)
from auscult.services.conversations.latest import Sought, details
from auscult.services.conversations.list_query import Query, read_query
from auscult.services.definitions.forms.reading import read_form
from auscult.services.insights.quality import METRICS, NOTHING, WEEK, Adherence, by_period, periods
from auscult.services.insights.trust import trust
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore

WEEKS, MONTH = 26, 4
METRIC_DAYS = 90
MOST_READ = 12
"""Conversations of which turns are quoted about figures."""
MOST_OF_ONE = 4
"""Turns of each of them."""

_SCORED = later("Score: {score}, and {needed} are needed to pass. {passed}")
_PASSED, _NOT_PASSED, _UNDECIDED = later("Passed."), later("Not passed."), later("Undecided.")
_MET = later("{metric}: met, {gained} of {possible} points.")
_MISSED = later("{metric}: missed, {gained} of {possible} points.")
_NOT_APPLICABLE, _OPEN = later("{metric}: does not apply."), later("{metric}: has no answer yet.")
_SENTIMENT = later("Sentiment of the customer: {word}, {score} on a scale up to 10.")
_FEELINGS = {"negative": later("negative"), "neutral": later("neutral"), "positive": later("positive")}
_RESOLVED, _UNRESOLVED = later("The request was resolved."), later("The request was not resolved.")
_ESCALATED, _CALM = later("Escalation: observed."), later("Escalation: not observed.")
_CHURN, _NO_CHURN = later("Risk of churn: observed."), later("Risk of churn: not observed.")
_WEEK = later("Week from {first} to {last}: {n} of {whole} conversations passed, {share} %.")
_OF_METRIC = later("{metric}, {first} to {last}: met in {n} of {whole} conversations, {share} %.")
_AGREED = later("{metric}: machine and people agree in {n} of {whole} audits, {share} %.")
_MISSED_IN = later("{metric} was missed on {day}.")
_FAILED = later("Not passed on {day}, with score {score}; missed: {metrics}.")


class Explaining:
    """Questions about one app, as one viewer asks them. Cheap to make; threads may share one.

    Pieces are what the viewer's pages show: conversations that they read, and figures that count what they see.
    """

    def __init__(
        self,
        app: AppStore,
        viewer: Principal,
        explainer: Explainer | None,
        now: Callable[[], datetime],
        say: Callable[[str], str] = str,
    ) -> None:
        """Work on ``app``; ``now`` returns aware UTC time. ``say`` translates the texts of figures."""
        self._app = app.seen_by(viewer.visibility("conversation.read"))
        self._viewer = viewer
        self._explainer = None if explainer is None else explainer.for_app(app.tenant.app_id)
        self._now = now
        self._say = say

    def about_conversation(self, conversation_id: str, question: str) -> Explanation:
        """Answer a question about a conversation.

        Raises ``NotFoundError`` ``conversation.unknown``; ``ConflictError`` ``explanation.blind`` while the viewer rates
        it blind, ``judge.none``; ``EngineError``, ``BusyError``.
        """
        detail = self._app.conversations.get(conversation_id)
        if detail is None:
            raise unknown("conversation", conversation_id)
        if hidden_from(self._app, self._viewer.name, conversation_id):
            message = coded("you rate this conversation blind; ask about it once you have submitted")
            raise ConflictError(message, code="explanation.blind", field="conversation_id", value=conversation_id)
        return self._answer(question, self._of_conversation(detail), f"conversation:{conversation_id}")

    def about_metric(self, metric_id: str, question: str, until: datetime | None = None) -> Explanation:
        """Answer a question about a metric over the 90 days before ``until``, now unless given.

        Raises ``NotFoundError`` ``metric.unknown``; ``AccessError``; ``ConflictError`` ``judge.none``; ``EngineError``, ``BusyError``.
        """
        self._viewer.require("insight.read")
        self._viewer.require("audit.read")
        metric = self._metrics().get(metric_id)
        if metric is None:
            raise unknown("metric", metric_id)
        return self._answer(question, self._of_metric(metric, until or self._now()), f"metric:{metric_id}")

    def about_overview(self, question: str, query: Query | None = None, until: datetime | None = None) -> Explanation:
        """Answer a question about the figures of the 26 weeks before ``until``, now unless given.

        ``query`` are filters as lists have them. Raises ``RequestError``; ``AccessError``; ``ConflictError`` ``judge.none``; ``EngineError``, ``BusyError``.
        """
        self._viewer.require("insight.read")
        sought = read_by(self._app, read_query(query or {}, self._now(), UTC), self._viewer)
        return self._answer(question, self._of_overview(sought, until or self._now()), None)

    def _answer(self, question: str, pieces: Iterable[Piece], target: str | None) -> Explanation:
        """Ask the judge, and keep the sentences that rest on what it was given."""
        self._viewer.require(ASK)
        if self._explainer is None:
            raise ConflictError("no judge is configured here, so that nothing can be asked", code="judge.none")
        asked = self._app.privacy.text(checked(question))
        picked = chosen(tuple(pieces), asked, self._explainer.room)
        if not picked.pieces:
            return Explanation(question=asked, sent=Sent(withheld=picked.sent.withheld))
        sent = picked.sent
        record(self._app, self._viewer.label, "judge.asked", target, conversations=list(sent.conversations))
        reply = self._explainer.explain(asked, picked.pieces)
        sentences, dropped = standing(reply.said, picked.pieces, asked)
        return Explanation(
            question=asked,
            sentences=sentences,
            dropped=dropped,
            fault=reply.fault,
            sent=sent,
            engine=reply.engine,
            spent=Spent.of(reply.usage),
        )

    def _of_conversation(self, detail: ConversationDetail) -> list[Piece]:
        """Return every turn, and what the machine decided where the viewer sees that."""
        conversation = detail.conversation
        turns = [_turn(each, conversation) for each in conversation.turns if each.text.strip()]
        hidden = hidden_from(self._app, self._viewer.name, conversation.id, self._viewer.agent_ids)
        settings = kept_from_agents(self._app, self._viewer.visibility())
        kept = kept_from(settings, state_of(detail.audit), hidden)
        if "machine" in kept or not detail.evaluations:
            return turns
        figures = [*self._of_evaluation(detail.evaluations[0]), *self._of_insights(detail.insights)]
        return [*turns, *(replace(each, conversation_id=conversation.id) for each in figures)]

    def _of_evaluation(self, evaluation: Evaluation) -> Iterator[Piece]:
        form = evaluation.form
        if form is None:
            return
        if evaluation.score is not None:
            passed = {True: _PASSED, False: _NOT_PASSED, None: _UNDECIDED}[evaluation.passed]
            needed = _plain(form.pass_score)
            text = self._said(_SCORED, score=evaluation.score, needed=needed, passed=self._say(passed))
            yield Piece(text=text, figure="score")
        for result in evaluation.results:
            gained, possible = points(result, form)
            text = {True: _MET, False: _MISSED, None: _OPEN}[result.adhered]
            text = _NOT_APPLICABLE if result.verdict.qualification == "NA" else text
            said = self._said(text, metric=result.metric.name, gained=_plain(gained), possible=_plain(possible))
            yield Piece(text=said, figure=f"metric:{result.metric.id}", shown_by=_turns(_evidence(result)))

    def _of_insights(self, found: Insights | None) -> Iterator[Piece]:
        if found is None:
            return
        if found.sentiment is not None:
            word = self._say(_FEELINGS[found.sentiment.label])
            text = self._said(_SENTIMENT, word=word, score=found.sentiment.score)
            yield Piece(text=text, figure="insight:sentiment")
        if found.resolution is not None and found.resolution.resolution != "NA":
            text = self._say(_RESOLVED if found.resolution.resolution == "YES" else _UNRESOLVED)
            yield Piece(text=text, figure="insight:resolution", shown_by=_turns(found.resolution.evidence))
        for name, flag, seen, unseen in (
            ("escalation", found.escalation, _ESCALATED, _CALM),
            ("churn_risk", found.churn_risk, _CHURN, _NO_CHURN),
        ):
            if flag is not None:
                text = self._say(seen if flag.observed else unseen)
                yield Piece(text=text, figure=f"insight:{name}", shown_by=_turns(flag.evidence))

    def _of_metric(self, metric: Metric, until: datetime) -> Iterator[Piece]:
        since = until - timedelta(days=METRIC_DAYS)
        spans = ((since, until), *periods(until, METRIC_DAYS // WEEK.days))
        whole = by_period(self._app, Sought(), spans[:1], METRICS)
        weekly = by_period(self._app, Sought(), spans[1:], METRICS)
        found = [period.metrics.get(metric.id, NOTHING) for period in (*whole, *weekly)]
        yield from self._adherence(metric, found, spans)
        trusted = trust(self._app, metric.id, since, until)
        if trusted.audits:
            alike = sum(n for (one, other), n in trusted.cells.items() if one == other)
            text = self._said(_AGREED, metric=metric.name, **_share(alike, trusted.audits))
            yield _figure(f"agreement:{metric.id}", text, where={**_span(since, until), "checked": metric.id})
        missed = Sought(since=since, until=until, missed=(metric.id,))
        for case in self._read(missed):
            result = next((each for each in case.evaluation.results if each.metric.id == metric.id), None)
            if result is not None:
                text = self._said(_MISSED_IN, metric=metric.name, day=_day(case.conversation.started_at))
                yield _figure(f"metric:{metric.id}", text, case.conversation.id)
                yield from _quoted(case, _evidence(result))

    def _of_overview(self, sought: Sought, until: datetime) -> Iterator[Piece]:
        for week in by_period(self._app, sought, periods(until, WEEKS), ("outcome",)):
            found = week.passed
            if found.scored:
                text = self._said(
                    _WEEK,
                    first=_day(found.since),
                    last=_day(found.until - timedelta(milliseconds=1)),
                    **_share(found.passed, found.scored),
                )
                yield _figure(f"week:{_day(found.since)}", text, where=_span(found.since, found.until))
        spans = ((until - 2 * MONTH * WEEK, until - MONTH * WEEK), (until - MONTH * WEEK, until))
        months = by_period(self._app, sought, spans, METRICS)
        for metric in self._metrics().values():
            yield from self._adherence(metric, [each.metrics.get(metric.id, NOTHING) for each in months], spans)
        failed = replace(sought, since=until - MONTH * WEEK, until=until, outcomes=("failed",))
        for case in self._read(failed):
            missed = [each for each in case.evaluation.results if each.adhered is False]
            names = ", ".join(each.metric.name for each in missed)
            day = _day(case.conversation.started_at)
            text = self._said(_FAILED, day=day, score=case.evaluation.score, metrics=names)
            yield _figure("score", text, case.conversation.id)
            yield from _quoted(case, [each for result in missed for each in _evidence(result)])

    def _adherence(
        self, metric: Metric, found: Sequence[Adherence], spans: Sequence[tuple[datetime, datetime]]
    ) -> Iterator[Piece]:
        """Yield how many met a metric in each period in which it applied."""
        for counts, (since, until) in zip(found, spans, strict=True):
            if counts.n:
                text = self._said(
                    _OF_METRIC,
                    metric=metric.name,
                    first=_day(since),
                    last=_day(until - timedelta(milliseconds=1)),
                    **_share(counts.met, counts.n),
                )
                where = {**_span(since, until), "asked": metric.id}
                yield _figure(f"metric:{metric.id}", text, where=where)

    def _read(self, sought: Sought) -> Iterator[EvaluatedConversation]:
        """Yield the newest conversations that are sought, without those whose being there reveals what is hidden."""
        blindness = blindness_of(self._app, self._viewer.name, self._viewer.agent_ids)
        settings = kept_from_agents(self._app, self._viewer.visibility())
        items = latest_blind(self._app, sought, blindness, settings=settings, limit=MOST_READ).items
        open_items = [each for each in items if not blindness.get(each.id)]
        known = details(self._app, open_items)
        yield from (known[each.id] for each in open_items if each.id in known and known[each.id].is_current)

    def _metrics(self) -> dict[str, Metric]:
        """Return the metrics of the forms in force, by id."""
        forms = (read_form(each.document, each.version) for each in self._app.forms.in_force())
        found: dict[str, Metric] = {}
        for form in forms:
            for metric in form.metrics:
                found.setdefault(metric.id, metric)
        return found

    def _said(self, text: str, **values: object) -> str:
        return self._say(text).format(**values)


def _evidence(result: MetricResult) -> tuple[Evidence, ...]:
    """Return the evidence of a verdict and of its parts."""
    return (*result.verdict.evidence, *(each for part in result.verdict.parts for each in part.evidence))


def _turns(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.turn_id for each in evidence if each.turn_id))


def _quoted(case: EvaluatedConversation, evidence: Sequence[Evidence]) -> Iterator[Piece]:
    """Yield the turns that are evidence, in their order; without any the first ones."""
    wanted = {each.turn_id for each in evidence if each.turn_id}
    turns = [each for each in case.conversation.turns if each.text.strip()]
    shown = [each for each in turns if each.id in wanted] or turns
    for each in shown[:MOST_OF_ONE]:
        yield _turn(each, case.conversation)


def _turn(turn: Turn, conversation: Conversation) -> Piece:
    return Piece(
        text=excerpt(turn.text),
        speaker=turn.speaker,
        conversation_id=conversation.id,
        turn_id=turn.id,
        start_ms=turn.start_ms,
    )


def _figure(name: str, text: str, conversation_id: str | None = None, where: Mapping[str, str] | None = None) -> Piece:
    return Piece(text=text, figure=name, conversation_id=conversation_id, where=dict(where or {}))


def _span(since: datetime, until: datetime) -> dict[str, str]:
    return {"since": since.isoformat(), "until": until.isoformat()}


def _share(n: int, whole: int) -> dict[str, object]:
    return {"n": n, "whole": whole, "share": round(100 * n / whole)}


def _day(instant: datetime) -> str:
    return instant.date().isoformat()


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
