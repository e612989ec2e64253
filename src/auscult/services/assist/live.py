"""A conversation while it goes on: what comes in by the hook, and what agents make of the assistant's work."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from auscult.domain.assist.assistance import AssistedAgent, Feedback
from auscult.domain.assist.live import (
    About,
    Arrival,
    Edited,
    Event,
    Rated,
    Searched,
    Suggested,
    Summarised,
    Use,
    Used,
    admit,
)
from auscult.domain.assist.live_log import Decision, LiveLog
from auscult.domain.assist.live_projection import Live, fold
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.errors import NotFoundError, RequestError
from auscult.storage.store import AppStore

LOOK_AFTER = timedelta(seconds=5)
"""When somebody else looks at a conversation in which something happened, should who took it in die before."""


class LiveConversation:
    """One live conversation of an app. Threads may share it."""

    def __init__(
        self, app: AppStore, conversation_id: str, now: Callable[[], datetime], look_after: timedelta = LOOK_AFTER
    ) -> None:
        """``now`` gives aware UTC times."""
        self.app = app
        self.id = conversation_id
        self._now = now
        self._look_after = look_after

    def take(self, arrivals: Sequence[Arrival]) -> LiveLog:
        """Store events from the hook; they are committed when this returns. Known events change nothing."""
        within = timedelta(seconds=self.app.live.settings().repeat_within_s)
        place = f"{self.app.tenant.app_id}\n{self.id}"
        return self.append(lambda events: admit(place, arrivals, events, within), make=True)

    def state(self) -> Live:
        """Return the state. Raises ``NotFoundError`` where it is unknown."""
        return fold(self.app.tenant, self.id, self.known().events)

    def known(self) -> LiveLog:
        """All that happened to it. Raises ``NotFoundError`` where it is unknown."""
        log = self.app.live.log(self.id)
        if not log.events:
            raise self._unknown()
        return log

    def use(self, request_id: str, use: Use, agent: AssistedAgent | None, text: str | None = None) -> LiveLog:
        """Record that an agent sent, copied or discarded an answer; ``text`` is the text sent instead.

        Each use of an answer happens once, and the first is kept. Raises ``NotFoundError``.
        """

        def decide(events: Sequence[Event]) -> list[Event]:
            self._check_answer(events, request_id)
            now, event_id = self._now(), f"used:{request_id}:{use}"
            return [Used(id=event_id, at=now, received_at=now, request_id=request_id, use=use, agent=agent, text=text)]

        return self._act(decide)

    def edit(self, summary_id: str, text: str, agent: AssistedAgent | None) -> LiveLog:
        """Store an agent's text of a summary. Raises ``NotFoundError``."""

        def decide(events: Sequence[Event]) -> list[Event]:
            self._check_summary(events, summary_id)
            before = [event for event in events if isinstance(event, Edited) and event.summary_id == summary_id]
            if before and before[-1].text == text:
                return []
            now, event_id = self._now(), f"edited:{summary_id}:{len(before) + 1}"
            return [Edited(id=event_id, at=now, received_at=now, summary_id=summary_id, text=text, agent=agent)]

        return self._act(decide)

    def rate(self, about: About, of: str | None, feedback: Feedback) -> LiveLog:
        """Keep what an agent thinks. Raises ``NotFoundError``, and ``RequestError`` for a reason that is not to be picked."""
        _check_reasons(self.app.live.settings(), about, feedback)

        def decide(events: Sequence[Event]) -> list[Event]:
            if about == "summary":
                self._check_summary(events, of or "")
            elif about != "widget":
                self._check_answer(events, of or "", about)
            agent_id = (feedback.agent and feedback.agent.id) or ""
            before = [
                event
                for event in events
                if isinstance(event, Rated)
                and (event.about, event.of, (event.feedback.agent and event.feedback.agent.id) or "")
                == (about, of, agent_id)
            ]
            if before and before[-1].feedback == feedback:
                return []
            now, event_id = self._now(), ":".join(("rated", about, of or "", agent_id, str(len(before) + 1)))
            return [Rated(id=event_id, at=now, received_at=now, about=about, of=of, feedback=feedback)]

        return self._act(decide)

    def append(self, decide: Callable[[Sequence[Event]], Sequence[Event]], *, make: bool = False) -> LiveLog:
        """Add events, and make the conversation due soon."""
        return self.app.live.append(
            self.id, lambda events: Decision(decide(events), self._now() + self._look_after), make=make
        )

    def _act(self, decide: Callable[[Sequence[Event]], Sequence[Event]]) -> LiveLog:
        log = self.append(decide)
        if not log.events:
            raise self._unknown()
        return log

    def _check_answer(self, events: Sequence[Event], request_id: str, about: About | None = None) -> None:
        kinds = {"suggestion": Suggested, "search": Searched}
        kind = kinds.get(about or "", (Suggested, Searched))
        if not any(isinstance(event, kind) and event.answer.request_id == request_id for event in events):
            raise NotFoundError(
                f"the assistant gave no answer {request_id} in conversation {self.id}",
                code="answer.unknown",
                field="request_id",
                value=request_id,
            )

    def _check_summary(self, events: Sequence[Event], summary_id: str) -> None:
        if not any(isinstance(event, Summarised) and event.summary.id == summary_id for event in events):
            raise NotFoundError(
                f"the assistant wrote no summary {summary_id} in conversation {self.id}",
                code="summary.unknown",
                field="summary_id",
                value=summary_id,
            )

    def _unknown(self) -> NotFoundError:
        return NotFoundError(
            f"there is no live conversation {self.id} in this app",
            code="live.unknown",
            field="conversation_id",
            value=self.id,
        )


def _check_reasons(settings: AssistSettings, about: About, feedback: Feedback) -> None:
    reasons = {"summary": settings.reasons.summary, "widget": settings.reasons.widget}.get(
        about, settings.reasons.answer
    )
    known = reasons.like if feedback.value == "like" else reasons.dislike
    for reason in feedback.details:
        if reason not in known:
            raise RequestError(
                f"{reason!r} is no reason to pick here; there is: {', '.join(known) or 'none'}",
                code="feedback.unknown_reason",
                field="reasons",
                value=reason,
            )
