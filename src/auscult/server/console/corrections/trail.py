"""Corrections in the console: the menu that puts a conversation right, and the trail with its undo."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.corrections import (
    CORRECT,
    MOVES,
    Correction,
    CorrectionKind,
    NewCorrection,
    Party,
    handled_in,
    in_force,
    parties_of,
)
from auscult.domain.errors import RequestError
from auscult.domain.scoring.stored import ConversationDetail
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.corrections.whose import (
    SidesView,
    SpeakerView,
    chosen_sides,
    doubt_of,
    sides_in_words,
    speakers_of,
)
from auscult.server.console.frame.posted import Posted, one, several
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, local
from auscult.server.console.people.names import names_of_people
from auscult.services.corrections import Correcting

AnyVisit = TheVisit
KINDS: dict[CorrectionKind, str] = {
    "queue": later("Other queue"),
    "agent": later("Other agent"),
    "sides": later("Other sides"),
    "excluded": later("Leave out of figures"),
    "scored_again": later("Score again"),
}
_SENTENCES: dict[CorrectionKind, str] = {
    "queue": later("Queue changed from {before} to {after} by {name}: {reason}"),
    "agent": later("Agent changed from {before} to {after} by {name}: {reason}"),
    "sides": later("Sides set by {name}: {after}. {reason}"),
    "excluded": later("Left out of figures by {name}: {reason}"),
    "scored_again": later("Scored again by {name}: {reason}"),
}


class CorrectionLine(NamedTuple):
    """One correction in words; ``undone`` is empty while it is in force."""

    correction: Correction
    text: str
    undone: str
    may_undo: bool


class RightView(NamedTuple):
    """Choices of the menu, and the corrections of one conversation, the newest first."""

    conversation_id: str
    may_correct: bool
    lines: tuple[CorrectionLine, ...]
    queues: Sequence[Party]
    agents: Sequence[Party]
    wrong_queues: Sequence[Party]
    wrong_agents: Sequence[Party]
    is_excluded: bool
    speakers: Sequence[SpeakerView] = ()
    doubt: SidesView | None = None


def right_of(visit: Visit, detail: ConversationDetail) -> RightView:
    """Return the corrections of a conversation, and the choices of those who may put it right."""
    conversation = detail.conversation
    work = correcting(visit)
    found = work.of(conversation.id)
    may_correct = work.may_correct(conversation.id)
    names = names_of_people(visit) if found else {}
    wrong = {kind: parties_of(handled_in(conversation), kind) for kind in MOVES}
    offered = {
        kind: [each for each in _by_name(work.parties(kind)) if each.id != _only(wrong[kind])] if may_correct else []
        for kind in MOVES
    }
    return RightView(
        conversation_id=conversation.id,
        may_correct=may_correct,
        lines=tuple(_line(each, found, names, may_undo=may_correct) for each in reversed(found)),
        queues=offered["queue"],
        agents=offered["agent"],
        wrong_queues=wrong["queue"],
        wrong_agents=wrong["agent"],
        is_excluded=in_force(found, "excluded") is not None,
        speakers=speakers_of(conversation),
        doubt=doubt_of(detail),
    )


def choices_of(visit: Visit) -> RightView | None:
    """Return the choices for several conversations at once; None for visitors who put none right."""
    if not visit.may(CORRECT):
        return None
    work = correcting(visit)
    queues, agents = (_by_name(work.parties(kind)) for kind in MOVES)
    return RightView("", True, (), queues, agents, (), (), is_excluded=False)  # noqa: FBT003  (a record)


def correcting(visit: Visit) -> Correcting:
    """Return the corrections of this visit's app as the visitor makes them."""
    return Correcting(visit.app, visit.reports, lambda: visit.now, visit.principal)


class CorrectionsPage(Controller):
    """The forms that put conversations right; each shows again where it was sent from."""

    path = "/corrections"

    @post(sync_to_thread=True)
    def correct(self, data: Posted, visit: AnyVisit) -> Redirect:
        """Put the chosen conversations right."""
        visit.require(CORRECT)
        chosen, kind = several(data, "id"), _kind(one(data, "kind"))
        wanted = NewCorrection(
            kind=kind,
            reason=one(data, "why"),
            after=one(data, f"after_{kind}") or None if kind in MOVES else None,
            before=one(data, f"before_{kind}") or None if kind in MOVES else None,
            speakers=chosen_sides(data) if kind == "sides" else None,
        )
        work = correcting(visit)
        if one(data, "back"):
            found = work.add_many(chosen, wanted)
            address = local(one(data, "back"))
            done = f"corrected.{len(found.items)}.{len(found.refused)}"
            return Redirect(f"{address}{'&' if '?' in address else '?'}done={done}", status_code=303)
        conversation_id = next(iter(chosen), "")
        work.add(conversation_id, wanted)
        return _shown(conversation_id)

    @post("/{correction_id:str}/undo", sync_to_thread=True)
    def undo(self, correction_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Undo a correction."""
        visit.require(CORRECT)
        return _shown(correcting(visit).undo(correction_id).conversation_id)


def _line(each: Correction, all_: Sequence[Correction], names: dict[str, str], *, may_undo: bool) -> CorrectionLine:
    text = _(_SENTENCES[each.kind]).format(
        before=each.before.shown if each.before else _("none"),
        after=sides_in_words(each.speakers) if each.speakers else each.after.shown if each.after else _("none"),
        name=names.get(each.by, each.by),
        reason=each.reason,
    )
    undone = ""
    if each.undone_by is not None:
        undone = _("undone by {name}").format(name=names.get(each.undone_by, each.undone_by))
    is_last = in_force(all_, each.kind) is each
    return CorrectionLine(each, text, undone, may_undo=may_undo and is_last)


def _only(parties: Sequence[Party]) -> str | None:
    return parties[0].id if len(parties) == 1 else None


def _by_name(parties: Sequence[Party]) -> list[Party]:
    """Return parties by name, those of one name with their ids."""
    often = Counter(each.shown.casefold() for each in parties)
    named = [
        replace(each, name=f"{each.shown} ({each.id})") if often[each.shown.casefold()] > 1 else each
        for each in parties
    ]
    return sorted(named, key=lambda each: (each.shown.casefold(), each.id))


def _kind(given: str) -> CorrectionKind:
    for kind in KINDS:
        if kind == given:
            return kind
    raise RequestError(_("choose what to put right first"), code="field.unknown_value", field="kind", value=given)


def _shown(conversation_id: str) -> Redirect:
    return Redirect(f"{BASE}/conversations/{conversation_id}#trail", status_code=303)
