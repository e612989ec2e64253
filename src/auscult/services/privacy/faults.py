"""Why something is masked in a conversation, and what people say is wrong with it: an example for who fits the redactor."""

from collections.abc import Callable
from datetime import datetime

from auscult.domain.conversation import Conversation
from auscult.domain.errors import RequestError, coded, unknown
from auscult.domain.people.principal import Principal
from auscult.domain.privacy.conversations import Redaction, hints_of
from auscult.domain.privacy.faults import Fault, Mask, NewFault, masks_of, new_fault_id
from auscult.domain.privacy.redaction import PLACEHOLDER, Utterance, kind_of, placeholder
from auscult.services.privacy.log import draft
from auscult.storage.conversations.mask_faults import NumberedFault
from auscult.storage.privacy.redaction import finder, without_numbers
from auscult.storage.store import AppStore

REPORTED = "redaction.reported"
_HERE = "\ue000"
"""A sign of its own before the placeholder that a fault is about."""


class Faults:
    """The masks of one app's conversations, and what is wrong with them, as one viewer sees and reports it.

    Methods raise ``NotFoundError`` ``conversation.unknown``, ``turn.unknown``, ``mask.unknown``; ``RequestError`` ``mask.kind``,
    ``mask.words``.
    """

    def __init__(
        self, app: AppStore, now: Callable[[], datetime], viewer: Principal, hides: Callable[[str], bool]
    ) -> None:
        """Work on ``app``, in which what the viewer may not see does not exist; ``now`` returns aware UTC time.

        ``hides`` returns whether the viewer rates a conversation blind.
        """
        self._app = app
        self._now = now
        self._viewer = viewer
        self._hides = hides

    def masks(self, conversation_id: str) -> list[Mask]:
        """Return the placeholders of a conversation, with why each is there."""
        conversation = self._conversation(conversation_id)
        kept = self._app.privacy.redaction(conversation_id) or Redaction()
        return list(masks_of(conversation, kept.spans, finder(self._app.privacy.settings().redactor)))

    def report(self, conversation_id: str, wanted: NewFault) -> Fault:
        """Keep an example of a wrong placeholder, or of something missed next to one, without personal data."""
        conversation = self._conversation(conversation_id)
        index = next((at for at, turn in enumerate(conversation.turns) if turn.id == wanted.turn_id), None)
        if index is None:
            message = coded("conversation {id} has no turn {turn}", id=conversation_id, turn=wanted.turn_id)
            raise RequestError(message, code="turn.unknown", field="turn_id", value=wanted.turn_id)
        turn, text = conversation.turns[index], conversation.turns[index].text
        mark = PLACEHOLDER.match(text, wanted.place)
        if mark is None:
            raise unknown("mask", wanted.place, field="place")
        if wanted.wrong != "not_personal" and wanted.kind is None:
            raise RequestError("name the right kind", code="mask.kind", field="kind")
        text = f"{text[: mark.start()]}{_HERE}{text[mark.start() :]}"
        if wanted.wrong == "missed" and wanted.kind is not None:
            if not wanted.words.strip() or wanted.words not in text:
                raise RequestError(
                    "give the words that were missed, as the turn has them", code="mask.words", field="words"
                )
            text = text.replace(wanted.words, placeholder(wanted.kind))
        earlier = conversation.turns[index - 1 : index]
        said = [*(Utterance(each.speaker, each.text) for each in earlier), Utterance(turn.speaker, text)]
        before, after = ("", *map(without_numbers, self._app.privacy.nameless(said, hints_of(conversation))))[-2:]
        fault = Fault(
            fault_id=new_fault_id(),
            conversation_id=conversation_id,
            turn_id=turn.id,
            wrong=wanted.wrong,
            was=kind_of(mark)[0],
            kind=wanted.kind if wanted.wrong != "not_personal" else None,
            speaker=turn.speaker,
            before=before,
            text=after.replace(_HERE, ""),
            place=max(0, after.find(_HERE)),
            by=self._viewer.name,
            at=self._now(),
        )
        entry = draft(self._app, self._viewer.label, REPORTED, f"conversation:{conversation_id}", wrong=wanted.wrong)
        self._app.mask_faults.add(fault, entry)
        return fault

    def listing(self, before: int | None = None, limit: int = 100) -> list[NumberedFault]:
        """Return what was reported of conversations that the viewer sees, the newest first."""
        return self._app.mask_faults.listing(before, limit)

    def _conversation(self, conversation_id: str) -> Conversation:
        detail = self._app.conversations.get(conversation_id)
        if detail is None or self._hides(conversation_id):
            raise unknown("conversation", conversation_id)
        return detail.conversation
