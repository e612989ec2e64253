"""Texts of calibration: the state of sessions, conversations and raters, and what the debrief concludes."""

from collections.abc import Mapping
from typing import NamedTuple

from auscult.domain.calibration.report import CalibrationReport
from auscult.domain.calibration.session import Item, Rater, Session, state_of
from auscult.domain.form import Form
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import later, ngettext, pgettext
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.services.calibration import Suggestion

_STATES = {"draft": later("Draft"), "closed": later("Closed")}
_FAR = {
    "not_started": later("Not begun"),
    "in_progress": later("In progress"),
    "submitted": later("Submitted"),
    "left": later("Left"),
}


class Room(NamedTuple):
    """A session as its viewer is shown it: in the debrief with a report, and to a rater with what they are to rate.

    ``words``: what the customer says in each conversation that still exists, by number.
    """

    session: Session
    report: CalibrationReport | None
    words: Mapping[int, str]
    viewer: str

    @property
    def is_rating(self) -> bool:
        """True for a rater of the open session who has not ended their part."""
        mine = self.session.rater(self.viewer)
        return self.session.state == "active" and mine is not None and not mine.submitted_at and not mine.left_at

    @property
    def left(self) -> tuple[int, ...]:
        """The numbers of the conversations that the viewer has not rated."""
        return unrated(self.session, self.viewer)

    @property
    def is_pair(self) -> bool:
        """True where two raters are compared: where they differ, neither has a majority."""
        return self.report is not None and len(self.report.raters) == 2  # noqa: PLR2004

    @property
    def agreement(self) -> float | None:
        """The agreement to show. Of two raters it is the share of equal answers: with a majority all are equal."""
        report = self.report
        if report is not None and self.is_pair and report.splits:
            return report.consensus / len(report.splits)
        return report.agreement if report else None

    def address(self, item: Item) -> str:
        """Return the address of a conversation for the viewer; empty where none is open to them."""
        if item.conversation_id is None:
            return ""
        if self.is_rating:
            return f"/console/calibration/{self.session.session_id}/{item.number}"
        return f"/console/conversations/{item.conversation_id}" if self.session.is_debrief else ""

    def item_state(self, item: Item) -> str:
        """Return how far the viewer is with a conversation, in words."""
        if item.conversation_id is None:
            return _("Erased")
        if self.session.rater(self.viewer) is None:
            return ""
        return _("Rated") if self.session.sheet(item.number, self.viewer) else _("To rate")

    def lead(self, reader: Reader) -> str:
        """Return the sentence below the title."""
        report, found = self.report, self.session
        if report is None:
            done = _("{done} of {n} have submitted.").format(done=len(found.submitted), n=len(found.raters))
            rest = _("A comparison needs two.") if found.is_debrief else _("Nobody sees the others before all have.")
            return f"{done} {rest}"
        if self.is_pair:
            return _("Both gave the same answer in {n} of {all}.").format(
                n=reader.number(report.consensus), all=reader.number(len(report.splits))
            )
        if report.agreement is None:
            return _("No answer has a majority anywhere.")
        agreed = _("Raters agree on {share} of the answers that have a majority.").format(
            share=reader.share(report.agreement)
        )
        return f"{agreed} {self.unsettled(reader)}" if report.none else agreed

    def unsettled(self, reader: Reader) -> str:
        """Return the sentence that counts the answers without a majority, which the agreement leaves out."""
        n = self.report.none if self.report else 0
        return ngettext(
            "{n} answer has no majority and does not count.", "{n} answers have no majority and do not count.", n
        ).format(n=reader.number(n))


def unrated(found: Session, rater: str) -> tuple[int, ...]:
    """Return the numbers of the conversations that a rater has not rated."""
    return tuple(
        each.number for each in found.items if each.conversation_id and found.sheet(each.number, rater) is None
    )


def words_of(found: Session, known: Mapping[str, EvaluatedConversation]) -> dict[int, str]:
    """Return the customer's words of each conversation that still exists, by number."""
    return {
        each.number: excerpt(customer_words(known[each.conversation_id].conversation))
        for each in found.items
        if each.conversation_id is not None and each.conversation_id in known
    }


def about(found: Session, reader: Reader) -> str:
    """Return how many conversations and raters a session has."""
    conversations = ngettext("{n} conversation", "{n} conversations", len(found.items))
    raters = ngettext("{n} rater", "{n} raters", len(found.raters))
    return ", ".join(
        text.format(n=reader.number(len(of))) for text, of in ((conversations, found.items), (raters, found.raters))
    )


def session_state(found: Session) -> str:
    """Return the state of a session in words."""
    return pgettext("session", "Open") if found.state == "active" else _(_STATES[found.state])


def rater_state(found: Session, rater: Rater) -> str:
    """Return a rater's progress in words."""
    return _(_FAR[state_of(found, rater)])


def why(found: Suggestion, form: Form) -> str:
    """Return the reason why a conversation is suggested: who differs, on how many metrics and on which."""
    names = {metric.id: metric.name for metric in form.metrics}
    metrics = ", ".join(names.get(one, one) for one in found.metrics)
    if found.why.startswith("machine"):
        return _("Machine and auditor differ on {n}: {metrics}").format(n=found.differ, metrics=metrics)
    return _("Auditors differ on {n}: {metrics}").format(n=found.differ, metrics=metrics)
