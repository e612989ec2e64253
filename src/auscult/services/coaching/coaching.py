"""The use cases of coaching. Each step is one transaction."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Annotated

from msgspec import Meta, Struct

from auscult.domain.audits.audit import LONGEST_COMMENT, LONGEST_NAME
from auscult.domain.coaching import item as steps
from auscult.domain.coaching.item import Clip, Coaching, check, flag_share, is_flagged, new_coaching_id
from auscult.domain.errors import RequestError, coded, invalid, not_evaluated, unknown
from auscult.domain.operations.attempts import tried
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.stated import stated, text
from auscult.domain.statistics.intervals import Figure, difference, wilson_figure
from auscult.services.audits.frames import agents_of
from auscult.storage.audits.frames import FrameQuery
from auscult.storage.coaching import CoachingMovedError
from auscult.storage.store import AppStore

WEEKS = timedelta(weeks=4)
"""The time before and after a coaching that are compared."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Coaching as it is asked for, for one agent or for each of a group."""

    agent_ids: Annotated[
        tuple[str, ...], Meta(max_length=200, description="An agent; several make a group."), stated(minItems=1)
    ]
    goal: Annotated[str, text(LONGEST_NAME), Meta(description="The behaviour to work on.")]
    metric_ids: Annotated[tuple[str, ...], Meta(max_length=20, description="A metric to measure.")] = ()
    form_id: Annotated[str, Meta(description="The form of the metrics.")] = ""
    plan: Annotated[str, text(LONGEST_COMMENT, 0), Meta(description="How to work on it.")] = ""
    clips: Annotated[tuple[Clip, ...], Meta(max_length=20, description="A conversation, or a turn in it.")] = ()
    group: Annotated[str, Meta(description="A group, which agents do not see.")] = ""
    due_on: Annotated[date | None, Meta(description="Until this day, as 2026-04-20.")] = None


class Measured(Struct, frozen=True, kw_only=True):
    """A metric before and after: shares of YES among YES and NO with Wilson's interval, and how many each rests on.

    ``difference`` is after less before; None where either has no case.
    """

    metric_id: str
    before: Figure | None
    before_n: int
    after: Figure | None
    after_n: int
    difference: Figure | None


class Example(Struct, frozen=True, kw_only=True):
    """Good example of a colleague who consents to share it."""

    conversation_id: str
    agent_id: str
    metric_id: str
    turn_id: str | None
    start_ms: int | None
    text: str


class NewColleague(Struct, frozen=True, kw_only=True):
    """An agent in their first weeks, with the flagged share of a day and the newest flagged conversations."""

    agent_id: str
    name: str | None
    hired_on: date
    share: float
    conversation_ids: tuple[str, ...]


class Coach:
    """The coaching of one app. Cheap to make; threads may share one.

    Methods raise ``RequestError`` ``coaching.invalid``, ``metric.unknown``; ``NotFoundError`` ``form.unknown``,
    ``conversation.unknown``; ``ConflictError`` ``coaching.duplicate``; ``AccessError`` ``coaching.not_yours``.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime]) -> None:
        """Work on ``app``; ``now`` returns aware UTC time."""
        self._app = app
        self._now = now

    def create(self, wanted: Wanted, by: str) -> list[Coaching]:
        """Store an item for each agent, all or none."""
        agents = tuple(dict.fromkeys(wanted.agent_ids))
        if not 1 <= len(agents) <= steps.MOST_AGENTS:
            raise invalid("coaching.invalid", "agent_ids", coded("choose 1 to {n} agents", n=steps.MOST_AGENTS))
        machines = self._app.people.directory.ai_agents()
        if found := next((each for each in agents if each in machines), None):
            message = coded("{id!r} is an AI agent, which is not coached; choose people", id=found)
            raise RequestError(message, code="coaching.invalid", field="agent_ids", value=found)
        self._check_metrics(wanted)
        for clip in wanted.clips:
            self._check_clip(clip)
        made = [
            check(
                made_from(
                    Coaching,
                    wanted,
                    coaching_id=new_coaching_id(),
                    agent_id=agent,
                    coach=by,
                    goal=wanted.goal.strip(),
                    created_at=self._now(),
                )
            )
            for agent in agents
        ]
        self._app.coaching.save(made)
        return made

    def get(self, coaching_id: str) -> Coaching:
        """Return an item. Raises ``NotFoundError`` ``coaching.unknown``."""
        found = self._app.coaching.get(coaching_id)
        if found is None:
            raise unknown("coaching", coaching_id)
        return found

    def acknowledge(self, coaching_id: str, agent_ids: frozenset[str]) -> Coaching:
        """Start it, or go on. Raises as ``steps.acknowledge`` does."""
        return self._step(coaching_id, lambda one: steps.acknowledge(one, agent_ids, self._now()))

    def finish(self, coaching_id: str, agent_ids: frozenset[str], by: str, text: str = "") -> Coaching:
        """Mark it as done. Raises as ``steps.finish`` does."""
        return self._step(coaching_id, lambda one: steps.finish(one, agent_ids, by, text, self._now()))

    def review(
        self, coaching_id: str, agent_ids: frozenset[str], by: str, text: str = "", *, is_done: bool
    ) -> Coaching:
        """Complete it, or give it back. Raises as ``steps.review`` does."""

        def step(one: Coaching) -> Coaching:
            return steps.review(one, agent_ids, by, text, self._now(), is_done=is_done)

        return self._step(coaching_id, step)

    def reply(self, coaching_id: str, agent_ids: frozenset[str], by: str, text: str) -> Coaching:
        """Add a remark. Raises as ``steps.reply`` does."""
        return self._step(coaching_id, lambda one: steps.reply(one, agent_ids, by, text, self._now()))

    def measure(self, item: Coaching) -> tuple[Measured, ...]:
        """Return each metric before the agent has acknowledged, and after; before that, only before.

        A conversation counts for the agent who handled most of it, as in the funnel of agents.
        """
        start = item.acknowledged_at
        middle = start or self._now()
        end = min(self._now(), middle + WEEKS)
        counts = {metric: [[0, 0], [0, 0]] for metric in item.metric_ids}
        if not counts:
            return ()
        for case in self._app.frames.cases(FrameQuery(item.form_id, middle - WEEKS, end)):
            if item.agent_id not in agents_of(case, "most"):
                continue
            side = int(start is not None and case.conversation.started_at >= start)
            for one in case.evaluation.results:
                if one.metric.id in counts and one.verdict.qualification in {"YES", "NO"}:
                    counts[one.metric.id][side][0] += one.verdict.qualification == "YES"
                    counts[one.metric.id][side][1] += 1
        return tuple(_measured(metric, *sides) for metric, sides in counts.items())

    def consent(self, agent_id: str, agent_ids: frozenset[str], by: str, *, is_given: bool) -> None:
        """Let others play an agent's conversations, or no longer. Only the agent may."""
        probe = Coaching(coaching_id="", agent_id=agent_id, coach="", goal="consent", created_at=self._now())
        steps.acknowledge(probe, agent_ids, self._now())
        self._app.coaching.set_consent(agent_id, by, self._now(), is_given=is_given)

    def examples(self, item: Coaching, limit: int = 2) -> list[Example]:
        """Return clips where consenting colleagues do it well, of the last weeks, each colleague once."""
        willing = self._app.coaching.consents() - {item.agent_id}
        if not willing or not item.metric_ids:
            return []
        query = FrameQuery(item.form_id, self._now() - WEEKS, self._now())
        found: dict[str, Example] = {}
        for case in self._app.frames.cases(query):
            agent = next(iter(agents_of(case, "most")), "")
            if agent in willing and agent not in found and (example := _example(case, agent, item.metric_ids)):
                found[agent] = example
        return list(islice(found.values(), limit))

    def new_colleagues(self) -> list[NewColleague]:
        """Return agents in their first weeks, the newest first, with their newest flagged conversations."""
        today = self._now().date()
        found: list[NewColleague] = []
        for agent in self._app.people.directory.agents():
            share = flag_share(agent.hired_on, today) if agent.hired_on else 0.0
            if agent.hired_on is None or not share:
                continue
            ids = tuple(islice(self._flagged(agent.agent_id, agent.hired_on), 10))
            found.append(made_from(NewColleague, agent, share=round(share, 4), conversation_ids=ids))
        return sorted(found, key=lambda each: each.hired_on, reverse=True)

    def _flagged(self, agent_id: str, hired_on: date) -> Iterator[str]:
        since = self._now() - WEEKS
        forms = [each.form_id for each in self._app.forms.in_force()]
        cases = [
            case.conversation
            for form_id in forms
            for case in self._app.frames.cases(FrameQuery(form_id, since, self._now()))
            if agent_id in agents_of(case, "most")
        ]
        for each in sorted(cases, key=lambda one: one.started_at, reverse=True):
            if is_flagged(each.id, hired_on, each.started_at.date()):
                yield each.id

    def _check_metrics(self, wanted: Wanted) -> None:
        if not wanted.form_id:
            return
        from auscult.services.definitions.forms.reading import read_form  # noqa: PLC0415  (takes a while to load)

        stored = self._app.forms.get(wanted.form_id)
        if stored is None:
            raise unknown("form", wanted.form_id)
        known = [each.id for each in read_form(stored.document, stored.version).metrics]
        for metric in wanted.metric_ids:
            if metric not in known:
                raise RequestError(
                    "the form has no metric {value!r}; it has {list}",
                    list=", ".join(known),
                    code="metric.unknown",
                    field="metric_ids",
                    value=metric,
                )

    def _check_clip(self, clip: Clip) -> None:
        case = self._app.audits.case(clip.conversation_id or "")
        if case is None:
            raise not_evaluated(clip.conversation_id, "clips")
        if clip.turn_id is not None and all(turn.id != clip.turn_id for turn in case.conversation.turns):
            raise RequestError(
                "conversation {id} has no turn {value!r}",
                id=clip.conversation_id,
                code="coaching.invalid",
                field="clips.turn_id",
                value=clip.turn_id,
            )

    def _step(self, coaching_id: str, step: Callable[[Coaching], Coaching]) -> Coaching:
        def attempt() -> Coaching:
            after = step(self.get(coaching_id))
            self._app.coaching.save([after])
            return after

        return tried(attempt, CoachingMovedError)


def _measured(metric_id: str, before: list[int], after: list[int]) -> Measured:
    first = wilson_figure(before[0], before[1]) if before[1] else None
    second = wilson_figure(after[0], after[1]) if after[1] else None
    return Measured(
        metric_id=metric_id,
        before=first,
        before_n=before[1],
        after=second,
        after_n=after[1],
        difference=difference(second, first) if first and second else None,
    )


def _example(case: EvaluatedConversation, agent: str, metric_ids: tuple[str, ...]) -> Example | None:
    for one in case.evaluation.results:
        first = next((each for each in one.verdict.evidence if each.turn_id is not None), None)
        if one.metric.id in metric_ids and one.adhered and first is not None:
            return Example(
                conversation_id=case.conversation.id,
                agent_id=agent,
                metric_id=one.metric.id,
                turn_id=first.turn_id,
                start_ms=first.start_ms,
                text=first.text or "",
            )
    return None
