"""The use cases of calibration. Each step is one transaction, and none of them writes an audit or a score."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain.audits.audit import LONGEST_NAME, AuditAnswer, Sheet
from auscult.domain.audits.sheet import answers_in_full
from auscult.domain.calibration import session as steps
from auscult.domain.calibration.report import CalibrationReport, report_of
from auscult.domain.calibration.session import (
    LEAST_RATERS,
    MOST_ITEMS,
    MOST_RATERS,
    Item,
    MachineShown,
    OthersShown,
    Rater,
    Reference,
    ReferenceKind,
    Session,
    new_session_id,
)
from auscult.domain.errors import RequestError, not_evaluated, unknown
from auscult.domain.form import Form
from auscult.domain.notices import NewNotice
from auscult.domain.operations.attempts import tried
from auscult.domain.operations.records import made_from
from auscult.domain.stated import stated, text
from auscult.services.audits.agreement import Selection, audited_in
from auscult.services.definitions.forms.reading import read_form
from auscult.storage.calibration import SessionMovedError
from auscult.storage.store import AppStore

T = TypeVar("T")


class Wanted(Struct, frozen=True, kw_only=True):
    """A session as it is asked for. ``raters`` are e-mail addresses or client ids."""

    name: Annotated[str, text(LONGEST_NAME), Meta(description="The name of the session.")]
    form_id: Annotated[str, Meta(description="The form that the raters fill in.")]
    conversations: Annotated[
        tuple[str, ...],
        Meta(max_length=MOST_ITEMS, description="A conversation to rate."),
        stated(minItems=1, uniqueItems=True),
    ]
    raters: Annotated[
        tuple[str, ...],
        Meta(max_length=MOST_RATERS, description="A rater, by e-mail address; at least two."),
        stated(minItems=LEAST_RATERS, uniqueItems=True),
    ]
    description: Annotated[str, Meta(description="What the session is for.")] = ""
    machine: Annotated[MachineShown, Meta(description="When the answers of the machine are shown.")] = "hidden"
    others: Annotated[OthersShown, Meta(description="When the answers of other raters are shown.")] = "all"
    needs_reason: Annotated[bool, Meta(description="A comment is required for each answer that is not met.")] = False
    due_at: datetime | None = None


class Suggestion(Struct, frozen=True, kw_only=True):
    """A conversation that is worth calibrating on: where auditors, or machine and auditor, differ."""

    conversation_id: str
    differ: int
    metrics: tuple[str, ...]
    why: str


class Calibrating:
    """The calibration of one app. Cheap to make; threads may share one."""

    def __init__(self, app: AppStore, now: Callable[[], datetime]) -> None:
        """Work on ``app``; ``now`` returns aware UTC time."""
        self._app = app
        self._now = now

    def create(self, wanted: Wanted, by: str) -> Session:
        """Store a new session as a draft.

        Raises ``RequestError`` ``calibration.invalid``; ``NotFoundError`` ``form.unknown``, ``conversation.unknown``.
        """
        stored = self._app.forms.get(wanted.form_id)
        if stored is None:
            raise unknown("form", wanted.form_id)
        for each in dict.fromkeys(wanted.conversations):
            if self._app.audits.case(each) is None:
                raise not_evaluated(each, "conversations")
        found = {each.conversation_id: each.why for each in self.suggest(wanted.form_id, limit=200)}
        made = steps.create(
            made_from(
                Session,
                wanted,
                session_id=new_session_id(),
                name=wanted.name.strip(),
                form_version=stored.version,
                items=tuple(
                    Item(number=n, conversation_id=each, why=found.get(each, ""))
                    for n, each in enumerate(wanted.conversations, 1)
                ),
                raters=tuple(Rater(name=each) for each in wanted.raters),
                created_by=by,
                created_at=self._now(),
            )
        )
        self._app.calibrations.save(made)
        return made

    def get(self, session_id: str) -> Session:
        """Return a session. Raises ``NotFoundError`` ``calibration.unknown``."""
        found = self._app.calibrations.get(session_id)
        if found is None:
            raise unknown("calibration", session_id, "unknown session {value!r}", field="session_id")
        return found

    def listing(self, rater: str | None = None) -> list[Session]:
        """Return sessions, the newest first; of a rater those that are no drafts and that they take part in."""
        found = self._app.calibrations.listing()
        if rater is None:
            return found
        return [each for each in found if each.state != "draft" and each.rater(rater) is not None]

    def activate(self, session_id: str) -> Session:
        """Open a draft to its raters. Raises as ``steps.activate`` does."""
        return self._step(session_id, lambda found: steps.activate(found, self._now()))

    def close(self, session_id: str) -> Session:
        """Close a session. Raises as ``steps.close`` does."""
        return self._step(session_id, lambda found: steps.close(found, self._now()))

    def rate(self, session_id: str, number: int, rater: str, answers: Sequence[AuditAnswer]) -> Session:
        """Keep a rater's answers to one conversation. Raises as ``steps.rate`` does."""

        def step(found: Session) -> Session:
            return steps.rate(found, self.form_of(found), number, rater, Sheet(answers=tuple(answers)), self._now())

        return self._step(session_id, step)

    def submit(self, session_id: str, rater: str) -> Session:
        """End a rater's part. Raises as ``steps.submit`` does."""
        return self._step(session_id, lambda found: steps.submit(found, self.form_of(found), rater, self._now()))

    def leave(self, session_id: str, rater: str) -> Session:
        """Remove a rater. Raises as ``steps.leave`` does."""
        return self._step(session_id, lambda found: steps.leave(found, rater, self._now()))

    def take_place(self, session_id: str, away: str, by: str) -> Session:
        """Let another person rate in place of one who has not begun, and who is notified. Raises as ``steps.take_place`` does."""
        notices = [NewNotice(away, "taken", session_id, self._now(), by)]
        return self._step(session_id, lambda found: steps.take_place(found, away, by, self._now()), notices)

    def refer(  # noqa: PLR0913, PLR0917  (each is a part of a reference)
        self, session_id: str, number: int, metric_id: str, answer: str, kind: ReferenceKind, reason: str, *, by: str
    ) -> Session:
        """Set a reference answer. Raises as ``steps.refer`` does."""

        def step(found: Session) -> Session:
            made = Reference(
                number=number,
                metric_id=metric_id,
                answer=answer,
                kind=kind,
                reason=reason,
                by=by,
                at=self._now(),
            )
            return steps.refer(found, made, self.form_of(found))

        return self._step(session_id, step)

    def report(self, session: Session) -> CalibrationReport:
        """Return the figures of a session. Raises ``ConflictError`` ``calibration.too_few``."""
        form = self.form_of(session)
        scored = (replace(one, sheet=Sheet(answers=answers_in_full(form, one.sheet))) for one in session.scored)
        session = replace(session, scored=tuple(scored))
        return report_of(session, [each.id for each in form.metrics], self.machine(session))

    def machine(self, session: Session) -> dict[int, dict[str, str]]:
        """Return the machine's answers by a conversation's number; none of those that were erased."""
        found: dict[int, dict[str, str]] = {}
        for item in session.items:
            case = self._app.audits.case(item.conversation_id) if item.conversation_id else None
            if case is not None:
                found[item.number] = {
                    each.metric.id: each.verdict.level or each.verdict.qualification
                    for each in case.evaluation.results
                    if each.verdict.qualification != "-"
                }
        return found

    def form_of(self, session: Session) -> Form:
        """Return the form of a session in the version that was in force when it was created."""
        stored = self._app.forms.get(session.form_id, session.form_version)
        assert stored is not None  # noqa: S101  (versions of forms are never removed)
        return read_form(stored.document, stored.version)

    def suggest(self, form_id: str, limit: int = 12) -> list[Suggestion]:
        """Return audited conversations on which machine and auditor differ most, or two auditors do."""
        if self._app.forms.get(form_id) is None:
            raise unknown("form", form_id)
        second = self._second_opinions(form_id)
        found = [*second, *self._against_machine(form_id, {each.conversation_id for each in second})]
        return sorted(found, key=lambda each: (-each.differ, each.conversation_id))[:limit]

    def _against_machine(self, form_id: str, known: set[str]) -> Iterator[Suggestion]:
        for audited in audited_in(self._app.audits, Selection(form_id=form_id)):
            result, evaluation = audited.audit.result, audited.evaluation
            if result is None or evaluation is None or audited.conversation.id in known:
                continue
            machine = {each.metric.id: each.verdict.qualification for each in evaluation.results}
            metrics = tuple(
                each.metric_id
                for each in result.sheet.answers
                if machine.get(each.metric_id, "-") not in {"-", each.answer}
            )
            if metrics:
                yield Suggestion(
                    conversation_id=audited.conversation.id,
                    differ=len(metrics),
                    metrics=metrics,
                    why=f"machine and auditor differ on {len(metrics)}",
                )

    def _second_opinions(self, form_id: str) -> list[Suggestion]:
        """Return conversations with two submitted opinions that differ."""
        answers: dict[str, list[dict[str, str]]] = {}
        for one in self._app.queue.submitted(None, None):
            result = one.audit.result if one.audit else None
            if result is not None and result.form_id == form_id and one.assignment.conversation_id:
                given = {each.metric_id: each.level or each.answer for each in result.sheet.answers}
                answers.setdefault(one.assignment.conversation_id, []).append(given)
        found: list[Suggestion] = []
        for conversation_id, given in answers.items():
            counts = Counter((metric, answer) for each in given for metric, answer in each.items())
            metrics = tuple(sorted({metric for (metric, _), n in counts.items() if n < len(given)}))
            if len(given) > 1 and metrics:
                why = f"auditors differ on {len(metrics)}"
                found.append(Suggestion(conversation_id=conversation_id, differ=len(metrics), metrics=metrics, why=why))
        return found

    def _step(self, session_id: str, step: Callable[[Session], Session], notices: Sequence[NewNotice] = ()) -> Session:
        def attempt() -> Session:
            after = step(self.get(session_id))
            self._app.calibrations.save(after, notices)
            return after

        return tried(attempt, SessionMovedError)


def answers_of(given: dict[str, str], comments: dict[str, str]) -> list[AuditAnswer]:
    """Return answers by metric id, YES, NO, NA, "-" or a level, with their comments.

    Raises ``RequestError`` ``answer.invalid`` for a comment without an answer.
    """
    loose = sorted(set(comments) - set(given))
    if loose:
        raise RequestError(
            "a comment without an answer: {list}; send the answer with it",
            list=", ".join(loose),
            code="answer.invalid",
            field=f"answers.{loose[0]}",
        )
    bare = AuditAnswer(metric_id="", answer="YES")
    raw = {
        "YES": bare,
        "NO": replace(bare, answer="NO"),
        "NA": replace(bare, answer="NA"),
        "-": replace(bare, answer="-"),
    }
    return [
        replace(raw.get(answer, replace(bare, level=answer)), metric_id=metric_id, comment=comments.get(metric_id, ""))
        for metric_id, answer in given.items()
    ]
