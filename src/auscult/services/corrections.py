"""The use cases of corrections for one viewer: put a conversation right, or several, and undo it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain import corrections as rules
from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.conversation import Conversation
from auscult.domain.corrections import (
    CORRECT,
    MOST_AT_ONCE,
    MOVES,
    REVISES,
    Correction,
    CorrectionKind,
    NewCorrection,
    Party,
)
from auscult.domain.errors import (
    AccessError,
    AuscultError,
    ConflictError,
    NotFoundError,
    RequestError,
    coded,
    unknown,
)
from auscult.domain.operations.attempts import tried
from auscult.domain.people.principal import Principal, missing
from auscult.domain.people.visibility import Facts
from auscult.domain.privacy.log import Draft
from auscult.domain.scoring.stored import RenderedRows
from auscult.services.audits.blind import hidden_from_talk, hides_talk
from auscult.services.privacy.log import draft
from auscult.services.scoring.render import Reports, renderer
from auscult.storage.corrections import CorrectionQuery, Make, NumberedCorrection
from auscult.storage.people.parties import agents_of, queues_of
from auscult.storage.store import AppStore

T = TypeVar("T")


_RIGHT = {"queue": coded("name the right queue as after"), "agent": coded("name the right agent as after")}
_UNKNOWN = {"queue": coded("unknown queue {value!r}"), "agent": coded("unknown agent {value!r}")}
_OUT_OF_REACH = {
    "queue": coded("the queue {name} is outside of what you put right; ask an administrator"),
    "agent": coded("the agent {name} is outside of what you put right; ask an administrator"),
}


class RefusedCorrection(Struct, frozen=True, kw_only=True):
    """A conversation that was left as it is: the reason's id, and why in words."""

    conversation_id: str
    reason: str
    detail: str


class Corrected(Struct, frozen=True, kw_only=True):
    """The outcome for several conversations."""

    items: tuple[Correction, ...]
    refused: tuple[RefusedCorrection, ...]


class Correcting:
    """The corrections of one app, as one viewer makes and undoes them. Cheap to make; threads may share one.

    Methods raise ``NotFoundError`` ``conversation.unknown``, ``queue.unknown``, ``agent.unknown``,
    ``correction.unknown``; ``AccessError`` ``permission.missing``, ``correction.out_of_reach``; ``RequestError``
    ``correction.reason_missing``, ``correction.reason_too_long``, ``correction.no_party``,
    ``correction.no_speakers``, ``correction.ambiguous``, ``correction.not_there``; ``ConflictError``
    ``correction.already``, ``correction.audited``, ``correction.wordless``, ``correction.too_many``,
    ``correction.undone``, ``correction.not_last``, ``correction.followed``.
    """

    def __init__(self, app: AppStore, reports: Reports, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``, in which what the viewer may not see does not exist; ``now`` returns aware UTC time."""
        self._app = app
        self._reports = reports
        self._now = now
        self._viewer = viewer

    def of(self, conversation_id: str) -> list[Correction]:
        """Return the corrections of a conversation, the oldest first; none to who rates it blind."""
        hidden = hides_talk(self._app, self._viewer.name, conversation_id)
        found = [] if hidden else self._app.corrections.of_conversations((conversation_id,))
        if not found and self._app.conversations.get(conversation_id) is None:
            raise unknown("conversation", conversation_id)
        return found

    def listing(
        self, *, in_force: bool | None = None, before: int | None = None, limit: int = 100
    ) -> list[NumberedCorrection]:
        """Return corrections of every conversation, the newest first."""
        blind = hidden_from_talk(self._app, self._viewer.name)
        return self._app.corrections.listing(CorrectionQuery(in_force, before, limit, blind))

    def may_correct(self, conversation_id: str) -> bool:
        """Return whether the viewer may put a conversation right."""
        reach = self._viewer.visibility(CORRECT)
        return reach.is_everything or self._app.people.sees(reach, conversation_id)

    def add(self, conversation_id: str, wanted: NewCorrection) -> Correction:
        """Put a conversation right. One with another queue or agent, or other sides, is scored again, as if it came in so."""
        made: list[Correction] = []
        after = self._party(wanted)
        self._check_reach(conversation_id)

        def make(conversation: Conversation, earlier: Sequence[Correction]) -> tuple[Correction, Draft]:
            before = None
            if after is not None:
                before = rules.wrong_party(conversation_id, wanted, rules.handled_in(conversation))
            rules.check_speakers(conversation, wanted)
            new = rules.corrected(conversation_id, wanted, self._viewer.name, self._now(), (before, after))
            rules.check_new(new, earlier)
            self._check_target(conversation, new)
            made[:] = [new]
            return new, self._entry("conversation.corrected", new)

        if wanted.kind == "excluded":
            return self._exclude(conversation_id, make)
        self._app.conversations.revise(conversation_id, self._app.corrections.add(make))
        return self._app.corrections.get(made[0].correction_id)

    def add_many(self, conversation_ids: Sequence[str], wanted: NewCorrection) -> Corrected:
        """Put several conversations right, each by itself; one that cannot be is left as it is, with the reason.

        Raises ``RequestError`` ``correction.too_many_at_once``, and what is wrong with the wish itself.
        """
        ids = tuple(dict.fromkeys(conversation_ids))
        if not 1 <= len(ids) <= MOST_AT_ONCE:
            message = coded("choose 1 to {least} conversations; given: {n}", least=MOST_AT_ONCE, n=len(ids))
            raise RequestError(message, code="correction.too_many_at_once", field="conversation_ids", value=len(ids))
        self._party(wanted)
        items: list[Correction] = []
        refused: list[RefusedCorrection] = []
        for each in ids:
            try:
                items.append(self.add(each, wanted))
            except (NotFoundError, ConflictError, AccessError, RequestError) as error:
                if error.reason.startswith("correction.reason_"):
                    raise
                refused.append(_refusal(each, error))
        return Corrected(items=tuple(items), refused=tuple(refused))

    def undo(self, correction_id: str) -> Correction:
        """Undo a correction: what the sender has counts again."""
        found = self._app.corrections.get(correction_id)
        if hides_talk(self._app, self._viewer.name, found.conversation_id):
            raise unknown("correction", correction_id)
        self._check_reach(found.conversation_id)
        by, at = self._viewer.name, self._now()
        entry = self._entry("conversation.correction_undone", found)
        corrections = self._app.corrections
        if found.kind in REVISES:
            self._app.conversations.revise(found.conversation_id, corrections.undo(found, by, at, entry))
        elif found.kind == "excluded":
            tried(
                lambda: corrections.include(found, by, at, entry, self._rendered(found.conversation_id)),
                AuditMovedError,
            )
        else:
            tried(lambda: corrections.restore(found, by, at, entry, self._earlier(found)), AuditMovedError)
        return corrections.get(correction_id)

    def _exclude(self, conversation_id: str, make: Make) -> Correction:
        return tried(
            lambda: self._app.corrections.exclude(conversation_id, make, self._rendered(conversation_id)),
            AuditMovedError,
        )

    def _rendered(self, conversation_id: str) -> RenderedRows | None:
        """Return the rows of a conversation; None where it is not recorded."""
        case = self._app.conversations.recorded((conversation_id,)).get(conversation_id)
        return None if case is None else renderer(self._app, self._reports)(case)

    def _earlier(self, correction: Correction) -> RenderedRows:
        """Return the rows of a conversation as it was evaluated before it was scored again.

        Raises ``ConflictError`` ``correction.followed`` where it was delivered, or put right, again since.
        """
        conversation_id = correction.conversation_id
        case = self._app.conversations.recorded((conversation_id,)).get(conversation_id)
        detail = self._app.conversations.get(conversation_id)
        if case is None or detail is None:
            raise unknown("conversation", conversation_id)
        made = correction.revision or 0
        earlier = next((each for each in detail.evaluations if each.revision < made), None)
        form = earlier.form if earlier else None
        is_by_segment = form is not None and form.segments
        if earlier is None or is_by_segment or not case.is_current or case.evaluation.revision != made:
            message = coded(
                "conversation {id} is not scored again yet, was delivered or put right since, or is scored by segments; what counted before cannot be brought back",
                id=conversation_id,
            )
            raise ConflictError(message, code="correction.followed", field="correction_id")
        evaluation = replace(earlier, revision=made)
        return renderer(self._app, self._reports)(replace(case, evaluation=evaluation))

    def _party(self, wanted: NewCorrection) -> Party | None:
        """Return the right queue or agent, which must be known; None for what names none."""
        if wanted.kind not in MOVES:
            if wanted.after is not None or wanted.before is not None:
                message = coded("{name} takes no before and no after", name=wanted.kind)
                raise RequestError(message, code="correction.no_party", field="after", value=wanted.after)
            return None
        if not wanted.after:
            raise RequestError(_RIGHT[wanted.kind], code="correction.no_party", field="after")
        known = self.parties(wanted.kind)
        folded = wanted.after.casefold()
        found = [each for each in known if each.id == wanted.after] or [
            each for each in known if folded in (each.id.casefold(), (each.name or "").casefold())
        ]
        if len(found) != 1:
            message = coded("several are {value!r}; give an id" if found else _UNKNOWN[wanted.kind], value=wanted.after)
            raise NotFoundError(message, code=f"{wanted.kind}.unknown", field="after", value=wanted.after)
        return found[0]

    def parties(self, kind: CorrectionKind) -> list[Party]:
        """Return the queues, or the agents, that a conversation can be given to, by id."""
        directory = self._app.people.directory
        if kind == "queue":
            return [Party(id=each.queue_id, name=each.name) for each in directory.queues() if not each.is_gone]
        return [Party(id=each.agent_id, name=each.name) for each in directory.agents()]

    def _check_reach(self, conversation_id: str) -> None:
        """Raise ``NotFoundError`` for what may not be seen or is rated blind, ``AccessError`` for what may not be corrected."""
        hidden = hides_talk(self._app, self._viewer.name, conversation_id)
        if hidden or self._app.conversations.get(conversation_id) is None:
            raise unknown("conversation", conversation_id)
        if not self.may_correct(conversation_id):
            raise missing(CORRECT, self._viewer.kind)

    def _check_target(self, conversation: Conversation, new: Correction) -> None:
        """Raise ``AccessError`` ``correction.out_of_reach`` where the viewer may not correct it any more afterwards."""
        reach = self._viewer.visibility(CORRECT)
        if reach.is_everything or new.after is None:
            return
        moved = rules.with_handled(conversation, rules.applied(rules.handled_in(conversation), [new]))
        facts = Facts(
            started_at=moved.started_at,
            queues=frozenset(name.casefold() for queue in queues_of(moved) for name in queue if name),
            agents=frozenset(agents_of(moved)),
        )
        if not reach.shows(facts, self._app.people.directory.memberships("team")):
            message = coded(_OUT_OF_REACH[new.kind], name=new.after.shown)
            raise AccessError(message, code="correction.out_of_reach", field="after", value=new.after.id)

    def _entry(self, action: str, correction: Correction) -> Draft:
        return draft(
            self._app,
            self._viewer.label,
            action,
            f"conversation:{correction.conversation_id}",
            correction=correction.correction_id,
            kind=correction.kind,
        )


def _refusal(conversation_id: str, error: AuscultError) -> RefusedCorrection:
    return RefusedCorrection(conversation_id=conversation_id, reason=error.reason, detail=error.message)
