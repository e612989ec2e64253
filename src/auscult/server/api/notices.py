"""Notices over HTTP and as commands: a person's own, marking them as read, and the ways in which they are sent."""

from typing import Annotated, Any

from litestar import Router, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from auscult.domain.notices import KINDS, Choices, Notice, NoticeMail
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.guards import reading
from auscult.server.rest.openapi import answer, refusal, refusals
from auscult.server.rest.parameters import Cursor, Limit, path_id, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.notices.noticing import Noticing

NoticeId = Annotated[str, path_id("The notice.", "no-51d0c9a2e7b8")]
MailId = Annotated[str, path_id("The e-mail.", "nm-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55")]
Work = NamedDependency[SkipValidation[Noticing]]
READS = reading("conversations")


def work(app: App, rights: Rights, server: Basis) -> Noticing:
    """Return the notices of the app to the caller."""
    return Noticing(app, server.now, rights)


class NoticePage(Struct, frozen=True, kw_only=True):
    """One page, the newest first. ``next_cursor`` is null after the last; ``unread`` counts all that are not read."""

    items: tuple[Notice, ...]
    next_cursor: str | None
    unread: int


class ReadCount(Struct, frozen=True, kw_only=True):
    """The number of notices that are read since this request."""

    read: int


NOTICE: dict[str, Any] = {
    "notice_id": "no-51d0c9a2e7b8",
    "kind": "mentioned",
    "subject": "th-9f3c2a7be041",
    "conversation_id": "c-7f8b1f0e",
    "by": "ann@example.com",
    "n": 1,
    "made_at": "2026-04-01T09:00:00Z",
    "read_at": None,
}


class NoticeMails(Struct, frozen=True, kw_only=True):
    """The e-mails of a person, the newest first."""

    items: tuple[NoticeMail, ...]


CHOICES: dict[str, Any] = {
    **dict.fromkeys(KINDS, "here"),
    "mentioned": "mail",
    "assigned": "digest",
    "language": "de",
    "time_zone": "Europe/Berlin",
    "digest_hour": 8,
}
MAIL: dict[str, Any] = {
    "mail_id": "nm-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55",
    "way": "mail",
    "state": "unknown",
    "made_at": "2026-04-01T09:00:00Z",
    "tries": 1,
    "reason": "the connection failed: SMTPServerDisconnected",
}


@get(
    "/notices",
    operation_id="list_notices",
    summary="One's own notices",
    guards=[READS],
    responses={200: answer("A page.", NoticePage, {"items": [NOTICE], "next_cursor": None, "unread": 1})},
    command="notices list",
    columns=("notice_id", "made_at", "kind", "by", "conversation_id", "read_at"),
)
@in_thread
def list_notices(
    work: Work,
    *,
    is_unread: Annotated[bool, query("Only those that are not read.", name="unread")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> NoticePage:
    """List the caller's notices, the newest first: of audits, disputes, comments and coaching.

    Only people have notices; a client gets an empty list. None is about a conversation that the caller does not see.
    """
    before = read_cursor(cursor, tuple[int])
    found = work.listing(is_unread=is_unread, before=before[0] if before else None, limit=limit + 1)
    return NoticePage(
        items=tuple(each.notice for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
        unread=work.count_unread(),
    )


@post(
    "/notices/read",
    operation_id="read_notices",
    summary="Mark all notices as read",
    guards=[READS],
    status_code=200,
    responses={200: answer("The number of notices that were not read.", ReadCount, {"read": 3})},
    command="notices read-all",
)
@in_slow_thread
def read_all(work: Work) -> ReadCount:
    """Mark all notices of the caller as read."""
    return ReadCount(read=work.read_all())


@post(
    "/notices/{notice_id:str}/read",
    operation_id="read_notice",
    summary="Mark a notice as read",
    guards=[READS],
    status_code=200,
    responses={200: answer("The notice.", Notice, {**NOTICE, "read_at": "2026-04-01T09:05:00Z"})},
    command="notices read",
)
@in_slow_thread
def read(notice_id: NoticeId, work: Work) -> Notice:
    """Mark one notice of the caller as read. Repeating this changes nothing."""
    return work.read(notice_id)


@get(
    "/notices/choices",
    operation_id="get_notice_choices",
    summary="The channels of one's notices",
    guards=[READS],
    responses={200: answer("The way of each kind.", Choices, CHOICES)},
)
@in_thread
def choices(work: Work) -> Choices:
    """Return how the caller wants notices of each kind: here, as an e-mail at once, or in a daily digest."""
    return work.choices()


@put(
    "/notices/choices",
    operation_id="set_notice_choices",
    summary="Choose the channels of one's notices",
    guards=[READS],
    responses={
        200: answer("The way of each kind.", Choices, CHOICES),
        422: refusal("There is no time zone of this name."),
    },
    takes=Takes(
        "The way of each kind; here where it is left out.",
        {"mentioned": "mail", "assigned": "digest", "language": "de", "time_zone": "Europe/Berlin", "digest_hour": 8},
    ),
)
@in_slow_thread
def choose(data: JSONBody[Choices], work: Work) -> Choices:
    """Choose, for notices from now on. They are in the console in any case.

    `digest_hour`, in `time_zone`, is when the daily e-mail is sent.
    """
    return work.choose(data)


@get(
    "/notices/mails",
    operation_id="list_notice_mails",
    summary="One's own e-mails with notices",
    guards=[READS],
    responses={200: answer("The e-mails.", NoticeMails, {"items": [MAIL]})},
)
@in_thread
def mails(work: Work) -> NoticeMails:
    """List the newest e-mails with notices to the caller. `unknown`: the server may have accepted it or not."""
    return NoticeMails(items=tuple(work.mails()))


@post(
    "/notices/mails/{mail_id:str}/send-again",
    operation_id="send_notice_mail_again",
    summary="Send an e-mail again",
    guards=[READS],
    status_code=200,
    responses={
        200: answer("The e-mail, which waits.", NoticeMail, {**MAIL, "state": "waiting"}),
        **refusals({409: "It is neither unknown nor failed."}),
    },
)
@in_slow_thread
def send_again(mail_id: MailId, work: Work) -> NoticeMail:
    """Send an e-mail again that failed, or whose acceptance is not known. It keeps its Message-ID."""
    return work.send_again(mail_id)


ROUTER = Router(
    "/",
    route_handlers=[list_notices, read_all, read, choices, choose, mails, send_again],
    dependencies={"work": Provide(work, sync_to_thread=False)},
)
