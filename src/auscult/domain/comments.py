"""Threads of comments on a turn or on a whole conversation, and the rules on who reads, edits and is mentioned."""

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain.errors import AccessError, ConflictError, RequestError, coded, unknown
from auscult.domain.notices import NewNotice
from auscult.domain.scoring.list_fields import ThreadState
from auscult.domain.stated import text as stated_text

Audience = Literal["colleagues", "agent"]
"""A thread is read by colleagues who may read the conversation, or by its agents, too."""

WRITE = "comment.write"
"""The permission to comment."""
LONGEST_COMMENT = 4_000
MOST_COMMENTS = 200
MOST_THREADS = 500
EDITABLE_FOR = timedelta(minutes=15)
"""The time in which the author of a comment can change its words."""


class Comment(Struct, frozen=True, kw_only=True):
    """One comment. ``by`` and ``mentions`` are e-mail addresses, or the id of a client that commented."""

    comment_id: str
    by: str
    at: datetime
    text: str
    mentions: tuple[str, ...] = ()
    edited_at: datetime | None = None

    def is_editable(self, by: str, at: datetime) -> bool:
        """Return whether a person can change the words at an instant."""
        return self.by == by and at <= self.at + EDITABLE_FOR


class Thread(Struct, frozen=True, kw_only=True):
    """The comments on one turn, or on the whole conversation where there is no ``turn_id``. ``changes`` counts writes."""

    thread_id: str
    conversation_id: str
    turn_id: str | None = None
    audience: Audience = "colleagues"
    comments: tuple[Comment, ...]
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    changes: int = 1

    @property
    def state(self) -> ThreadState:
        """Return whether it is resolved."""
        return "open" if self.resolved_at is None else "resolved"

    @property
    def people(self) -> tuple[str, ...]:
        """Return who wrote in it, each once, in order."""
        return tuple(dict.fromkeys(each.by for each in self.comments))

    @property
    def last_at(self) -> datetime:
        """Return when the last comment was written."""
        return self.comments[-1].at

    def is_shown(self, *, to_agent: bool) -> bool:
        """Return whether a reader of the conversation reads the thread; ``to_agent``: they are an agent in it."""
        return self.audience == "agent" or not to_agent


class NewComment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of a comment; ``@name`` mentions a person who may read the thread."""

    text: Annotated[
        str,
        stated_text(LONGEST_COMMENT),
        Meta(
            description="The words; @name mentions. The agent may ask to see what is written about them, this included."
        ),
    ]


class NewThread(NewComment, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first comment of a thread, with what it is about and who reads it."""

    turn_id: Annotated[str | None, Meta(description="The turn; the whole conversation unless given.")] = None
    audience: Annotated[Audience, Meta(description="Who reads it: colleagues, or the agent, too.")] = "colleagues"


def opened(conversation_id: str, wanted: NewThread, comment: Comment) -> Thread:
    """Return a new thread with its first comment."""
    return Thread(
        thread_id=f"th-{uuid.uuid4().hex[:12]}",
        conversation_id=conversation_id,
        turn_id=wanted.turn_id,
        audience=wanted.audience,
        comments=(comment,),
    )


def written(text: str, by: str, at: datetime, mentions: tuple[str, ...]) -> Comment:
    """Return a new comment. Raises ``RequestError`` ``comment.missing``."""
    return Comment(comment_id=f"co-{uuid.uuid4().hex[:12]}", by=by, at=at, text=checked(text), mentions=mentions)


def replied(thread: Thread, comment: Comment) -> Thread:
    """Return a thread with one more comment, open again if it was resolved. Raises ``ConflictError`` ``comment.too_many``."""
    if len(thread.comments) >= MOST_COMMENTS:
        raise too_many(f"a thread has at most {MOST_COMMENTS} comments; begin another one")
    comments = (*thread.comments, comment)
    return replace(thread, comments=comments, resolved_by=None, resolved_at=None, changes=thread.changes + 1)


def edited(thread: Thread, comment_id: str, new: Comment) -> Thread:
    """Return a thread in which the author of a comment gave it the words of a new one.

    Raises ``NotFoundError`` ``comment.unknown``; ``AccessError`` ``comment.not_yours``; ``ConflictError``
    ``comment.settled`` after 15 minutes.
    """
    found = next((each for each in thread.comments if each.comment_id == comment_id), None)
    if found is None:
        raise unknown("comment", comment_id)
    if found.by != new.by:
        message = coded("comment {comment_id} is of another person, who alone can change it", comment_id=comment_id)
        raise AccessError(message, code="comment.not_yours", field="comment_id", value=comment_id)
    if not found.is_editable(new.by, new.at):
        minutes = EDITABLE_FOR // timedelta(minutes=1)
        message = coded(
            "comment {comment_id} can be changed for {minutes} minutes only; write another one",
            comment_id=comment_id,
            minutes=minutes,
        )
        raise ConflictError(message, code="comment.settled", field="comment_id", value=comment_id)
    changed = replace(found, text=new.text, mentions=new.mentions, edited_at=new.at)
    comments = tuple(changed if each is found else each for each in thread.comments)
    return replace(thread, comments=comments, changes=thread.changes + 1)


def resolved(thread: Thread, by: str, at: datetime) -> Thread | None:
    """Return a thread that is resolved; None where it is already."""
    if thread.resolved_at is not None:
        return None
    return replace(thread, resolved_by=by, resolved_at=at, changes=thread.changes + 1)


def reopened(thread: Thread) -> Thread | None:
    """Return a thread that is open again; None where it is already."""
    if thread.resolved_at is None:
        return None
    return replace(thread, resolved_by=None, resolved_at=None, changes=thread.changes + 1)


def notices_of(before: Thread | None, after: Thread, at: datetime) -> tuple[NewNotice, ...]:
    """Return the notices of one step: to the people that new words mention, and to those who wrote in the thread.

    Who is mentioned and wrote in it gets one of the mention. Steps without new words have none.
    """
    known = {each.comment_id: each for each in before.comments} if before else {}
    found: list[NewNotice] = []
    for each in after.comments:
        earlier = known.get(each.comment_id)
        named = [one for one in each.mentions if earlier is None or one not in earlier.mentions]
        wrote = [one for one in before.people if one not in named] if before and earlier is None else []
        about = NewNotice("", "mentioned", after.thread_id, at, each.by, after.conversation_id)
        found += [about._replace(to=one) for one in named]
        found += [about._replace(to=one, kind="answered") for one in wrote]
    return tuple(each for each in found if each.to != each.by)


def checked(text: str) -> str:
    """Return the words of a comment without space around them. Raises ``RequestError`` ``comment.missing``."""
    if not text.strip():
        raise RequestError("a comment is missing; write what there is to say", code="comment.missing", field="text")
    if len(text.strip()) > LONGEST_COMMENT:
        raise RequestError(
            "a comment has at most {n} characters", n=LONGEST_COMMENT, code="comment.too_long", field="text"
        )
    return text.strip()


def too_many(message: str) -> ConflictError:
    """Return the error of a conversation or thread that takes no more comments."""
    return ConflictError(message, code="comment.too_many", field="text")


def mentioned_in(text: str, people: Mapping[str, str]) -> tuple[str, ...]:
    """Return the e-mail addresses of the people that a text mentions, in order.

    ``people`` are the names by e-mail address of those who can be mentioned. ``@`` goes before an address, a whole
    name, or a first name that only one of them has; the longest fits.
    """
    found: dict[str, None] = {}
    calls = calls_of(people)
    for match in pattern_of(calls).finditer(text) if calls else ():
        found[calls[match[1].casefold()]] = None
    return tuple(found)


def calls_of(people: Mapping[str, str]) -> dict[str, str]:
    """Return the e-mail address for each casefolded way to call a person."""
    firsts = Counter(_first(name) for name in people.values())
    names = Counter(name.casefold() for name in people.values())
    calls = {_first(name): email for email, name in people.items() if firsts[_first(name)] == 1}
    calls |= {name.casefold(): email for email, name in people.items() if names[name.casefold()] == 1}
    calls |= {email.casefold(): email for email in people}
    return {call: email for call, email in calls.items() if call}


def pattern_of(calls: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of a mention: ``@`` and a way to call a person, at the bounds of words."""
    longest_first = "|".join(re.escape(each) for each in sorted(calls, key=len, reverse=True))
    return re.compile(rf"(?<![\w@])@({longest_first})(?!\w|@\w)", re.IGNORECASE)


def _first(name: str) -> str:
    return name.partition(" ")[0].casefold()
