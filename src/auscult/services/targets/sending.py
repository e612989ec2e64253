"""The use cases of targets for one viewer, and the round of a worker that sends what is new to each."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from auscult.domain.errors import AccessError, unknown
from auscult.domain.notices import Delivery, Notice, pause_after
from auscult.domain.operations.guarding import guarded
from auscult.domain.people.principal import Principal, missing
from auscult.domain.privacy.log import Draft
from auscult.domain.targets import (
    MOST_TRIES,
    SENDING_FOR,
    TRIAL,
    NewTarget,
    Post,
    Target,
    check_target,
    new_target_id,
)
from auscult.services.notices.noticing import Noticing
from auscult.services.people.known import people_of
from auscult.services.privacy.log import draft
from auscult.storage.notices import NumberedNotice
from auscult.storage.store import AppStore
from auscult.storage.targets import StoredTarget

_LOG = logging.getLogger(__name__)

MANAGE = "webhook.manage"
"""The permission for targets of the app: they lead out of it, as webhooks do."""
_AT_ONCE = 20
"""Notices in one message."""
_SETTLED = timedelta(seconds=5)
"""Younger notices wait for the next round: one with a lower number may be about to be committed."""

Deliver = Callable[[Post], Delivery]
"""Sends a message."""
Write = Callable[[Target, Sequence[Notice]], tuple[str, str]]
"""Writes notices for a target: the title and the text of a message."""


class Targets:
    """The targets that a viewer has and may change: their own, and with a permission those of the app.

    Methods raise ``RequestError`` ``target.invalid``; ``AddressRefusedError``; ``AccessError``
    ``permission.missing``, ``session.missing``; ``ConflictError`` ``target.too_many``; ``NotFoundError``
    ``target.unknown``.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """``now`` returns aware UTC time."""
        self._app = app
        self._now = now
        self._viewer = viewer

    @property
    def may_manage(self) -> bool:
        """Return whether the viewer may see and change the app's targets."""
        return self._viewer.may_everywhere(MANAGE)

    def listing(self) -> list[Target]:
        """Return the viewer's own targets, then those of the app where they manage them."""
        own = self._app.targets.listing(self._viewer.name) if self._viewer.is_person else []
        others = self._app.targets.listing() if self.may_manage else []
        return [each.target for each in (*own, *others)]

    def add(self, wanted: NewTarget, service_of: Callable[[str], str]) -> Target:
        """Store a target; ``service_of`` returns the name of what an address leads to, or refuses it."""
        if wanted.is_of_app and not self.may_manage:
            raise missing(MANAGE, self._viewer.kind)
        if not wanted.is_of_app and not self._viewer.is_person:
            raise AccessError("this is for people; sign in, or send a personal token", code="session.missing")
        check_target(wanted)
        at = self._now()
        made = Target(
            target_id=new_target_id(),
            name=wanted.name.strip(),
            service=service_of(wanted.address.strip()),
            kinds=tuple(dict.fromkeys(wanted.kinds)),
            language=wanted.language,
            person=None if wanted.is_of_app else self._viewer.name,
            state="ready",
            reason="",
            changed_at=at,
            made_by=self._viewer.name,
            made_at=at,
        )
        self._app.targets.add(made, wanted.address.strip(), self._entry("target.added", made))
        return self._found(made.target_id).target

    def remove(self, target_id: str) -> None:
        """Remove a target. Raises ``NotFoundError`` ``target.unknown``."""
        found = self._found(target_id)
        self._app.targets.remove(found.number, self._entry("target.removed", found.target))

    def attempt(self, target_id: str, deliver: Deliver) -> Delivery:
        """Send a message that there is nothing to report; where it arrives, a target that had failed goes on."""
        found = self._found(target_id)
        outcome = deliver(Post(self._app.targets.address(found.number), *TRIAL[found.target.language]))
        if outcome.state == "sent":
            self._app.targets.resume(found.number, self._now())
        return outcome

    def _found(self, target_id: str) -> StoredTarget:
        found = self._app.targets.get(target_id)
        is_own = found is not None and self._viewer.is_person and found.target.person == self._viewer.name
        if found is None or not (is_own or (found.target.person is None and self.may_manage)):
            raise unknown("target", target_id)
        return found

    def _entry(self, action: str, target: Target) -> Draft:
        return draft(self._app, self._viewer.label, action, f"target:{target.target_id}", service=target.service)


def send_messages(app: AppStore, now: Callable[[], datetime], deliver: Deliver, write: Write) -> int:
    """Send each target of an app what is new for it; return the number of messages that were tried.

    A person's targets get what that person may see by now. A message that is being sent is claimed first; where its
    process ended, or its outcome is not known, it is not repeated by itself.
    """
    at, store, tried = now(), app.targets, 0
    for each in store.due(("sending",), at - SENDING_FOR):
        store.settle(
            each.number, "unknown", at, seen=each.until, reason="its process ended while it was sent", try_at=at
        )
    due = store.due(("ready", "waiting", "unknown"), at)
    viewers = _viewers(app, due, at)
    for each in due:
        with guarded(_LOG, f"target {each.target.target_id}"):
            new = _new(app, each, viewers, now)
            found = list(takewhile(lambda one: one.notice.made_at <= at - _SETTLED, new))
            if found and store.claim(each, found[-1].number, at):
                tried += 1
                title, text = write(each.target, [one.notice for one in found])
                outcome = deliver(Post(store.address(each.number), title, text))
                _settle(app, each, found[-1].number, outcome, now())
    return tried


def _settle(app: AppStore, one: StoredTarget, seen: int, outcome: Delivery, at: datetime) -> None:
    """Store the outcome of a message with the notices up to ``seen``."""
    tries, settle, reason = one.tries + 1, app.targets.settle, outcome.reason
    if outcome.state == "refused":
        state = "failed" if tries >= MOST_TRIES else "waiting"
        settle(one.number, state, at, seen=one.seen, tries=tries, reason=reason, try_at=at + pause_after(tries))
    else:
        state = "ready" if outcome.state == "sent" else "unknown"
        settle(one.number, state, at, seen=seen, reason=reason, try_at=at)


def _viewers(app: AppStore, due: Sequence[StoredTarget], at: datetime) -> dict[str, Principal]:
    """Return the people of the targets that are due; one who has no rights any more is not among them."""
    if not any(each.target.person for each in due):
        return {}
    return {each.user.email: each.principal for each in people_of(app, at)}


def _new(
    app: AppStore, one: StoredTarget, viewers: dict[str, Principal], now: Callable[[], datetime]
) -> list[NumberedNotice]:
    """Return the notices that a target has not got, the oldest first."""
    if one.target.person is None:
        return app.notices.of_app(one.seen, one.target.kinds, _AT_ONCE)
    viewer = viewers.get(one.target.person)
    if viewer is None:
        return []
    return Noticing(app.seen_by(viewer.visibility()), now, viewer).since(one.seen, one.target.kinds, _AT_ONCE)
