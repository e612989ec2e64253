"""Facets: properties by which rows of a listing are filtered, each a name and a value, compared byte by byte."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import get_args
from zlib import crc32

from auscult.domain.ai_agents.calls import ai_agents_of, handled_by, has_changed
from auscult.domain.conversation import Conversation, bare_language, language_code
from auscult.domain.definitions.taxonomy import BELOW
from auscult.domain.insight import Topic
from auscult.domain.record import Filter, Grouping, Outcome, RecordQuery, Survey, outcomes_of
from auscult.domain.scoring.list_fields import ListFields, sides_of
from auscult.domain.scoring.segments import of_person
from auscult.domain.scoring.stored import RenderedRows
from auscult.storage.core.text_validation import short_text
from auscult.storage.people.parties import agents_of, queues_of

QUEUE = "queue"
"""Facet of a queue's id and of its name, both compared without case."""
CHANNEL = "channel"
"""Facet of what the contact centre calls the channel, compared without case."""
WORD = "word"
"""Facet of every word that means the channel, compared without case."""
AGENT = "agent"
"""Facet of an agent's id, to the letter: visibility rests on it."""
AGENT_NAME = "agent_name"
"""Facet of an agent's id and of their name, both compared without case: agents are looked for by it."""
OUTCOME = "outcome"
"""Facet of what an evaluation came to: passed, failed, undecided, unscored, and fatal beside failed."""
AGENT_OUTCOME = "agent_outcome"
"""Facet of an outcome and the id of an agent: so what each agent passed is counted by tallies, and not row by row."""
MET = "met"
"""Facet of a metric, by id, that was adhered to."""
MISSED = "missed"
"""Facet of a metric, by id, that was not."""
INTENT = "intent"
"""Facet of what the conversation was about, compared without case."""
TOPIC = "topic"
"""Facet of a topic of a taxonomy, with those above it, compared without case."""
AUDIT = "audit"
"""Facet of how the audit stands, where there is one."""
QUEUE_OUTCOME, INTENT_OUTCOME = "queue_outcome", "intent_outcome"
"""Facets of an outcome and a queue, or what the conversation was about: for the same reason."""
SCORE = "score"
"""Facet of the whole score, as lists show it."""
SURVEY = "survey"
"""Facet of the kind of survey that the customer answered with a number."""
SENTIMENT, ESCALATION, CHURN_RISK, RESOLUTION = "sentiment", "escalation", "churn_risk", "resolution"
"""Facets of what analysis found: a label, yes or no, and whether the request was met."""
SIDES = "sides"
"""Facet of what is to be known of a conversation's sides: that they are unknown, look swapped, or were found."""
HANDLED_BY, AI_AGENT = "handled_by", "ai_agent"
"""Facets of who led the conversation, and of the id and the name of an AI agent, compared without case."""
AI_VERSION = "ai_version"
"""Facet of a version of an AI agent, to the letter: alone, and with its id or its name behind a line break."""
CHANGED = "changed"
"""Facet of a conversation with an AI agent whose calls are known: whether a tool that changes something ran."""
LANGUAGE = "language"
"""Facet of the language that the document gives, without its region."""
CUSTOMER = "customer"
"""Facet of the customer, by a digest of the id."""
CUSTOM_ID = "custom_id"
"""Facet of the id that the conversation has elsewhere, to the letter."""
FIELD = "cf"
"""Facet of a custom field: a colon and the field's name follow."""
COUNTED_BY_NAME: tuple[Outcome, ...] = ("passed", "failed", "undecided")
"""Outcomes that are counted for each agent, queue and intent; a row has one of them at most."""
TALLIED = frozenset(
    {
        QUEUE,
        CHANNEL,
        AGENT,
        AGENT_NAME,
        OUTCOME,
        AGENT_OUTCOME,
        MET,
        MISSED,
        INTENT,
        AUDIT,
        SCORE,
        QUEUE_OUTCOME,
        INTENT_OUTCOME,
        SENTIMENT,
        ESCALATION,
        CHURN_RISK,
        RESOLUTION,
        SIDES,
        HANDLED_BY,
        AI_AGENT,
        AI_VERSION,
        CHANGED,
        LANGUAGE,
    }
)
"""Facets that are counted by the hour. Others may have as many values as there are conversations."""

_FILTERS: Mapping[str, Filter] = {
    CUSTOM_ID: "custom_ids",
    QUEUE: "queues",
    CHANNEL: "contact_channels",
    WORD: "channel_words",
    AGENT: "agents",
    AGENT_NAME: "agents",
    OUTCOME: "outcomes",
    AGENT_OUTCOME: "agent_outcomes",
    MET: "met",
    MISSED: "missed",
    INTENT: "intents",
    TOPIC: "insights",
    AUDIT: "audits",
    QUEUE_OUTCOME: "outcomes",
    INTENT_OUTCOME: "outcomes",
    SCORE: "scores",
    SURVEY: "surveys",
    SIDES: "insights",
    SENTIMENT: "insights",
    ESCALATION: "insights",
    CHURN_RISK: "insights",
    RESOLUTION: "insights",
    HANDLED_BY: "ai",
    AI_AGENT: "ai",
    AI_VERSION: "ai",
    CHANGED: "ai",
    LANGUAGE: "insights",
    CUSTOMER: "insights",
}
"""All others are custom fields."""

Facet = tuple[str, str]
"""Its name and its value."""

YES_OR_NO = {True: "yes", False: "no"}

ASPECTS: Mapping[Grouping, tuple[int, ...]] = {
    "outcome": (0,),
    "score": (0,),
    "agent_outcome": (1,),
    "met": (2, 3),
    "missed": (2, 3),
}
"""Aspects under which facets of a grouping are coded: see ``facet_codes``. Metrics are divided between two aspects.

Of twenty metrics a row has one of very many combinations, and of ten one of few.
"""


def filter_of(facet: Facet) -> Filter:
    """Return the filter of a query that a facet is for."""
    return _FILTERS.get(facet[0], "custom_fields")


def aspect_of(facet: Facet) -> int | None:
    """Return the aspect under which a facet is coded; None for most."""
    name, value = facet
    if name in (MET, MISSED):
        return 2 + crc32(value.encode()) % 2
    return 0 if name in (OUTCOME, SCORE) else 1 if name == AGENT_OUTCOME else None


def queue_facet(id_or_name: str) -> Facet:
    """Return the facet of a queue, by its id or its name."""
    return QUEUE, short_text(id_or_name.casefold())


def agent_facet(agent_id: str) -> Facet:
    """Return the facet of an agent, by their id."""
    return AGENT, short_text(agent_id)


def agent_outcome_facet(agent_id: str, outcome: Outcome) -> Facet:
    """Return the facet of an outcome of conversations in which an agent took part, by the agent's id."""
    return AGENT_OUTCOME, short_text(f"{outcome} {agent_id}")


def intent_value(name: str) -> str:
    """Return the value of the facet of an intent."""
    return short_text(name.casefold())


def name_outcome(name: str, outcome: Outcome) -> str:
    """Return the value of the facet of an outcome and of a queue, or what conversations are about, by a name of it."""
    return short_text(f"{outcome} {name.casefold()}")


def implies(some: Sequence[Facet], others: Sequence[Facet]) -> bool:
    """Return whether every row with at least one of some facets has at least one of the others."""
    return all(facet in others or _agent_of(facet) in others for facet in some)


def _agent_of(facet: Facet) -> Facet | None:
    """Return the agent's facet that rows with the facet of an agent's outcome have too; None for all other facets."""
    name, value = facet
    outcome, _, agent_id = value.partition(" ")
    return agent_facet(agent_id) if name == AGENT_OUTCOME and outcome in get_args(Outcome) else None


def channel_facet(name: str) -> Facet:
    """Return the facet of a channel, by one of its names."""
    return CHANNEL, short_text(name.casefold())


def word_facet(word: str) -> Facet:
    """Return the facet of a channel, by any word that means it."""
    return WORD, short_text(word.casefold())


def field_facet(name: str, value: str) -> Facet:
    """Return the facet of a custom field."""
    return f"{FIELD}:{short_text(name)}", short_text(value)


def facets_of(rendered: RenderedRows) -> set[Facet]:
    """Return every facet of a conversation as it was evaluated."""
    return {
        *_of_conversation(rendered.named or rendered.conversation),
        *_of_evaluation(rendered),
        *_of_insights(rendered),
    }


def wanted_by(query: RecordQuery) -> list[list[Facet]]:
    """Return the facets that rows must have: of every group at least one.

    Rows are found by the first group and looked up in the others, so groups that few rows have come first.
    """
    groups = [[(CUSTOM_ID, short_text(each)) for each in query.custom_ids]] if query.custom_ids else []
    groups += [[(SCORE, str(each)) for each in query.scores]] if query.scores else []
    groups += [[field_facet(name, value)] for name, value in query.custom_fields]
    groups += [
        group
        for group in (
            [(INTENT, short_text(each.casefold())) for each in query.intents],
            [(AGENT_NAME, short_text(each.casefold())) for each in query.agents],
            [agent_outcome_facet(*each) for each in query.agent_outcomes],
            [(AUDIT, each) for each in query.audits],
            [(SURVEY, each) for each in query.surveys],
            [queue_facet(queue) for queue in query.queues],
            [channel_facet(name) for name in query.contact_channels],
            [word_facet(word) for word in query.channel_words],
            [(OUTCOME, each) for each in query.outcomes],
            *_of_fields(query.fields),
        )
        if group
    ]
    groups += [[(MISSED, short_text(each))] for each in query.missed]
    groups += [[(MET, short_text(each))] for each in query.met]
    groups += [[(MET, short_text(each)), (MISSED, short_text(each))] for each in query.asked]
    return groups


def _of_conversation(conversation: Conversation) -> Iterator[Facet]:
    yield from (queue_facet(name) for queue in queues_of(conversation) for name in queue if name)
    yield from (agent_facet(agent_id) for agent_id in agents_of(conversation) if agent_id)
    yield from (channel_facet(name) for name in conversation.channel_names)
    yield from (word_facet(word) for word in conversation.channel_words)
    yield from (field_facet(name, value) for name, value in conversation.custom_fields.items())
    yield LANGUAGE, short_text(language_code(conversation))
    if conversation.customer and conversation.customer.id:
        yield CUSTOMER, blake2b(conversation.customer.id.encode(), digest_size=16).hexdigest()
    if conversation.custom_id is not None:
        yield CUSTOM_ID, short_text(conversation.custom_id)
    for agent in conversation.agents:
        yield from ((AGENT_NAME, short_text(name.casefold())) for name in (agent.id, agent.name) if name)
    survey = conversation.contact.survey if conversation.contact else None
    if survey and survey.score is not None and survey.type in get_args(Survey):
        yield SURVEY, survey.type
    yield from _of_ai_agents(conversation)


def _of_ai_agents(conversation: Conversation) -> Iterator[Facet]:
    led = handled_by(conversation)
    yield HANDLED_BY, led
    if led != "human" and (changed := has_changed(conversation)) is not None:
        yield CHANGED, YES_OR_NO[changed]
    known = {agent.id: agent for agent in conversation.agents}
    for agent_id in ai_agents_of(conversation):
        agent = known.get(agent_id)
        names = [name.casefold() for name in (agent_id, agent and agent.name) if name]
        yield from ((AI_AGENT, short_text(name)) for name in names)
        if agent and agent.version:
            yield AI_VERSION, short_text(agent.version)
            yield from ((AI_VERSION, _version_of(agent.version, name)) for name in names)


def _version_of(version: str, agent: str) -> str:
    return short_text(f"{version}\n{agent}")


def _of_evaluation(rendered: RenderedRows) -> Iterator[Facet]:
    evaluation = of_person(rendered.evaluation, rendered.conversation)
    if rendered.audit:
        yield AUDIT, rendered.audit.state
    outcomes = outcomes_of(evaluation)
    yield from ((OUTCOME, each) for each in outcomes)
    if evaluation.score is not None:
        yield SCORE, str(int(evaluation.score))
    for outcome in outcomes:
        if outcome not in COUNTED_BY_NAME:
            continue
        yield from (agent_outcome_facet(agent_id, outcome) for agent_id in _judged(rendered.conversation))
        queues = {name for queue in queues_of(rendered.named or rendered.conversation) for name in queue if name}
        yield from ((QUEUE_OUTCOME, name_outcome(name, outcome)) for name in queues)
        yield from ((INTENT_OUTCOME, name_outcome(name, outcome)) for name in _intents(rendered))
    for result in evaluation.results:
        if result.adhered is not None:
            yield MET if result.adhered else MISSED, short_text(result.metric.id)


def _judged(conversation: Conversation) -> Iterator[str]:
    """Yield the agents whose result a row shows: after an AI agent's part it is the person's."""
    machines = ai_agents_of(conversation) if handled_by(conversation) == "both" else ()
    yield from (agent.id for agent in conversation.agents if agent.id not in machines)


def _of_insights(rendered: RenderedRows) -> Iterator[Facet]:
    sides = sides_of(rendered.conversation, rendered.evaluation.status, rendered.insights)
    yield from ((SIDES, each) for each in sides)
    yield from ((INTENT, short_text(name.casefold())) for name in _intents(rendered))
    found = rendered.insights
    if found is None:
        return
    yield from ((TOPIC, short_text(each.casefold())) for each in _topics(found.configured_intents or ()))
    if found.sentiment:
        yield SENTIMENT, found.sentiment.label
    for name, flag in ((ESCALATION, found.escalation), (CHURN_RISK, found.churn_risk)):
        if flag:
            yield name, YES_OR_NO[flag.observed]
    if found.resolution:
        yield RESOLUTION, found.resolution.resolution


def _of_fields(fields: ListFields) -> Iterator[list[Facet]]:
    """Yield the groups of facets for filters of lists; empty where all are wanted."""
    yield [(SENTIMENT, each) for each in fields.sentiment]
    for name, wanted in ((ESCALATION, fields.escalation), (CHURN_RISK, fields.churn_risk)):
        yield [] if wanted is None else [(name, YES_OR_NO[wanted])]
    yield [(RESOLUTION, each) for each in fields.resolved]
    yield [(SIDES, each) for each in fields.sides]
    yield [(TOPIC, short_text(each.casefold())) for each in fields.topic]
    yield [(LANGUAGE, short_text(bare_language(each))) for each in fields.language]
    yield [(HANDLED_BY, each) for each in fields.handled_by]
    yield [] if fields.changed is None else [(CHANGED, YES_OR_NO[fields.changed])]
    agents = [each.casefold() for each in fields.ai_agent]
    if agents and fields.ai_version:
        yield [(AI_VERSION, _version_of(version, agent)) for version in fields.ai_version for agent in agents]
    else:
        yield [(AI_AGENT, short_text(each)) for each in agents]
        yield [(AI_VERSION, short_text(each)) for each in fields.ai_version]


def _topics(topics: Iterable[Topic], above: str = "") -> Iterator[str]:
    for each in topics:
        name = above + each.name
        yield name
        yield from _topics(each.topics, name + BELOW)


def _intents(rendered: RenderedRows) -> set[str]:
    found = rendered.insights.intents if rendered.insights else None
    return {each.name for each in found or ()}
