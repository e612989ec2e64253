"""Notices over HTTP and as commands: a person's own, marking them as read, and the ways in which they are sent."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.notices import KINDS, Choices, Notice, NoticeMail
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import Cursor, Limit, path_id, query
from auscult.server.rest.request import Takes
from auscult.services.notices.noticing import Noticing

NoticeId = Annotated[str, path_id("The notice.", "no-51d0c9a2e7b8")]
MailId = Annotated[str, path_id("The e-mail.", "nm-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55")]
Work = Use[Noticing]
READS = reading("conversations")


def work(app: App, rights: Rights, server: Basis) -> Noticing:
    """Return the notices of the app to the caller."""
    return Noticing(app, server.now, rights)


class NoticePage(Struct, frozen=True, kw_only=True):
    """One page, the newest first. ``next_cursor`` is null after the last; ``unread`` counts all that are not read."""

    items: tuple[Notice, ...]
    next_cursor: str | None
    unread: int


@example({"read": 3})
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


NoticeMails = Annotated[Items[NoticeMail], Called("NoticeMails", "The e-mails of a person, the newest first.")]


example(
    {
        **dict.fromkeys(KINDS, "here"),
        "mentioned": "mail",
        "assigned": "digest",
        "language": "de",
        "time_zone": "Europe/Berlin",
        "digest_hour": 8,
    }
)(Choices)
MAIL: dict[str, Any] = {
    "mail_id": "nm-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55",
    "way": "mail",
    "state": "unknown",
    "made_at": "2026-04-01T09:00:00Z",
    "tries": 1,
    "reason": "the connection failed: SMTPServerDisconnected",
}
example({"items": [NOTICE], "next_cursor": None, "unread": 1})(NoticePage)
example({**NOTICE, "read_at": "2026-04-01T09:05:00Z"})(Notice)
example({"items": [MAIL]})(NoticeMails)
example({**MAIL, "state": "waiting"})(NoticeMail)


@operation.get(
    "/notices",
    may=READS,
    summary="One's own notices",
    command="notices list",
    columns=("notice_id", "made_at", "kind", "by", "conversation_id", "read_at"),
)
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


@operation.post("/notices/read", may=READS, command="notices read-all")
def read_notices(work: Work) -> ReadCount:
    """Mark all notices as read. Mark all notices of the caller as read."""
    return ReadCount(read=work.read_all())


@operation.post("/notices/{notice_id}/read", may=READS, command="notices read")
def read_notice(notice_id: NoticeId, work: Work) -> Notice:
    """Mark a notice as read. It is the caller's own. Repeating this changes nothing."""
    return work.read(notice_id)


@operation.get("/notices/choices", may=READS, summary="The channels of one's notices")
def get_notice_choices(work: Work) -> Choices:
    """Return how the caller wants notices of each kind: here, as an e-mail at once, or in a daily digest."""
    return work.choices()


@operation.put(
    "/notices/choices",
    may=READS,
    refuses={422: "There is no time zone of this name."},
    takes=Takes(
        "The way of each kind; here where it is left out.",
        {"mentioned": "mail", "assigned": "digest", "language": "de", "time_zone": "Europe/Berlin", "digest_hour": 8},
    ),
)
def set_notice_choices(data: JSONBody[Choices], work: Work) -> Choices:
    """Choose the channels of one's notices. They count from now on. Notices are in the console in any case.

    `digest_hour`, in `time_zone`, is when the daily e-mail is sent.
    """
    return work.choose(data)


@operation.get("/notices/mails", may=READS, summary="One's own e-mails with notices")
def list_notice_mails(work: Work) -> NoticeMails:
    """List the newest e-mails with notices to the caller. `unknown`: the server may have accepted it or not."""
    return Items(items=tuple(work.mails()))


@operation.post("/notices/mails/{mail_id}/send-again", may=READS, refuses={409: "It is neither unknown nor failed."})
def send_notice_mail_again(mail_id: MailId, work: Work) -> NoticeMail:
    """Send an e-mail again. It has failed, or its acceptance is not known. It keeps its Message-ID."""
    return work.send_again(mail_id)


ROUTER = operation.router(__name__, work=work)
