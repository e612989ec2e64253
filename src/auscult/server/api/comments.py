"""Comments over HTTP and as commands: threads of a conversation, replies, changes within 15 minutes, resolving."""

from typing import Annotated, Any

from litestar import Router, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from auscult.domain.comments import WRITE, NewComment, NewThread, Thread, ThreadState
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import ConversationId, Cursor, Limit, path_id, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.comments import Commenting

ThreadId = Annotated[str, path_id("The thread.", "th-9f3c2a7be041")]
CommentId = Annotated[str, path_id("The comment.", "co-51d0c9a2e7b8")]
Work = NamedDependency[SkipValidation[Commenting]]
READS = reading("audits", "conversation.read")
WRITES = writing("audits", WRITE, reach="some")


def work(app: App, rights: Rights, server: Basis) -> Commenting:
    """Return the comments of the app as the caller reads and writes them."""
    return Commenting(app, server.now, rights)


class ThreadPage(Struct, frozen=True, kw_only=True):
    """One page, in the order in which they were opened. ``next_cursor`` is null after the last."""

    items: tuple[Thread, ...]
    next_cursor: str | None


class Threads(Struct, frozen=True, kw_only=True):
    """The threads of one conversation, in the order in which they were opened."""

    items: tuple[Thread, ...]


AT = "2026-04-01T09:00:00Z"
COMMENT: dict[str, Any] = {
    "comment_id": "co-51d0c9a2e7b8",
    "by": "ann@example.com",
    "at": AT,
    "text": "Would you let this count as comfort, @Tom?",
    "mentions": ["tom@example.com"],
    "edited_at": None,
}
THREAD: dict[str, Any] = {
    "thread_id": "th-9f3c2a7be041",
    "conversation_id": "c-7f8b1f0e",
    "turn_id": "m5",
    "audience": "colleagues",
    "comments": [COMMENT],
    "resolved_by": None,
    "resolved_at": None,
    "changes": 1,
}
_BODY = {
    403: "The caller lacks the permission for this conversation, or the words are another person's.",
    422: "The words are missing or too long.",
}
_FULL = {**_BODY, 409: "There are too many comments already, or the time to change this one is over."}


@get(
    "/conversations/{conversation_id:str}/comments",
    operation_id="list_conversation_comments",
    summary="The comments on a conversation",
    guards=[READS],
    responses={200: answer("The threads.", Threads, {"items": [THREAD]})},
    command="comments of",
)
@in_thread
def of_conversation(conversation_id: ConversationId, work: Work) -> Threads:
    """Return the threads of a conversation.

    Agents read those that are for them, too. A person who rates the conversation blind reads none until they submit.
    """
    return Threads(items=tuple(work.of(conversation_id)))


@post(
    "/conversations/{conversation_id:str}/comments",
    operation_id="open_thread",
    summary="Comment on a turn or a conversation",
    guards=[WRITES],
    responses={201: answer("The thread.", Thread, THREAD), **refusals(_FULL)},
    takes=Takes("The comment.", {"text": COMMENT["text"], "turn_id": "m5", "audience": "colleagues"}),
    command="comments add",
    arguments=("text",),
)
@in_slow_thread
def open_thread(conversation_id: ConversationId, data: JSONBody[NewThread], work: Work) -> Thread:
    """Open a thread, for colleagues or for the agent, too. In `text`, `@` and a name or an address mentions a person.

    Only people who may read the thread are mentioned. An agent opens threads of their own conversations for the agent.
    """
    return work.open(conversation_id, data)


@get(
    "/comments",
    operation_id="list_comments",
    summary="List threads of comments",
    guards=[READS],
    responses={200: answer("A page.", ThreadPage, {"items": [THREAD], "next_cursor": None})},
    command="comments list",
    columns=("thread_id", "conversation_id", "turn_id", "audience", "resolved_at"),
)
@in_thread
def list_comments(
    work: Work,
    in_state: Annotated[ThreadState | None, query("Only in this state.", name="state")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ThreadPage:
    """List the threads of the conversations that the caller sees, the oldest first."""
    after = read_cursor(cursor, tuple[int])
    found = work.listing(in_state, after[0] if after else 0, limit + 1)
    return ThreadPage(
        items=tuple(each.thread for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
    )


@get(
    "/comments/{thread_id:str}",
    operation_id="get_thread",
    summary="One thread of comments",
    guards=[READS],
    responses={200: answer("The thread.", Thread, THREAD)},
    command="comments show",
)
@in_thread
def show(thread_id: ThreadId, work: Work) -> Thread:
    """Return a thread with its comments."""
    return work.get(thread_id)


@post(
    "/comments/{thread_id:str}/replies",
    operation_id="reply_to_thread",
    summary="Reply in a thread",
    guards=[WRITES],
    responses={201: answer("The thread.", Thread, THREAD), **refusals(_FULL)},
    takes=Takes("The reply.", {"text": "As resolution, yes."}),
    command="comments reply",
    arguments=("text",),
)
@in_slow_thread
def reply(thread_id: ThreadId, data: JSONBody[NewComment], work: Work) -> Thread:
    """Add a comment to a thread; a resolved one is open again."""
    return work.reply(thread_id, data)


@put(
    "/comments/{thread_id:str}/replies/{comment_id:str}",
    operation_id="edit_comment",
    summary="Change one's own comment",
    guards=[WRITES],
    responses={200: answer("The thread.", Thread, THREAD), **refusals(_FULL)},
    takes=Takes("The new words.", {"text": "Would you let this count, @Tom?"}),
    command="comments edit",
    arguments=("text",),
)
@in_slow_thread
def edit(thread_id: ThreadId, comment_id: CommentId, data: JSONBody[NewComment], work: Work) -> Thread:
    """Change the words of one's own comment, within 15 minutes; `edited_at` is when."""
    return work.edit(thread_id, comment_id, data)


@post(
    "/comments/{thread_id:str}/resolve",
    operation_id="resolve_thread",
    summary="Resolve a thread",
    guards=[WRITES],
    status_code=200,
    responses={200: answer("The thread.", Thread, THREAD), **refusals({403: _BODY[403]})},
    command="comments resolve",
)
@in_slow_thread
def resolve(thread_id: ThreadId, work: Work) -> Thread:
    """Resolve a thread. Repeating this changes nothing."""
    return work.resolve(thread_id)


@post(
    "/comments/{thread_id:str}/reopen",
    operation_id="reopen_thread",
    summary="Open a resolved thread again",
    guards=[WRITES],
    status_code=200,
    responses={200: answer("The thread.", Thread, THREAD), **refusals({403: _BODY[403]})},
    command="comments reopen",
)
@in_slow_thread
def reopen(thread_id: ThreadId, work: Work) -> Thread:
    """Open a resolved thread again. Repeating this changes nothing."""
    return work.reopen(thread_id)


ROUTER = Router(
    "/",
    route_handlers=[of_conversation, open_thread, list_comments, show, reply, edit, resolve, reopen],
    dependencies={"work": Provide(work, sync_to_thread=False)},
)
