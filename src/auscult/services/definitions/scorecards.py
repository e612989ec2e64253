"""Scorecard documents: read, checked, published; and the figures of agents over a period."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.ai_agents.calls import ai_agents_of
from auscult.domain.conversation import Agent, Conversation, Direction
from auscult.domain.definitions.definition import Definition
from auscult.domain.definitions.scorecard import (
    AgentTally,
    Attribute,
    Interaction,
    Scorecard,
    measures,
    takes,
    weigh,
)
from auscult.domain.errors import NotFoundError, ScorecardError, coded
from auscult.domain.form import NotApplicable
from auscult.domain.history.backfills import EARLIEST_MS, LATEST_MS, BackfillScope
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.said.spelling import did_you_mean
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.definitions.forms.document import Document, Path, Problem, read_document
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.forms.shape import mapping_in, read_struct
from auscult.storage.store import AppStore

_KEYS = "id, name and attributes"
_WHOLE = Decimal(100)
_MAX_DECIMALS = 4
_LONGEST_NAME = 200
_AT_A_TIME = 500


class _WrittenCard(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    attributes: tuple[Attribute, ...]
    description: str = ""
    agents: tuple[str, ...] = ("*",)
    direction: Direction | Literal["both"] = "both"
    languages: tuple[str, ...] = ()
    not_applicable: NotApplicable = "exclude"
    min_duration: str | int = 0
    pass_score: Decimal = Decimal(0)
    active: bool = True
    default: bool = False


class CardCheck(Struct, frozen=True, kw_only=True):
    """Result of checking a document. ``card`` is set when ``problems`` is empty; ``warnings`` prevent nothing."""

    card: Scorecard | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class AttributeFigures(Struct, frozen=True, kw_only=True):
    """The mean of an attribute over the conversations to which it applied; None where there were none."""

    id: str
    name: str
    score: Decimal | None
    interactions: int


class AgentFigures(Struct, frozen=True, kw_only=True):
    """Figures of an agent's conversations in a period. ``score`` is the mean of those that have one.

    ``score_low`` and ``score_high`` are its interval of 95 %; None of fewer than ten scores.
    """

    agent_id: str
    name: str | None
    email: str | None
    interactions: int
    score: Decimal | None
    score_low: Decimal | None
    score_high: Decimal | None
    passed: int
    failed: int
    fatal: int
    attributes: tuple[AttributeFigures, ...]


def check_scorecard(document: bytes, *, version: int = 1, known_metrics: Mapping[str, str] | None = None) -> CardCheck:
    """Read a document and check it. ``known_metrics`` are those of the forms in force: id -> type."""
    read = read_document(document, "scorecard", _KEYS)
    value = mapping_in(read, _KEYS)
    if value is None:
        return CardCheck(card=None, problems=read.problems)
    stand_ins: dict[str, Any] = {"id": "", "name": "", "attributes": ()}
    written: _WrittenCard = read_struct(read, _WrittenCard, value, (), stand_ins=stand_ins)
    card = _card(read, written, version)
    _check(read, card)
    if read.problems:
        return CardCheck(card=None, problems=tuple(sorted(read.problems, key=lambda problem: problem.line or 0)))
    return CardCheck(card=card, warnings=tuple(_warnings(read, card, known_metrics)))


def read_scorecard(stored: Definition) -> Scorecard:
    """A stored scorecard. Raises ``ScorecardError`` where this version no longer takes it."""
    found = check_scorecard(stored.document, version=stored.version)
    if found.card is None:
        raise ScorecardError.of(each.describe(f"scorecard {stored.name}") for each in found.problems)
    return found.card


def known_metrics(app: AppStore) -> dict[str, str]:
    """The metrics of the forms in force: id -> type."""
    return {metric.id: metric.type for form in in_force(app.forms).values() for metric in form.metrics}


def scorecards(app: AppStore) -> list[Scorecard]:
    """The scorecards in force, by id."""
    return [read_scorecard(one) for one in app.definitions.in_force("scorecard")]


def scorecard(app: AppStore, card_id: str) -> Scorecard:
    """One scorecard in force. Raises ``NotFoundError`` ``scorecard.unknown``."""
    found = app.definitions.get("scorecard", card_id)
    if found is None or found.removed_at is not None:
        near = did_you_mean(card_id, [one.name for one in app.definitions.in_force("scorecard")])
        raise NotFoundError(
            coded("There is no scorecard {id} in this app", id=card_id) + (near and "; " + near),
            code="scorecard.unknown",
            field="scorecard",
            value=card_id,
        )
    return read_scorecard(found)


def figures_of(
    app: AppStore,
    card: Scorecard,
    since: datetime | None = None,
    until: datetime | None = None,
    viewer: Principal | None = None,
) -> tuple[AgentFigures, ...]:
    """Return the figures of each agent's conversations with ``since`` <= start < ``until``.

    They are in order of names; the best mean is first where the app has a leaderboard and ``viewer`` is not only an
    agent, who sees their own figures alone.
    """
    tallies: dict[str, AgentTally] = {}
    machines = app.people.directory.ai_agents()
    for recorded in _recorded(app, since, until):
        if not takes(card, recorded.conversation, recorded.evaluation):
            continue
        agents = [each for each in _measured(card, recorded.conversation, machines) if may_see(viewer, each.id)]
        if not agents:
            continue
        one = weigh(card, recorded.conversation, recorded.evaluation)
        for agent in agents:
            tally = tallies.setdefault(agent.id, AgentTally(card, agent))
            tally.agent = replace(agent, name=agent.name or tally.agent.name, email=agent.email or tally.agent.email)
            tally.add(one)
    found = [_figures(card, tally) for tally in tallies.values()]
    found.sort(key=lambda each: ((each.name or each.agent_id).casefold(), each.agent_id))
    if has_leaderboard(app, viewer):
        found.sort(key=lambda each: -(each.score if each.score is not None else -101))
    return tuple(found)


def has_leaderboard(app: AppStore, viewer: Principal | None) -> bool:
    """Return whether a viewer may have agents listed by their scores: the app is set so, and they are not only an agent."""
    is_agent = viewer is not None and viewer.is_only_agent("insight.read")
    return not is_agent and app.bookmarks.settings().leaderboard


def may_see(viewer: Principal | None, agent_id: str) -> bool:
    """Return whether a viewer sees the figures of an agent: one who is only an agent sees their own."""
    return viewer is None or agent_id in viewer.agent_ids or not viewer.is_only_agent("insight.read")


def interactions_of(
    app: AppStore, card: Scorecard, agent_id: str, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Interaction]:
    """The conversations behind an agent's figures, in the order of their start."""
    machines = app.people.directory.ai_agents()
    for recorded in _recorded(app, since, until):
        if takes(card, recorded.conversation, recorded.evaluation) and any(
            agent.id == agent_id for agent in _measured(card, recorded.conversation, machines)
        ):
            yield weigh(card, recorded.conversation, recorded.evaluation)


def _measured(card: Scorecard, conversation: Conversation, machines: frozenset[str]) -> list[Agent]:
    """Return the agents that a scorecard measures: people, and AI agents only where it names them."""
    left_out = machines | ai_agents_of(conversation) if "*" in card.agents else frozenset[str]()
    return [each for each in conversation.agents if measures(card, each) and each.id not in left_out]


def _recorded(app: AppStore, since: datetime | None, until: datetime | None) -> Iterator[EvaluatedConversation]:
    scope = BackfillScope(
        since_ms=EARLIEST_MS if since is None else _ms(since), until_ms=LATEST_MS if until is None else _ms(until)
    )
    for chunk_range in app.backfills.ranges(scope, _AT_A_TIME):
        yield from (each for each in app.backfills.cases(chunk_range, wordless=True) if not each.is_excluded)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _figures(card: Scorecard, tally: AgentTally) -> AgentFigures:
    return made_from(
        AgentFigures,
        tally,
        agent_id=tally.agent.id,
        name=tally.agent.name,
        email=tally.agent.email,
        score=tally.score.value,
        score_low=tally.score.interval[0],
        score_high=tally.score.interval[1],
        attributes=tuple(
            AttributeFigures(
                id=attribute.id,
                name=attribute.name,
                score=tally.attributes[attribute.id].value,
                interactions=tally.attributes[attribute.id].count,
            )
            for attribute in card.attributes
        ),
    )


def _card(document: Document, written: _WrittenCard, version: int) -> Scorecard:
    return made_from(
        Scorecard,
        written,
        version=version,
        min_duration_ms=document.duration("min_duration", written.min_duration),
        is_active=written.active,
        is_default=written.default,
    )


def _check(document: Document, card: Scorecard) -> None:
    _check_names(document, card.id, card.name, ())
    if not -_WHOLE <= card.pass_score <= _WHOLE:
        document.problem(
            ("pass_score",), "{value} must be from {low} to {high}", value=card.pass_score, low=-100, high=100
        )
    if not card.agents:
        document.problem(("agents",), 'is empty; name agents by id, address or name, or "*" for all')
    if not card.attributes:
        document.problem(("attributes",), "is empty; a scorecard has at least one")
    _check_shares(document, [one.weight for one in card.attributes], ("attributes",))
    attributes: dict[str, int] = {}
    metrics: dict[str, int] = {}
    for at, attribute in enumerate(card.attributes):
        path: Path = ("attributes", at)
        _check_names(document, attribute.id, attribute.name, path)
        if attributes.setdefault(attribute.id, at) != at:
            document.problem(
                (*path, "id"), "{value} is the id of another attribute too; give each its own", value=attribute.id
            )
        if not attribute.metrics:
            document.problem((*path, "metrics"), "is empty; an attribute has at least one")
        _check_shares(document, [one.weight for one in attribute.metrics], (*path, "metrics"))
        for index, one in enumerate(attribute.metrics):
            here = (*path, "metrics", index)
            if metrics.setdefault(one.metric, at * 10_000 + index) != at * 10_000 + index:
                document.problem(
                    (*here, "metric"), "{value} is in this scorecard already; a metric counts once", value=one.metric
                )
            if not 0 <= one.negative_weight <= _WHOLE:
                document.problem(
                    (*here, "negative_weight"),
                    "{value} must be from {low} to {high}",
                    value=one.negative_weight,
                    low=0,
                    high=100,
                )


def _check_names(document: Document, identity: str, name: str, path: Path) -> None:
    if not identity or len(identity) > _LONGEST_NAME or not identity.isprintable() or any(map(str.isspace, identity)):
        document.problem(
            (*path, "id"), "{value!r} must be 1 to {n} characters without spaces", value=identity, n=_LONGEST_NAME
        )
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        document.problem(
            (*path, "name"), "{value!r} must be 1 to {n} characters on one line", value=name, n=_LONGEST_NAME
        )


def _check_shares(document: Document, shares: list[Decimal], path: Path) -> None:
    for at, share in enumerate(shares):
        if not 0 < share <= _WHOLE or share != round(share, _MAX_DECIMALS):
            document.problem(
                (*path, at, "weight"), "{value} must be above 0 and at most 100, with at most 4 decimals", value=share
            )
    total = sum(shares, Decimal(0))
    if shares and total != _WHOLE:
        document.problem(path, "weights total {n}; they must total exactly 100", n=total)


def _warnings(document: Document, card: Scorecard, known: Mapping[str, str] | None) -> Iterator[Problem]:
    for at, attribute in enumerate(card.attributes):
        for index, one in enumerate(attribute.metrics):
            field = f"attributes[{at}].metrics[{index}].metric"
            line = document.line(("attributes", at, "metrics", index, "metric"))
            if known is not None and one.metric not in known:
                near = did_you_mean(one.metric, known)
                yield Problem(line, field, coded("no form in force has {id}", id=one.metric) + (near and "; " + near))
            elif known is not None and known[one.metric] == "manual":
                yield Problem(
                    line, field, coded("{id} is answered by people, and does not count in a scorecard", id=one.metric)
                )
