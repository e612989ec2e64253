"""Calibration: the list, a new session, the room with its debrief, and the blind desk."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple, cast

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from auscult.domain.audits.audit import AuditAnswer, Sheet
from auscult.domain.calibration.report import CalibrationReport, colour_of
from auscult.domain.calibration.session import Item, MachineShown, OthersShown, Rater, Session, state_of
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.domain.evaluation import Qualification
from auscult.domain.form import Form
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import later, ngettext, pgettext
from auscult.server.console.absences import places
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.frame.naming import channel_of, customer_words, queues_of
from auscult.server.console.frame.posted import Posted, lines, one, sentence, sentence_of, several
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader, length
from auscult.server.console.frame.transcript import Marks, turn_views
from auscult.server.console.frame.verdicts import question_of
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.people.names import away_words, names_of_people, people_with
from auscult.server.rest.parameters import number_in
from auscult.services.calibration import Calibrating, Suggestion, Wanted

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = TheVisit
RUN, TAKE_PART = "calibration.run", "calibration.take_part"
_CHOSEN = 6
"""Conversations that are ticked in a new session."""
_GIVEN = frozenset({"YES", "NO", "NA"})
_LABELS = {"name": later("Name of the session"), "conversations": later("Which"), "raters": later("Who")}
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


class CalibrationPage(Controller):
    """The pages of calibration."""

    path = "/calibration"

    @get(sync_to_thread=True)
    def listing(self, visit: AnyVisit) -> Response[str]:
        """Show the sessions: all to people who run them, to others the ones that they take part in."""
        visit.require(TAKE_PART)
        found = calibrating(visit).listing(None if visit.may(RUN) else visit.visitor.email)
        free = places(visit).listing()
        names = names_of_people(visit) if free else {}
        return visit.page(
            "calibration/sessions",
            "Calibration",
            sessions=found,
            free=free,
            names=names,
            me=visit.visitor.email,
            can_run=visit.may(RUN),
            is_gone=visit.query.get("done") == ["gone"],
            about=about,
            session_state=session_state,
            rater_state=rater_state,
        )

    @get("/new", sync_to_thread=True)
    def new(self, visit: AnyVisit) -> Response[str]:
        """Show the choice of raters and conversations, first the conversations on which raters differ."""
        return self._choose(visit)

    @post("/new", sync_to_thread=True)
    def create(self, data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Create a session and start it."""
        visit.require(RUN)
        wanted = Wanted(
            name=one(data, "name"),
            form_id=one(data, "form_id"),
            conversations=tuple(dict.fromkeys([*several(data, "conversation"), *lines(data, "more")])),
            raters=tuple(dict.fromkeys([*several(data, "rater"), *lines(data, "raters")])),
            machine=cast("MachineShown", one(data, "machine", "hidden")),
            others=cast("OthersShown", one(data, "others", "all")),
            needs_reason="needs_reason" in data,
        )
        try:
            _check_raters(visit, wanted.raters)
            made = calibrating(visit).create(wanted, visit.visitor.email)
            calibrating(visit).activate(made.session_id)
        except (RequestError, NotFoundError) as error:
            return self._choose(visit, sentence_of(error, _LABELS), data, status=422)
        return Redirect(f"{BASE}/calibration/{made.session_id}", status_code=303)

    @get("/{session_id:str}", sync_to_thread=True)
    def room(self, session_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show the progress of each rater; after all have submitted, the debrief, split answers first."""
        return self._room(visit, self._found(visit, session_id))

    @post("/{session_id:str}/submit", sync_to_thread=True)
    def submit(self, session_id: FromPath[str], visit: AnyVisit) -> Response[str] | Redirect:
        """End the visitor's part."""
        found = self._found(visit, session_id)
        try:
            calibrating(visit).submit(session_id, visit.visitor.email)
        except (RequestError, ConflictError) as error:
            return self._room(visit, found, error.coded, 422)
        return _to(session_id)

    @post("/{session_id:str}/leave", sync_to_thread=True)
    def leave(self, session_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Remove the visitor from the session."""
        self._found(visit, session_id)
        calibrating(visit).leave(session_id, visit.visitor.email)
        return Redirect(f"{BASE}/calibration", status_code=303)

    @post("/{session_id:str}/take", sync_to_thread=True)
    def take(self, session_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Claim the place of a rater who is away."""
        visit.require(TAKE_PART)
        try:
            places(visit).take(session_id)
        except ConflictError:  # another person was faster, or the rater has begun
            return Redirect(f"{BASE}/calibration?done=gone", status_code=303)
        return _to(session_id)

    @post("/{session_id:str}/close", sync_to_thread=True)
    def close(self, session_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Close the session."""
        visit.require(RUN)
        calibrating(visit).close(session_id)
        return _to(session_id)

    @post("/{session_id:str}/reference", sync_to_thread=True)
    def refer(self, session_id: FromPath[str], data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Set a reference answer."""
        visit.require(RUN)
        number, metric = data.get("number", ""), data.get("metric_id", "")
        try:
            calibrating(visit).refer(
                session_id,
                number_in(number) or 0,
                metric,
                data.get("answer", ""),
                "expert" if data.get("kind") == "expert" else "consensus",
                data.get("reason", ""),
                by=visit.visitor.email,
            )
        except (RequestError, ConflictError) as error:
            return self._room(visit, self._found(visit, session_id), error.coded, 422)
        return Redirect(f"{BASE}/calibration/{session_id}#s-{number}-{metric}", status_code=303)

    @get("/{session_id:str}/{number:str}", sync_to_thread=True)
    def desk(self, session_id: FromPath[str], number: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show one conversation to be rated, blind."""
        return self._desk(visit, self._found(visit, session_id), number)

    @post("/{session_id:str}/{number:str}", sync_to_thread=True)
    def rate(
        self, session_id: FromPath[str], number: FromPath[str], data: Fields, visit: AnyVisit
    ) -> Response[str] | Redirect:
        """Store the answers, and redirect to the next conversation without any."""
        found = self._found(visit, session_id)
        me = visit.visitor.email
        try:
            found = calibrating(visit).rate(session_id, _number(number), me, _answers(data))
        except (RequestError, ConflictError) as error:
            return self._desk(visit, found, number, error.coded, _answers(data))
        left = unrated(found, me)
        return Redirect(f"{BASE}/calibration/{session_id}{f'/{left[0]}' if left else ''}", status_code=303)

    def _choose(
        self, visit: Visit, problem: str = "", data: dict[str, str | list[str]] | None = None, status: int = 200
    ) -> Response[str]:
        visit.require(RUN)
        forms = forms_in_force(visit.app)
        given = {name: value for name, value in (data or {}).items() if isinstance(value, str)}
        named = given.get("form_id") or visit.asked("form")
        wanted = [each for each in forms if not named or each.id == named]
        suggested = {each.id: calibrating(visit).suggest(each.id) for each in wanted}
        # Without a choice, the form with which raters differ most often.
        chosen = max(suggested, key=lambda each: len(suggested[each]), default="")
        known = visit.app.conversations.recorded([each.conversation_id for each in suggested.get(chosen, [])])
        return visit.page(
            "calibration/new",
            "Calibration",
            status=status,
            problem=sentence(problem),
            forms=forms,
            form=next((each for each in forms if each.id == chosen), None),
            suggested=[each for each in suggested.get(chosen, []) if each.conversation_id in known],
            words={key: excerpt(customer_words(case.conversation)) for key, case in known.items()},
            why=why,
            few_chosen=_CHOSEN,
            ticked=None if data is None else several(data, "conversation"),
            people=people_with(visit, TAKE_PART),
            raters=several(data or {}, "rater"),
            given=given,
        )

    def _room(self, visit: Visit, found: Session, problem: str = "", status: int = 200) -> Response[str]:
        service = calibrating(visit)
        report = service.report(found) if found.is_debrief and len(found.submitted) > 1 else None
        known = visit.app.conversations.recorded([each.conversation_id for each in found.items if each.conversation_id])
        metrics = {metric.id: metric.name for metric in service.form_of(found).metrics}
        return visit.page(
            "calibration/room",
            "Calibration",
            status=status,
            problem=sentence(problem),
            room=Room(found, report, words_of(found, known), visit.visitor.email),
            names={**_raters(visit, found), **metrics},
            figures={each.rater: each for each in report.raters} if report else {},
            can_run=visit.may(RUN),
            session_state=session_state,
            rater_state=rater_state,
            colour_of=colour_of,
        )

    def _desk(
        self, visit: Visit, found: Session, number: str, problem: str = "", given: Sequence[AuditAnswer] = ()
    ) -> Response[str]:
        me, item_number = visit.visitor.email, _number(number)
        item = next((each for each in found.items if each.number == item_number), None)
        rater = found.rater(me)
        case = visit.app.audits.case(item.conversation_id) if item and item.conversation_id else None
        if case is None or rater is None or rater.submitted_at or rater.left_at or found.state != "active":
            raise missing("conversation", number)
        sheet, conversation = found.sheet(item_number, me) or Sheet(), case.conversation
        speech = case.insights.speech if case.insights else None
        return visit.page(
            "calibration/desk",
            "Calibration",
            status=422 if problem else 200,
            problem=sentence(problem),
            session=found,
            number=item_number,
            form=calibrating(visit).form_of(found),
            answers={each.metric_id: each for each in given or sheet.answers},
            meta=(channel_of(conversation), queues_of(conversation, visit.reader), length(conversation.duration_ms)),
            turns=turn_views(conversation, Marks(conversation, ()), speech),
            question_of=question_of,
        )

    def _found(self, visit: Visit, session_id: str) -> Session:
        visit.require(TAKE_PART)
        found = visit.app.calibrations.get(session_id)
        is_open = found is not None and (
            visit.may(RUN) or (found.state != "draft" and found.rater(visit.visitor.email) is not None)
        )
        if found is None or not is_open:
            raise missing("session", session_id)
        return found


def calibrating(visit: Visit) -> Calibrating:
    """Return the service of sessions for this visit's app."""
    return Calibrating(visit.app, lambda: visit.now)


def _raters(visit: Visit, found: Session) -> dict[str, str]:
    """Return the names of people; those of raters who have not submitted, and are away, with the day until when."""
    names, away = names_of_people(visit), visit.app.absences.away(visit.now.date())
    waits = [each.name for each in found.raters if each.submitted_at is None and each.left_at is None]
    words = {each: away_words(names.get(each, each), away[each], visit.reader) for each in waits if each in away}
    return {**names, **words}


def _to(session_id: str) -> Redirect:
    return Redirect(f"{BASE}/calibration/{session_id}", status_code=303)


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else 0  # noqa: PLR2004  (at most 50)


def _answers(data: dict[str, str]) -> list[AuditAnswer]:
    """Read the answers of the form; an empty one withdraws the stored answer."""
    return [
        AuditAnswer(
            metric_id=name.removeprefix("a-"),
            answer=cast("Qualification", value) if value in _GIVEN else "-",
            comment=data.get(f"c-{name.removeprefix('a-')}", "").strip(),
        )
        for name, value in data.items()
        if name.startswith("a-")
    ]


def _check_raters(visit: Visit, raters: Sequence[str]) -> None:
    """Refuse addresses without a user: the session would wait for their answers forever."""
    known = names_of_people(visit)
    for each in raters:
        if each not in known:
            message = f"{each} is no user of this account"
            raise RequestError(message, code="user.unknown", field="raters", value=each)


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
