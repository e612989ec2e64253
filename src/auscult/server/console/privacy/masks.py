"""Why something is masked in a conversation, and a form to report what is wrong with it."""

from typing import Any, cast, get_args

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.comments import WRITE
from auscult.domain.errors import AuscultError
from auscult.domain.privacy.faults import NewFault, Sign, Wrong
from auscult.domain.privacy.redaction import Kind
from auscult.language import later
from auscult.server.console.frame.posted import Given, Posted, one, sentence
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.privacy.settings import KINDS
from auscult.services.privacy import faults

SIGNS: dict[Sign, str] = {
    "form": later("Its form: a made-up value in its place is found with nothing around it."),
    "words": later("The words around it: “{text}”"),
    "before": later("What was said before: “{text}”"),
    "known": later("The same value came with the conversation, as {text}."),
    "again": later("The same value is masked elsewhere in this conversation; times: {text}"),
}
WRONGS: dict[Wrong, str] = {
    "not_personal": later("It is not personal"),
    "other_kind": later("It is of another kind"),
    "missed": later("Something was missed beside it"),
}
Asked = TheVisit


class MaskPage(Controller):
    """The page of one placeholder."""

    path = "/conversations/{conversation_id:str}/masks/{turn_id:str}/{place:int}"

    @get(sync_to_thread=True)
    def show(
        self, conversation_id: FromPath[str], turn_id: FromPath[str], place: FromPath[int], visit: Asked
    ) -> Response[str]:
        """Show why it is there."""
        visit.require("conversation.read")
        return _page(visit, conversation_id, (turn_id, place))

    @post(sync_to_thread=True)
    def report(
        self, data: Posted, conversation_id: FromPath[str], turn_id: FromPath[str], place: FromPath[int], visit: Asked
    ) -> Response[str] | Redirect:
        """Keep an example of what is wrong with it."""
        visit.require(WRITE)
        wrong, kind = one(data, "wrong"), one(data, "kind")
        try:
            wanted = NewFault(
                turn_id=turn_id,
                place=place,
                wrong=cast("Wrong", wrong) if wrong in get_args(Wrong) else "not_personal",
                kind=cast("Kind", kind) if kind in KINDS else None,
                words=one(data, "words"),
            )
            faults.report(visit.app, lambda: visit.now, visit.principal, conversation_id, wanted)
        except AuscultError as error:
            return _page(visit, conversation_id, (turn_id, place), data, sentence(error.coded))
        return Redirect(f"{BASE}/conversations/{conversation_id}/masks/{turn_id}/{place}?done=kept", status_code=303)


def _page(
    visit: Visit, conversation_id: str, where: tuple[str, int], given: Given | None = None, problem: str = ""
) -> Response[str]:
    turn_id, place = where
    found = next((each for each in faults.masks(visit.app, conversation_id, turn_id) if each.place == place), None)
    detail = visit.app.conversations.get(conversation_id)
    if found is None or detail is None:
        raise missing("mask", str(place))
    turns = detail.conversation.turns
    index = next(at for at, turn in enumerate(turns) if turn.id == turn_id)
    shown: dict[str, Any] = {
        "mask": found,
        "turns": turns[max(0, index - 1) : index + 2],
        "conversation_id": conversation_id,
        "signs": SIGNS,
        "wrongs": WRONGS,
        "kinds": KINDS,
        "given": {name: one(given or {}, name) for name in ("wrong", "kind", "words")},
        "may_report": visit.reaches(WRITE, conversation_id),
        "note": visit.note({"kept": later("Kept as an example, with all personal data in it masked.")}),
        "problem": problem,
    }
    return visit.page("privacy/mask", "Conversations", status=422 if problem else 200, **shown)
