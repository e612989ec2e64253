"""The use cases of notices for one viewer, and the rounds of a worker: late audits, and e-mails."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from auscult.domain.errors import AccessError, ConflictError, coded, unknown
from auscult.domain.notices import (
    MOST_TRIES,
    SENDING_FOR,
    Choices,
    Delivery,
    Kind,
    Letter,
    MailState,
    Notice,
    NoticeMail,
    digest_since,
    pause_after,
)
from auscult.domain.operations.guarding import guarded
from auscult.domain.people.principal import Principal
from auscult.domain.people.timezones import check_timezone
from auscult.services.audits.blind import hidden_from_talk
from auscult.services.people.known import people_of
from auscult.storage.notices import MailOf, NoticeQuery, NumberedNotice
from auscult.storage.store import AppStore

_LOG = logging.getLogger(__name__)
_MOST_IN_MAIL = 10_000
_OWN_WORK = ("assigned", "taken", "late")
"""Kinds of notices that reveal nothing of a conversation."""


class Noticing:
    """The notices of one app to one viewer. Cheap to make; threads may share one.

    Only people have notices. None is shown about a conversation that the viewer does not see; while they rate one blind,
    they have those about their work alone.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``, in which what the viewer may not see does not exist; ``now`` returns aware UTC time."""
        self._app = app
        self._now = now
        self._viewer = viewer

    def listing(self, *, is_unread: bool = False, before: int | None = None, limit: int = 100) -> list[NumberedNotice]:
        """Return notices, the newest first; only those before the number of one where it is given."""
        query = self._query()
        if query is None:
            return []
        return self._app.notices.listing(query._replace(is_unread=is_unread, before=before, limit=limit))

    def count_unread(self) -> int:
        """Return the number of unread notices."""
        query = self._query()
        return 0 if query is None else self._app.notices.count(query._replace(is_unread=True))

    def get(self, notice_id: str) -> Notice:
        """Return a notice. Raises ``NotFoundError`` ``notice.unknown``."""
        query = self._query()
        found = None if query is None else self._app.notices.get(query, notice_id)
        if found is None:
            raise unknown("notice", notice_id)
        return found

    def read(self, notice_id: str) -> Notice:
        """Mark a notice as read; repeating this changes nothing. Raises as ``get`` does."""
        found = self.get(notice_id)
        query = self._query()
        if query is None or found.read_at is not None:
            return found
        self._app.notices.mark_read(query, self._now(), notice_id)
        return self.get(notice_id)

    def read_all(self) -> int:
        """Mark every notice as read; return the number of those that were not."""
        query = self._query()
        if query is None or not self._app.notices.count(query._replace(is_unread=True)):
            return 0
        return self._app.notices.mark_read(query, self._now())

    def choices(self) -> Choices:
        """Return the ways in which the viewer wants notices."""
        found = self._app.notices.choices(self._viewer.name) if self._viewer.is_person else {}
        return found.get(self._viewer.name, Choices())

    def choose(self, choices: Choices) -> Choices:
        """Store the ways in which the viewer wants notices.

        Raises ``AccessError`` ``session.missing`` for a client; ``RequestError`` ``timezone.unknown``.
        """
        if not self._viewer.is_person:
            raise AccessError("this is for people; sign in, or send a personal token", code="session.missing")
        check_timezone(choices.time_zone, "time_zone")
        self._app.notices.choose(self._viewer.name, choices, self._now())
        return self.choices()

    def mails(self) -> list[NoticeMail]:
        """Return the viewer's e-mails, the newest first."""
        return [each.mail for each in self._app.notices.mails(self._viewer.name)] if self._viewer.is_person else []

    def send_again(self, mail_id: str) -> NoticeMail:
        """Have an e-mail sent again whose acceptance is not known, or that was refused; it keeps its Message-ID.

        Raises ``NotFoundError`` ``mail.unknown``; ``ConflictError`` ``mail.settled``.
        """
        found = self._mail(mail_id)
        if not self._app.notices.move_mail(found.number, ("unknown", "failed"), "waiting", self._now()):
            message = coded(
                "mail {mail_id} is {state}; only one that failed, or is unknown, is sent again",
                mail_id=mail_id,
                state=found.mail.state,
            )
            raise ConflictError(message, code="mail.settled", field="mail_id", value=mail_id)
        return self._mail(mail_id).mail

    def gather(self, at: datetime) -> None:
        """Make the viewer's e-mails that are due: of what is wanted at once, and the digest of the day."""
        query = self._query()
        if query is None:
            return
        self._app.notices.gather(query, "mail", at)
        since = digest_since(self.choices(), at)
        if since is not None and not self._app.notices.has_digest(self._viewer.name, since):
            self._app.notices.gather(query, "digest", at)

    def since(self, number: int, kinds: Sequence[Kind], limit: int) -> list[NumberedNotice]:
        """Return unread notices of some kinds after the number of one, the oldest first."""
        query = self._query()
        if query is None:
            return []
        return self._app.notices.after(query._replace(is_unread=True, after=number, kinds=tuple(kinds), limit=limit))

    def in_mail(self, number: int) -> list[Notice]:
        """Return the notices in an e-mail that the viewer may see by now, the oldest first."""
        query = self._query()
        wanted = query and query._replace(mail=number, limit=_MOST_IN_MAIL)
        found = [] if wanted is None else self._app.notices.listing(wanted)
        return [each.notice for each in reversed(found)]

    def _mail(self, mail_id: str) -> MailOf:
        mine = self._app.notices.mails(self._viewer.name, limit=1_000) if self._viewer.is_person else []
        found = next((each for each in mine if each.mail.mail_id == mail_id), None)
        if found is None:
            raise unknown("mail", mail_id)
        return found

    def _query(self) -> NoticeQuery | None:
        if not self._viewer.is_person:
            return None
        blind = hidden_from_talk(self._app, self._viewer.name)
        return NoticeQuery(self._viewer.name, left_out=blind, but=_OWN_WORK)


def note_late(app: AppStore, at: datetime) -> int:
    """Notify raters of audits that are late, and remove old notices; return the number of new ones."""
    app.notices.remove_old(at)
    return app.notices.add_late(at)


Deliver = Callable[[Letter], Delivery]
"""Sends an e-mail."""
Write = Callable[[Choices, Sequence[Notice]], tuple[str, str]]
"""Writes notices as their reader wants them: the subject and the text of an e-mail."""


def send_mails(app: AppStore, now: Callable[[], datetime], deliver: Deliver, write: Write) -> int:
    """Make and send the e-mails of an app that are due; return the number of those tried.

    What a person may not see by now is not sent. One that is being sent is claimed first; where its process ended, or the
    connection was lost once it was handed over, it counts as unknown, and is not repeated by itself.
    """
    at, tried = now(), 0
    store = app.notices
    for each in store.mails(states=("sending",), due=at - SENDING_FOR):
        store.move_mail(each.number, ("sending",), "unknown", at, "its process ended while it was sent")
    choices = store.choices()
    waiting = store.mails(states=("waiting",))
    if not choices and not waiting:
        return 0
    people = {each.user.email: each.principal for each in people_of(app, at)}
    for email in choices.keys() & people.keys():
        with guarded(_LOG, "e-mails of a person"):
            _viewed(app, now, people[email]).gather(at)
    for each in reversed(store.mails(states=("waiting",), due=at)):
        with guarded(_LOG, f"e-mail {each.mail.mail_id}"):
            viewer = people.get(each.to)
            found = _viewed(app, now, viewer).in_mail(each.number) if viewer else []
            if not found:
                store.move_mail(each.number, ("waiting",), "dropped", at)
            elif store.move_mail(each.number, ("waiting",), "sending", at):
                tried += 1
                letter = Letter(each.mail.mail_id, each.to, *write(choices.get(each.to, Choices()), found))
                _settle(app, each, deliver(letter), now())
    return tried


def _viewed(app: AppStore, now: Callable[[], datetime], viewer: Principal) -> Noticing:
    return Noticing(app.seen_by(viewer.visibility()), now, viewer)


def _settle(app: AppStore, sent: MailOf, outcome: Delivery, at: datetime) -> None:
    tries = sent.mail.tries + 1
    if outcome.state == "refused":
        after: MailState = "failed" if tries >= MOST_TRIES else "waiting"
        app.notices.move_mail(sent.number, ("sending",), after, at + pause_after(tries), outcome.reason)
    else:
        app.notices.move_mail(sent.number, ("sending",), outcome.state, at, outcome.reason)
