"""Notices in the console: the page of a person's own, and the way from one to what it is about."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, get_args

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.disputes.dispute import Dispute
from auscult.domain.notices import DIGEST_HOUR, Choices, Kind, Language, Notice, Way
from auscult.language import LANGUAGES, later
from auscult.language import gettext as _
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.disputes import reviewing
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.posted import Posted, one
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.people.names import names_of_people
from auscult.server.rest.parameters import number_in
from auscult.services.disputes.outcomes import outcome_of
from auscult.services.disputes.reviewing import EVERY
from auscult.services.notices.noticing import Noticing
from auscult.services.notices.writing import sentence_of

AnyVisit = TheVisit
_AT_ONCE = 100
KINDS: Mapping[Kind, str] = {
    "assigned": later("Assigned"),
    "taken": later("Taken over"),
    "late": later("Late"),
    "to_decide": later("To decide"),
    "decided": later("Decided"),
    "mentioned": later("Mentions you"),
    "answered": later("Replied"),
    "coaching": later("Coaching"),
    "pinned": later("Pinned"),
}
"""Kinds of notices in words."""
WAYS: Mapping[Way, str] = {"here": later("Here only"), "mail": later("E-mail at once"), "digest": later("Daily e-mail")}
"""Ways of notices in words."""


def _sentences(visit: Visit, shown: Sequence[Notice]) -> Iterator[tuple[str, str]]:
    """Yield the sentences of notices by their ids: of disputes with the metric, and how they ended."""
    people, about = names_of_people(visit), {each.subject for each in shown if each.kind in {"to_decide", "decided"}}
    metrics = metric_names(visit.app) if about else {}
    disputes = {each.dispute_id: each for each in reviewing(visit).every(EVERY)} if about else {}
    for each in shown:
        found = disputes.get(each.subject)
        said = sentence_of(people, each)
        if found and each.kind == "to_decide":
            metric = metrics.get(found.metric_id, found.metric_id)
            said = _("{name} disputes an answer: {metric}.").format(
                name=people.get(each.by or "", each.by), metric=metric
            )
        elif found and each.kind == "decided" and not found.is_open:
            said = _outcome(found, metrics)
        yield each.notice_id, said


def _outcome(found: Dispute, names: Mapping[str, str]) -> str:
    said = outcome_of(found, names.get(found.metric_id, found.metric_id))
    return _("{said} \u201c{reason}\u201d").format(said=said, reason=found.reason) if found.reason else said


class Day(NamedTuple):
    """The notices of one day, the newest first, and its name."""

    name: str
    notices: tuple[Notice, ...]


class NoticesPage(Controller):
    """The notices of the visitor."""

    path = "/notices"

    @get(sync_to_thread=True)
    def listing(self, visit: AnyVisit) -> Response[str]:
        """Show notices by day, the newest first."""
        is_unread = "unread" in visit.query
        choices = _shown_choices(visit)
        before = number_in(visit.query.get("before", [""])[0])
        found = noticing(visit).listing(is_unread=is_unread, before=before, limit=_AT_ONCE + 1)
        shown = [each.notice for each in found[:_AT_ONCE]]
        ids = list(dict.fromkeys(each.conversation_id for each in shown if each.conversation_id))
        known = visit.app.conversations.recorded(ids)
        return visit.page(
            "notices/notices",
            "Notices",
            days=tuple(_days(visit, shown)),
            words={key: excerpt(customer_words(case.conversation)) for key, case in known.items()},
            kinds={key: _(text) for key, text in KINDS.items()},
            open_disputes=visit.app.disputes.open_among([each.subject for each in shown if each.kind == "to_decide"]),
            sentences=dict(_sentences(visit, shown)),
            choices=msgspec.structs.asdict(choices),
            languages=LANGUAGES,
            hours=[(hour, f"{hour:02}:00") for hour in range(24)],
            mails=[each for each in noticing(visit).mails() if each.can_be_repeated],
            ways={key: _(text) for key, text in WAYS.items()},
            is_unread=is_unread,
            unread=noticing(visit).count_unread(),
            older=found[_AT_ONCE - 1].number if len(found) > _AT_ONCE else None,
        )

    @post(sync_to_thread=True)
    def read_all(self, visit: AnyVisit) -> Redirect:
        """Mark all notices as read."""
        noticing(visit).read_all()
        return Redirect(f"{BASE}/notices", status_code=303)

    @post("/choices", sync_to_thread=True)
    def choose(self, data: Posted, visit: AnyVisit) -> Redirect:
        """Store the ways in which the visitor wants notices."""
        chosen: dict[str, Way] = {kind: way for kind in KINDS for way in WAYS if one(data, kind) == way}
        hour = one(data, "digest_hour")
        is_hour = number_in(hour) in range(24)
        noticing(visit).choose(
            Choices(
                **chosen,
                language=next((each for each in get_args(Language) if each == one(data, "language")), "en"),
                time_zone=one(data, "time_zone") or "UTC",
                digest_hour=int(hour) if is_hour else DIGEST_HOUR,
            )
        )
        return Redirect(f"{BASE}/notices", status_code=303)

    @post("/mails/{mail_id:str}", sync_to_thread=True)
    def send_again(self, mail_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Have an e-mail sent again."""
        noticing(visit).send_again(mail_id)
        return Redirect(f"{BASE}/notices", status_code=303)

    @get("/{notice_id:str}", sync_to_thread=True)
    def open(self, notice_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Mark a notice as read, and redirect to what it is about."""
        return Redirect(BASE + noticing(visit).read(notice_id).path, status_code=303)

    @post("/{notice_id:str}", sync_to_thread=True)
    def read(self, notice_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Mark a notice as read."""
        noticing(visit).read(notice_id)
        return Redirect(f"{BASE}/notices", status_code=303)


def noticing(visit: Visit) -> Noticing:
    """Return the notices of this visit's app to the visitor."""
    return Noticing(visit.app, lambda: visit.now, visit.principal)


def _shown_choices(visit: Visit) -> Choices:
    """Return the visitor's choices, in the language and the time zone of the page until they have made some."""
    found = noticing(visit).choices()
    if found != Choices():
        return found
    language = next(each for each in get_args(Language) if each == visit.reader.language)
    return replace(found, language=language, time_zone=str(visit.reader.timezone))


def _days(visit: Visit, notices: list[Notice]) -> Iterator[Day]:
    """Yield notices by day in the reader's time zone, in their order."""
    reader = visit.reader
    for day, found in groupby(notices, lambda each: reader.local(each.made_at).date()):
        yield Day(_("Today") if day == reader.today else reader.weekday(day), tuple(found))
