"""Scorecards: the measures of agents, and the figures of their conversations in a period."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from litestar.params import RawBody
from msgspec import Struct

from auscult.domain.definitions.definition import Definition
from auscult.domain.definitions.form_version import signed
from auscult.domain.definitions.scorecard import Interaction, Scorecard
from auscult.domain.errors import NotFoundError, unknown
from auscult.domain.operations.records import made_from
from auscult.server.problems import Detail, RefusedDocumentError
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, OnePage
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import Cursor, Limit, PublishingNote, Since, Until, path_id
from auscult.server.rest.request import ApiResponse, Takes
from auscult.services.definitions.forms.document import MAX_BYTES
from auscult.services.definitions.scorecards import (
    AgentFigures,
    check_scorecard,
    figures_of,
    interactions_of,
    known_metrics,
    may_see,
    scorecard,
    scorecards,
)
from auscult.storage.core.instants import instant_of, ms_of

ScorecardId = Annotated[str, path_id("The scorecard, percent-encoded.", "sc-service")]
AgentId = Annotated[str, path_id("The agent, percent-encoded.", "a-1")]


class ListedScorecard(Struct, frozen=True, kw_only=True):
    """A scorecard in a list. ``attributes``: their names."""

    id: str
    version: int
    name: str
    attributes: tuple[str, ...]
    agents: tuple[str, ...]
    pass_score: float
    is_active: bool
    is_default: bool


ScorecardList = Annotated[OnePage[ListedScorecard], Called("ScorecardList", "Every scorecard in force.")]


class ScorecardDocument(ListedScorecard, frozen=True, kw_only=True):
    """A scorecard, with the document as its author wrote it."""

    published_at: datetime
    document: str


class PublishedScorecard(Struct, frozen=True, kw_only=True):
    """The version now in force, with warnings about metrics that no form has.

    ``published_by``: the user or client, null where the command line published it; ``note``: their reason, if given.
    """

    id: str
    version: int
    published_at: datetime
    published_by: str | None
    note: str | None
    warnings: tuple[Detail, ...]


class AgentList(Struct, frozen=True, kw_only=True):
    """Every agent, in order of names, or the best mean first where the app has a leaderboard."""

    scorecard: str
    version: int
    items: tuple[AgentFigures, ...]
    next_cursor: None = None


class InteractionPage(Struct, frozen=True, kw_only=True):
    """Conversations behind an agent's figures. ``next_cursor`` is null after the last."""

    scorecard: str
    version: int
    items: tuple[Interaction, ...]
    next_cursor: str | None


_DOCUMENT: dict[str, Any] = {
    "id": "sc-service",
    "name": "Service",
    "pass_score": 70,
    "attributes": [
        {
            "id": "at-courtesy",
            "name": "Courtesy",
            "weight": 100,
            "metrics": [{"metric": "em-greeting", "weight": 60}, {"metric": "em-empathy", "weight": 40}],
        }
    ],
}
_LISTED: dict[str, Any] = {
    "id": "sc-service",
    "version": 1,
    "name": "Service",
    "attributes": ["Courtesy"],
    "agents": ["*"],
    "pass_score": 70,
    "is_active": True,
    "is_default": False,
}
_PUBLISHED: dict[str, Any] = {
    "id": "sc-service",
    "version": 1,
    "published_at": "2026-03-23T10:17:54Z",
    "published_by": "dana@example.com",
    "note": None,
    "warnings": [],
}
example(_PUBLISHED)(PublishedScorecard)
_FIGURES: dict[str, Any] = {
    "agent_id": "a-1",
    "name": "Robert",
    "email": "robert@example.com",
    "interactions": 12,
    "score": 81.67,
    "score_low": 74.12,
    "score_high": 89.22,
    "passed": 10,
    "failed": 2,
    "fatal": 0,
    "attributes": [{"id": "at-courtesy", "name": "Courtesy", "score": 81.67, "interactions": 12}],
}
_INTERACTION: dict[str, Any] = {
    "conversation_id": "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11",
    "started_at": "2026-03-23T10:17:54Z",
    "form_id": "ef-billing",
    "form_version": 2,
    "score": 60,
    "passed": False,
    "fatal_errors": 0,
    "attributes": {"at-courtesy": 60},
}
example(_LISTED)(ListedScorecard)
example({**_LISTED, "published_at": "2026-03-23T10:17:54Z", "document": "id: sc-service\nname: Service\n…"})(
    ScorecardDocument
)
example({"scorecard": "sc-service", "version": 1, "items": [_FIGURES], "next_cursor": None})(AgentList)
example({"scorecard": "sc-service", "version": 1, "items": [_INTERACTION], "next_cursor": None})(InteractionPage)


@operation.get(
    "/scorecards",
    may=reading("forms"),
    command="scorecards list",
    columns=("id", "version", "name", "attributes", "is_active", "is_default"),
)
def list_scorecards(app: App) -> ScorecardList:
    """List the scorecards in force. Each in its newest version, by id."""
    return OnePage(items=tuple(_listed(one) for one in scorecards(app)))


@operation.get(
    "/scorecards/{scorecard_id}",
    may=reading("forms"),
    refuses={404: "There is no such scorecard."},
    command="scorecards show",
    prints="document",
)
def get_scorecard(scorecard_id: ScorecardId, app: App) -> ScorecardDocument:
    """Show a scorecard. The document is as its author wrote it."""
    card = scorecard(app, scorecard_id)
    stored = app.definitions.get("scorecard", card.id)
    if stored is None:
        raise _gone(card.id)
    listed = {name: getattr(_listed(card), name) for name in ListedScorecard.__struct_fields__}
    document = stored.document.decode("utf-8-sig", "replace")
    return ScorecardDocument(**listed, published_at=stored.published_at, document=document)


@operation.post(
    "/scorecards",
    may=writing("forms"),
    status=201,
    refuses={413: "The document is larger than any scorecard may be.", 422: "It has faults; `errors` lists each."},
    answers={200: answer("This document is in force already.", PublishedScorecard, _PUBLISHED)},
    takes=Takes(
        "A scorecard, as YAML or JSON; recognised by its content.",
        _DOCUMENT,
        {"type": "object", "description": "A scorecard as docs/reference/scorecards.md has it, in JSON or YAML."},
        ("application/yaml",),
        MAX_BYTES,
    ),
    is_slow=False,
)
def publish_scorecard(
    body: RawBody, app: App, rights: Rights, note: PublishingNote = None
) -> ApiResponse[PublishedScorecard]:
    """Publish a scorecard. An existing one gets a new version; the same document again changes nothing.

    It weighs recorded results, and therefore applies to conversations of any time.
    """
    found = check_scorecard(body, known_metrics=known_metrics(app))
    if found.card is None:
        raise RefusedDocumentError("scorecard", found.problems)
    before = app.definitions.get("scorecard", found.card.id)
    stored = app.definitions.publish("scorecard", found.card.id, body, signed(rights.name, note))
    warnings = tuple(Detail(line=one.line, field=one.field, reason=one.reason) for one in found.warnings)
    is_new = before is None or before.version != stored.version
    return ApiResponse(_published(stored, warnings), status_code=201 if is_new else 200)


@operation.delete(
    "/scorecards/{scorecard_id}",
    may=writing("forms"),
    refuses={404: "There is no such scorecard."},
    answers={200: answer("The version that was in force.", PublishedScorecard)},
    is_slow=False,
    command="scorecards remove",
)
def remove_scorecard(scorecard_id: ScorecardId, app: App) -> PublishedScorecard:
    """Retire a scorecard. Its versions stay; publishing it again makes a new one."""
    card = scorecard(app, scorecard_id)
    stored = app.definitions.remove("scorecard", card.id)
    if stored is None:
        raise _gone(card.id)
    return _published(stored, ())


@operation.get(
    "/scorecards/{scorecard_id}/agents",
    may=reading("conversations", "insight.read"),
    refuses={404: "There is no such scorecard."},
    summary="Figures of agents by a scorecard",
    is_slow=True,
)
def list_scorecard_agents(
    scorecard_id: ScorecardId, app: App, rights: Rights, since: Since = None, until: Until = None
) -> AgentList:
    """Return the figures of each agent over the conversations of a period, in order of names.

    Where the settings of audits turn the `leaderboard` on, the best mean is first. Who is only an agent sees their own
    figures alone. The mean score with its interval, the mean of each attribute, and the numbers passed, failed, and failed by a fatal metric.
    """
    card = scorecard(app, scorecard_id)
    items = figures_of(app, card, since, until, rights)
    return AgentList(scorecard=card.id, version=card.version, items=items)


@operation.get(
    "/scorecards/{scorecard_id}/agents/{agent_id}",
    may=reading("conversations", "insight.read"),
    refuses={404: "There is no such scorecard."},
    summary="The conversations behind an agent's figures",
    is_slow=True,
)
def list_scorecard_interactions(
    scorecard_id: ScorecardId,
    agent_id: AgentId,
    app: App,
    rights: Rights,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> InteractionPage:
    """List conversations in the order of their start, each with its score and that of every attribute.

    Who is only an agent has those of themselves alone.
    """
    card = scorecard(app, scorecard_id)
    if not may_see(rights, agent_id):
        return InteractionPage(scorecard=card.id, version=card.version, items=(), next_cursor=None)
    after = read_cursor(cursor, tuple[int, str])
    if after is not None:
        since = instant_of(after[0])
    found = interactions_of(app, card, agent_id, since, until)
    if after is not None:
        found = _behind(found, after)
    items = tuple(islice(found, limit + 1))
    last = items[limit - 1] if len(items) > limit else None
    following = None if last is None else write_cursor(ms_of(last.started_at), last.conversation_id)
    return InteractionPage(scorecard=card.id, version=card.version, items=items[:limit], next_cursor=following)


def _behind(found: Iterator[Interaction], after: tuple[int, str]) -> Iterator[Interaction]:
    """Yield the conversations after the one at a cursor. If that is gone, all that began at its time are repeated."""
    together: list[Interaction] = []
    for one in found:
        at = (ms_of(one.started_at), one.conversation_id)
        if at == after:
            break
        if at[0] > after[0]:
            yield from (*together, one)
            break
        together.append(one)
    else:
        yield from together
    yield from found


def _listed(card: Scorecard) -> ListedScorecard:
    return made_from(
        ListedScorecard,
        card,
        attributes=tuple(attribute.name for attribute in card.attributes),
        pass_score=float(card.pass_score),
    )


def _published(stored: Definition, warnings: tuple[Detail, ...]) -> PublishedScorecard:
    return made_from(PublishedScorecard, stored, id=stored.name, published_by=stored.by, warnings=warnings)


def _gone(card_id: str) -> NotFoundError:
    return unknown("scorecard", card_id, "There is no scorecard {value} in this app.")


ROUTER = operation.router(__name__)
