"""Why something is masked in a conversation, and what people say is wrong with it: an example for who fits the redactor."""

import uuid
from collections.abc import Callable
from datetime import datetime

from auscult.domain.conversation import Conversation
from auscult.domain.errors import RequestError, unknown
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.privacy.conversations import Redaction, hints_of
from auscult.domain.privacy.faults import Fault, Mask, NewFault, masks_of
from auscult.domain.privacy.redaction import PLACEHOLDER, Utterance, kind_of, placeholder
from auscult.services.privacy.log import draft
from auscult.storage.privacy.redaction import finder, without_numbers
from auscult.storage.store import AppStore

REPORTED = "redaction.reported"
_HERE = "\ue000"
"""A sign of its own before the placeholder that a fault is about."""


def masks(app: AppStore, conversation_id: str, of_turn: str | None = None) -> list[Mask]:
    """Return the placeholders of a conversation, or a turn of it, with why each is there.

    Raises ``NotFoundError`` ``conversation.unknown``.
    """
    conversation = _conversation(app, conversation_id)
    kept = app.privacy.redaction(conversation_id) or Redaction()
    return list(masks_of(conversation, kept.spans, finder(app.privacy.settings().redactor), of_turn))


def report(
    app: AppStore, now: Callable[[], datetime], viewer: Principal, conversation_id: str, wanted: NewFault
) -> Fault:
    """Keep an example of a wrong placeholder, or of something missed next to one, without personal data.

    Raises ``NotFoundError`` ``conversation.unknown``, ``mask.unknown``; ``RequestError`` ``mask.kind``, ``mask.words``.
    """
    conversation = _conversation(app, conversation_id)
    turns = conversation.turns
    index = next((at for at, turn in enumerate(turns) if turn.id == wanted.turn_id), None)
    mark = None if index is None else PLACEHOLDER.match(turns[index].text, wanted.place)
    if index is None or mark is None:
        raise unknown("mask", wanted.place, field="place")
    text, kind = turns[index].text, None if wanted.wrong == "not_personal" else wanted.kind
    if wanted.wrong != "not_personal" and kind is None:
        raise RequestError("name the right kind", code="mask.kind", field="kind")
    text = f"{text[: mark.start()]}{_HERE}{text[mark.start() :]}"
    if wanted.wrong == "missed" and kind is not None:
        if not wanted.words.strip() or wanted.words not in text:
            raise RequestError(
                "give the words that were missed, as the turn has them", code="mask.words", field="words"
            )
        text = text.replace(wanted.words, placeholder(kind))
    said = [Utterance(each.speaker, each.text) for each in turns[max(0, index - 1) : index]]
    said.append(Utterance(turns[index].speaker, text))
    before, after = ("", *map(without_numbers, app.privacy.nameless(said, hints_of(conversation))))[-2:]
    fault = made_from(
        Fault,
        wanted,
        fault_id=f"mf-{uuid.uuid4().hex[:12]}",
        conversation_id=conversation_id,
        was=kind_of(mark)[0],
        kind=kind,
        speaker=turns[index].speaker,
        before=before,
        text=after.replace(_HERE, ""),
        place=max(0, after.find(_HERE)),
        by=viewer.name,
        at=now(),
    )
    entry = draft(app, viewer.label, REPORTED, f"conversation:{conversation_id}", wrong=wanted.wrong)
    app.mask_faults.add(fault, entry)
    return fault


def _conversation(app: AppStore, conversation_id: str) -> Conversation:
    detail = app.conversations.get(conversation_id)
    if detail is None:
        raise unknown("conversation", conversation_id)
    return detail.conversation
