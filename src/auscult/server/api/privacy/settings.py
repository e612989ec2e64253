"""``/api/v1/privacy``: settings for personal data in an app; and the originals of a conversation, if they are kept."""

from collections.abc import Mapping
from typing import Annotated, Literal

from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict

from auscult.domain.operations.records import made_from
from auscult.domain.privacy.policy import Treatment
from auscult.domain.privacy.redaction import Kind, Mode
from auscult.domain.privacy.settings import MOST_OWN, Country, Own, PrivacySettings
from auscult.server.api.privacy.retention import erasing
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes, writing
from auscult.server.rest.parameters import ConversationId
from auscult.services.privacy.approvals import Approvals
from auscult.services.privacy.originals import READ, read_unredacted
from auscult.services.privacy.settings import change_settings

READS_SETTINGS = Scopes("log:read", "log:write", permission="settings.manage", reach="app")
READS_ORIGINALS = Scopes("conversations:read", "conversations:write", permission=READ)


@example(
    {
        "redaction": "mask",
        "redactor": "builtin",
        "countries": ["GB"],
        "kinds": {"phone": "keep"},
        "own": ["0800 555 0199", "kestrel.example"],
        "agent_names": "keep",
        "two_people": False,
        "second_factor": False,
        "agent_emotions": True,
        "approval": None,
    }
)
class PrivacyView(Struct, frozen=True, kw_only=True):
    """Settings for personal data in an app. ``approval`` is the number of a step that now waits for a second person.

    Where redaction is on, ``kinds`` are treated otherwise than the rest: ``drop`` leaves a placeholder without a number
    and without a hash. ``own`` are numbers, e-mail addresses, domains, postal addresses and names of the app's, which
    stay; with ``agent_names`` ``keep``, the names of agents do.
    Without ``agent_emotions``, emotions of agents are left out everywhere.
    """

    redaction: Mode
    redactor: str
    countries: tuple[str, ...]
    kinds: Mapping[Kind, Treatment]
    own: tuple[str, ...]
    agent_names: Literal["mask", "keep"]
    two_people: bool
    second_factor: bool
    agent_emotions: bool
    approval: int | None = None


@example({"redaction": "mask"})
class PrivacyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to change; those left out stay, and so do ``kinds`` that are left out. ``null``: treated as the rest."""

    redaction: Mode | None = None
    redactor: Annotated[str, Meta(min_length=1)] | None = None
    countries: tuple[Country, ...] | None = None
    kinds: Mapping[Kind, Treatment | None] | None = None
    own: Annotated[tuple[Own, ...], Meta(max_length=MOST_OWN)] | None = None
    agent_names: Literal["mask", "keep"] | None = None
    two_people: bool | None = None
    second_factor: bool | None = None
    agent_emotions: bool | None = None


class OriginalTurn(Struct, frozen=True, kw_only=True):
    """A turn before redaction."""

    id: str
    speaker: str
    text: str


@example({"conversation_id": "c-1", "turns": [{"id": "m1", "speaker": "customer", "text": "I am Ada Lovelace"}]})
class Originals(Struct, frozen=True, kw_only=True):
    """The turns of a conversation before redaction."""

    conversation_id: str
    turns: tuple[OriginalTurn, ...]


@operation.get("/privacy", may=READS_SETTINGS, summary="Privacy settings")
def get_privacy(app: App) -> PrivacyView:
    """Return the app's settings for personal data in accepted conversations."""
    return _view(app.privacy.settings())


@operation.put(
    "/privacy",
    may=writing("log", "settings.manage"),
    refuses={422: "There is no such redactor, or the extra that it needs is not installed."},
    is_slow=False,
)
def change_privacy(data: JSONBody[PrivacyBody], app: App, rights: Rights, server: Server) -> PrivacyView:
    """Change the privacy settings. They apply to everything accepted from then on.

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


@operation.get(
    "/conversations/{conversation_id}/original", may=READS_ORIGINALS, summary="A conversation as it came", is_slow=True
)
def get_original(conversation_id: ConversationId, app: App, rights: Rights) -> Originals:
    """Return the turns without placeholders, if the app keeps originals (`token`). The log records the access first."""
    found = read_unredacted(app, rights.label, conversation_id)
    turns = tuple(OriginalTurn(id=turn.id, speaker=turn.speaker, text=turn.text) for turn in found.turns)
    return Originals(conversation_id=conversation_id, turns=turns)


def _view(settings: PrivacySettings, approval: int | None = None) -> PrivacyView:
    return made_from(PrivacyView, settings, approval=approval)


ROUTER = operation.router(__name__)
