"""Comments in the console: threads under the turns of a conversation, and the forms that write them."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.comments import EDITABLE_FOR, Audience, NewComment, NewThread, Thread, calls_of, pattern_of
from auscult.domain.conversation import Conversation
from auscult.server.console.frame.posted import Posted, one
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.people.names import names_of_people
from auscult.services.comments import Commenting

AnyVisit = TheVisit


class Talk(NamedTuple):
    """The comments on one conversation as its page shows them.

    ``names`` are by e-mail address; ``colleagues`` may be mentioned in a thread for colleagues, and ``readers`` in one
    for the agent, too. ``quotes`` are the first words of turns.
    """

    conversation_id: str
    threads: tuple[Thread, ...]
    names: Mapping[str, str]
    colleagues: Mapping[str, str]
    readers: Mapping[str, str]
    quotes: Mapping[str, str]
    viewer: str
    now: datetime
    may_write: bool
    is_agent: bool

    @property
    def minutes(self) -> int:
        """Return for how many minutes words can be changed."""
        return int(EDITABLE_FOR.total_seconds()) // 60

    def at(self, turn_id: str | None) -> list[Thread]:
        """Return the threads on a turn; on the whole conversation for None."""
        return [each for each in self.threads if each.turn_id == turn_id]

    def name(self, email: str) -> str:
        """Return the name of a person."""
        return self.names.get(email, email)

    def people(self, thread: Thread) -> str:
        """Return the names of who wrote in a thread."""
        return ", ".join(self.name(each) for each in thread.people)

    def pieces(self, text: str) -> list[tuple[bool, str]]:
        """Return a text in pieces, each with whether it mentions a person."""
        calls = calls_of(self.readers)
        found: list[tuple[bool, str]] = []
        start = 0
        for match in pattern_of(calls).finditer(text) if calls else ():
            found += [(False, text[start : match.start()]), (True, match[0])]
            start = match.end()
        return [each for each in (*found, (False, text[start:])) if each[1]]


def talk_of(visit: Visit, conversation: Conversation) -> Talk:
    """Return the comments on a conversation as the visitor reads them."""
    work = commenting(visit)
    return Talk(
        conversation_id=conversation.id,
        threads=tuple(work.of(conversation.id)),
        names=names_of_people(visit),
        colleagues=work.names_of(conversation.id, to_agent=False),
        readers=work.names_of(conversation.id, to_agent=True),
        quotes={each.id: excerpt(each.text) for each in conversation.turns},
        viewer=visit.visitor.email,
        now=visit.now,
        may_write=work.may_write(conversation.id),
        is_agent=work.is_agent_in(conversation.id),
    )


def commenting(visit: Visit) -> Commenting:
    """Return the comments of this visit's app as the visitor reads and writes them."""
    return Commenting(visit.app, lambda: visit.now, visit.principal)


class CommentsPage(Controller):
    """The forms of comments on one conversation; each shows the thread again."""

    path = "/conversations/{conversation_id:str}/comments"

    @post(sync_to_thread=True)
    def open(self, conversation_id: FromPath[str], data: Posted, visit: AnyVisit) -> Redirect:
        """Open a thread."""
        visit.require("conversation.read")
        audience: Audience = "agent" if one(data, "audience") == "agent" else "colleagues"
        wanted = NewThread(text=one(data, "text"), turn_id=one(data, "turn_id") or None, audience=audience)
        return _shown(commenting(visit).open(conversation_id, wanted))

    @post("/{thread_id:str}", sync_to_thread=True)
    def change(
        self, conversation_id: FromPath[str], thread_id: FromPath[str], data: Posted, visit: AnyVisit
    ) -> Redirect:
        """Reply in a thread, resolve it, or open it again."""
        del conversation_id
        visit.require("conversation.read")
        work = commenting(visit)
        match one(data, "do"):
            case "resolve":
                return _shown(work.resolve(thread_id))
            case "reopen":
                return _shown(work.reopen(thread_id))
            case _:
                return _shown(work.reply(thread_id, NewComment(text=one(data, "text"))))

    @post("/{thread_id:str}/{comment_id:str}", sync_to_thread=True)
    def edit(
        self,
        conversation_id: FromPath[str],
        thread_id: FromPath[str],
        comment_id: FromPath[str],
        data: Posted,
        visit: AnyVisit,
    ) -> Redirect:
        """Change one's own words."""
        del conversation_id
        visit.require("conversation.read")
        return _shown(commenting(visit).edit(thread_id, comment_id, NewComment(text=one(data, "text"))))


def _shown(thread: Thread) -> Redirect:
    return Redirect(f"{BASE}/conversations/{thread.conversation_id}#{thread.thread_id}", status_code=303)
