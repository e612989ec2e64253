"""Comments over HTTP and as commands: threads of a conversation, replies, changes within 15 minutes, resolving."""

from typing import Annotated, Any

from litestar.params import JSONBody

from auscult.domain.comments import WRITE, NewComment, NewThread, Thread, ThreadState
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items, Page
from auscult.server.rest.parameters import ConversationId, Cursor, Limit, path_id, query
from auscult.server.rest.request import Takes
from auscult.services.comments import Commenting

ThreadId = Annotated[str, path_id("The thread.", "th-9f3c2a7be041")]
CommentId = Annotated[str, path_id("The comment.", "co-51d0c9a2e7b8")]
Work = Use[Commenting]
READS = reading("audits", "conversation.read")
WRITES = writing("audits", WRITE, reach="some")


def work(app: App, rights: Rights, server: Basis) -> Commenting:
    """Return the comments of the app as the caller reads and writes them."""
    return Commenting(app, server.now, rights)


ThreadPage = Annotated[
    Page[Thread],
    Called("ThreadPage", "One page, in the order in which they were opened. ``next_cursor`` is null after the last."),
]


Threads = Annotated[
    Items[Thread], Called("Threads", "The threads of one conversation, in the order in which they were opened.")
]


AT = "2026-04-01T09:00:00Z"
COMMENT: dict[str, Any] = {
    "comment_id": "co-51d0c9a2e7b8",
    "by": "ann@example.com",
    "at": AT,
    "text": "Would you let this count as comfort, @Tom?",
    "mentions": ["tom@example.com"],
    "edited_at": None,
}
example(
    {
        "thread_id": "th-9f3c2a7be041",
        "conversation_id": "c-7f8b1f0e",
        "turn_id": "m5",
        "audience": "colleagues",
        "comments": [COMMENT],
        "resolved_by": None,
        "resolved_at": None,
        "changes": 1,
    }
)(Thread)
_BODY = {
    403: "The caller lacks the permission for this conversation, or the words are another person's.",
    422: "The words are missing or too long.",
}
_FULL = {**_BODY, 409: "There are too many comments already, or the time to change this one is over."}
example({"text": COMMENT["text"], "turn_id": "m5", "audience": "colleagues"})(NewThread)
example({"text": "As resolution, yes."})(NewComment)


@operation.get(
    "/conversations/{conversation_id}/comments",
    may=READS,
    summary="The comments on a conversation",
    command="comments of",
)
def list_conversation_comments(conversation_id: ConversationId, work: Work) -> Threads:
    """Return the threads of a conversation.

    Agents read those that are for them, too. A person who rates the conversation blind reads none until they submit.
    """
    return Items(items=tuple(work.of(conversation_id)))


@operation.post(
    "/conversations/{conversation_id}/comments",
    may=WRITES,
    status=201,
    refuses=_FULL,
    command="comments add",
    arguments=("text",),
)
def open_thread(conversation_id: ConversationId, data: JSONBody[NewThread], work: Work) -> Thread:
    """Comment on a turn or a conversation. In `text`, `@` and a name or an address mentions a person.

    The thread is for colleagues, or for the agent, too. Only people who may read it are mentioned. An agent opens
    threads of their own conversations for the agent.
    """
    return work.open(conversation_id, data)


@operation.get(
    "/comments",
    may=READS,
    command="comments list",
    columns=("thread_id", "conversation_id", "turn_id", "audience", "resolved_at"),
)
def list_comments(
    work: Work,
    in_state: Annotated[ThreadState | None, query("Only in this state.", name="state")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ThreadPage:
    """List threads of comments. They are of the conversations that the caller sees, the oldest first."""
    after = read_cursor(cursor, tuple[int])
    found = work.listing(in_state, after[0] if after else 0, limit + 1)
    return Page(
        items=tuple(each.thread for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
    )


@operation.get("/comments/{thread_id}", may=READS, summary="One thread of comments", command="comments show")
def get_thread(thread_id: ThreadId, work: Work) -> Thread:
    """Return a thread with its comments."""
    return work.get(thread_id)


@operation.post(
    "/comments/{thread_id}/replies",
    may=WRITES,
    status=201,
    refuses=_FULL,
    command="comments reply",
    arguments=("text",),
)
def reply_to_thread(thread_id: ThreadId, data: JSONBody[NewComment], work: Work) -> Thread:
    """Reply in a thread. A resolved one is open again."""
    return work.reply(thread_id, data)


@operation.put(
    "/comments/{thread_id}/replies/{comment_id}",
    may=WRITES,
    refuses=_FULL,
    takes=Takes("The new words.", {"text": "Would you let this count, @Tom?"}),
    command="comments edit",
    arguments=("text",),
)
def edit_comment(thread_id: ThreadId, comment_id: CommentId, data: JSONBody[NewComment], work: Work) -> Thread:
    """Change one's own comment. Its words can change within 15 minutes; `edited_at` is when."""
    return work.edit(thread_id, comment_id, data)


@operation.post("/comments/{thread_id}/resolve", may=WRITES, refuses={403: _BODY[403]}, command="comments resolve")
def resolve_thread(thread_id: ThreadId, work: Work) -> Thread:
    """Resolve a thread. Repeating this changes nothing."""
    return work.resolve(thread_id)


@operation.post("/comments/{thread_id}/reopen", may=WRITES, refuses={403: _BODY[403]}, command="comments reopen")
def reopen_thread(thread_id: ThreadId, work: Work) -> Thread:
    """Open a resolved thread again. Repeating this changes nothing."""
    return work.reopen(thread_id)


ROUTER = operation.router(__name__, work=work)
