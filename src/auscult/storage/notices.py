"""Store of notices: those of one app, and the function that writes them in the transaction of their cause."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.notices import (
    KEPT_FOR,
    KINDS,
    Choices,
    MailState,
    NewNotice,
    Notice,
    NoticeMail,
    Way,
    new_mail_id,
    new_notice_id,
)
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.audits import assignments
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.people import notice_choices, notice_mails, notice_readers, notices, users
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.feed import announce
from auscult.storage.people.visibility import visible

_AT_ONCE = 500
_OF_READERS = ("language", "time_zone", "digest_hour")


class NoticeQuery(NamedTuple):
    """Notices of one person, by their e-mail address: unread, in an e-mail, before or after the number of one, of kinds.

    ``left_out`` are conversations about which there are none but of the kinds ``but``.
    """

    to: str
    left_out: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    is_unread: bool = False
    mail: int | None = None
    before: int | None = None
    after: int | None = None
    kinds: tuple[str, ...] = ()
    limit: int = 100


class MailOf(NamedTuple):
    """An e-mail with its number, and the e-mail address of its person."""

    number: int
    to: str
    mail: NoticeMail


class NumberedNotice(NamedTuple):
    """A notice with its position in the list."""

    number: int
    notice: Notice


class AppNotices(SeenOfApp):
    """The notices of one app."""

    def listing(self, query: NoticeQuery) -> list[NumberedNotice]:
        """Return notices, the newest first."""
        wanted = self._wanted(query)
        if query.before is not None:
            wanted.append(notices.c.notice < query.before)
        found = sa.select(notices).where(*wanted).order_by(notices.c.notice.desc()).limit(query.limit)
        return [NumberedNotice(row.notice, _notice(row)) for row in self._database.rows(found)]

    def after(self, query: NoticeQuery) -> list[NumberedNotice]:
        """Return notices, the oldest first."""
        found = sa.select(notices).where(*self._wanted(query)).order_by(notices.c.notice).limit(query.limit)
        return [NumberedNotice(row.notice, _notice(row)) for row in self._database.rows(found)]

    def of_app(self, number: int, kinds: Sequence[str], limit: int) -> list[NumberedNotice]:
        """Return the notices to anyone after the number of one, of some kinds, the oldest first.

        Of one thing that several people are notified of there is one, the last.
        """
        mine = (notices.c.app == self._app, notices.c.notice > number, notices.c.kind.in_(kinds))
        once = sa.select(sa.func.max(notices.c.notice)).where(*mine).group_by(notices.c.kind, notices.c.subject)
        found = sa.select(notices).where(notices.c.notice.in_(once)).order_by(notices.c.notice).limit(limit)
        return [NumberedNotice(row.notice, _notice(row)) for row in self._database.rows(found)]

    def count(self, query: NoticeQuery) -> int:
        """Return the number of notices of a query."""
        return self._database.value(sa.select(sa.func.count()).where(*self._wanted(query))) or 0

    def get(self, query: NoticeQuery, notice_id: str) -> Notice | None:
        """Return one notice of a query; None where it has none of this id."""
        found = sa.select(notices).where(*self._wanted(query), notices.c.notice_id == notice_id)
        return self._database.named(found, notice_id, _notice)

    def of_conversations(self, conversation_ids: Sequence[str]) -> Iterator[tuple[str, Notice]]:
        """Yield every notice about some conversations with its person's e-mail address, in the order of writing."""
        named = [each for each in conversation_ids if is_storable(each)]
        about = visible(self._visibility, self._app, notices.c.conversation_id)
        query = (
            sa.select(notices, users.c.email)
            .join(users, users.c.user == notices.c.user)
            .where(notices.c.app == self._app, notices.c.conversation_id.in_(named), *about)
            .order_by(notices.c.notice)
        )
        rows = self._database.rows(query)
        for row in rows:
            yield row.email, _notice(row)

    def state(self, since: datetime, until: datetime) -> str:
        """Return a mark of every notice about conversations with ``since`` <= start < ``until``; it differs after each change."""
        sums = sa.select(sa.func.count(), sa.func.sum(notices.c.notice), sa.func.count(notices.c.read_at))
        return self._state_of(sums, notices, since, until)

    def mark_read(self, query: NoticeQuery, at: datetime, notice_id: str | None = None) -> int:
        """Mark the unread notices of a query as read, or the one of an id; return their number."""
        wanted = self._wanted(query._replace(is_unread=True))
        if notice_id is not None:
            wanted.append(notices.c.notice_id == notice_id)
        with self._database.writing() as connection:
            return connection.execute(sa.update(notices).where(*wanted).values(read_at=ms_of(at))).rowcount

    def add_late(self, at: datetime) -> int:
        """Write a notice for each audit that is late and has none yet for its rater; return their number."""
        known = notices.alias()
        its = (known.c.app == self._app, known.c.subject == assignments.c.assignment_id)
        has_one = sa.exists().where(*its, known.c.kind == "late", known.c.user == users.c.user)
        query = (
            sa.select(assignments.c.assignment_id, assignments.c.rater, conversations.c.conversation_id)
            .join(conversations, conversations.c.conversation == assignments.c.conversation)
            .join(users, users.c.email == assignments.c.rater)
            .where(assignments.c.app == self._app, assignments.c.state.in_(("assigned", "begun")))
            .where(assignments.c.role != "self", users.c.state == "active", ~has_one)
            .where(assignments.c.due_at < ms_of(at), assignments.c.due_at >= ms_of(at - KEPT_FOR))
            .order_by(assignments.c.assignment)
            .limit(_AT_ONCE)
        )
        with self._database.reading() as connection:
            if not connection.execute(query).first():
                return 0
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            late = connection.execute(query).all()
            write_notices(
                connection,
                self._database.dialect,
                self._app,
                [
                    NewNotice(each.rater, "late", each.assignment_id, at, conversation_id=each.conversation_id)
                    for each in late
                ],
            )
            return len(late)

    def remove_old(self, at: datetime) -> int:
        """Remove the notices that were kept long enough, and those to people who are disabled; return their number."""
        gone = sa.select(users.c.user).where(users.c.state != "active")
        old = sa.or_(notices.c.made_at < ms_of(at - KEPT_FOR), notices.c.user.in_(gone))
        mine = (notices.c.app == self._app, old)
        with self._database.reading() as connection:
            if not connection.scalar(sa.select(sa.func.count()).where(*mine)):
                return 0
        with self._database.writing() as connection:
            removed = connection.execute(sa.delete(notices).where(*mine)).rowcount
            used = sa.exists().where(notices.c.mail == notice_mails.c.mail)
            past = sa.or_(notice_mails.c.made_at < ms_of(at - KEPT_FOR), notice_mails.c.user.in_(gone))
            connection.execute(sa.delete(notice_mails).where(notice_mails.c.app == self._app, past, ~used))
            return removed

    def choices(self, email: str | None = None) -> dict[str, Choices]:
        """Return the ways that a person, or every person, has chosen, by e-mail address; without a choice there is none."""
        ways = sa.select(users.c.email, notice_choices.c.kind, notice_choices.c.way).join(notice_choices)
        readers = sa.select(users.c.email, *notice_readers.c).join(notice_readers)
        if email is not None:
            ways, readers = (each.where(users.c.email == email) for each in (ways, readers))
        found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        with self._database.reading() as connection:
            for row in connection.execute(ways):
                found[row.email][row.kind] = row.way
            for row in connection.execute(readers):
                found[row.email] |= {name: getattr(row, name) for name in _OF_READERS}
        return {email: Choices(**chosen) for email, chosen in found.items()}

    def choose(self, email: str, choices: Choices, at: datetime) -> None:
        """Store the ways of a person. Only notices from then on are sent in a way that is new."""
        before = self.choices(email).get(email, Choices())
        with self._database.writing() as connection:
            user = connection.scalar(sa.select(users.c.user).where(users.c.email == email))
            for kind in KINDS:
                way = getattr(choices, kind)
                if user is None or way == getattr(before, kind):
                    continue
                row = {"way": way, "since": ms_of(at)}
                made = self._database.dialect.insert(notice_choices).values(user=user, kind=kind, **row)
                connection.execute(made.on_conflict_do_update(index_elements=["user", "kind"], set_=row))
            if user is not None:
                reader = {name: getattr(choices, name) for name in _OF_READERS}
                one = self._database.dialect.insert(notice_readers).values(user=user, **reader)
                connection.execute(one.on_conflict_do_update(index_elements=["user"], set_=reader))

    def gather(self, query: NoticeQuery, way: Way, at: datetime) -> bool:
        """Make an e-mail of a person's unread notices that are wanted in a way and are in none yet; return whether there was one."""
        chosen = sa.exists().where(
            notice_choices.c.user == notices.c.user,
            notice_choices.c.kind == notices.c.kind,
            notice_choices.c.way == way,
            notice_choices.c.since <= notices.c.made_at,
        )
        wanted = [*self._wanted(query._replace(is_unread=True)), notices.c.mail.is_(None), chosen]
        with self._database.reading() as connection:
            if not connection.scalar(sa.select(sa.func.count()).where(*wanted)):
                return False
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            user = connection.scalar(sa.select(sa.func.min(notices.c.user)).where(*wanted))
            if user is None:
                return False
            row = {"mail_id": new_mail_id(), "app": self._app, "user": user, "way": way, "state": "waiting"}
            times = {"made_at": ms_of(at), "try_at": ms_of(at), "tries": 0, "reason": ""}
            made = sa.insert(notice_mails).values(**row, **times).returning(notice_mails.c.mail)
            connection.execute(sa.update(notices).where(*wanted).values(mail=connection.scalar(made)))
            return True

    def mails(
        self, email: str | None = None, states: Sequence[MailState] = (), due: datetime | None = None, limit: int = 100
    ) -> list[MailOf]:
        """Return e-mails, the newest first: of a person, in some states, to be tried by an instant."""
        query = sa.select(notice_mails, users.c.email).join(users, users.c.user == notice_mails.c.user)
        query = query.where(notice_mails.c.app == self._app)
        if email is not None:
            query = query.where(users.c.email == email)
        if states:
            query = query.where(notice_mails.c.state.in_(states))
        if due is not None:
            query = query.where(notice_mails.c.try_at <= ms_of(due))
        rows = self._database.rows(query.order_by(notice_mails.c.mail.desc()).limit(limit))
        return [MailOf(row.mail, row.email, _mail(row)) for row in rows]

    def has_digest(self, email: str, since: datetime) -> bool:
        """Return whether a digest was made for a person since an instant."""
        query = sa.select(notice_mails.c.mail).join(users, users.c.user == notice_mails.c.user)
        mine = (notice_mails.c.app == self._app, users.c.email == email, notice_mails.c.way == "digest")
        with self._database.reading() as connection:
            return connection.execute(query.where(*mine, notice_mails.c.made_at >= ms_of(since))).first() is not None

    def move_mail(
        self, number: int, before: Sequence[MailState], after: MailState, at: datetime, reason: str = ""
    ) -> bool:
        """Bring an e-mail from one of some states to another; False, and nothing is stored, where it is in none of them.

        ``at`` is when it is tried next, or since when it is being sent, which counts as a try.
        """
        mine = (notice_mails.c.mail == number, notice_mails.c.state.in_(before))
        row = {
            "state": after,
            "try_at": ms_of(at),
            "reason": reason,
            "tries": notice_mails.c.tries + int(after == "sending"),
        }
        with self._database.writing() as connection:
            return connection.execute(sa.update(notice_mails).where(*mine).values(**row)).rowcount == 1

    def _wanted(self, query: NoticeQuery) -> list[sa.ColumnElement[bool]]:
        to = sa.select(users.c.user).where(users.c.email == query.to).scalar_subquery()
        wanted: list[sa.ColumnElement[bool]] = [notices.c.app == self._app, notices.c.user == to]
        if query.is_unread:
            wanted.append(notices.c.read_at.is_(None))
        if query.after is not None:
            wanted.append(notices.c.notice > query.after)
        if query.kinds:
            wanted.append(notices.c.kind.in_(query.kinds))
        if query.mail is not None:
            wanted.append(notices.c.mail == query.mail)
        seen = visible(self._visibility, self._app, notices.c.conversation_id)
        if seen:
            wanted.append(sa.or_(notices.c.conversation_id.is_(None), sa.and_(*seen)))
        if query.left_out:
            shown = notices.c.conversation_id.is_(None), notices.c.conversation_id.not_in(query.left_out)
            wanted.append(sa.or_(*shown, notices.c.kind.in_(query.but)))
        return wanted


def write_notices(connection: Connection, dialect: Dialect, app: int, made: Sequence[NewNotice]) -> None:
    """Write notices in the transaction of their cause, and report them in the feed; the app's turn must have been taken.

    People who are no active users of the account get none.
    """
    if not made:
        return
    about = sorted({each.conversation_id for each in made if each.conversation_id is not None})
    its = sa.select(conversations.c.conversation_id, conversations.c.conversation).where(
        conversations.c.app == app, conversations.c.conversation_id.in_(about)
    )
    known = {row.conversation_id: row.conversation for row in connection.execute(its)} if about else {}
    receivers = _receivers(connection, app, made)
    rows = [
        {
            "notice_id": new_notice_id(),
            "app": app,
            "user": user,
            "kind": each.kind,
            "subject": each.subject,
            "conversation": None if each.conversation_id is None else known[each.conversation_id],
            "conversation_id": each.conversation_id,
            "caused_by": each.by or None,
            "things": each.n,
            "made_at": ms_of(each.at),
        }
        for each in made
        for user in receivers(each)
        if each.conversation_id is None or each.conversation_id in known
    ]
    if rows:
        connection.execute(sa.insert(notices), rows)
    reported = {row["conversation_id"] for row in rows}
    announce(connection, dialect, app, [(each, "notified") for each in about if each in reported])


def _receivers(connection: Connection, app: int, made: Sequence[NewNotice]) -> Callable[[NewNotice], list[int]]:
    """Return a function that returns the numbers of the users that a notice is for."""
    wanted = users.c.email.in_(sorted({each.to for each in made}))
    if any(each.agent_id for each in made):
        wanted = sa.or_(wanted, users.c.agent_ids != "[]")
    account = sa.select(apps.c.account_id).where(apps.c.app == app).scalar_subquery()
    query = sa.select(users.c.user, users.c.email, users.c.agent_ids)
    query = query.where(wanted, users.c.state == "active", users.c.account_id == account)
    people = [
        (row.user, row.email, frozenset(msgspec.json.decode(row.agent_ids, type=list[str])))
        for row in connection.execute(query)
    ]

    def receivers(notice: NewNotice) -> list[int]:
        return [
            user
            for user, email, agent_ids in people
            if email != notice.by and (email == notice.to or notice.agent_id in agent_ids)
        ]

    return receivers


def mark_settled(connection: Connection, app: int, subject: str, at: datetime) -> None:
    """Mark the notices that ask people to decide about a subject as read, as it is decided."""
    mine = (notices.c.app == app, notices.c.kind == "to_decide", notices.c.subject == subject)
    connection.execute(sa.update(notices).where(*mine, notices.c.read_at.is_(None)).values(read_at=ms_of(at)))


def erase_notices(connection: Connection, numbers: Collection[int]) -> None:
    """Erase the notices about conversations, by their numbers."""
    connection.execute(sa.delete(notices).where(notices.c.conversation.in_(numbers)))


def _notice(row: AnyRow) -> Notice:
    return record_of(Notice, row, by=row.caused_by, n=row.things)


def _mail(row: AnyRow) -> NoticeMail:
    return record_of(NoticeMail, row)
