"""A conversation while it goes on: what comes in by the hook, and what agents make of the assistant's work."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from auscult.domain.assist.assistance import AssistedAgent, Feedback
from auscult.domain.assist.live import (
    About,
    Arrival,
    Edited,
    Ended,
    Event,
    Idled,
    Message,
    Rated,
    Reworded,
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
from auscult.domain.errors import ConflictError, NotFoundError, RequestError, unknown
from auscult.domain.privacy.redaction import placeholder
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)

_CODE = placeholder("security_code")[:-1]

RETRY_AFTER = timedelta(seconds=5)
"""Time after which another process processes a changed conversation, where the first one crashed."""


class LiveConversation:
    """One live conversation of an app. Threads may share it."""

    def __init__(
        self, app: AppStore, conversation_id: str, now: Callable[[], datetime], retry_after: timedelta = RETRY_AFTER
    ) -> None:
        """``now`` gives aware UTC times."""
        self.app = app
        self.id = conversation_id
        self._now = now
        self._retry_after = retry_after

    def receive(self, arrivals: Sequence[Arrival]) -> LiveLog:
        """Store events from the hook, and return the log with them. Known events change nothing.

        Where a known message has another text, the first one stays, and the difference is recorded.
        """
        within = timedelta(seconds=self.app.live.settings().repeat_within_s)
        conversation_key = f"{self.app.tenant.app_id}\n{self.id}"
        log = self.append(lambda events: admit(conversation_key, arrivals, events, within), make=True)
        noted = self._reworded(arrivals, log)
        if not noted:
            return log
        more = self.append(lambda _: noted)
        return replace(more, added=(*log.added, *more.added))

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

        An answer is sent once, as it is or with other words; copied again, the first time is kept. Raises
        ``NotFoundError``, and ``ConflictError`` where it was sent before.
        """

        def decide(events: Sequence[Event]) -> list[Event]:
            self._check_answer(events, request_id)
            if use != "copied":
                _check_unsent(events, request_id)
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
        """Keep what an agent thinks; without a thumb, withdraw what they thought.

        Raises ``NotFoundError``, and ``RequestError`` for a reason that is not to be picked.
        """
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
            if before[-1].feedback == feedback if before else feedback.value is None:
                return []
            now, event_id = self._now(), ":".join(("rated", about, of or "", agent_id, str(len(before) + 1)))
            return [Rated(id=event_id, at=now, received_at=now, about=about, of=of, feedback=feedback)]

        return self._act(decide)

    def append(self, decide: Callable[[Sequence[Event]], Sequence[Event]], *, make: bool = False) -> LiveLog:
        """Add events, and make the conversation due soon."""
        return self.app.live.append(
            self.id, lambda events: Decision(decide(events), self._now() + self._retry_after), make=make
        )

    def _reworded(self, arrivals: Sequence[Arrival], log: LiveLog) -> list[Event]:
        """Note each message that came in before with another text, once."""
        named = [each.event for each in arrivals if isinstance(each.event, Message) and each.event.message_id]
        if not named:
            return []
        added = {event.id for event in log.added}
        before = {each.message_id: each for each in log.events if isinstance(each, Message) and each.id not in added}
        noted = {event.of for event in log.events if isinstance(event, Reworded)}
        is_over = any(isinstance(event, Ended | Idled) for event in log.events)
        changed = [
            each.message_id
            for each in named
            if each.message_id in before
            and each.message_id not in noted
            and not self._says(before[each.message_id], each.text, is_over=is_over)
        ]
        for message_id in changed:
            LOG.warning(
                "live conversation %s: message %s came with another text; the first one is kept", self.id, message_id
            )
        now = self._now()
        return [Reworded(id=f"reworded:{each}", at=now, received_at=now, of=each) for each in changed]

    def _says(self, message: Message, text: str, *, is_over: bool) -> bool:
        """Return whether this was the text of a stored message as it came, before it was redacted.

        Once a conversation of an app that redacts is over, that is not known any more: then no text counts as another.
        """
        privacy = self.app.privacy
        if _CODE in (message.text if message.sealed is None else privacy.unseal(message.sealed)):
            return True
        if message.sealed is not None:
            return privacy.unseal(message.sealed) == text
        return message.text == text or (is_over and privacy.settings().is_on)

    def _act(self, decide: Callable[[Sequence[Event]], Sequence[Event]]) -> LiveLog:
        log = self.append(decide)
        if not log.events:
            raise self._unknown()
        return log

    def _check_answer(self, events: Sequence[Event], request_id: str, about: About | None = None) -> None:
        kinds = {"suggestion": Suggested, "search": Searched}
        kind = kinds.get(about or "", (Suggested, Searched))
        if not any(isinstance(event, kind) and event.answer.request_id == request_id for event in events):
            raise unknown(
                "answer",
                request_id,
                "the assistant gave no answer {value} in conversation {id}",
                field="request_id",
                id=self.id,
            )

    def _check_summary(self, events: Sequence[Event], summary_id: str) -> None:
        if not any(isinstance(event, Summarised) and event.summary.id == summary_id for event in events):
            raise unknown(
                "summary", summary_id, "the assistant wrote no summary {value} in conversation {id}", id=self.id
            )

    def _unknown(self) -> NotFoundError:
        return unknown("live", self.id, "there is no live conversation {value} in this app", field="conversation_id")


def _check_unsent(events: Sequence[Event], request_id: str) -> None:
    for event in events:
        if isinstance(event, Used) and event.request_id == request_id and event.use != "copied":
            by = f" by agent {event.agent.id}" if event.agent else ""
            how = " with other words" if event.use == "overridden" else ""
            raise ConflictError(
                "answer {value} was sent{how}{by} at {at} UTC, and is sent once only; it can be copied",
                how=how,
                by=by,
                at=f"{event.at:%Y-%m-%d %H:%M:%S}",
                code="answer.sent",
                field="request_id",
                value=request_id,
            )


def _check_reasons(settings: AssistSettings, about: About, feedback: Feedback) -> None:
    reasons = {"summary": settings.reasons.summary, "widget": settings.reasons.widget}.get(
        about, settings.reasons.answer
    )
    known = reasons.like if feedback.value == "like" else reasons.dislike
    for reason in feedback.details:
        if reason not in known:
            raise RequestError(
                "{value!r} is no reason to pick here; there is: {list}",
                list=", ".join(known) or "none",
                code="feedback.unknown_reason",
                field="reasons",
                value=reason,
            )
