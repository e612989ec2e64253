"""Store of comments: the threads of one app."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.comments import MOST_THREADS, Thread, ThreadState, too_many
from auscult.domain.errors import ConflictError, coded
from auscult.domain.notices import NewNotice
from auscult.domain.people.visibility import Visibility
from auscult.domain.privacy.log import Draft
from auscult.storage.access.apps import lock_app
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.tables.reviews import comment_threads
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.feed import announce
from auscult.storage.notices import write_notices
from auscult.storage.people.visibility import visible
from auscult.storage.privacy.log import append_entry

_THREAD = msgspec.json.Decoder(Thread)
_AT_ONCE = 500


class ThreadMovedError(ConflictError):
    """A thread was changed between reading and writing it; read it again."""

    code = "comment.moved"


class ThreadQuery(NamedTuple):
    """Threads in one state, of some conversations or but some. None: of any. ``after`` is the last number that was read."""

    state: ThreadState | None = None
    conversation_ids: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()
    after: int = 0
    limit: int = 100


class NumberedThread(NamedTuple):
    """A thread with its position in the list."""

    number: int
    thread: Thread


class AppComments(SeenOfApp):
    """The threads of one app."""

    _agent_ids: frozenset[str] = frozenset()

    def read_by_agents(self, agent_ids: frozenset[str]) -> "AppComments":
        """Return the same for a person who is these agents: of their own conversations, threads for the agent alone."""
        read = copy(self)
        read._agent_ids = agent_ids  # noqa: SLF001  (its own)
        return read

    def get(self, thread_id: str) -> Thread | None:
        """Return a thread; None where there is none."""
        query = sa.select(comment_threads.c.body).where(*self._mine(), comment_threads.c.thread_id == thread_id)
        return self._database.named(query, thread_id, lambda row: _THREAD.decode(row.body))

    def listing(self, query: ThreadQuery) -> list[NumberedThread]:
        """Return threads in the order in which they were opened."""
        wanted = [*self._mine(), comment_threads.c.thread > query.after]
        if query.state is not None:
            wanted.append(comment_threads.c.state == query.state)
        if query.conversation_ids is not None:
            named = [each for each in query.conversation_ids if is_storable(each)]
            wanted.append(comment_threads.c.conversation_id.in_(named))
        if query.left_out:
            wanted.append(comment_threads.c.conversation_id.not_in(query.left_out))
        found = sa.select(comment_threads.c.thread, comment_threads.c.body).where(*wanted)
        rows = self._database.rows(found.order_by(comment_threads.c.thread).limit(query.limit))
        return [NumberedThread(row.thread, _THREAD.decode(row.body)) for row in rows]

    def of_conversations(self, conversation_ids: Sequence[str]) -> Iterator[Thread]:
        """Yield every thread of some conversations, in the order in which they were opened."""
        query = ThreadQuery(conversation_ids=tuple(conversation_ids), limit=_AT_ONCE)
        while found := self.listing(query):
            for each in found:
                yield each.thread
            query = query._replace(after=found[-1].number)

    def conversations(self, states: Sequence[ThreadState]) -> frozenset[str]:
        """Return the ids of conversations with a thread in one of these states."""
        wanted = (*self._mine(), comment_threads.c.state.in_(states))
        return frozenset(self._database.values(sa.select(comment_threads.c.conversation_id).where(*wanted)))

    def state(self, since: datetime, until: datetime) -> str:
        """Return a mark of every thread on conversations with ``since`` <= start < ``until``; it differs after each step."""
        its = comment_threads.c
        sums = sa.select(sa.func.count(), sa.func.sum(its.thread), sa.func.sum(its.changes))
        return self._state_of(sums, comment_threads, since, until)

    def save(self, thread: Thread, entry: Draft, notices: Sequence[NewNotice] = ()) -> None:
        """Write a thread after one step, its change in the feed, its notices, and its line of the access log.

        Raises ``ThreadMovedError`` where it was changed meanwhile; ``NotFoundError`` ``conversation.unknown`` where the
        conversation was erased; ``ConflictError`` ``comment.too_many``.
        """
        columns = {"state": thread.state, "changes": thread.changes, "body": msgspec.json.encode(thread)}
        same = (comment_threads.c.app == self._app, comment_threads.c.thread_id == thread.thread_id)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            if thread.changes == 1:
                self._add(connection, thread, columns)
            else:
                before = (*same, comment_threads.c.changes == thread.changes - 1)
                if not connection.execute(sa.update(comment_threads).where(*before).values(**columns)).rowcount:
                    message = coded(
                        "thread {thread_id} was changed meanwhile; read it again", thread_id=thread.thread_id
                    )
                    raise ThreadMovedError(message, field="thread_id", value=thread.thread_id)
            announce(connection, self._database.dialect, self._app, [(thread.conversation_id, "commented")])
            write_notices(connection, self._database.dialect, self._app, notices)
            append_entry(connection, self._database, entry)

    def _add(self, connection: Connection, thread: Thread, columns: Mapping[str, object]) -> None:
        number = self._number_of(connection, thread.conversation_id)
        count = sa.select(sa.func.count()).where(comment_threads.c.conversation == number)
        if (connection.scalar(count) or 0) >= MOST_THREADS:
            raise too_many(f"a conversation has at most {MOST_THREADS} threads; reply in one of them")
        made = {
            "thread_id": thread.thread_id,
            "app": self._app,
            "conversation": number,
            "conversation_id": thread.conversation_id,
            "audience": thread.audience,
        }
        connection.execute(sa.insert(comment_threads).values(**made, **columns))

    def _mine(self) -> list[sa.ColumnElement[bool]]:
        seen = visible(self._visibility, self._app, comment_threads.c.conversation_id)
        if self._agent_ids:
            own = visible(Visibility(agents=self._agent_ids), self._app, comment_threads.c.conversation_id)
            seen.append(sa.or_(comment_threads.c.audience == "agent", sa.not_(sa.and_(*own))))
        return [comment_threads.c.app == self._app, *seen]


def erase_comments(connection: Connection, numbers: Collection[int]) -> None:
    """Erase the threads of conversations, by their numbers."""
    connection.execute(sa.delete(comment_threads).where(comment_threads.c.conversation.in_(numbers)))
