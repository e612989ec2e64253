"""The use cases of comments for one viewer: who may, what they see. Each step is one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime

from auscult.domain import comments as rules
from auscult.domain.comments import WRITE, Comment, NewComment, NewThread, Thread, ThreadState
from auscult.domain.errors import AccessError, NotFoundError, coded, unknown
from auscult.domain.notices import NewNotice
from auscult.domain.operations.attempts import tried
from auscult.domain.people.principal import Principal, missing
from auscult.services.audits.blind import hidden_from_talk, hides_talk
from auscult.services.people.known import readers_of
from auscult.services.privacy.log import draft
from auscult.storage.comments import NumberedThread, ThreadMovedError, ThreadQuery
from auscult.storage.store import AppStore


class Commenting:
    """The comments of one app, as one viewer reads and writes them. Cheap to make; threads may share one.

    An agent reads the threads of their own conversations that are for the agent. A person who rates a conversation
    blind reads none of it until they have submitted.

    Methods raise ``NotFoundError`` ``conversation.unknown``, ``turn.unknown``; ``AccessError``
    ``comment.for_colleagues``; ``RequestError`` ``comment.missing``, ``comment.too_long``; ``ConflictError``
    ``comment.too_many``.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``, in which what the viewer may not see does not exist; ``now`` returns aware UTC time."""
        self._app = app
        self._now = now
        self._viewer = viewer
        self._threads = app.comments.read_by_agents(viewer.agent_ids)

    def is_hidden(self, conversation_id: str) -> bool:
        """Return whether the viewer rates a conversation blind."""
        return hides_talk(self._app, self._viewer.name, conversation_id)

    def get(self, thread_id: str) -> Thread:
        """Return a thread. Raises ``NotFoundError`` ``thread.unknown``."""
        found = self._threads.get(thread_id)
        if found is None or self.is_hidden(found.conversation_id):
            raise unknown("thread", thread_id)
        return found

    def of(self, conversation_id: str) -> list[Thread]:
        """Return the threads of a conversation, in the order in which they were opened."""
        hidden = self.is_hidden(conversation_id)
        found = [] if hidden else list(self._threads.of_conversations((conversation_id,)))
        if not found and self._app.conversations.get(conversation_id) is None:
            raise unknown("conversation", conversation_id)
        return found

    def listing(self, state: ThreadState | None = None, after: int = 0, limit: int = 100) -> list[NumberedThread]:
        """Return threads of every conversation, in the order in which they were opened."""
        blind = hidden_from_talk(self._app, self._viewer.name)
        return self._threads.listing(ThreadQuery(state, left_out=blind, after=after, limit=limit))

    def open(self, conversation_id: str, wanted: NewThread) -> Thread:
        """Open a thread with its first comment. An agent opens threads of their own conversations for the agent alone."""
        detail = self._app.conversations.get(conversation_id)
        if detail is None or self.is_hidden(conversation_id):
            raise unknown("conversation", conversation_id)
        if wanted.turn_id is not None and wanted.turn_id not in {each.id for each in detail.conversation.turns}:
            message = coded("conversation {id} has no turn {turn}", id=conversation_id, turn=wanted.turn_id)
            raise NotFoundError(message, code="turn.unknown", field="turn_id", value=wanted.turn_id)
        if wanted.audience == "colleagues" and self.is_agent_in(conversation_id):
            message = coded(
                "a conversation of one's own has no comments for colleagues alone; choose the audience agent"
            )
            raise AccessError(message, code="comment.for_colleagues", field="audience", value=wanted.audience)
        self._check_writer(conversation_id)
        comment = self._written(conversation_id, wanted.text, to_agent=wanted.audience == "agent")
        made = rules.opened(conversation_id, wanted, comment)
        self._save(made, "comment.added", rules.notices_of(None, made, self._now()))
        return made

    def reply(self, thread_id: str, wanted: NewComment) -> Thread:
        """Add a comment to a thread, which opens it again. Raises as ``get`` and ``rules.replied`` do."""
        return self._step(
            thread_id, "comment.added", lambda found: rules.replied(found, self._answered(found, wanted.text))
        )

    def edit(self, thread_id: str, comment_id: str, wanted: NewComment) -> Thread:
        """Change one's own words within 15 minutes. Raises as ``get`` and ``rules.edited`` do."""
        return self._step(
            thread_id,
            "comment.changed",
            lambda found: rules.edited(found, comment_id, self._answered(found, wanted.text)),
        )

    def resolve(self, thread_id: str) -> Thread:
        """Resolve a thread; repeating this changes nothing. Raises as ``get`` does."""
        return self._step(
            thread_id, "comment.resolved", lambda found: rules.resolved(found, self._viewer.name, self._now())
        )

    def reopen(self, thread_id: str) -> Thread:
        """Open a resolved thread again; repeating this changes nothing. Raises as ``get`` does."""
        return self._step(thread_id, "comment.reopened", rules.reopened)

    def may_write(self, conversation_id: str) -> bool:
        """Return whether the viewer may comment on a conversation."""
        reach = self._viewer.visibility(WRITE)
        return reach.is_everything or self._app.people.sees(reach, conversation_id)

    def names_of(self, conversation_id: str, *, to_agent: bool) -> dict[str, str]:
        """Return the names of the people who read a thread, by e-mail address: colleagues, or the agent, too."""
        readers = readers_of(self._app, conversation_id, self._now())
        if not to_agent:
            agents = self._agents_in(conversation_id)
            readers = [each for each in readers if not each.principal.agent_ids & agents]
        return {each.user.email: each.user.name for each in readers}

    def is_agent_in(self, conversation_id: str) -> bool:
        """Return whether the viewer is an agent in a conversation."""
        return bool(self._viewer.agent_ids & self._agents_in(conversation_id))

    def _agents_in(self, conversation_id: str) -> frozenset[str]:
        facts = self._app.people.facts(conversation_id)
        return frozenset() if facts is None else facts.agents

    def _answered(self, thread: Thread, text: str) -> Comment:
        return self._written(thread.conversation_id, text, to_agent=thread.audience == "agent")

    def _written(self, conversation_id: str, text: str, *, to_agent: bool) -> Comment:
        """Return a comment without what is masked in the conversation."""
        mentions = rules.mentioned_in(text, self.names_of(conversation_id, to_agent=to_agent))
        detail = self._app.conversations.get(conversation_id)
        shown = text if detail is None else self._app.privacy.about(detail.conversation)(text)
        return rules.written(shown, self._viewer.name, self._now(), mentions)

    def _check_writer(self, conversation_id: str) -> None:
        if not self.may_write(conversation_id):
            raise missing(WRITE, self._viewer.kind)

    def _step(self, thread_id: str, action: str, step: Callable[[Thread], Thread | None]) -> Thread:
        """Change a thread, again where another step came between."""

        def attempt() -> Thread:
            found = self.get(thread_id)
            self._check_writer(found.conversation_id)
            after = step(found)
            if after is None:
                return found
            self._save(after, action, rules.notices_of(found, after, self._now()))
            return after

        return tried(attempt, ThreadMovedError)

    def _save(self, thread: Thread, action: str, notices: Sequence[NewNotice]) -> None:
        entry = draft(
            self._app, self._viewer.label, action, f"conversation:{thread.conversation_id}", thread=thread.thread_id
        )
        self._app.comments.save(thread, entry, notices)
