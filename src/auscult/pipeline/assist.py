"""The assistant: answers what customers say, searches for agents, writes summaries, and hands on what is over.

All that it does to a conversation by itself it does in ``tend``, which may be called at any time, by anybody, and any
number of times: what is to be done follows from the events, and what was done is one of them. So whoever is killed in
between leaves nothing half done, and nothing is done twice.
"""

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from auscult.domain.assist import AssistedAgent, Suggestion, Summary
from auscult.domain.conversation import Conversation
from auscult.domain.errors import ConflictError
from auscult.domain.live import (
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
from auscult.domain.live_fold import FINAL, Live, fold
from auscult.domain.live_settings import AssistSettings
from auscult.pipeline.answering import Answering, Question
from auscult.pipeline.follow import Followed, follow
from auscult.pipeline.knowledge import Library
from auscult.pipeline.live import LOOK_AFTER, LiveConversation
from auscult.pipeline.live_ports import Decision, LiveLog, Settled
from auscult.pipeline.ports import AppStore
from auscult.pipeline.track import Tracker, untracked
from auscult.pipeline.versions import Versions

NOTHING_SAID = "nothing was said that could be summarised"

SOON_S = 1.0
"""What was answered is shown after this time, and the rest is answered after that."""

_MOST_ROUNDS = 100
"""Looks at one conversation in one go; so busy a conversation is looked at again soon."""

_Kind = TypeVar("_Kind", Searched, Summarised)

Summarize = Callable[[Conversation], str | None]
"""Says in a few sentences what a conversation came to; None where nothing can be said."""


class Assistant:
    """Does what is to be done. Threads may share it."""

    def __init__(  # noqa: PLR0913  (what it works with)
        self,
        answering: Answering,
        summarize: Summarize,
        now: Callable[[], datetime],
        *,
        look_after: timedelta = LOOK_AFTER,
        at_once: int = 2,
        tracker: Tracker | None = None,
    ) -> None:
        """``now`` gives aware UTC times. Without a ``tracker`` no playbook is followed.

        ``look_after`` is longer than an answer takes, or somebody else would work at it too; ``at_once`` is how many
        conversations are worth tending at a time.
        """
        self.at_once = at_once
        self._answering = answering
        self._summarize = summarize
        self._now = now
        self._look_after = look_after
        self._tracker = tracker
        self._versions = Versions()

    @property
    def library(self) -> Library:
        """What is searched."""
        return self._answering.library

    def conversation(self, app: AppStore, conversation_id: str) -> LiveConversation:
        """A live conversation of an app, whether or not there is one yet."""
        return LiveConversation(app, conversation_id, self._now, self._look_after)

    def follow(self, app: AppStore, live: Live) -> Followed:
        """How far a conversation has come in its playbooks, and what the form asks that it would be scored with now."""
        return follow(live, self._versions.in_force(app))

    def tend(self, app: AppStore, conversation_id: str, told: Callable[[], None] = lambda: None) -> None:
        """Do all that is to be done to a conversation now, and say when to look at it again.

        ``told`` is called whenever something was done, so that who waits for it need not wait for the rest.
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
            log = self._add(conversation, done, seen, live.active_at + silence if is_all else None)
            told()
            goes_on = not live.is_ended and not isinstance(done[-1], Idled)
            if is_all and goes_on and len(log.events) == seen + len(done):
                return  # nothing else happened, and nothing more is to be done

    def close(self) -> None:
        """Let connections go; nothing is tended after that."""
        self._answering.close()

    def search(
        self, conversation: LiveConversation, query: str, agent: AssistedAgent | None, key: str | None = None
    ) -> Suggestion:
        """Search for an agent. The same ``key`` gives what it gave before. Raises ``NotFoundError``."""
        now, live = self._now(), conversation.state()
        known = live.conversation
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

        Raises ``NotFoundError``, and ``ConflictError`` where the agent has had as many as there may be, or nothing was
        said that could be summarised.
        """
        name = f"asked:{agent.id}:{key or self._now().isoformat()}"
        event_id = f"summarised:{name}"
        most = conversation.app.live.settings().summaries_per_agent
        before = _asked(conversation.known().events, agent)
        known = next((event.summary for event in before if event.id == event_id), None)
        if known is not None:
            return known
        _check_limit(before, most, agent)
        event = self._summary(conversation, conversation.state(), name, agent, "asked")
        if isinstance(event, Passed):
            raise ConflictError(event.reason, code="summary.nothing_said")

        def decide(events: Sequence[Event]) -> list[Event]:
            asked = _asked(events, agent)
            if all(each.id != event_id for each in asked):
                _check_limit(asked, most, agent)
            return [event]

        return _stored(conversation.append(decide), event).summary

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
        done += [self._summary(conversation, live, each.id, each.agent, "handover") for each in live.handovers]
        if live.wants_final:
            done.append(self._summary(conversation, live, FINAL, None, "end"))
        now, silence = self._now(), timedelta(seconds=chosen.idle_after_s)
        if not done and not live.is_ended and live.last and now >= live.active_at + silence:
            done.append(Idled(id=f"idled:{live.last.id}", at=live.last.at, received_at=now))
        return done, True

    def _add(
        self, conversation: LiveConversation, done: Sequence[Event], seen: int, due_at: datetime | None
    ) -> LiveLog:
        """Keep what was done. Where nothing else happened meanwhile, nobody need look at it before ``due_at``."""

        def decide(events: Sequence[Event]) -> Decision:
            is_left = len(events) == seen
            return Decision(done, (due_at if is_left else None) or self._now() + self._look_after)

        return conversation.app.live.append(conversation.id, decide)

    def _leave(self, app: AppStore, log: LiveLog, live: Live, silence: timedelta) -> bool:
        """Hand on what is over, and say when to look again. False where something happened meanwhile."""
        due_at = None if live.is_ended else live.active_at + silence
        settled = Settled(events=len(log.events), due_at=due_at, is_ended=live.is_ended)
        if live.is_ended:
            return app.conversations.accept_ended(live.conversation, settled)
        return app.live.settle(log.conversation_id, settled)

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

    def _summary(
        self, conversation: LiveConversation, live: Live, name: str, agent: AssistedAgent | None, occasion: Occasion
    ) -> Summarised | Passed:
        began_at, began = self._now(), time.perf_counter()
        text = self._summarize(live.conversation)
        took_ms = math.ceil((time.perf_counter() - began) * 1000)
        turns = len(live.conversation.turns)
        if not text:
            return self._passed(name, NOTHING_SAID, turns)
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


def _stored(log: LiveLog, event: _Kind) -> _Kind:
    """The event as it is stored: where the same was asked at the same time, the one that came first."""
    return next((each for each in log.events if isinstance(each, type(event)) and each.id == event.id), event)


def _asked(events: Sequence[Event], agent: AssistedAgent) -> list[Summarised]:
    """The summaries that this agent asked for."""
    return [
        event
        for event in events
        if isinstance(event, Summarised)
        and event.occasion == "asked"
        and event.summary.agent is not None
        and event.summary.agent.id == agent.id
    ]


def _check_limit(before: Sequence[Summarised], most: int, agent: AssistedAgent) -> None:
    if len(before) >= most:
        raise ConflictError(
            f"agent {agent.id} has had {len(before)} interim summaries of this conversation, which is as many as there may be",
            code="summary.limit_reached",
            field="agent",
            value=agent.id,
        )
