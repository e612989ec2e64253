"""Scorecards: what agents are measured by, and what their conversations of a period come to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from msgspec import Struct

from auscult.domain.errors import NotFoundError
from auscult.domain.scorecard import Interaction, Scorecard
from auscult.pipeline.definition_ports import Definition
from auscult.pipeline.form_document import MAX_BYTES
from auscult.pipeline.scorecards import (
    AgentFigures,
    check_scorecard,
    figures_of,
    interactions_of,
    known_metrics,
    scorecard,
    scorecards,
)
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Body, Call, Operation, Parameter, Shown, reading, writing
from auscult.server.problems import Detail, RefusedDocumentError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ListedScorecard(Struct, frozen=True, kw_only=True):
    """A scorecard, as lists show it. ``attributes``: their names."""

    id: str
    version: int
    name: str
    attributes: tuple[str, ...]
    agents: tuple[str, ...]
    pass_score: float
    is_active: bool
    is_default: bool


class ScorecardList(Struct, frozen=True, kw_only=True):
    """Every scorecard in force."""

    items: tuple[ListedScorecard, ...]
    next_cursor: None = None


class ScorecardDocument(ListedScorecard, frozen=True, kw_only=True):
    """A scorecard, with the document as its author wrote it."""

    published_at: datetime
    document: str


class PublishedScorecard(Struct, frozen=True, kw_only=True):
    """What is in force now, and what is doubtful in it: a metric that no form has."""

    id: str
    version: int
    published_at: datetime
    warnings: tuple[Detail, ...]


class AgentList(Struct, frozen=True, kw_only=True):
    """Every agent, the best mean first."""

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


def listing(call: Call) -> Answer:
    """List the scorecards in force."""
    return Answer(200, _shown.encode(ScorecardList(items=tuple(_listed(one) for one in scorecards(call.app)))))


def show(call: Call) -> Answer:
    """Show a scorecard."""
    card = scorecard(call.app, call.path["scorecard_id"])
    stored = call.app.definitions.get("scorecard", card.id)
    if stored is None:
        raise _gone(card.id)
    listed = {name: getattr(_listed(card), name) for name in ListedScorecard.__struct_fields__}
    document = stored.document.decode("utf-8-sig", "replace")
    return Answer(200, _shown.encode(ScorecardDocument(**listed, published_at=stored.published_at, document=document)))


def publish(call: Call) -> Answer:
    """Publish a scorecard; the same document again changes nothing."""
    found = check_scorecard(call.body, known_metrics=known_metrics(call.app))
    if found.card is None:
        count = "1 problem" if len(found.problems) == 1 else f"{len(found.problems)} problems"
        details = tuple(Detail(line=one.line, field=one.field, reason=one.reason) for one in found.problems)
        error = RefusedDocumentError(f"The scorecard cannot be used: {count}.", details)
        error.reason = "scorecard.invalid"
        raise error
    before = call.app.definitions.get("scorecard", found.card.id)
    stored = call.app.definitions.publish("scorecard", found.card.id, call.body)
    warnings = tuple(Detail(line=one.line, field=one.field, reason=one.reason) for one in found.warnings)
    is_new = before is None or before.version != stored.version
    return Answer(201 if is_new else 200, _shown.encode(_published(stored, warnings)))


def remove(call: Call) -> Answer:
    """Put a scorecard out of force."""
    card = scorecard(call.app, call.path["scorecard_id"])
    stored = call.app.definitions.remove("scorecard", card.id)
    if stored is None:
        raise _gone(card.id)
    return Answer(200, _shown.encode(_published(stored, ())))


def agents(call: Call) -> Answer:
    """What each agent's conversations come to."""
    card = scorecard(call.app, call.path["scorecard_id"])
    since, until = (_query.instant(call.query, name) for name in ("since", "until"))
    items = figures_of(call.app, card, since, until)
    return Answer(200, _shown.encode(AgentList(scorecard=card.id, version=card.version, items=items)))


def interactions(call: Call) -> Answer:
    """The conversations behind an agent's figures."""
    card = scorecard(call.app, call.path["scorecard_id"])
    since, until = (_query.instant(call.query, name) for name in ("since", "until"))
    size = _query.limit(call.query)
    after = _query.read_cursor(call.query, tuple[int, str])
    if after is not None:
        since = _EPOCH + timedelta(milliseconds=after[0])
    found = interactions_of(call.app, card, call.path["agent_id"], since, until)
    if after is not None:
        found = _behind(found, after)
    items = tuple(islice(found, size + 1))
    last = items[size - 1] if len(items) > size else None
    cursor = None if last is None else _query.write_cursor(_ms(last.started_at), last.conversation_id)
    page = InteractionPage(scorecard=card.id, version=card.version, items=items[:size], next_cursor=cursor)
    return Answer(200, _shown.encode(page))


def _behind(found: Iterator[Interaction], after: tuple[int, str]) -> Iterator[Interaction]:
    """Those behind the conversation at a cursor. Where that is gone, all that began when it did come once more."""
    together: list[Interaction] = []
    for one in found:
        at = (_ms(one.started_at), one.conversation_id)
        if at == after:
            break
        if at[0] > after[0]:
            yield from (*together, one)
            break
        together.append(one)
    else:
        yield from together
    yield from found


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _listed(card: Scorecard) -> ListedScorecard:
    return ListedScorecard(
        id=card.id,
        version=card.version,
        name=card.name,
        attributes=tuple(attribute.name for attribute in card.attributes),
        agents=card.agents,
        pass_score=float(card.pass_score),
        is_active=card.is_active,
        is_default=card.is_default,
    )


def _published(stored: Definition, warnings: tuple[Detail, ...]) -> PublishedScorecard:
    return PublishedScorecard(
        id=stored.name, version=stored.version, published_at=stored.published_at, warnings=warnings
    )


def _gone(card_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no scorecard {card_id} in this app.", code="scorecard.unknown", field="scorecard_id", value=card_id
    )


_PATH = "/api/v1/scorecards"
_AGENTS = _PATH + "/{scorecard_id}/agents"
_TIME = {"type": "string", "format": "date-time"}
_PERIOD = (
    Parameter("since", _TIME, "Only conversations that start at this time or later."),
    Parameter("until", _TIME, "Only conversations that start before this time."),
)
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
    "warnings": [],
}
_FIGURES: dict[str, Any] = {
    "agent_id": "a-1",
    "name": "Robert",
    "email": "robert@example.com",
    "interactions": 12,
    "score": 81.67,
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

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_scorecards",
        summary="List the scorecards in force",
        text="The newest version of each scorecard, by id.",
        scopes=reading("forms"),
        handle=listing,
        answers={200: Shown("The scorecards.", ScorecardList, {"items": [_LISTED], "next_cursor": None})},
    ),
    Operation(
        method="POST",
        path=_PATH,
        name="publish_scorecard",
        summary="Publish a scorecard",
        text="A scorecard that is there gets a new version; the same document again changes nothing. It weighs what "
        "was recorded, so that it counts for conversations of any time.",
        scopes=writing("forms"),
        handle=publish,
        body=Body(
            "document",
            {"type": "object", "description": "A scorecard as docs/reference/scorecards.md has it, in JSON or YAML."},
            _DOCUMENT,
            "A scorecard, as YAML or JSON; told by the content.",
            ("application/json", "application/yaml"),
            MAX_BYTES,
        ),
        answers={
            200: Shown("This document is in force already.", PublishedScorecard, _PUBLISHED),
            201: Shown("A new version is in force.", PublishedScorecard, _PUBLISHED),
        },
        statuses={413: "The document is larger than any scorecard may be.", 422: "It has faults; `errors` lists each."},
    ),
    Operation(
        method="GET",
        path=_PATH + "/{scorecard_id}",
        name="get_scorecard",
        summary="Show a scorecard",
        text="With the document as its author wrote it.",
        scopes=reading("forms"),
        handle=show,
        answers={
            200: Shown(
                "The scorecard.",
                ScorecardDocument,
                {**_LISTED, "published_at": "2026-03-23T10:17:54Z", "document": "id: sc-service\nname: Service\n…"},
            )
        },
        statuses={404: "There is no such scorecard."},
    ),
    Operation(
        method="DELETE",
        path=_PATH + "/{scorecard_id}",
        name="remove_scorecard",
        summary="Put a scorecard out of force",
        text="Its versions stay; publishing it again makes a new one.",
        scopes=writing("forms"),
        handle=remove,
        answers={200: Shown("The version that was in force.", PublishedScorecard, _PUBLISHED)},
        statuses={404: "There is no such scorecard."},
    ),
    Operation(
        method="GET",
        path=_AGENTS,
        name="list_scorecard_agents",
        summary="What agents come to by a scorecard",
        text="Over the conversations of a period: the mean score of each agent, the mean of each attribute, how many "
        "passed and failed, and how many a fatal metric failed. The best mean stands first.",
        scopes=reading("conversations"),
        handle=agents,
        parameters=_PERIOD,
        answers={
            200: Shown(
                "The agents.",
                AgentList,
                {"scorecard": "sc-service", "version": 1, "items": [_FIGURES], "next_cursor": None},
            )
        },
        statuses={404: "There is no such scorecard."},
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_AGENTS + "/{agent_id}",
        name="list_scorecard_interactions",
        summary="The conversations behind an agent's figures",
        text="In the order of their start, each with its score and that of every attribute.",
        scopes=reading("conversations"),
        handle=interactions,
        parameters=(*_PERIOD, _query.LIMIT, _query.CURSOR),
        answers={
            200: Shown(
                "A page.",
                InteractionPage,
                {"scorecard": "sc-service", "version": 1, "items": [_INTERACTION], "next_cursor": None},
            )
        },
        statuses={404: "There is no such scorecard."},
        may_take_long=True,
    ),
)
