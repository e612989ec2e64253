"""Assistant: suggests answers to customers' messages, searches for agents, writes summaries, and hands on ended conversations.

All automatic work on a conversation is done in ``process``, which may be called at any time, by any process, and any
number of times: the work follows from the events, and its results are events. So a crash leaves nothing half done, and
nothing is done twice.
"""

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from auscult.domain.assist.assistance import AssistedAgent, Suggestion, Summary
from auscult.domain.assist.live import (
    Event,
    Idled,
    Message,
    Occasion,
    Passed,
    Searched,
    Suggested,
    Summarised,
    derived_id,
)
from auscult.domain.assist.live_log import Decision, LiveLog, RestingState
from auscult.domain.assist.live_projection import FINAL, Live, fold
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.errors import ConflictError
from auscult.services.assist.answers import Answering, Question
from auscult.services.assist.knowledge import Library
from auscult.services.assist.live import RETRY_AFTER, LiveConversation
from auscult.services.assist.mood import Mood, Moods
from auscult.services.assist.playbook_progress import Followed, follow
from auscult.services.assist.step_detection import Tracker, untracked
from auscult.services.definitions.forms.cache import FormCache
from auscult.storage.store import AppStore

NOTHING_SAID = "nothing was said that could be summarised"

SOON_S = 1.0
"""What was answered is shown after this time, and the rest is answered after that."""

_MOST_ROUNDS = 100
"""Looks at one conversation in one go; so busy a conversation is looked at again soon."""


class NoSummary(NamedTuple):
    """There is no summary, and why; without a reason, nothing was said that could be summarised."""

    reason: str | None


Summarize = Callable[[Live], str | NoSummary]
"""Writes a summary of a conversation as it stands, a few sentences long."""


class Assistant:
    """Does what is to be done. Threads may share it."""

    def __init__(  # noqa: PLR0913  (what it works with)
        self,
        answering: Answering,
        summarize: Summarize,
        now: Callable[[], datetime],
        *,
        retry_after: timedelta = RETRY_AFTER,
        at_once: int = 2,
        tracker: Tracker | None = None,
        moods: Moods | None = None,
    ) -> None:
        """Store the parts. ``now`` gives aware UTC times.

        Without a ``tracker`` no playbook is followed, without ``moods`` the customer's sentiment is unknown.
        ``retry_after`` is longer than an answer needs, or another process would work on it too; ``at_once`` is how many
        conversations to process at a time.
        """
        self.at_once = at_once
        self._answering = answering
        self._summarize = summarize
        self._now = now
        self._retry_after = retry_after
        self._tracker = tracker
        self._moods = moods
        self._versions = FormCache()

    @property
    def library(self) -> Library:
        """Return the index that is searched."""
        return self._answering.library

    def conversation(self, app: AppStore, conversation_id: str) -> LiveConversation:
        """A live conversation of an app, whether or not there is one yet."""
        return LiveConversation(app, conversation_id, self._now, self._retry_after)

    def mood(self, app: AppStore, live: Live) -> Mood:
        """Return how a conversation's customer sounds so far, and whether it escalates."""
        return self._moods.of(app.tenant.app_id, live) if self._moods else Mood()

    def follow(self, app: AppStore, live: Live) -> Followed:
        """Return a conversation's progress in its playbooks, and the metrics of the form that it would be scored with now."""
        return follow(live, self._versions.in_force(app))

    def process(self, app: AppStore, conversation_id: str, report: Callable[[], None] = lambda: None) -> None:
        """Do all open work on a conversation, and set when it is due again.

        ``report`` is called after each result, so that a waiting caller need not wait for the rest.
        """
        conversation = self.conversation(app, conversation_id)
        chosen = app.live.settings()
        silence = timedelta(seconds=chosen.idle_after_s)
        log = app.live.log(conversation_id)
        for _ in range(_MOST_ROUNDS):
            if not log.events:
                return
            live = fold(app.tenant, conversation_id, log.events)
            done, is_all = self._work(conversation, live, chosen)
            if not done:
                if self._leave(app, log, live, silence):
                    return
                log = app.live.log(conversation_id)
                continue
            seen = len(log.events)
            goes_on = not live.is_ended and not isinstance(done[-1], Idled)
            # One that is over has to be handed on: whoever dies before that is followed by another within seconds.
            log = self._add(conversation, done, seen, live.active_at + silence if is_all and goes_on else None)
            report()
            if is_all and goes_on and len(log.events) == seen + len(done):
                return  # nothing else happened, and nothing more is to be done

    def close(self) -> None:
        """Close connections; no work is done after that."""
        self._answering.close()

    def search(
        self, conversation: LiveConversation, query: str, agent: AssistedAgent | None, key: str | None = None
    ) -> Suggestion:
        """Search for an agent. The same ``key`` gives what it gave before. Raises ``NotFoundError``."""
        now, live = self._now(), conversation.state()
        known = live.conversation
        query = conversation.app.privacy.text(query)  # before it is stored, and before a judge reads it
        question = Question(conversation.app, known.id, known.language, query, key or f"{now.isoformat()} {query}")
        known_answer = next((each for each in live.assist.searches if each.request_id == question.request_id), None)
        if known_answer is not None:
            return known_answer
        answer = self._answering.search(question)
        event_id = f"searched:{question.request_id}"
        event = Searched(id=event_id, at=now, received_at=self._now(), answer=answer, agent=agent)
        return _stored(conversation.append(lambda _: [event]), event).answer

    def summarize(self, conversation: LiveConversation, agent: AssistedAgent, key: str | None = None) -> Summary:
        """Write an interim summary that an agent asks for. The same ``key`` gives what it gave before.

        Where nothing was said since the agent's last one, it is that one again, and counts once. Raises
        ``NotFoundError``, and ``ConflictError`` where the agent has had as many as there may be, or nothing was said
        that could be summarised.
        """
        name = f"asked:{agent.id}:{key or self._now().isoformat()}"
        event_id = f"summarised:{name}"
        most = conversation.app.live.settings().summaries_per_agent
        before = _requested_summaries(conversation.known().events, agent)
        live = conversation.state()
        known = _repeated(before, event_id, len(live.messages))
        if known is not None:
            return known.summary
        _check_limit(before, most, agent)
        event = self._summary(conversation, live, name, agent, "asked")
        if isinstance(event, Passed):
            code = "summary.nothing_said" if event.reason == NOTHING_SAID else "summary.unavailable"
            raise ConflictError(event.reason, code=code)

        def decide(events: Sequence[Event]) -> list[Event]:
            requested = _requested_summaries(events, agent)
            if _repeated(requested, event_id, event.turns) is not None:
                return []
            _check_limit(requested, most, agent)
            return [event]

        log = conversation.append(decide)
        return (_repeated(_requested_summaries(log.events, agent), event_id, event.turns) or event).summary

    def _work(self, conversation: LiveConversation, live: Live, chosen: AssistSettings) -> tuple[list[Event], bool]:
        """Do what is to be done, or what can be done soon; what was done, and whether it is all."""
        done: list[Event] = []
        began = time.perf_counter()
        for message in live.unanswered:
            if done and time.perf_counter() - began > SOON_S:
                return done, False
            done.append(self._suggestion(conversation, live, message))
        left = untracked(live, chosen) if self._tracker else []
        if self._tracker and left:
            if done:
                return done, False  # what somebody waits for goes before what is only noted
            done += self._tracker.track(live, chosen, left, self._now())
        for each in live.handovers:
            done.append(self._summary(conversation, live, each.id, each.agent, "handover", each.at))
        if live.wants_final:
            done.append(self._summary(conversation, live, FINAL, None, "end"))
        now, silence = self._now(), timedelta(seconds=chosen.idle_after_s)
        if not done and not live.is_ended and live.last and now >= live.active_at + silence:
            done.append(Idled(id=f"idled:{live.last.id}", at=live.last.at, received_at=now))
        return done, True

    def _add(
        self, conversation: LiveConversation, done: Sequence[Event], seen: int, due_at: datetime | None
    ) -> LiveLog:
        """Store the results. Where no other event arrived meanwhile, it is not due before ``due_at``."""

        def decide(events: Sequence[Event]) -> Decision:
            is_left = len(events) == seen
            return Decision(done, (due_at if is_left else None) or self._now() + self._retry_after)

        return conversation.app.live.append(conversation.id, decide)

    def _leave(self, app: AppStore, log: LiveLog, live: Live, silence: timedelta) -> bool:
        """Accept an ended conversation for scoring, or schedule the next check; return False where an event arrived meanwhile."""
        due_at = None if live.is_ended else live.active_at + silence
        state = RestingState(events=len(log.events), due_at=due_at, is_ended=live.is_ended)
        if live.is_ended:
            return app.conversations.accept_ended(live.conversation, state)
        return app.live.store_resting_state(log.conversation_id, state)

    def _suggestion(self, conversation: LiveConversation, live: Live, message: Message) -> Suggested | Passed:
        name, language = message.message_id, live.conversation.language
        question = Question(conversation.app, conversation.id, language, message.text, name, name)
        answer = self._answering.suggest(question)
        if isinstance(answer, str):
            return self._passed(name, answer)
        asked_at = answer.requested_at or self._now()
        return Suggested(
            id=f"suggested:{name}", at=asked_at, received_at=answer.responded_at or asked_at, answer=answer
        )

    def _summary(  # noqa: PLR0913, PLR0917  (what a summary is of, and for)
        self,
        conversation: LiveConversation,
        live: Live,
        name: str,
        agent: AssistedAgent | None,
        occasion: Occasion,
        until: datetime | None = None,
    ) -> Summarised | Passed:
        """Write a summary of the conversation, or of what came before ``until``."""
        began_at, began = self._now(), time.perf_counter()
        seen = live if until is None else live.until(until)
        text = self._summarize(seen)
        took_ms = math.ceil((time.perf_counter() - began) * 1000)
        turns = len(seen.messages)
        if isinstance(text, NoSummary):
            return self._passed(name, text.reason or NOTHING_SAID, len(live.messages))
        if occasion == "end":
            name = f"{name}:{turns}"
        summary = Summary(
            id=derived_id("smr", conversation.app.tenant.app_id, conversation.id, name),
            agent=agent,
            text=text,
            type="final" if occasion == "end" else "interim",
            generation_ms=took_ms,
        )
        return Summarised(
            id=f"summarised:{name}",
            at=began_at,
            received_at=self._now(),
            summary=summary,
            occasion=occasion,
            turns=turns,
        )

    def _passed(self, of: str, reason: str, turns: int | None = None) -> Passed:
        now, event_id = self._now(), f"passed:{of}" if turns is None else f"passed:{of}:{turns}"
        return Passed(id=event_id, at=now, received_at=now, of=of, reason=reason, turns=turns)


def _stored(log: LiveLog, event: Searched) -> Searched:
    """The event as it is stored: where the same was asked at the same time, the one that came first."""
    return next((each for each in log.events if isinstance(each, Searched) and each.id == event.id), event)


def _requested_summaries(events: Sequence[Event], agent: AssistedAgent) -> list[Summarised]:
    """Return the summaries that this agent requested."""
    return [
        event
        for event in events
        if isinstance(event, Summarised)
        and event.occasion == "asked"
        and event.summary.agent is not None
        and event.summary.agent.id == agent.id
    ]


def _repeated(asked: Sequence[Summarised], event_id: str, turns: int) -> Summarised | None:
    """Return the summary that a request repeats: that of the same key, or else the last one of as many turns."""
    same = next((event for event in asked if event.id == event_id), None)
    return same or next((event for event in reversed(asked) if event.turns == turns), None)


def _check_limit(before: Sequence[Summarised], most: int, agent: AssistedAgent) -> None:
    if len(before) >= most:
        raise ConflictError(
            "agent {value} has had {n} interim summaries of this conversation, which is as many as there may be",
            n=len(before),
            code="summary.limit_reached",
            field="agent",
            value=agent.id,
        )
