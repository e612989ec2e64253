"""``/api/v1/privacy``: settings for personal data in an app; and the originals of a conversation, if they are kept."""

from typing import Annotated, Any

from litestar import get, put
from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict

from auscult.domain.privacy.redaction import Mode
from auscult.domain.privacy.settings import Country, PrivacySettings
from auscult.server.api.privacy.retention import erasing
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.guards import Scopes, writing
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.parameters import ConversationId
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.privacy.approvals import Approvals
from auscult.services.privacy.originals import READ, read_unredacted
from auscult.services.privacy.settings import change_settings

READS_SETTINGS = Scopes("log:read", "log:write", permission="settings.manage", reach="app")
READS_ORIGINALS = Scopes("conversations:read", "conversations:write", permission=READ)


class PrivacyView(Struct, frozen=True, kw_only=True):
    """Settings for personal data in an app. ``approval`` is the number of a step that now waits for a second person.

    Without ``agent_emotions``, emotions of agents are left out everywhere.
    """

    redaction: Mode
    redactor: str
    countries: tuple[str, ...]
    two_people: bool
    second_factor: bool
    agent_emotions: bool
    approval: int | None = None


class PrivacyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to change; those left out stay."""

    redaction: Mode | None = None
    redactor: Annotated[str, Meta(min_length=1)] | None = None
    countries: tuple[Country, ...] | None = None
    two_people: bool | None = None
    second_factor: bool | None = None
    agent_emotions: bool | None = None


class OriginalTurn(Struct, frozen=True, kw_only=True):
    """A turn before redaction."""

    id: str
    speaker: str
    text: str


class Originals(Struct, frozen=True, kw_only=True):
    """The turns of a conversation before redaction."""

    conversation_id: str
    turns: tuple[OriginalTurn, ...]


_PRIVACY: dict[str, Any] = {
    "redaction": "mask",
    "redactor": "builtin",
    "countries": ["GB"],
    "two_people": False,
    "second_factor": False,
    "agent_emotions": True,
    "approval": None,
}


@get(
    "/privacy",
    operation_id="get_privacy",
    summary="Privacy settings",
    guards=[READS_SETTINGS],
    responses={200: answer("The settings.", PrivacyView, _PRIVACY)},
)
@in_thread
def show(app: App) -> PrivacyView:
    """Return the app's settings for personal data in accepted conversations."""
    return _view(app.privacy.settings())


@put(
    "/privacy",
    operation_id="change_privacy",
    summary="Change the privacy settings",
    guards=[writing("log", "settings.manage")],
    responses={
        200: answer("The settings as they are now.", PrivacyView, _PRIVACY),
        422: refusal("There is no such redactor, or the extra that it needs is not installed."),
    },
    takes=Takes("What is to change.", {"redaction": "mask"}),
)
@in_thread
def change(data: JSONBody[PrivacyBody], app: App, rights: Rights, server: Server) -> PrivacyView:
    """Change the settings for personal data; they apply to everything accepted from then on.

    With `agent_emotions` false, emotions of agents are also removed from what is stored, by workers in the background.

    If two people are required, changing that to one waits for a second person; `approval` is the number of that step.
    """
    asked = asdict(data)
    is_one_enough = asked.pop("two_people")
    after = change_settings(app, rights.label, {**asked, "two_people": is_one_enough or None})
    if is_one_enough is not False or not after.two_people:
        return _view(after)
    done = Approvals(app, erasing(app, server), rights.label).one_person()
    return _view(app.privacy.settings(), None if done.approval is None else done.approval.number)


@get(
    "/conversations/{conversation_id:str}/original",
    operation_id="get_original",
    summary="A conversation as it came",
    guards=[READS_ORIGINALS],
    responses={
        200: answer(
            "Its turns without placeholders.",
            Originals,
            {"conversation_id": "c-1", "turns": [{"id": "m1", "speaker": "customer", "text": "I am Ada Lovelace"}]},
        )
    },
)
@in_slow_thread
def original(conversation_id: ConversationId, app: App, rights: Rights) -> Originals:
    """Return the turns without placeholders, if the app keeps originals (`token`). The log records the access first."""
    found = read_unredacted(app, rights.label, conversation_id)
    turns = tuple(OriginalTurn(id=turn.id, speaker=turn.speaker, text=turn.text) for turn in found.turns)
    return Originals(conversation_id=conversation_id, turns=turns)


def _view(settings: PrivacySettings, approval: int | None = None) -> PrivacyView:
    return PrivacyView(
        redaction=settings.redaction,
        redactor=settings.redactor,
        countries=settings.countries,
        two_people=settings.two_people,
        second_factor=settings.second_factor,
        agent_emotions=settings.agent_emotions,
        approval=approval,
    )


HANDLERS = (show, change, original)
